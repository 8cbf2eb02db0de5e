# SPDX-License-Identifier: MIT
"""The words of two names held against each other one by one, the rare ones first."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from rapidfuzz import fuzz

from begegnung_geo.analysis.match_facts import BoolArray, FloatArray, ObjectArray

SHORT_WORD = 6
"""One letter is a typing error in "Konkordia" and another name in "Rosi" (judgement)."""
SHORT_WORD_TRUST = 0.8
"""What a likeness of short words is worth (judgement)."""

_ALIKE_MIN = 0.8
_COMMON_SHARE, _COMMON_MIN = 0.005, 6
_FIGURE_WEIGHT, _COMMON_WEIGHT, _RARE_WEIGHT = 0.2, 0.3, 1.0
_BOTH_HAVE_MORE, _ONE_HAS_MORE = 1.5, 0.1
_RARE_WORD_MIN = 4


def weigh_words(cores: ObjectArray) -> dict[str, float]:
    """
    Return how much each word of some distinct cores tells.

    A word of at least 6 names and of one in 200 is that of the town or of a quarter and
    counts 0.3; a figure, mostly a year of foundation, 0.2; any other word 1.
    """
    counts = Counter(word for core in cores for word in set(core.split()))
    common = max(_COMMON_MIN, _COMMON_SHARE * len(cores))
    return {word: _weigh(word, is_common=count >= common) for word, count in counts.items()}


def align_cores(
    ones: ObjectArray, others: ObjectArray, *, weights: Mapping[str, float]
) -> tuple[FloatArray, BoolArray]:
    """
    Return how well the words of each two cores fit, 0-1, and whether they share a rare one.

    Each word is matched with its like among the words of the other core, whatever their
    order. What only one of the two has takes little off; what both have and the other
    lacks says that there are two. 0 where no word has its like.
    """
    fits = [_align(one.split(), other.split(), weights) for one, other in zip(ones, others, strict=True)]
    shares = np.array([fit[0] for fit in fits], dtype=np.float64)
    return shares, np.array([fit[1] for fit in fits], dtype=bool)


def _align(words: list[str], others: list[str], weights: Mapping[str, float]) -> tuple[float, bool]:
    left, lost = list(others), 0.0
    alike_sum = weight_sum = 0.0
    shares_rare = False
    for word in words:
        alike = [_compare_words(word, candidate) for candidate in left]
        best = max(range(len(alike)), key=alike.__getitem__, default=0)
        weight = weights[word]
        if not alike or not alike[best]:
            lost += weight
            continue
        alike_sum += alike[best] * weight
        weight_sum += weight
        shares_rare |= left[best] == word and weight == _RARE_WEIGHT and len(word) >= _RARE_WORD_MIN
        del left[best]
    if not weight_sum:
        return 0.0, False
    over = sum(weights[word] for word in left)
    missing = _BOTH_HAVE_MORE * min(lost, over) + _ONE_HAS_MORE * abs(lost - over)
    return alike_sum / (weight_sum + missing), shares_rare


def _compare_words(one: str, other: str) -> float:
    if one == other:
        return 1.0
    shorter = min(len(one), len(other))
    alike = fuzz.ratio(one, other) / 100
    if shorter < SHORT_WORD - 1 or alike < _ALIKE_MIN:
        return 0.0
    return alike if shorter > SHORT_WORD else SHORT_WORD_TRUST * alike


def _weigh(word: str, *, is_common: bool) -> float:
    if word.isdecimal():
        return _FIGURE_WEIGHT
    return _COMMON_WEIGHT if is_common else _RARE_WEIGHT
