# SPDX-License-Identifier: MIT
"""
Seats within reach where everyone else wants them too: floating catchment areas.

Three published or derived measures on one matrix of walks. In all of them a place's
seats are shared among the people around it, near ones more than far ones:

- `measure_e2sfca`: enhanced two-step floating catchment area (Luo & Qi 2009, Health &
  Place 15, 1100-1107);
- `measure_balanced_seats`: the same with balanced demand - everybody asks for one seat in
  all, however many places are around (step one of Páez, Higgins & Vivona 2019, PLoS ONE
  14(6) e0218773), and gets the mean of what those places have for each person;
- `measure_bfca`: the balanced floating catchment area as published there.
"""

from collections.abc import Sequence

import numpy as np

from begegnung_geo.analysis.network import Floats
from begegnung_geo.analysis.walk_matrix import WalkMatrix


def weigh_zones(matrix: WalkMatrix, *, zone_ends_m: Sequence[float], weights: Sequence[float]) -> Floats:
    """
    Return the weight of each walk by the zone it ends in; beyond the last zone 0.

    Parameters
    ----------
    matrix
        Walks within at least the end of the last zone.
    zone_ends_m
        Where each zone ends, rising, in metres; a place exactly there is inside.
    weights
        One a zone, 1 for the nearest.

    Returns
    -------
    weight
        One entry an entry of the matrix.
    """
    zone = np.searchsorted(np.asarray(zone_ends_m, dtype=np.float64), matrix.distance_m)
    weight: Floats = np.append(np.asarray(weights, dtype=np.float64), 0.0)[zone]
    return weight


def measure_e2sfca(matrix: WalkMatrix, weight: Floats, *, persons: Floats, seats: Floats) -> Floats:
    """
    Return the seats for each person at each home, competing with everybody around.

    A place j has r_j = S_j / sum_i P_i w_ij seats for each person around it; a person at
    home i gets a_i = sum_j r_j w_ij. The people times their seats add up to the seats of
    all places that anybody reaches.

    Parameters
    ----------
    matrix
        Walks from homes to places.
    weight
        Weight of each walk (`weigh_zones`).
    persons
        People of each home.
    seats
        Seats of each place.

    Returns
    -------
    seats_per_person
        One entry a home, 0 where no place is within reach. A place that nobody lives
        near gives nothing to anybody.
    """
    demand = _sum_places(matrix, persons[matrix.point] * weight)
    return _sum_points(matrix, _divide(seats, demand)[matrix.place] * weight)


def measure_balanced_seats(matrix: WalkMatrix, weight: Floats, *, persons: Floats, seats: Floats) -> Floats:
    """
    Return the seats for each person at each home where everybody asks for one seat only.

    A person's weights are divided by their sum, v_ij = w_ij / sum_j w_ij, so that demand
    is not counted once a place. A place j has l_j = S_j / sum_i P_i v_ij seats for each
    person that chooses it; a person gets the mean a_i = sum_j v_ij l_j. The people times
    their seats add up to the seats of all places that anybody reaches, and a home split
    in two gives both parts the same.

    Parameters
    ----------
    matrix, weight, persons, seats
        As in `measure_e2sfca`.

    Returns
    -------
    seats_per_person
        One entry a home, 0 where no place is within reach.
    """
    choice = _balance_demand(matrix, weight)
    demand = _sum_places(matrix, persons[matrix.point] * choice)
    return _sum_points(matrix, _divide(seats, demand)[matrix.place] * choice)


def measure_bfca(matrix: WalkMatrix, weight: Floats, *, persons: Floats, seats: Floats) -> Floats:
    """
    Return the balanced floating catchment area of each home, as published.

    Demand as in `measure_balanced_seats`; the level of service l_j of a place is then
    divided among the *homes* around it, b_i = sum_j l_j w_ij / sum_i w_ij, so that the
    homes' shares add up to the levels of all places. How many homes share a place depends
    on how cells are drawn: compare homes of one grid, not grids and not sums of people.

    Parameters
    ----------
    matrix, weight, persons, seats
        As in `measure_e2sfca`.

    Returns
    -------
    level
        One entry a home: its share of the levels of service, 0 where no place is in reach.
    """
    demand = _sum_places(matrix, persons[matrix.point] * _balance_demand(matrix, weight))
    level_of_share = _divide(_divide(seats, demand), _sum_places(matrix, weight))
    return _sum_points(matrix, level_of_share[matrix.place] * weight)


def _balance_demand(matrix: WalkMatrix, weight: Floats) -> Floats:
    total = _sum_points(matrix, weight)
    return weight * _divide(np.ones(matrix.point_count), total)[matrix.point]


def _sum_places(matrix: WalkMatrix, values: Floats) -> Floats:
    return np.bincount(matrix.place, weights=values, minlength=matrix.place_count).astype(np.float64)


def _sum_points(matrix: WalkMatrix, values: Floats) -> Floats:
    return np.bincount(matrix.point, weights=values, minlength=matrix.point_count).astype(np.float64)


def _divide(part: Floats, whole: Floats) -> Floats:
    # Nothing is shared out where nobody is there to take it.
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)
