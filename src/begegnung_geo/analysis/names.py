# SPDX-License-Identifier: MIT
"""German names of places made comparable: spelling, abbreviations, kinds, endings."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from begegnung_geo.analysis import name_words

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"[^\W_]+")
# "Ev." is evangelisch, "e.V." and "eV" are a legal form.
_LEGAL = re.compile(
    r"\b((?-i:eV)|e\. ?v|e v|g?gmbh(?: ?& ?co\.? ?kg)?|(?-i:eG)|e\. ?g|ug|ag|kg|gbr)\b\.?",
    re.IGNORECASE,
)


def _read_lines(table: str) -> list[tuple[str, str]]:
    pairs = [line.partition(":") for line in table.strip().splitlines()]
    return [(meaning.strip(), words.strip()) for meaning, _, words in pairs]


def _number_words(table: str) -> dict[str, int]:
    """Return the bits of each word: one for each meaning it stands beside."""
    lines = _read_lines(table)
    bit_of = {meaning: 1 << bit for bit, meaning in enumerate(dict.fromkeys(one for one, _ in lines))}
    bits: dict[str, int] = {}
    for meaning, words in lines:
        for word in words.split():
            bits[word] = bits.get(word, 0) | bit_of[meaning]
    return bits


_SHORT = {word: meaning for meaning, words in _read_lines(name_words.SPELT_OUT) for word in words.split()}
_LONG = {
    phrase.strip(): meaning
    for meaning, phrases in _read_lines(name_words.PHRASES)
    for phrase in phrases.split("|")
}
# "Tennis-Club" is a "Tennisclub".
_LONG |= {
    f"{word.removesuffix(head)} {head}": word
    for word in _number_words(name_words.KINDS)
    for head in ("club", "verein")
    if word.endswith(head)
}
_PHRASE = re.compile(r"\b(" + "|".join(sorted(_LONG, key=len, reverse=True)) + r")\b")
FILLER_WORDS = frozenset(name_words.FILLERS.split())
"""Articles and prepositions, which no name is told by."""
_TASTE_BITS = _number_words(name_words.TASTES)
_KIND_BITS = _number_words(name_words.KINDS + name_words.SERVICES)
_KIND_OF_HOUSE = re.compile(name_words.KIND_OF_HOUSE)
_BEFORE_HEAD = re.compile(r"(\w{4,})(?:" + "|".join(name_words.HEADS.split()) + ")")
_BEHIND_FRONT = re.compile("(?:" + "|".join(name_words.FRONTS.split()) + r")(\w{6,})")
_LOOSE_BITS = reduce(or_, (_KIND_BITS[word] for word in name_words.LOOSE_KINDS.split()))
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_SIDE_BITS, _FAITH_BITS = _number_words(name_words.SIDES), _number_words(name_words.FAITHS)
_CARRIER_BITS, _COLOUR_BITS = _number_words(name_words.CARRIERS), _number_words(name_words.COLOURS)
_GENERIC_WORDS = frozenset(
    [*name_words.GENERIC.split(), *_number_words(name_words.KINDS), *_TASTE_BITS, *_FAITH_BITS]
)
_AUDIENCE_BITS = [(re.compile(stem), bits) for stem, bits in _number_words(name_words.AUDIENCES).items()]
_NUMBER_BITS = 61
_SOUNDS = [
    (re.compile("|".join(spellings.split())), sound) for sound, spellings in _read_lines(name_words.SOUNDS)
]
_DOUBLED = re.compile(r"(\w)\1")
_OWN_KIND = re.compile(r"\w{3,}(?:" + "|".join(name_words.KIND_ENDINGS.split()) + ")")
_OWN_KIND_BIT = 1 << 62  # one for all: what two of them are named after tells them apart
_HEAD_MIN = 4
_FOLDED_MIN = 4  # a shorter word is mostly an abbreviation, each letter of which counts
_YEARS = range(1800, 2100)
# Cases of German and of Latin saints: Josefs, Katharinen, Goldener, Ludgeri, Paulus.
_ENDING = re.compile(r"(?<=\w{4})(ii|ius|us|i|s|a)$|(?<=\w{3})(es|er|en|em|e)$")


def normalise_name(name: str) -> str:
    """
    Return a name in small letters: umlauts spelt out, abbreviations written out.

    Legal forms ("e.V.", "GmbH") and fillers ("der", "am") fall away; the order of the
    words stays. A name of fillers alone stays as it is.
    """
    plain = " ".join(_WORD.findall(fold_text(_LEGAL.sub(" ", name))))
    known = _PHRASE.sub(lambda phrase: _LONG[phrase[0]], plain)
    words = [_SHORT.get(word, word) for word in known.split()]
    return " ".join([word for word in words if word not in FILLER_WORDS] or words)


def fold_text(text: str) -> str:
    """Return a text in small letters, umlauts spelt out, accents off, hyphens as blanks."""
    spelt = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", spelt)
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("-", " ")


def find_core(normalised: str) -> str:
    """
    Return the words of a normalised name that tell it from others of its kind; may be empty.

    Kinds and operators fall away, of a compound with a kind its name stays, and each
    word loses its ending: "marienkirche" and "sankt maria" have one core.
    """
    return " ".join(
        fold_word(_split_off_kind(word))
        for word in normalised.split()
        if word not in _GENERIC_WORDS and not _KIND_OF_HOUSE.fullmatch(word)
    )


def find_marks(normalised: str) -> tuple[int, ...]:
    """
    Return the words that keep two names apart however alike they look, as bits.

    Returns
    -------
    numbers, sides, faiths, audiences, carriers, colours, kinds
        Figures (Roman ones after the first word as well; of a year also its last two),
        sides such as "nord" or "alt", denominations, who a house is for, welfare
        associations, colours of a club, kinds that differ under one name. Two names are
        apart where both have marks of a sort and share none; 0 is no mark. Two figures 61
        apart share a bit and are not told apart.
    """
    words = normalised.split()
    figures = [int(word[:9]) for word in words if word.isdecimal()]
    figures += [figure % 100 for figure in figures if figure in _YEARS]
    figures += [_ROMAN[word] for word in words[1:] if word in _ROMAN]
    numbers = _join_bits(1 << (figure % _NUMBER_BITS) for figure in figures)
    audiences = _join_bits(bits for stem, bits in _AUDIENCE_BITS if stem.search(normalised))
    sides, faiths, carriers, colours, kinds = (
        _join_words(words, bits)
        for bits in (_SIDE_BITS, _FAITH_BITS, _CARRIER_BITS, _COLOUR_BITS, _KIND_BITS)
    )
    return numbers, sides, faiths, audiences, carriers, colours, 0 if kinds == _LOOSE_BITS else kinds


def find_doubts(normalised: str) -> tuple[int, int]:
    """
    Return the words that make two names doubtful, as bits: kinds loosely written, kinds of cafés and inns.

    Two names are in doubt where both have bits of a sort and share none.
    """
    words = normalised.split()
    is_own = any(_OWN_KIND.fullmatch(word) and word not in _GENERIC_WORDS for word in words)
    kinds = _join_words(words, _KIND_BITS) | (_OWN_KIND_BIT if is_own else 0)
    return kinds, _join_heads(words, _TASTE_BITS)


def fold_word(word: str) -> str:
    """Return a word of a core as it is compared: without its ending, one letter for one sound."""
    if word.isdecimal() or len(word) < _FOLDED_MIN:
        return word
    for spelling, sound in _SOUNDS:
        word = spelling.sub(sound, word)
    return _DOUBLED.sub(r"\1", _ENDING.sub("", word))


def _split_off_kind(word: str) -> str:
    compound = _BEFORE_HEAD.fullmatch(word) or _BEHIND_FRONT.fullmatch(word)
    return compound[1] if compound is not None else word


def _join_heads(words: Iterable[str], bits: Mapping[str, int]) -> int:
    """Return the bits of words, or of what a compound of theirs ends with: "Strandcafé" is a café."""
    long = [head for head in bits if len(head) >= _HEAD_MIN]
    return _join_bits(
        bits[word] if word in bits else _join_bits(bits[head] for head in long if word.endswith(head))
        for word in words
    )


def _join_words(words: Iterable[str], bits: Mapping[str, int]) -> int:
    return _join_bits(bits.get(word, 0) for word in words)


def _join_bits(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)
