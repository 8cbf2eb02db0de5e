# SPDX-License-Identifier: MIT
"""Work side by side, for code that lets other threads run: numba's, GEOS's and much of numpy's does."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

_S = TypeVar("_S")
_T = TypeVar("_T")


def run_in_threads(work: Callable[[int, int], _T], count: int) -> list[_T]:
    """
    Call `work(first, past)` for contiguous shares of the numbers below `count`, one share a processor.

    Returns
    -------
    results
        In the order of the shares: put together, the same whatever the number of processors.
    """
    share_count = max(1, min(_count_processors(), count))
    bounds = [count * share // share_count for share in range(share_count + 1)]
    return map_in_threads(lambda share: work(*share), list(pairwise(bounds)))


def map_in_threads(work: Callable[[_S], _T], items: Sequence[_S]) -> list[_T]:
    """
    Call `work` for each item; a processor that is done takes the next one.

    Returns
    -------
    results
        In the order of the items, the same whatever the number of processors.
    """
    if min(_count_processors(), len(items)) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_count_processors()) as pool:
        return list(pool.map(work, items))


def _count_processors() -> int:
    return len(os.sched_getaffinity(0))
