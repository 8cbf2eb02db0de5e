# SPDX-License-Identifier: MIT
"""The words of two names held against each other one by one, the rare ones first."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from rapidfuzz.distance import Indel

from begegnung_geo.analysis.match_facts import BoolArray, FloatArray, ObjectArray

SHORT_WORD = 6
"""One letter is a typing error in "Konkordia" and another name in "Rosi" (judgement)."""
SHORT_WORD_TRUST = 0.8
"""What a likeness of short words is worth (judgement)."""

_SLIPS_MAX, _LONG_WORD, _LONG_SLIPS_MAX = 2, 12, 3
_COMMON_SHARE, _COMMON_MIN = 0.005, 6
_FIGURE_WEIGHT, _COMMON_WEIGHT, _RARE_WEIGHT = 0.05, 0.3, 1.0
_BOTH_HAVE_MORE, _ONE_HAS_MORE, _ONE_IS_MORE = 1.5, 0.1, 0.5
_RARE_WORD_MIN = 4
_ABBREVIATION_MAX, _KIND_ALIKE_MIN = 4, 0.85


def weigh_words(cores: ObjectArray, *, localities: frozenset[str] = frozenset()) -> dict[str, float]:
    """
    Return how much each word of some distinct cores tells.

    The name of the town or of a quarter, and a word of at least 6 names and of one in 200,
    counts 0.3: all around bear it. A figure, mostly a year of foundation, counts 0.05; any
    other word 1.
    """
    counts = Counter(word for core in cores for word in set(core.split()))
    common = max(_COMMON_MIN, _COMMON_SHARE * len(cores))
    return {
        word: _weigh(word, is_common=count >= common or word in localities) for word, count in counts.items()
    }


def align_cores(
    cores: tuple[ObjectArray, ObjectArray],
    written: tuple[ObjectArray, ObjectArray],
    *,
    weights: Mapping[str, float],
) -> tuple[FloatArray, BoolArray]:
    """
    Return how well the words of each two cores fit, 0-1, and whether they share a rare one.

    Each word is matched with its like among the words of the other core, whatever their
    order. What only one of the two has takes little off, unless nothing but the quarter
    fits; what both have and the other lacks says that there are two. An abbreviation fits
    the words of the other name that begin with its letters. 0 where no word has its like.
    """
    fits = [
        _align((one.split(), other.split()), (one_name.split(), other_name.split()), weights)
        for one, other, one_name, other_name in zip(*cores, *written, strict=True)
    ]
    shares = np.array([fit[0] for fit in fits], dtype=np.float64)
    return shares, np.array([fit[1] for fit in fits], dtype=bool)


def _align(
    cores: tuple[list[str], list[str]], names: tuple[list[str], list[str]], weights: Mapping[str, float]
) -> tuple[float, bool]:
    left, lost = list(cores[1]), []
    alike_sum = weight_sum = 0.0
    is_rare = False
    for word in cores[0]:
        alike = [_compare_words(word, candidate) for candidate in left]
        best = max(range(len(alike)), key=alike.__getitem__, default=0)
        if not alike or not alike[best]:
            lost.append(word)
            continue
        alike_sum += alike[best] * weights[word]
        weight_sum += weights[word]
        is_rare |= left[best] == word and weights[word] == _RARE_WEIGHT and len(word) >= _RARE_WORD_MIN
        del left[best]
    if not weight_sum:
        return 0.0, False
    missing = (_weigh_lost(lost, names[1], weights), _weigh_lost(left, names[0], weights))
    one_sided = _ONE_HAS_MORE if weight_sum >= _RARE_WEIGHT else _ONE_IS_MORE
    loss = _BOTH_HAVE_MORE * min(missing) + one_sided * (max(missing) - min(missing))
    return alike_sum / (weight_sum + loss), is_rare


def _weigh_lost(words: list[str], other_name: list[str], weights: Mapping[str, float]) -> float:
    return sum(
        weights[word]
        for word in words
        if not _abbreviates(word, other_name) and not any(_is_cut_or_misspelt(word, kind) for kind in other_name)
    )


def _is_cut_or_misspelt(word: str, kind: str) -> bool:
    """Return whether a word is a kind that the other name writes out: "Bürgerhs.", "Bezirksverwaltungsst."."""
    if len(word) < SHORT_WORD:
        return False
    return kind.startswith(word) or Indel.normalized_similarity(word, kind) >= _KIND_ALIKE_MIN


def _abbreviates(short: str, words: list[str]) -> bool:
    """Return whether a short word holds the beginnings of some words in a row: "kjt", "kinder jugendtreff"."""
    if not 1 < len(short) <= _ABBREVIATION_MAX:
        return False
    return any(_begin_with(short, words[start:]) for start in range(len(words)))


def _begin_with(letters: str, words: list[str]) -> bool:
    if not letters:
        return True
    if not words or words[0][0] != letters[0] or words[0] == letters:
        return False
    return any(
        _is_spread(letters[:count], words[0]) and _begin_with(letters[count:], words[1:])
        for count in range(1, len(letters) + 1)
    )


def _is_spread(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _compare_words(one: str, other: str) -> float:
    if one == other:
        return 1.0
    shorter, length = min(len(one), len(other)), len(one) + len(other)
    allowed = _LONG_SLIPS_MAX if shorter >= _LONG_WORD else _SLIPS_MAX
    slips = Indel.distance(one, other, score_cutoff=allowed)
    if shorter < SHORT_WORD - 1 or slips > allowed:
        return 0.0
    alike = 1 - slips / length
    return alike if shorter > SHORT_WORD else SHORT_WORD_TRUST * alike


def _weigh(word: str, *, is_common: bool) -> float:
    if word.isdecimal():
        return _FIGURE_WEIGHT
    return _COMMON_WEIGHT if is_common else _RARE_WEIGHT
