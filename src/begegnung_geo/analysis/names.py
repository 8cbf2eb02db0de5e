# SPDX-License-Identifier: MIT
"""German names of places made comparable: spelling, abbreviations, generic words."""

import re
import unicodedata

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+")
_LEGAL = re.compile(r"\b(e\.? ?v|g?gmbh(?: ?& ?co\.? ?kg)?|e\.? ?g|ug|ag|kg|gbr)\b\.?", re.IGNORECASE)
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
    centrum zentrum | klub club
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
    mehrgenerationenhaus dorfgemeinschaftshaus saalbau sankt
"""
_SHORT = dict(pair.split() for line in _SPELT_OUT.strip().splitlines() for pair in line.split("|"))
_FILLER_WORDS = frozenset(_FILLERS.split())
_GENERIC_WORDS = frozenset(_GENERIC.split())
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_SIDES = frozenset({"nord", "sued", "ost", "west", "mitte", "ober", "unter", "alt", "neu"})
_DENOMINATIONS = frozenset({"evangelisch", "katholisch"})


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
    return " ".join(word for word in normalised.split() if word not in _GENERIC_WORDS)


def find_marks(normalised: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """
    Return the words that keep two names apart however alike they look.

    Returns
    -------
    numbers, sides, denominations
        Figures (Roman ones after a name as well), sides such as "nord", and
        "evangelisch" or "katholisch".
    """
    words = normalised.split()
    numbers = {word for word in words if word.isdigit()} | {
        _ROMAN[word] for word in words[1:] if word in _ROMAN
    }
    return frozenset(numbers), _SIDES & set(words), _DENOMINATIONS & set(words)
