# SPDX-License-Identifier: MIT
"""
Which rooms together: 70,000 homes and 500 rooms on a network of 189,000 nodes, 20 opened.

From the walks on the network to the proven choice; 60 places are open today, so that most homes
are not within reach and every room has something to add. No peer answers the same questions.
"""

import resource
import time
from collections.abc import Callable

import numpy as np
from cities import build_city
from measuring import Options, Result, read_options, tell
from scipy.sparse import csr_array

from begegnung_geo.analysis.siting import build_siting_problem
from begegnung_geo.analysis.siting_solvers import (
    Choice,
    Conditions,
    choose_fewest,
    choose_greedily,
    choose_most_covered,
    choose_most_saved,
)
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.analysis.walk_matrix import find_nearest, keep_places, measure_walk_matrix

ROOMS = 500
TODAY = 60
OPENED = 20
REACH_M = 600.0
LIMIT_S = 60.0


def main(options: Options) -> None:
    """Measure the walks, then each question once: a solver's time is not a matter of warming up."""
    limit_s = LIMIT_S / 3 if options.is_quick else LIMIT_S
    city = build_city()
    network = city.index()
    homes, places = (
        snap_to_edges(xy, network, snap_distance_m=300, scrap_length_m=0)
        for xy in (city.home_xy, city.place_xy[: ROOMS + TODAY])
    )
    start = time.perf_counter()
    matrix = measure_walk_matrix(homes, places, network, reach_m=1250.0)
    tell(
        Result(
            "siting",
            f"walks of {len(city.home_xy):,} homes to {ROOMS + TODAY} places",
            time.perf_counter() - start,
            "s",
        )
    )
    is_room = np.arange(ROOMS + TODAY) < ROOMS
    walk_m = find_nearest(keep_places(matrix, ~is_room)).distance_m
    rooms = keep_places(matrix, is_room)
    rng = np.random.default_rng(4)
    persons = rng.integers(1, 30, len(city.home_xy)).astype(np.float64)
    problem = build_siting_problem(rooms, persons, walk_m <= REACH_M, reach_m=REACH_M)
    no_must = np.zeros(len(is_room), dtype=bool)
    conditions, every = (Conditions(count, no_must, ~is_room) for count in (OPENED, ROOMS))
    gain_m = np.where(np.isfinite(walk_m), walk_m, 0.0)[rooms.point] - rooms.distance_m
    saved = csr_array(
        (persons[rooms.point] * np.maximum(gain_m, 0.0) / 60, (rooms.point, rooms.place)),
        shape=(rooms.point_count, rooms.place_count),
    )
    saved.eliminate_zeros()
    questions: dict[str, Callable[[], Choice]] = {
        f"most people within {REACH_M:.0f} m, exact": lambda: choose_most_covered(
            problem, conditions, time_limit_s=limit_s
        ),
        f"most people within {REACH_M:.0f} m, greedy": lambda: choose_greedily(problem, conditions),
        "fewest for everybody possible, exact": lambda: choose_fewest(problem, every, time_limit_s=limit_s),
        f"most minutes saved ({saved.nnz:,} pairs)": lambda: choose_most_saved(
            saved, conditions, time_limit_s=limit_s
        ),
    }
    best = 0.0
    for name, ask in questions.items():
        start = time.perf_counter()
        choice = ask()
        took_s = time.perf_counter() - start
        proof = f"gap {choice.gap:.2%}"
        if "greedy" in name:
            proof = f"{choice.gain / best:.2%} of the best"
        best = choice.gain
        note = f"{len(choice.chosen)} opened, gain {choice.gain:,.0f}, {proof}"
        tell(Result("siting", name, took_s, "s", target=LIMIT_S, note=note))
    beyond = 1 - problem.covered_weight / persons.sum()
    note = (
        f"network included; {problem.reaches.shape[0]:,} groups of homes, {beyond:.0%} of the people beyond"
    )
    used_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    tell(Result("siting", "peak memory", used_gb, "GB", target=2.0, note=note))


if __name__ == "__main__":
    main(read_options())
