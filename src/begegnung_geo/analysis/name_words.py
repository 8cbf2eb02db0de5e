# SPDX-License-Identifier: MIT
"""
What is known about German names of places: abbreviations, kinds, words that keep two apart.

Data only. A line reads `meaning: word word ...`; a word may stand in several lines. All
words are folded (small letters, umlauts spelt out, hyphens as blanks). What is missing is
added here and never as a case in `names.py`.
"""

PHRASES = """
    turnundsportverein: turn und sportverein | turn u sportverein | turn und spielverein
    reitverein: reit und fahrverein | zucht reit und fahrverein
    sportunion: spiel und sport
    asv: allgemeiner sportverein
    liebfrauen: unserer lieben frau | unsere liebe frau
    jehova: zeugen jehovas
    nordost: nord ost
    nordwest: nord west
    suedost: sued ost
    suedwest: sued west
    feuerwehr: freiwillige feuerwehr
    glueckauf: glueck auf
    frischauf: frisch auf
    vfl: verein fuer leibesuebungen
    vfr: verein fuer rasenspiele
    vfb: verein fuer bewegungsspiele
    drk: deutsches rotes kreuz
    freikirchlich: freie evangelische gemeinde | freie ev gemeinde | evangelisch freikirchliche gemeinde
    freikirchlich: ev freikirchliche gemeinde
    jugendtreff: haus der offenen tuer | kleine offene tuer | offene tuer | kleine ot
    bibliothek: katholische oeffentliche buecherei | kath oeffentliche buecherei | kath oeffentl buecherei
    bibliothek: evangelische oeffentliche buecherei | ev oeffentliche buecherei
"""
"""Several words that stand for one, parted by bars; the longest are looked for first."""

SPELT_OUT = """
    evangelisch: ev evang evgl evangelische evangelischer evangelisches evangelischen
    katholisch: kath rk katholische katholischer katholisches katholischen
    neuapostolisch: nak neuapostolische neuapostolischer neuapostolisches
    orthodox: orthodoxe orthodoxer orthodoxes
    methodistisch: methodistische methodistischer
    alevitisch: alevitische alevitischer alevitisches
    islamisch: islamische islamischer islamisches
    juedisch: juedische juedischer juedisches
    baptistisch: baptisten baptistengemeinde
    sankt: st
    heilig: hl heilige heiliger heiligen
    strasse: str
    staedtisch: staedt staedtische staedtisches staedtischer
    begegnungsstaette: begegnungsst
    gemeinde: gem
    zentrum: zentr ztr center centrum
    club: klub
    oeffentlich: oeffentl oeffentliche
    dortmund: dtmd do
    arbeiterwohlfahrt: awo
    kleingartenverein: kgv kgtv kleingaertnerverein kleingaerten
    kleingartenanlage: kga
    gartenverein: gv
    jugendfreizeitstaette: jfs
    jugendzentrum: juz jz juze
    jugendtreff: ot
    mehrgenerationenhaus: mgh
    begegnungszentrum: bgz
    dorfgemeinschaftshaus: dgh
    bezirksverwaltungsstelle: bvst
    volkshochschule: vhs
    bibliothek: buecherei stadtbuecherei stadtbibliothek zweigstelle stadtteilbibliothek stadtteilbuecherei
    bibliothek: koeb eoeb pfarrbuecherei pfarrbibliothek gemeindebuecherei
    kirche: pfarrkirche propsteikirche probsteikirche filialkirche klosterkirche stiftskirche rektoratskirche
    moschee: camii cami mescidi
    turnundsportverein: tus tsv
    sportverein: sv
    sportunion: sus
    jehova: koenigreichssaal koenigreichsaal
    turnverein: tv
    turngemeinde: tg
    tennisclub: tc tennisverein
    tischtennisclub: ttc tischtennisverein
    fussballclub: fc fussballverein
    sportclub: sc
    sportgemeinschaft: sg spielgemeinschaft
    reitverein: rv reiterverein
    schuetzenverein: bsv buergerschuetzenverein schuetzenbruderschaft schuetzengilde
    schuetzenverein: schuetzengesellschaft schuetzen bruderschaft
    kolping: kolpingsfamilie kolpingfamilie kolpinghaus
    kiosk: trinkhalle buedchen
    gesangverein: mgv maennergesangverein gesangsverein maennerchor
    karnevalsverein: karnevalsgesellschaft
    heimatverein: heimatfreunde
    feuerwehr: feuerwehrgeraetehaus feuerwehrhaus geraetehaus loeschgruppe loeschzug
    beratungsstelle: beratungszentrum
    buergerbuero: buergeramt
    blau weiss: bw blauweiss
    rot weiss: rw rotweiss
    gruen weiss: gw gruenweiss
    schwarz weiss: sw schwarzweiss
    schwarz gelb: schwarzgelb
    anna: annen
"""
"""An abbreviation, an inflected or a narrower word, and the word it is compared as."""

FILLERS = """
    der die das des dem den und am an auf im in ins zu zum zur von vom bei beim fuer mit e v u the of s
    ehem ehemals ehemalige ehemaliger ehemaliges
"""

GENERIC = """
    begegnungszentrum begegnungsstaette begegnung buergerhaus buergerzentrum buergersaal buergertreff
    gemeindehaus gemeindezentrum gemeindesaal gemeinde kirchengemeinde pfarrheim pfarrsaal pfarrzentrum
    pfarrgemeinde pfarrei kirche kapelle moschee synagoge tempel jugendzentrum jugendtreff jugendhaus
    jugendfreizeitstaette jugendclub jugendheim jugend kinder seniorentreff seniorenbegegnung seniorenclub
    seniorenzentrum senioren familienzentrum nachbarschaftstreff nachbarschaftshaus quartierstreff
    quartierszentrum stadtteiltreff stadtteilzentrum treff treffpunkt haus zentrum club verein vereinsheim
    vereinshaus clubhaus clubheim sportheim heim ortsverein ortsgruppe foerderverein kleingartenverein
    kleingartenanlage gartenverein bibliothek kulturzentrum kulturhaus kultur soziokulturelles schule
    kindergarten kita halle saal aula mehrzweckhalle markthalle rathaus amtshaus bezirksverwaltungsstelle
    staedtisch stadt strasse dortmund arbeiterwohlfahrt caritas diakonie drk buergerbuero bootshaus
    paritaetischer mehrgenerationenhaus dorfgemeinschaftshaus saalbau sankt oeffentlich ditib
"""
"""Words that name only the kind or the operator, beside those of `KINDS`, `TASTES` and `FAITHS`."""

KIND_OF_HOUSE = (
    r"(gemeinschafts|nachbarschafts|buerger|stadtteil|quartiers?|jugend|kinder|senioren|alten|familien"
    r"|begegnungs|kultur|gemeinde|pfarr|vereins|club|sport|bildungs|sozial|dorf|(mehr)?generationen|kirchen"
    r"|eltern|frauen|freizeit|spiel|(klein)?garten|tages|stadt)+"
    r"(haus|hof|zentrum|treff|treffpunkt|staette|heim|saal|cafe|club|laden|forum|raum|werk"
    r"|verein|einrichtung|anlage|halle|gaststaette)"
)
"""Compounds that only say what kind of house it is: "Gemeinschaftshaus", "Quartiersbüro"."""

HEADS = "kirche kapelle moschee gemeinde haus heim familie cafe restaurant imbiss grill"
"""Last part of a compound whose first part is the name: "Marienkirche", "Lutherhaus"."""

FRONTS = "kultur buerger"
"""First part of a compound whose last part is the name: "Kulturbahnhof"."""

KINDS = """
    turnundsportverein: turnundsportverein
    turnverein: turnverein
    turngemeinde: turngemeinde
    sportverein: sportverein
    sportfreunde: sportfreunde
    sportclub: sportclub
    sportgemeinschaft: sportgemeinschaft
    sportunion: sportunion
    asv: asv
    djk: djk
    fussball: fussballclub
    tennis: tennisclub
    tischtennis: tischtennisclub
    pfadfinder: pfadfinder pfadfinderheim
    rescue: dlrg thw
    reiten: reitverein
    hockey: hockeyclub
    handball: handballclub handballverein
    rudern: ruderclub ruderverein
    kanu: kanuclub kanuverein
    schwimmen: schwimmverein schwimmclub
    judo: judoclub judoverein
    schach: schachclub schachverein
    vfl: vfl
    vfr: vfr
    vfb: vfb
    schuetzen: schuetzenverein
    gesang: gesangverein chor
    heimat: heimatverein
    karneval: karnevalsverein
    musik: musikverein spielmannszug
    buerger: buergerverein
    siedler: siedlergemeinschaft
    mieter: mieterverein
    feuerwehr: feuerwehr
    theater: theater buehne
    kino: kino lichtspiele
    museum: museum
    galerie: galerie atelier
    musikschule: musikschule
    tanzschule: tanzschule
    sprachschule: sprachschule
    volkshochschule: volkshochschule
"""
"""Kinds that are two places under one name: a village's tennis club and choir, theatre and cinema."""

SERVICES = """
    kleider: kleiderkammer kleiderstube kleiderladen
    tafel: tafel
    suppe: suppenkueche
    bahnhof: bahnhofsmission
    moebel: moebellager moebelkammer sozialkaufhaus
    werkstatt: werkstatt werkstaetten
    tagesstaette: tagesstaette
    beratung: beratungsstelle schuldnerberatung suchtberatung lebensberatung
    schulden: schuldnerberatung
    sucht: suchtberatung
    leben: lebensberatung
    adventist: adventisten adventgemeinde
    christengemeinschaft: christengemeinschaft
    heilsarmee: heilsarmee
"""
"""Kinds as in `KINDS` that are a name of their own: a "Kleiderkammer" needs no other."""

LOOSE_KINDS = "sportverein"
"""Written for any sports club: where only this differs it is a question, not an answer."""

KIND_ENDINGS = "verein club schule freunde bund"
"""A word with such an ending that no list knows is a kind of its own: "Kunstverein", "Fahrschule"."""

TASTES = """
    cafe: cafe kaffeehaus kaffee coffee teestube konditorei baeckerei eiscafe eisdiele eissalon gelateria
    ice: eiscafe eisdiele eissalon gelateria
    pub: bar pub kneipe schaenke schenke krug lounge brauhaus bierstube weinstube gaststaette gasthof
    pub: gasthaus wirtshaus wirtschaft
    inn: brauhaus weinstube gaststaette gasthof gasthaus wirtshaus wirtschaft restaurant ristorante
    inn: trattoria osteria taverne taverna pizzeria steakhaus hotel
    pub: sportsbar cocktailbar shishabar
    kiosk: kiosk
    snack: imbiss schnellimbiss bistro grill grillstube doener kebap kebab baguetterie pizzeria
"""
"""Kinds of cafés and inns: a pub may call itself an inn, a café is another house until more agrees."""

SIDES = """
    nord: nord noerdlich
    sued: sued suedlich
    ost: ost oestlich
    west: west westlich
    mitte: mitte
    ober: ober
    unter: unter
    alt: alt alte alter altes alten altem
    neu: neu neue neuer neues neuen neuem
"""

FAITHS = """
    evangelisch: evangelisch
    katholisch: katholisch
    neuapostolisch: neuapostolisch
    islamisch: islamisch
    juedisch: juedisch
    orthodox: orthodox
    methodistisch: methodistisch
    alevitisch: alevitisch
    freikirchlich: freikirchlich baptistisch
    jehova: jehova
"""

AUDIENCES = """
    young: jugend
    children: kinder kidz
    old: senior alten(?=tages|begegn|club)
    families: famili
    women: frauen maedchen
    girls: maedchen
    men: maenner
"""
"""Beginnings of words, as patterns."""

CARRIERS = """
    arbeiterwohlfahrt: arbeiterwohlfahrt
    caritas: caritas
    diakonie: diakonie diakonisches
    drk: drk
    paritaet: paritaetisch paritaetischer
    johanniter: johanniter
    malteser: malteser
    falken: falken
    kolping: kolping
"""

COLOURS = """
    rot: rot
    blau: blau
    gruen: gruen
    schwarz: schwarz
    gelb: gelb
"""
"""Colours of clubs; white and gold are in most of them and tell nothing."""

SOUNDS = """
    k: ck c(?!h)
    f: ph
    t: th
    i: y
"""
"""Spellings of one sound, as patterns, for the words that name a place: Nicolai, Marta."""
