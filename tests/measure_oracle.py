# SPDX-License-Identifier: MIT
"""An independent computation of all measures: networkx for the walks, plain loops for the rest."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

from begegnung_geo.analysis.network import index_network
from begegnung_geo.analysis.snapping import snap_to_edges
from begegnung_geo.profile import Measures, Walking
from walk_oracle import build_oracle


def walk_everywhere(
    demand: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    tables: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    *,
    allowed: set[str],
    walking: Walking,
) -> np.ndarray:
    """Return the walk from every home to every place over some edges, infinite where there is none."""
    nodes, edges = tables
    network = index_network(nodes, edges[edges["step_free"].isin(allowed)], step_free=False)
    snap = {"snap_distance_m": walking.snap_distance_m, "scrap_length_m": walking.scrap_length_m}
    homes, doors = (snap_to_edges(layer.geometry, network, **snap) for layer in (demand, places))
    graph = build_oracle(network, homes, doors)
    walks = np.full((len(demand), len(places)), np.inf)
    for place in np.flatnonzero(doors.edge >= 0).tolist():
        found = nx.single_source_dijkstra_path_length(graph, ("place", place))
        for home in np.flatnonzero(homes.edge >= 0).tolist():
            walks[home, place] = found.get(("home", home), np.inf)
    return walks


WAYS = {"all": {"yes", "unknown", "no"}, "known": {"yes"}, "possible": {"yes", "unknown"}}


class Oracle:
    """Every measure of one town, by the book."""

    def __init__(
        self,
        demand: gpd.GeoDataFrame,
        counted_places: gpd.GeoDataFrame,
        tables: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
        *,
        walking: Walking,
        measures: Measures,
        class_groups: Mapping[str, str],
    ) -> None:
        places = counted_places.sort_values("begegnungsort_id", ignore_index=True)
        self.demand, self.walking, self.measures = demand.reset_index(drop=True), walking, measures
        self.class_key = places["class"].tolist()
        self.letter = [class_groups[key] for key in self.class_key]
        self.seats = [
            measures.capacity_assumed_persons if np.isnan(n) else n for n in places["capacity_persons"]
        ]
        walks = {
            ways: walk_everywhere(demand, places, tables, allowed=allowed, walking=walking)
            for ways, allowed in WAYS.items()
        }
        nearest = walks["all"].min(axis=1, initial=np.inf)
        # Without steps nobody walks less than with them (docs/method.md, Walking distance).
        for ways in ("known", "possible"):
            walks[ways] = np.maximum(walks[ways], nearest[:, None])
        self.walks = walks
        self.near: dict[tuple[str, float], list[list[int]]] = {}
        self.status = self.demand["status"].tolist()
        home_xy = np.array([(p.x, p.y) for p in demand.geometry]).reshape(-1, 2)
        place_xy = np.array([(p.x, p.y) for p in places.geometry]).reshape(-1, 2)
        self.air = np.hypot(*(home_xy[:, None, :] - place_xy[None, :, :]).transpose(2, 0, 1))

    def flag(self, destination: str) -> np.ndarray:
        """Return which places are of a group of classes or of a class."""
        both = zip(self.letter, self.class_key, strict=True)
        return np.array([destination in ("any", *own) for own in both], dtype=bool)

    def reach(self, profile: str, minutes: float) -> float:
        """Return the metres of a profile."""
        return self.walking.profiles[profile].speed_m_s * 60 * minutes

    def of(self, profile: str) -> np.ndarray:
        """Return the walks of a profile, along ways it can surely use."""
        return self.walks["known" if self.walking.profiles[profile].step_free else "all"]

    def is_blind(self, home: int, reach_m: float) -> bool:
        """Return whether even on all ways the map cannot tell if a place is within reach."""
        status = self.status[home]
        is_near = bool((self.air[home] <= reach_m).any())
        return status == "no_walkway_near" or (status == "isolated" and is_near)

    def list_possible(self, home: int, profile: str, reach_m: float) -> set[int]:
        """Return the places that may be within reach, if unknown ways can be used."""
        near = set(self.list_near(home, profile, reach_m))
        if self.walking.profiles[profile].step_free:
            near |= set(np.flatnonzero(self.walks["possible"][home] <= reach_m).tolist())
        return near

    def is_unknown(self, home: int, profile: str, reach_m: float) -> bool:
        """Return whether the map cannot tell if a counted place is within reach of a home."""
        if self.list_near(home, profile, reach_m):
            return False
        return self.is_blind(home, reach_m) or bool(self.list_possible(home, profile, reach_m))

    def list_near(self, home: int, profile: str, reach_m: float) -> list[int]:
        """Return the places within reach."""
        key = (profile, reach_m)
        if key not in self.near:
            self.near[key] = [np.flatnonzero(row <= reach_m).tolist() for row in self.of(profile)]
        return self.near[key][home]

    def find_lowest(self, destination: str, profile: str, nearest: np.ndarray) -> np.ndarray:
        """Return how short each walk may be: doubtful ways usable, no walk known as the crow flies."""
        is_kind = self.flag(destination)
        everyone = self.walks["all"][:, is_kind].min(axis=1, initial=np.inf)
        lowest = everyone.copy()
        if self.walking.profiles[profile].step_free:
            possible = self.walks["possible"][:, is_kind].min(axis=1, initial=np.inf)
            lowest = np.minimum(np.maximum(possible, everyone), nearest)
        for home, status in enumerate(self.status):
            if np.isinf(everyone[home]):
                lowest[home] = self.air[home, is_kind].min(initial=np.inf)
            if status == "no_walkway_near":
                lowest[home] = 0.0
        return lowest

    def share_seats(self, profile: str) -> tuple[list[float], list[float]]:
        """Return seats for each person by E2SFCA and balanced, as the formulas stand."""
        walks, persons = self.of(profile), self.demand["persons"].tolist()
        ends = [self.reach(profile, minutes) for minutes in self.measures.zone_ends_min]
        zones = list(zip(ends, self.measures.zone_weights, strict=True))
        weights = [
            {
                place: next(weight for end, weight in zones if walks[home, place] <= end)
                for place in self.list_near(home, profile, ends[-1])
            }
            for home in range(len(persons))
        ]
        asked, balanced = [0.0] * len(self.seats), [0.0] * len(self.seats)
        for count, around in zip(persons, weights, strict=True):
            for place, weight in around.items():
                asked[place] += count * weight
                balanced[place] += count * weight / sum(around.values())
        e2sfca = [sum(self.seats[j] / asked[j] * w for j, w in around.items()) for around in weights]
        even = [
            sum(self.seats[j] / balanced[j] * w / sum(around.values()) for j, w in around.items())
            for around in weights
        ]
        return e2sfca, even

    def describe(self, rows: list[int], group: str, *, profile: str, minutes: int) -> dict[str, Any]:
        """Return the measures of some homes, person by person."""
        reach_m, column = self.reach(profile, minutes), "persons" if group == "all" else f"persons_{group}"
        persons = self.demand[column].to_numpy(dtype=float)
        known = [n for n in rows if not np.isnan(persons[n])]
        blind = {n for n in known if self.is_blind(n, reach_m)}
        places = {n: self.list_near(n, profile, reach_m) for n in known}
        kinds = {n: len({self.letter[place] for place in places[n]}) for n in known}
        maybe = {n: self.list_possible(n, profile, reach_m) for n in known}
        many = {n: len(maybe[n]) for n in known}
        enough = self.measures.choice_count

        def count(homes):
            return sum(persons[n] for n in homes)

        told = [n for n in known if n not in blind]
        return {
            "persons": count(known),
            "persons_unknown": count(n for n in known if self.is_unknown(n, profile, reach_m)),
            "persons_covered": count(n for n in known if places[n]),
            "persons_choice": count(n for n in known if len(places[n]) >= enough),
            "covered_share_max": _divide(count(n for n in known if n in blind or many[n]), count(known)),
            "choice_share_max": _divide(
                count(n for n in known if n in blind or many[n] >= enough), count(known)
            ),
            "places_mean": _divide(sum(persons[n] * len(places[n]) for n in told), count(told)),
            "places_mean_max": _divide(sum(persons[n] * many[n] for n in told), count(told)),
            "kinds_mean": _divide(sum(persons[n] * kinds[n] for n in told), count(told)),
            "places_median": find_median([(len(places[n]), persons[n]) for n in known]),
            "places_median_max": find_median(
                [(np.inf if n in blind else many[n], persons[n]) for n in known]
            ),
            "kinds_median": find_median([(kinds[n], persons[n]) for n in known]),
        }


def find_median(pairs: list[tuple[float, float]], share: float = 0.5) -> float:
    """Return the value that a share of the people does not exceed, by counting upwards."""
    pairs = sorted(pairs)
    total, running = sum(weight for _, weight in pairs), 0.0
    for value, weight in pairs:
        running += weight
        if weight > 0 and running >= share * total - 1e-6:
            return value if np.isfinite(value) else np.nan
    return np.nan


def check_town(
    oracle: Oracle,
    access: pd.DataFrame,
    *,
    tables: Mapping[str, pd.DataFrame],
    areas: list[tuple[str, str]],
) -> int:
    """Assert that all tables say what the oracle says; returns how many figures were compared."""
    compared = _check_homes(oracle, access)
    demand = oracle.demand
    for level, district_id in areas:
        column = f"district_id_{level}"
        rows = np.flatnonzero(demand[column] == district_id) if level != "city" else np.arange(len(demand))
        here = (level, district_id)
        compared += _check_choice(oracle, tables["district_choice"], here=here, rows=rows.tolist())
        compared += _check_walks(oracle, tables["district_walks"], here=here, rows=rows.tolist())
        compared += _check_seats(oracle, tables["district_seats"], here=here, rows=rows.tolist())
    return compared


def _check_homes(oracle: Oracle, access: pd.DataFrame) -> int:
    compared = 0
    for profile, rows in access.groupby("profile"):
        mine = rows.set_index("demand_id").loc[oracle.demand["demand_id"]]
        walks = oracle.of(str(profile))
        nearest = walks.min(axis=1, initial=np.inf)
        np.testing.assert_allclose(mine["walk_distance_m"].fillna(np.inf), nearest, atol=0.1)
        speed = oracle.walking.profiles[str(profile)].speed_m_s * 60
        np.testing.assert_allclose(mine["walk_min"].fillna(np.inf), nearest / speed, atol=0.01)
        far = np.maximum(_rank(walks, oracle), _rank(oracle.walks["all"], oracle))
        fastest = max(oracle.walking.profiles, key=lambda key: oracle.walking.profiles[key].speed_m_s)
        horizon_m = oracle.reach(fastest, max(oracle.walking.thresholds_min))
        is_told = far <= horizon_m
        np.testing.assert_allclose(mine["choice_distance_m"].to_numpy()[is_told], far[is_told], atol=0.1)
        assert mine["choice_distance_m"][~is_told].isna().all()
        for destination in sorted({*oracle.letter, *oracle.class_key}):
            is_kind = oracle.flag(destination)
            expected = walks[:, is_kind].min(axis=1)
            # A kind's walk without steps is also no shorter than everyone's walk to that kind.
            expected = np.maximum(expected, oracle.walks["all"][:, is_kind].min(axis=1))
            column = mine[f"distance_{destination.lower()}_m"].fillna(np.inf)
            np.testing.assert_allclose(column, expected, atol=0.1)
        for minutes in oracle.walking.thresholds_min:
            reach_m = oracle.reach(str(profile), minutes)
            for home, row in enumerate(mine.to_dict("records")):
                compared += 1
                if oracle.is_unknown(home, str(profile), reach_m):
                    assert np.isnan(row[f"places_within_{minutes}_min"])
                    continue
                near = oracle.list_near(home, str(profile), reach_m)
                assert row[f"places_within_{minutes}_min"] == len(near)
                assert row[f"kinds_within_{minutes}_min"] == len({oracle.letter[p] for p in near})
    return compared


def _rank(walks: np.ndarray, oracle: Oracle) -> np.ndarray:
    count = oracle.measures.choice_count
    return np.sort(walks, axis=1)[:, count - 1] if walks.shape[1] >= count else np.full(len(walks), np.inf)


def _check_choice(oracle: Oracle, table: pd.DataFrame, *, here: tuple[str, str], rows: list[int]) -> int:
    own = table[(table["level"] == here[0]) & (table["district_id"] == here[1])]
    for row in own.to_dict("records"):
        expected = oracle.describe(
            rows, row["persons_group"], profile=row["profile"], minutes=row["threshold_min"]
        )
        is_void = np.isnan(row["persons"])
        assert is_void == (not expected["persons"] and row["persons_without_group"] > 0)
        if is_void:
            continue
        for name, value in expected.items():
            assert row[name] == _near(value), (here, name, row)
        if expected["persons"] > 0:
            share = expected["persons_covered"] / expected["persons"]
            assert abs(row["covered_share"] - share) < 1e-6
            share = expected["persons_choice"] / expected["persons"]
            assert abs(row["choice_share"] - share) < 1e-6
    return len(own)


def _check_walks(oracle: Oracle, table: pd.DataFrame, *, here: tuple[str, str], rows: list[int]) -> int:
    own = table[(table["level"] == here[0]) & (table["district_id"] == here[1])]
    own = own[own["destination"].isin({"any", *oracle.letter, *oracle.class_key})]
    for row in own.to_dict("records"):
        group, walks = row["persons_group"], oracle.of(row["profile"])
        column = "persons" if group == "all" else f"persons_{group}"
        persons = oracle.demand[column].to_numpy(dtype=float)
        known = [n for n in rows if persons[n] > 0]
        is_kind = oracle.flag(row["destination"])
        nearest = walks[:, is_kind].min(axis=1, initial=np.inf)
        if row["destination"] != "any":
            nearest = np.maximum(nearest, oracle.walks["all"][:, is_kind].min(axis=1, initial=np.inf))
        lowest = oracle.find_lowest(row["destination"], row["profile"], nearest)
        for end, walked in (("_max", nearest), ("", lowest)):
            for name, share in (("median", 0.5), ("p90", 0.9)):
                expected = find_median([(walked[n], persons[n]) for n in known], share)
                told = row[f"{name}{end}_m"]
                assert np.isclose(told, expected, rtol=0, atol=0.1, equal_nan=True), (here, row)
        unsure = [n for n in known if lowest[n] < nearest[n] - 1e-6]
        lost = [n for n in unsure if np.isinf(nearest[n])]
        if known or not row["persons_without_group"]:
            assert row["persons_without_walk"] == _near(sum(persons[n] for n in lost)), (here, row)
            ranged = sum(persons[n] for n in unsure) - sum(persons[n] for n in lost)
            assert row["persons_ranged"] == _near(ranged), (here, row)
    return len(own)


def _check_seats(oracle: Oracle, table: pd.DataFrame, *, here: tuple[str, str], rows: list[int]) -> int:
    own = table[
        (table["level"] == here[0]) & (table["district_id"] == here[1]) & (table["persons_group"] == "all")
    ]
    persons = oracle.demand["persons"].tolist()
    for row in own.to_dict("records"):
        profile = row["profile"]
        end = oracle.reach(profile, oracle.measures.zone_ends_min[-1])
        known = [n for n in rows if not oracle.is_unknown(n, profile, end)]
        for name, seats in zip(("seats_e2sfca", "seats_balanced"), oracle.share_seats(profile), strict=True):
            expected = 1000 * _divide(
                sum(persons[n] * seats[n] for n in known), sum(persons[n] for n in known)
            )
            assert row[name] == _near(expected)
    return len(own)


def _divide(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


class _near:  # noqa: N801 - reads as a comparison
    """Equal up to the last digits, NaN to NaN."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return bool(np.isclose(float(other), self.value, rtol=1e-9, atol=1e-9, equal_nan=True))  # type: ignore[arg-type]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"about {self.value!r}"
