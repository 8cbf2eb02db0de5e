# SPDX-License-Identifier: MIT
"""German names of places made comparable: spelling, abbreviations, generic words."""

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import or_

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+")
# "Ev." is evangelisch, "e.V." and "eV" are a legal form.
_LEGAL = re.compile(
    r"\b((?-i:eV)|e\. ?v|e v|g?gmbh(?: ?& ?co\.? ?kg)?|(?-i:eG)|e\. ?g|ug|ag|kg|gbr)\b\.?",
    re.IGNORECASE,
)
_SPELT_OUT = """
    ev evangelisch | evang evangelisch | evangelische evangelisch | evangelischer evangelisch
    evangelisches evangelisch | kath katholisch | katholische katholisch | katholischer katholisch
    katholisches katholisch | st sankt | hl heilig | heilige heilig | heiliger heilig | str strasse
    staedt staedtisch | staedtische staedtisch | staedtisches staedtisch | staedtischer staedtisch
    kgv kleingartenverein | gv gartenverein | kga kleingartenanlage | jfs jugendfreizeitstaette
    juz jugendzentrum | jz jugendzentrum | ot jugendtreff | vhs volkshochschule | mgh mehrgenerationenhaus
    begegnungsst begegnungsstaette | gem gemeinde | zentr zentrum | ztr zentrum | dtmd dortmund | do dortmund
    buecherei bibliothek | stadtbuecherei bibliothek | stadtbibliothek bibliothek | zweigstelle bibliothek
    stadtteilbibliothek bibliothek | stadtteilbuecherei bibliothek | awo arbeiterwohlfahrt | center zentrum
    centrum zentrum | klub club | koeb bibliothek | oeffentliche oeffentlich
"""
_FILLERS = """
    der die das des dem den und am an auf im in ins zu zum zur von vom bei beim fuer mit e v u the of s
"""
_GENERIC = """
    begegnungszentrum begegnungsstaette begegnung buergerhaus buergerzentrum buergersaal buergertreff
    gemeindehaus gemeindezentrum gemeindesaal gemeinde kirchengemeinde pfarrheim pfarrsaal pfarrzentrum kirche
    kapelle moschee synagoge tempel jugendzentrum jugendtreff jugendhaus jugendfreizeitstaette jugendclub
    jugendheim jugend kinder seniorentreff seniorenbegegnung seniorenclub seniorenzentrum senioren
    familienzentrum nachbarschaftstreff nachbarschaftshaus quartierstreff quartierszentrum stadtteiltreff
    stadtteilzentrum treff treffpunkt haus zentrum club verein vereinsheim vereinshaus clubhaus clubheim
    sportheim heim kleingartenverein kleingartenanlage gartenverein gaststaette restaurant cafe bistro kneipe
    hotel imbiss pizzeria eiscafe bibliothek museum theater kino galerie kulturzentrum kulturhaus kultur
    schule volkshochschule kindergarten kita halle saal markthalle rathaus amtshaus bezirksverwaltungsstelle
    evangelisch katholisch staedtisch stadt dortmund arbeiterwohlfahrt caritas diakonie drk paritaetischer
    mehrgenerationenhaus dorfgemeinschaftshaus saalbau sankt oeffentlich
"""
# Compounds that only say what kind of house it is: "Gemeinschaftshaus", "Quartiersbüro".
_KIND_OF_HOUSE = re.compile(
    r"(gemeinschafts|nachbarschafts|buerger|stadtteil|quartiers?|jugend|kinder|senioren|alten|familien"
    r"|begegnungs|kultur|gemeinde|pfarr|vereins|club|sport|bildungs|sozial|dorf|(mehr)?generationen|kirchen|eltern|frauen"
    r"|freizeit|spiel|schuetzen|(klein)?garten|tages|stadt)+"
    r"(haus|hof|zentrum|treff|treffpunkt|staette|heim|saal|cafe|club|buero|laden|forum|raum|werk"
    r"|verein|einrichtung|anlage|halle)"
)
_SHORT = dict(pair.split() for line in _SPELT_OUT.strip().splitlines() for pair in line.split("|"))
_FILLER_WORDS = frozenset(_FILLERS.split())
_GENERIC_WORDS = frozenset(_GENERIC.split())
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_SIDES = """
    nord nord | noerdlich nord | sued sued | suedlich sued | ost ost | oestlich ost | west west
    westlich west | mitte mitte | ober ober | unter unter | alt alt | alte alt | alter alt | altes alt
    neu neu | neue neu | neuer neu | neues neu
"""
_SIDE_OF = dict(pair.split() for line in _SIDES.strip().splitlines() for pair in line.split("|"))
_SIDE_BITS = {side: 1 << bit for bit, side in enumerate(sorted(set(_SIDE_OF.values())))}
_FAITH_BITS = {"evangelisch": 1, "katholisch": 2, "neuapostolisch": 4, "islamisch": 8, "juedisch": 16}
_AUDIENCE = re.compile(r"jugend|kinder|kidz|senior|alten(?=tages|begegn|club)|famili|frauen|maedchen|maenner")
_AUDIENCE_BITS = {
    "jugend": 1, "kinder": 2, "kidz": 2, "senior": 4, "alten": 4, "famili": 8, "frauen": 16, "maedchen": 48,
    "maenner": 64,
}  # fmt: skip
_CARRIER_BITS = {
    "arbeiterwohlfahrt": 1, "caritas": 2, "diakonie": 4, "diakonisches": 4, "drk": 8, "paritaetisch": 16,
    "paritaetischer": 16, "johanniter": 32, "malteser": 64, "falken": 128, "kolping": 256,
}  # fmt: skip
_NUMBER_BITS = 61


def normalise_name(name: str) -> str:
    """
    Return a name in small letters: umlauts spelt out, abbreviations written out.

    Legal forms ("e.V.", "GmbH") and fillers ("der", "am") fall away; the order of the
    words stays. A name of fillers alone stays as it is.
    """
    words = [_SHORT.get(word, word) for word in _WORD.findall(fold_text(_LEGAL.sub(" ", name)))]
    return " ".join([word for word in words if word not in _FILLER_WORDS] or words)


def fold_text(text: str) -> str:
    """Return a text in small letters, umlauts spelt out, accents off, hyphens as blanks."""
    spelt = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", spelt)
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("-", " ")


def find_core(normalised: str) -> str:
    """Return the words of a normalised name that tell it from others of its kind; may be empty."""
    return " ".join(
        word
        for word in normalised.split()
        if word not in _GENERIC_WORDS and not _KIND_OF_HOUSE.fullmatch(word)
    )


def find_marks(normalised: str) -> tuple[int, int, int, int, int]:
    """
    Return the words that keep two names apart however alike they look, as bits.

    Returns
    -------
    numbers, sides, faiths, audiences, carriers
        Figures (Roman ones after the first word as well), sides such as "nord" or
        "alt", denominations, who a house is for, and welfare associations. Two names are apart where both
        have marks of a kind and share none; 0 is no mark. Two figures 61 apart share a
        bit and are not told apart.
    """
    words = normalised.split()
    figures = [int(word[:9]) for word in words if word.isdecimal()]
    figures += [_ROMAN[word] for word in words[1:] if word in _ROMAN]
    numbers = _join_bits(1 << (figure % _NUMBER_BITS) for figure in figures)
    sides = _join_bits(_SIDE_BITS[_SIDE_OF[word]] for word in words if word in _SIDE_OF)
    faiths = _join_bits(_FAITH_BITS.get(word, 0) for word in words)
    audiences = _join_bits(_AUDIENCE_BITS[stem] for stem in _AUDIENCE.findall(normalised))
    carriers = _join_bits(_CARRIER_BITS.get(word, 0) for word in words)
    return numbers, sides, faiths, audiences, carriers


def _join_bits(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)
