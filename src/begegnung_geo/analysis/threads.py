# SPDX-License-Identifier: MIT
"""Shares of a loop side by side, for code that lets other threads run."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def run_in_threads(work: Callable[[int, int], _T], count: int) -> list[_T]:
    """
    Call `work(first, past)` for contiguous shares of the numbers below `count`, one share a processor.

    Returns
    -------
    results
        In the order of the shares: put together, the same whatever the number of processors.
    """
    share_count = max(1, min(len(os.sched_getaffinity(0)), count))
    bounds = [count * share // share_count for share in range(share_count + 1)]
    if share_count == 1:
        return [work(0, count)]
    with ThreadPoolExecutor(share_count) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))
