# SPDX-License-Identifier: MIT
"""Street names and house numbers: each house belongs to the nearest named street."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from begegnung_geo.sample import names
from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.plan import Zone
from begegnung_geo.sample.streets import Streets
from begegnung_geo.sample.terrain import Flags, Floats, Objects, Tile, to_points

UNNAMED = ("footway", "path", "track", "cycleway", "service", "steps")
_WITHOUT_NUMBER = ("garage", "shed", "barn", "allotment_house")
_REACH_M = 90.0


@dataclass
class Addresses:
    """Street and number of each house; "" where it has none."""

    street: Objects
    number: Objects


def assign_street_names(streets: Streets, tile: Tile, *, seed: int) -> Objects:
    """Return the name of each way, "" where it has none; one line keeps its name."""
    rng = np.random.default_rng([seed, tile.index, 6])
    pool = names.build_street_names(rng, offset=tile.index)
    line_count = len(streets.lines.geometry)
    road_name = streets.lines.road_name
    is_named_way = ~np.isin(streets.highway, UNNAMED)
    zone = np.minimum(streets.zone_left, streets.zone_right)
    line_zone = np.full(line_count, int(Zone.NONE))
    np.minimum.at(line_zone, streets.line[is_named_way], zone[is_named_way])
    line_name = np.full(line_count, "", dtype=object)
    wants = (line_zone < Zone.NONE) & (road_name == "")
    for special, some in (
        (Zone.CORE, names.build_core_names()),
        (Zone.INDUSTRY, names.build_industry_names()),
    ):
        lines = np.flatnonzero(wants & (line_zone == special))[: len(some)]
        line_name[lines] = some[: len(lines)]
    rest = np.flatnonzero(wants & (line_name == ""))
    line_name[rest] = pool[np.arange(len(rest)) % len(pool)]
    line_name = np.where(road_name != "", road_name, line_name)
    way_name = line_name[streets.line]
    for way in np.flatnonzero(way_name == "Wall").tolist():
        way_name[way] = _name_wall(streets, way)
    return np.where(is_named_way, way_name, "")


def _name_wall(streets: Streets, way: int) -> str:
    x, y = streets.node_xy[streets.refs[streets.start[way] : streets.start[way + 1]]].mean(axis=0)
    if abs(x) > abs(y):
        return "Ostwall" if x > 0 else "Westwall"
    return "Nordwall" if y > 0 else "Südwall"


def assign_addresses(
    houses: Houses, *, way_name: Objects, way_lines: Objects, rng: np.random.Generator
) -> Addresses:
    """
    Return street and number of each house.

    Numbers rise along the street, odd ones on its left; some are left out, some
    have a letter.
    """
    named = np.flatnonzero(way_name != "")
    tree = shapely.STRtree(way_lines[named])
    points = to_points(houses.front)
    wants = np.flatnonzero(~np.isin(houses.kind, _WITHOUT_NUMBER))
    found, hit = tree.query_nearest(points[wants], max_distance=_REACH_M, all_matches=False)
    house, way = wants[found], named[hit]
    along = np.asarray(shapely.line_locate_point(way_lines[way], points[house]))
    table = pd.DataFrame(
        {
            "house": house,
            "street": way_name[way],
            "way": way,
            "along": along,
            "is_left": _is_left(way_lines[way], along, points=houses.front[house]),
            "skip": rng.uniform(0, 1, len(house)),
        }
    ).sort_values(["street", "is_left", "way", "along", "house"], kind="stable")
    group = table.groupby(["street", "is_left"], sort=False)
    has_letter = (table["skip"] < 0.06) & (group.cumcount() > 0)
    step = np.where(has_letter, 0, np.where(table["skip"] > 0.93, 2, 1))
    rank = (
        pd.Series(step, index=table.index).groupby([table["street"], table["is_left"]], sort=False).cumsum()
    )
    number = np.maximum(rank, 1) * 2 - table["is_left"].astype(int)
    same = table.assign(number=number).groupby(["street", "is_left", "number"], sort=False).cumcount()
    letter = np.array(["", *"abcdefghijklmnopqrstuvwxyz"], dtype=object)[np.minimum(same, 26)]
    street_column = np.full(len(houses.kind), "", dtype=object)
    number_column = np.full(len(houses.kind), "", dtype=object)
    street_column[table["house"]] = table["street"].to_numpy(dtype=object)
    number_column[table["house"]] = np.asarray(number).astype(str).astype(object) + letter
    return Addresses(street_column, number_column)


def _is_left(lines: Objects, along: Floats, *, points: Floats) -> Flags:
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along - 1.0, 0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines, along + 1.0))
    ahead, aside = after - before, points - before
    return np.asarray(ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0] > 0)
