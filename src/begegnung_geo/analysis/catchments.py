# SPDX-License-Identifier: MIT
"""
Seats within reach where everyone else wants them too: floating catchment areas.

Three published or derived measures on the same walks. In all of them a place's
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
from scipy.sparse import csc_array, csr_array

from begegnung_geo.analysis.network import Floats
from begegnung_geo.analysis.reach_tally import WalkZones


def weigh_zones(walks: WalkZones, *, zone_ends_m: Sequence[float], weights: Sequence[float]) -> csc_array:
    """
    Return the weight of each walk by the zone it ends in; beyond the last zone 0.

    Parameters
    ----------
    walks
        Walks within at least the end of the last zone.
    zone_ends_m
        Where each zone ends, rising, in metres, all of them among `walks.ends_m`; a place
        exactly there is inside.
    weights
        One a zone, 1 for the nearest.

    Returns
    -------
    weight
        Homes x places.
    """
    own = np.searchsorted(np.asarray(zone_ends_m, dtype=np.float64), walks.ends_m)
    of_walk = np.append(np.asarray(weights, dtype=np.float64), 0.0)[own][walks.zone]
    indptr = np.concatenate([[0], np.cumsum(walks.size)])
    return csc_array((of_walk, walks.point, indptr), shape=(walks.point_count, walks.place_count))


def measure_e2sfca(weight: csc_array, *, persons: Floats, seats: Floats) -> Floats:
    """
    Return the seats for each person at each home, competing with everybody around.

    A place j has r_j = S_j / sum_i P_i w_ij seats for each person around it; a person at
    home i gets a_i = sum_j r_j w_ij. The people times their seats add up to the seats of
    all places that anybody reaches.

    Parameters
    ----------
    weight
        Weight of each walk, homes x places (`weigh_zones`).
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
    return _add_up(weight, _divide(seats, _add_up(weight.T, persons)))


def measure_balanced_seats(weight: csc_array, *, persons: Floats, seats: Floats) -> Floats:
    """
    Return the seats for each person at each home where everybody asks for one seat only.

    A person's weights are divided by their sum, v_ij = w_ij / sum_j w_ij, so that demand
    is not counted once a place. A place j has l_j = S_j / sum_i P_i v_ij seats for each
    person that chooses it; a person gets the mean a_i = sum_j v_ij l_j. The people times
    their seats add up to the seats of all places that anybody reaches, and a home split
    in two gives both parts the same.

    Parameters
    ----------
    weight, persons, seats
        As in `measure_e2sfca`.

    Returns
    -------
    seats_per_person
        One entry a home, 0 where no place is within reach.
    """
    total = _add_up(weight, np.ones(weight.shape[1]))
    demand = _add_up(weight.T, _divide(persons, total))
    return _divide(_add_up(weight, _divide(seats, demand)), total)


def measure_bfca(weight: csc_array, *, persons: Floats, seats: Floats) -> Floats:
    """
    Return the balanced floating catchment area of each home, as published.

    Demand as in `measure_balanced_seats`; the level of service l_j of a place is then
    divided among the *homes* around it, b_i = sum_j l_j w_ij / sum_i w_ij, so that the
    homes' shares add up to the levels of all places. How many homes share a place depends
    on how cells are drawn: compare homes of one grid, not grids and not sums of people.

    Parameters
    ----------
    weight, persons, seats
        As in `measure_e2sfca`.

    Returns
    -------
    level
        One entry a home: its share of the levels of service, 0 where no place is in reach.
    """
    total = _add_up(weight, np.ones(weight.shape[1]))
    demand = _add_up(weight.T, _divide(persons, total))
    of_places = _add_up(weight.T, np.ones(weight.shape[0]))
    return _add_up(weight, _divide(_divide(seats, demand), of_places))


def _add_up(weight: csc_array | csr_array, values: Floats) -> Floats:
    return np.asarray(weight @ values, dtype=np.float64)


def _divide(part: Floats, whole: Floats) -> Floats:
    # Nothing is shared out where nobody is there to take it.
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)
