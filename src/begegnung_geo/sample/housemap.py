# SPDX-License-Identifier: MIT
"""Houses drawn into the OSM file, with addresses, storeys and some doors."""

import numpy as np

from begegnung_geo.sample.addresses import Addresses
from begegnung_geo.sample.buildings import Houses
from begegnung_geo.sample.landscape import TOWN
from begegnung_geo.sample.osm import OsmTown
from begegnung_geo.sample.terrain import Ints, Objects

_LEVELS_EVERY = 3  # one house of three has its storeys drawn
_BAD_NUMBER = "?7-"


def draw_houses(
    osm: OsmTown, houses: Houses, *, addresses: Addresses, bezirk: Ints, village_name: Objects
) -> Ints:
    """
    Draw all buildings and return the way ids.

    Parameters
    ----------
    bezirk
        Index of the Bezirk of each house, for the postcode; -1 beyond the border.
    village_name
        Town of the postal address of each house beyond the border.
    """
    has_address = addresses.street != ""
    index = np.arange(len(houses.kind))
    levels = np.where(houses.is_dwelling, houses.levels.astype(str).astype(object), "")
    postcode = np.array([f"999{max(number, -1) + 2:02d}" for number in range(-1, 40)], dtype=object)[
        bezirk + 1
    ]
    number = addresses.number.copy()
    number[np.flatnonzero(has_address)[40:41]] = _BAD_NUMBER
    way_ids = osm.add_rings(
        houses.polygons,
        {
            "building": houses.kind,
            "building:levels": np.where(index % _LEVELS_EVERY == 0, levels, "").astype(object),
            "addr:street": addresses.street,
            "addr:housenumber": number,
            "addr:postcode": np.where(has_address, postcode, "").astype(object),
            "addr:city": np.where(has_address, np.where(bezirk >= 0, TOWN, village_name), "").astype(object),
        },
    )
    for way_id in way_ids[houses.has_entrance].tolist():
        osm.tag_node(int(osm.find_refs(way_id)[1]), {"entrance": "main" if way_id % 3 else "yes"})
    return way_ids
