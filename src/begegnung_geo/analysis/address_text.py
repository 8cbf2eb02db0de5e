# SPDX-License-Identifier: MIT
"""One spelling for street names, house numbers and cities, so that they can be compared."""

import re
import unicodedata

import pandas as pd

_UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
_ABBREVIATIONS = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"str(?:\.|(?![a-z]))", "strasse "),
        (r"pl\.|\bpl(?![a-z])", "platz "),
        (r"wg\.|\bwg(?![a-z])", "weg "),
        (r"\b(?:st|skt)(?:\.|(?![a-z]))", "sankt "),
        (r"\ba\.\s?d\.", "an der "),
        (r"\bv\.\s?d\.", "von der "),
        (r"\bv\.", "von "),
        (r"\bgr\.", "grosse "),
        (r"\bkl\.", "kleine "),
        (r"\b(?:doktor|doctor)\b", "dr"),
        (r"\bprofessor\b", "prof"),
    )
)
# In the spelling of `loosen_street`.
_STREET_TYPES = "strase|weg|platz|ale|gase|ring|dam|ufer|pfad|steig|stieg|chause|promenade|wal|markt|hof"
_TYPED = re.compile(rf"(?P<core>.{{2,}}?)(?P<type>{_STREET_TYPES})")
_DOUBLED = re.compile(r"([a-z])\1+")
_NUMBER_WORDS = re.compile(r"\b(?:hausnummer|hausnr|haus|nummer|nr)\b\.?:?")
_DASHES = re.compile(r"\s*[‐‑‒–—−-]\s*|\bbis\b")
_LIST_SIGNS = re.compile(r"[;+&/|]|\bund\b")
_PART = re.compile(r"0*(\d{1,4})([a-z½]?)(?:-0*(\d{0,4})([a-z]?))?")
_CITY_WORD = re.compile(r"^\s*(?:stadt|gemeinde)\s+(?=[a-z])")
_RANGE_MAX = 80  # a wider range is a slip of the pen


def normalise_street(streets: pd.Series) -> pd.Series:
    """
    Return street names in one spelling: `Märkische Str.` gives `maerkischestrasse`.

    Small ASCII letters and digits only; Str., Pl., St., Gr. and the like are written
    out, umlauts and ß become ae, oe, ue, ss. Null and names without a letter are null.
    """
    spelled = {name: _spell_street(name) for name in streets.dropna().unique()}
    return streets.map(spelled).astype("str")


def normalise_city(cities: pd.Series) -> pd.Series:
    """Return city names in small ASCII letters: `Stadt Dortmund-Hörde` gives `dortmundhoerde`."""
    spelled = {name: _spell_city(name) for name in cities.dropna().unique()}
    return cities.map(spelled).astype("str")


def normalise_house_number(house_numbers: pd.Series) -> pd.Series:
    """
    Return house numbers in one spelling: `12 A` gives `12a`, `50 – 58` gives `50-58`, `5; 7` gives `5,7`.

    `Nr.` and leading zeros are left out, `1/2` behind a blank becomes `½`. What has no
    digit is null.
    """
    spelled = {number: _spell_number(number) for number in house_numbers.dropna().unique()}
    return house_numbers.map(spelled).astype("str")


def list_numbers(house_number: str) -> list[str]:
    """
    Return all single numbers that a normalised house number stands for.

    `50-54` gives 50, 52, 54 (one side of the street), `3-4` gives 3, 4, `12a-c` gives
    12a, 12b, 12c, `5,7` gives both. Unreadable parts are left out.
    """
    numbers: list[str] = []
    for part in house_number.split(","):
        match = _PART.fullmatch(part)
        if match:
            numbers += _list_range(match[1], match[2], last=match[3] or "", last_letter=match[4] or "")
    return list(dict.fromkeys(numbers))


def loosen_street(street_key: str) -> str:
    """Return a normalised name without what is slipped on most: umlauts and doubled letters."""
    plain = street_key.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return _DOUBLED.sub(r"\1", plain)


def split_type(loose_key: str) -> tuple[str, str]:
    """Return core and type of a loosened name: `("markische", "strase")`; the type may be empty."""
    match = _TYPED.fullmatch(loose_key)
    return (match["core"], match["type"]) if match else (loose_key, "")


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:300]).casefold().translate(_UMLAUTS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return plain.casefold()


def _spell_street(name: str) -> str | None:
    text = _fold(name)
    for pattern, replacement in _ABBREVIATIONS:
        text = pattern.sub(replacement, text)
    key = "".join(c for c in text if c.isascii() and c.isalnum())
    return key if any(c.isalpha() for c in key) else None


def _spell_city(name: str) -> str | None:
    text = _CITY_WORD.sub("", _fold(name))
    return "".join(c for c in text if c.isascii() and c.isalpha()) or None


def _spell_number(number: str) -> str | None:
    text = _NUMBER_WORDS.sub(" ", _fold(number.replace("½", " 1/2")))
    text = re.sub(r"(?<=\d)\s+1/2", "½", text)
    text = _LIST_SIGNS.sub(",", _DASHES.sub("-", text))
    text = "".join(c for c in text if c in ",-½" or (c.isascii() and c.isalnum()))
    text = re.sub(r"(?<!\d)0+(?=\d)", "", text).strip(",-")
    return text if any(c.isdigit() for c in text) else None


def _list_range(first: str, letter: str, *, last: str, last_letter: str) -> list[str]:
    start = first + letter
    if not last and last_letter and letter and letter < last_letter:
        return [first + chr(code) for code in range(ord(letter), ord(last_letter) + 1)]
    if not last:
        return [start]
    low, high = int(first), int(last)
    if not low < high <= low + _RANGE_MAX:
        return [start, last + last_letter]
    step = 2 if (high - low) % 2 == 0 else 1
    inner = [str(number) for number in range(low + step, high, step)]
    return [start, *inner, last + last_letter]
