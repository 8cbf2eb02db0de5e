# SPDX-License-Identifier: MIT
"""The words of two names held against each other one by one, the rare ones first."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from rapidfuzz.distance import Indel

from begegnung_geo.analysis.match_facts import BoolArray, FloatArray, ObjectArray
from begegnung_geo.analysis.names import FILLER_WORDS, fold_word

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
    cores: tuple[list[str], list[str]], written: tuple[list[str], list[str]], weights: Mapping[str, float]
) -> tuple[float, bool]:
    words, left = _join_split_words(*cores), _join_split_words(*cores[::-1])
    lost = []
    alike_sum = weight_sum = 0.0
    is_rare = False
    for word in words:
        alike = [_compare_words(word, candidate) for candidate in left]
        best = max(range(len(alike)), key=alike.__getitem__, default=0)
        if not alike or not alike[best]:
            lost.append(word)
            continue
        weight = weights.get(word, _RARE_WEIGHT)
        alike_sum += alike[best] * weight
        weight_sum += weight
        is_rare |= left[best] == word and weight == _RARE_WEIGHT and len(word) >= _RARE_WORD_MIN
        del left[best]
    if not weight_sum:
        return 0.0, False
    explained = {word for pair in ((lost, written[1]), (left, written[0])) for word in _explain(*pair)}
    missing = [[weights[word] for word in side if word not in explained] for side in (lost, left)]
    return alike_sum / (weight_sum + _measure_loss(*missing, has_rare=weight_sum >= _RARE_WEIGHT)), is_rare


def _measure_loss(one: list[float], other: list[float], *, has_rare: bool) -> float:
    fewer, more = sorted((one, other), key=sum)
    excess = sum(more) - sum(fewer)
    rare_excess = 0.0 if has_rare else min(excess, sum(weight for weight in more if weight == _RARE_WEIGHT))
    return (
        _BOTH_HAVE_MORE * sum(fewer) + _ONE_HAS_MORE * excess + (_ONE_IS_MORE - _ONE_HAS_MORE) * rare_excess
    )


def _join_split_words(words: list[str], others: list[str]) -> list[str]:
    """Return words as the other name writes them: "chill out" as "chillout"."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in others:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _explain(words: list[str], other_name: list[str]) -> set[str]:
    """Return words that stand for others in the other name, and the core words of those."""
    explained = {word for word in words if any(_is_cut_or_misspelt(word, kind) for kind in other_name)}
    for word in words:
        spans = (_spell_out(word, other_name[start:]) for start in range(len(other_name)))
        if 1 < len(word) <= _ABBREVIATION_MAX and (span := next(filter(None, spans), None)):
            explained |= {word, *(fold_word(one) for one in span)}
    return explained


def _is_cut_or_misspelt(word: str, kind: str) -> bool:
    """Return whether a word is a kind that the other name writes out: "Bürgerhs." for "Bürgerhaus"."""
    if len(word) < SHORT_WORD:
        return False
    return kind.startswith(word) or Indel.normalized_similarity(word, kind) >= _KIND_ALIKE_MIN


def _spell_out(letters: str, words: list[str]) -> list[str] | None:
    """Return the words in a row that begin with the letters in order: "kjt", "kinder und jugendtreff"."""
    if not words or words[0] == letters:
        return None
    if words[0][0] != letters[0]:
        return _spell_out(letters, words[1:]) if words[0] in FILLER_WORDS else None
    for count in range(len(letters), 0, -1):
        if not _is_spread(letters[:count], words[0]):
            continue
        if count == len(letters):
            return words[:1]
        if (rest := _spell_out(letters[count:], words[1:])) is not None:
            return [words[0], *rest]
    return None


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
