# SPDX-License-Identifier: MIT
"""Results of threads come in the order of what was asked, whoever is done first."""

import threading

import pytest

from begegnung_geo.analysis import threads
from begegnung_geo.analysis.threads import map_in_threads, run_in_threads


@pytest.fixture(params=[1, 2, 5])
def processors(request, monkeypatch):
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: set(range(request.param)))
    return request.param


@pytest.mark.usefixtures("processors")
def test_results_are_in_the_order_of_the_items():
    assert map_in_threads(lambda item: item * item, list(range(23))) == [n * n for n in range(23)]
    assert map_in_threads(lambda item: item, []) == []


def test_an_item_that_takes_long_comes_first_all_the_same(monkeypatch):
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1})
    is_second_done = threading.Event()

    def work(item):
        if item == "first":
            assert is_second_done.wait(timeout=20)
        else:
            is_second_done.set()
        return item

    assert map_in_threads(work, ["first", "second"]) == ["first", "second"]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_shares_cover_every_number_once_and_in_order(processors, count):
    shares = run_in_threads(lambda first, past: list(range(first, past)), count)
    assert [number for share in shares for number in share] == list(range(count))
    assert len(shares) == max(1, min(processors, count))


@pytest.mark.usefixtures("processors")
def test_an_error_of_a_thread_is_raised():
    def work(item):
        raise ValueError(item)

    with pytest.raises(ValueError, match="3"):
        map_in_threads(work, [3, 3])
