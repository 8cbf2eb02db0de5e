# SPDX-License-Identifier: MIT
"""
Opening hours cut into tokens: the words of OpenStreetMap and those people in Germany write.

Every word has one meaning or none: `werktags` (with or without Saturday?), `Sommer` or
`nachmittags` are not in the vocabulary, and a text with such a word is not read at all.
"""

import re
import unicodedata
from typing import Literal, NamedTuple

Kind = Literal[
    "day", "holiday", "month", "year", "week", "easter", "clock", "number", "ordinal", "oclock", "of_month",
    "dash", "comma", "semicolon", "fallback", "slash", "plus", "bracket", "from", "except", "state",
    "always", "appointment", "comment",
]  # fmt: skip

TEXT_MAX = 500  # OSM values end at 255 characters; a longer text is a story, not opening hours
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


class Token(NamedTuple):
    """One meaning in a text, in OSM's spelling."""

    kind: Kind
    text: str


_DAY_WORDS = {
    "Mo": "mo montag montags mon monday mondays",
    "Tu": "tu di dienstag dienstags tue tues tuesday tuesdays",
    "We": "we mi mittwoch mittwochs wed wednesday wednesdays",
    "Th": "th do donnerstag donnerstags thu thur thurs thursday thursdays",
    "Fr": "fr freitag freitags fri friday fridays",
    "Sa": "sa samstag samstags sonnabend sonnabends sat saturday saturdays",
    "Su": "su so sonntag sonntags sonntagen sun sunday sundays",
    "Mo-Su": "täglich taeglich tägl taegl tgl daily",
    "Sa-Su": "wochenende wochenenden wochenends weekend weekends",
}
_MONTH_WORDS = {
    "Jan": "jan januar january",
    "Feb": "feb februar february",
    "Mar": "mar mär mrz märz maerz march",
    "Apr": "apr april",
    "May": "may mai",
    "Jun": "jun juni june",
    "Jul": "jul juli july",
    "Aug": "aug august",
    "Sep": "sep sept september",
    "Oct": "oct okt oktober october",
    "Nov": "nov november",
    "Dec": "dec dez dezember december",
}
_OTHER_WORDS: dict[tuple[Kind, str], str] = {
    ("holiday", "PH"): "ph feiertag feiertags feiertage feiertagen",
    ("holiday", "SH"): "sh ferien schulferien",
    ("state", "off"): "off closed geschlossen geschl zu ruhetag ruhetage",
    ("state", "open"): "open",
    ("state", "unknown"): "unknown",
    ("week", "week"): "week kw",
    ("easter", "easter"): "easter",
    ("comma", ","): "und u sowie and",
    ("dash", "-"): "bis to",
    ("from", "ab"): "ab",
    ("except", "except"): "außer ausser ausgenommen except",
    ("oclock", "Uhr"): "uhr h hrs",
    ("of_month", "month"): "monat monats monate",
    ("ordinal", "1"): "erster ersten erste",
    ("ordinal", "2"): "zweiter zweiten zweite",
    ("ordinal", "3"): "dritter dritten dritte",
    ("ordinal", "4"): "vierter vierten vierte",
    ("ordinal", "-1"): "letzter letzten letzte",
}
_FILLERS = frozenset(
    "von vom am an den dem der die das im in des eines jeden jeder jedes jedem jeweils".split()  # noqa: SIM905
    + "ist sind auch immer nur geöffnet offen öffnungszeit öffnungszeiten einschließlich einschl from".split()  # noqa: SIM905
)
_WORDS: dict[str, tuple[Kind, str]] = {
    **{word: ("day", day) for day, words in _DAY_WORDS.items() for word in words.split()},
    **{word: ("month", month) for month, words in _MONTH_WORDS.items() for word in words.split()},
    **{word: meaning for meaning, words in _OTHER_WORDS.items() for word in words.split()},
}
_SIGNS: dict[str, tuple[Kind, str]] = {
    "-": ("dash", "-"), "–": ("dash", "-"), "—": ("dash", "-"), "−": ("dash", "-"), "‒": ("dash", "-"),
    ",": ("comma", ","), "&": ("comma", ","), "(": ("comma", ","), ";": ("semicolon", ";"),
    "\n": ("semicolon", ";"), "||": ("fallback", "||"), "/": ("slash", "/"), "+": ("plus", "+"),
    "[": ("bracket", "["), "]": ("bracket", "]"),
}  # fmt: skip
_SKIPPED_SIGNS = frozenset(":)")

_APPOINTMENT = (
    r"(?:(?:termine?|besuch|besuche)\s+)?(?:nur\s+)?nach\s+"
    r"(?:(?:telefonischer|vorheriger|persönlicher|individueller)\s+){0,2}"
    r"(?:terminvereinbarung|terminabsprache|vereinbarung|absprache|rücksprache|anmeldung|voranmeldung|bedarf)\b"
    r"|(?:termine?\s+)?auf\s+anfrage\b|\bn\.\s?v\b\.?|\bnv\b|(?:only\s+)?(?:by|on)\s+appointment(?:\s+only)?\b|on\s+request\b"
)
_COMMENT = re.compile(r'"[^"]*"|„[^“”"]*[“”"]')
_TOKEN = re.compile(
    rf"(?P<comment>{_COMMENT.pattern})"
    r"|(?P<always>24\s?/\s?7|(?<![-–:\d])(?<![-–]\s)(?<!bis\s)24\s?(?:h|std|stunden)\b|rund\sum\sdie\suhr\b)"
    rf"|(?P<or_appointment>(?:oder|or)\s+(?:{_APPOINTMENT}))"
    rf"|(?P<appointment>{_APPOINTMENT})"
    r"|(?P<sundays>sonn-?\s?(?:und|u\.|&|/)\s?feiertag(?:s|en|e)?\b)"
    r"|(?P<every_day>jeden\stag\b|jeder\stag\b)"
    r"|(?P<public>(?:public|bank)\sholidays?\b|gesetzliche[nr]?\sfeiertage?n?\b)"
    r"|(?P<school>school\sholidays?\b)"
    r"|(?P<clock>\d{1,2}[:.h]\d{2}(?![\d.]))"
    r"|(?P<ordinal>[1-5]\.(?!\d))"
    r"|(?P<number>\d+)"
    r"|(?P<word>[^\W\d_]+)\.?"
    r"|(?P<newline>\s*\n\s*)"
    r"|(?P<space>\s+)"
    r"|(?P<sign>\|\||.)",
    re.IGNORECASE,
)
_PHRASES: dict[str, list[Token]] = {
    "space": [],
    "always": [Token("always", "24/7")],
    "appointment": [Token("appointment", "appointment")],
    "or_appointment": [Token("comma", ","), Token("appointment", "appointment")],
    "sundays": [Token("day", "Su"), Token("comma", ","), Token("holiday", "PH")],
    "every_day": [Token("day", "Mo-Su")],
    "public": [Token("holiday", "PH")],
    "school": [Token("holiday", "SH")],
}
_SUN = frozenset({"sunrise", "sunset", "dawn", "dusk"})
_IS_APPOINTMENT = re.compile(_APPOINTMENT, re.IGNORECASE)
_IS_OFFICE = re.compile(
    r"\b(?:büro|sprech|sprechstunde|geschäfts|verwaltungs|beratungs|telefon|service)"
    r"(?:zeit|stunde|stelle|öffnungszeit)\w*|\bbüro\b|\bsekretariat\b",
    re.IGNORECASE,
)


class UnreadableHoursError(ValueError):
    """Opening hours that have no single meaning; the text says why."""


def cut_tokens(raw: str) -> list[Token]:
    """
    Return the tokens of a text.

    Raises
    ------
    UnreadableHoursError
        If the text is too long, tells hours of an office, or has a word or sign
        without one clear meaning.
    """
    if len(raw) > TEXT_MAX:
        raise UnreadableHoursError(f"longer than {TEXT_MAX} characters")
    text = unicodedata.normalize("NFKC", raw).strip().rstrip(".")
    office = _IS_OFFICE.search(_COMMENT.sub(" ", text))
    if office:
        raise UnreadableHoursError(f"“{office[0]}”: hours of an office, not of the rooms")
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        tokens += _read_match(str(match.lastgroup), match[0])
    return tokens


def _read_match(group: str, text: str) -> list[Token]:
    if group in _PHRASES:
        return _PHRASES[group]
    if group == "word":
        return _read_word(text.rstrip("."))
    if group in ("sign", "newline"):
        return _read_sign(text if group == "sign" else "\n")
    if group == "comment":
        return [Token("comment", "appointment" if _IS_APPOINTMENT.search(text) else "comment")]
    if group == "clock":
        return [Token("clock", f"{text[:-3]}:{text[-2:]}")]
    return [Token("ordinal" if group == "ordinal" else "number", text.rstrip("."))]


def _read_word(word: str) -> list[Token]:
    lower = word.lower()
    if lower in _FILLERS:
        return []
    if lower in _SUN:
        raise UnreadableHoursError(f"“{word}” is another hour every day")
    if lower not in _WORDS:
        raise UnreadableHoursError(f"“{word}” has no one clear meaning")
    return [Token(*_WORDS[lower])]


def _read_sign(sign: str) -> list[Token]:
    if sign in _SKIPPED_SIGNS:
        return []
    if sign not in _SIGNS:
        raise UnreadableHoursError(f"“{sign}” has no meaning in opening hours")
    return [Token(*_SIGNS[sign])]
