# SPDX-License-Identifier: MIT
"""How alike the names of two records are, computed once for each pair of distinct names."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from begegnung_geo.analysis.match_facts import SAME, BoolArray, FloatArray, IntArray, MatchFacts, ObjectArray
from begegnung_geo.analysis.match_words import SHORT_WORD, SHORT_WORD_TRUST, align_cores, weigh_words

Scorer = Callable[..., float]

_NEARLY_EQUAL = 0.95
_CORE_SHARE_WORDS = 0.8
_CORE_SHARE_SAME = 0.7
_CORE_SHARE_OTHER = 0.2
_ALIKE_WORTH_A_LOOK = 0.5
_UNFIT_CORE_MAX = 0.65  # "Rosental" and "Rosengarten": letters alike, no word alike


def score_any_names(facts: MatchFacts, pairs: pd.DataFrame) -> tuple[FloatArray, BoolArray]:
    """
    Return what `score_names` says, by another name of a place where that is the other's very name.

    An official name or an abbreviation that is merely like the other's name says nothing: `short_name=AWO`
    is like all houses of the AWO.
    """
    score, shares_rare = score_names(facts, pairs)
    count = len(facts.xy)
    alias_rows = pd.DataFrame({"place": facts.alias_of, "alias": np.arange(len(facts.alias_of)) + count})
    numbered = (
        pairs[["left", "right", "class_relation"]].reset_index(drop=True).rename_axis("pair").reset_index()
    )
    by_left = numbered.merge(alias_rows, left_on="left", right_on="place").assign(
        left=lambda rows: rows["alias"]
    )
    by_right = numbered.merge(alias_rows, left_on="right", right_on="place")
    by_right = by_right.assign(right=lambda rows: rows["alias"])
    by_both = by_left.drop(columns=["place", "alias"]).merge(alias_rows, left_on="right", right_on="place")
    by_both = by_both.assign(right=lambda rows: rows["alias"])
    trials = pd.concat([by_left, by_right, by_both], ignore_index=True)
    if not len(trials):
        return score, shares_rare
    alike, _ = score_names(facts, trials)
    best = pd.Series(alike).where(alike >= _NEARLY_EQUAL).groupby(trials["pair"]).max().dropna()
    score[best.index] = np.fmax(score[best.index], best)
    return score, shares_rare


def score_names(facts: MatchFacts, pairs: pd.DataFrame) -> tuple[FloatArray, BoolArray]:
    """
    Return how alike the names of each pair are, 0-1, null where one is missing; and who shares a rare word.

    Parameters
    ----------
    facts
        From `build_match_facts`.
    pairs
        Rows `left`, `right` of `facts`, and `class_relation`.

    Notes
    -----
    Whole names count as well as what is left without generic words. Within one class
    the generic word says nothing new ("Jugendtreff", "Jugendzentrum"); between classes
    it is the difference itself ("Jugendtreff", "Seniorentreff"). Of cores within one class
    the words are matched one by one: a word that only one name has says little, a word
    on either side that the other lacks says that there are two.
    """
    codes, names = pd.factorize(facts.names)
    first = np.zeros(len(names), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    left, right, back = _list_distinct(codes[pairs["left"]], codes[pairs["right"]], count=len(names))
    cores, compact = facts.cores[first], facts.compact[first]
    full = _compare(names[left], names[right], fuzz.token_sort_ratio)
    whole = np.maximum(full, _compare(compact[left], compact[right], fuzz.ratio))
    core_sort = _compare(cores[left], cores[right], fuzz.token_sort_ratio)
    core_set = _compare(cores[left], cores[right], fuzz.token_set_ratio)
    has_core = (cores[left] != "") & (cores[right] != "")
    is_short = has_core & _flag_short(cores, left, right) & (core_set < 1)

    is_same = (pairs["class_relation"] == SAME).to_numpy(dtype=bool)
    # "Kleiderkammer St. Anna" is more than "St. Anna" unless both are of one class.
    core = np.where(is_same, (0.5 * core_sort + 0.5 * core_set)[back], core_sort[back])
    core = np.where(is_short[back], SHORT_WORD_TRUST * core, core)
    core = np.where(has_core[back], core, whole[back])
    share = np.where(is_same, _CORE_SHARE_SAME, _CORE_SHARE_OTHER)
    aligned = np.zeros(len(left))
    is_rare = np.zeros(len(left), dtype=bool)
    asked = np.zeros(len(left), dtype=bool)
    asked[back[is_same]] = True
    asked &= has_core & (np.maximum(core_sort, core_set) >= _ALIKE_WORTH_A_LOOK)
    one, other = left[asked], right[asked]
    aligned[asked], is_rare[asked] = align_cores(
        (cores[one], cores[other]),
        (facts.folded[first][one], facts.folded[first][other]),
        weights=weigh_words(np.unique(cores), localities=facts.localities),
    )
    core = np.where((asked & (aligned == 0))[back], np.minimum(core, _UNFIT_CORE_MAX), core)
    aligned = aligned[back]
    has_word = is_same & (aligned > 0)
    core, share = np.where(has_word, aligned, core), np.where(has_word, _CORE_SHARE_WORDS, share)
    blended = (1 - share) * whole[back] + share * core
    scores: FloatArray = np.where(
        whole[back] >= _NEARLY_EQUAL, np.maximum(whole[back], blended), blended
    ).round(4)
    scores[((names[left] == "") | (names[right] == ""))[back]] = np.nan
    return scores, is_rare[back] & is_same


def _list_distinct(one: IntArray, other: IntArray, *, count: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return the distinct unordered pairs of codes, and for each given pair its row among them."""
    keys = np.minimum(one, other) * count + np.maximum(one, other)
    order = np.argsort(keys, kind="stable")
    is_new = np.diff(keys[order], prepend=-1) > 0
    back = np.empty(len(keys), dtype=np.int64)
    back[order] = np.cumsum(is_new) - 1
    distinct = keys[order][is_new]
    return distinct // max(count, 1), distinct % max(count, 1), back


def _compare(one: ObjectArray, other: ObjectArray, scorer: Scorer) -> FloatArray:
    scores = process.cpdist(one.tolist(), other.tolist(), scorer=scorer, dtype=np.float32, workers=1)
    return np.asarray(scores, dtype=np.float64) / 100


def _flag_short(cores: ObjectArray, left: IntArray, right: IntArray) -> BoolArray:
    # One letter is a typing error in "Konkordia" and another name in "Rosi".
    lengths = np.array([len(core) for core in cores], dtype=np.int64)
    return np.asarray(np.minimum(lengths[left], lengths[right]) <= SHORT_WORD)
