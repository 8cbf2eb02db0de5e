# SPDX-License-Identifier: MIT
"""Tiny OSM files for tests: a grid of nodes, ways over them, relations over those."""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import osmium
import shapely
from pyproj import Transformer

from begegnung_geo.config import find_config_dir
from begegnung_geo.sources.osm import OsmTables, read_osm
from begegnung_geo.walk_rules import read_walk_rules

CRS = "EPSG:25832"
FILTERS = {
    "amenity": None,
    "club": frozenset({"sport"}),
    "building": frozenset({"church"}),
    "landuse": frozenset({"allotments"}),
    "disused:amenity": frozenset({"place_of_worship"}),
}
WALK_RULES = read_walk_rules(find_config_dir() / "walkways.csv")
_LON, _LAT, _STEP = 7.5, 51.5, 0.001  # a step is about 69 m east, 111 m north
_TO_METRIC = Transformer.from_crs(4326, CRS, always_xy=True)

Tags = dict[str, str]


def lonlat(x: float, y: float) -> tuple[float, float]:
    return round(_LON + x * _STEP, 7), round(_LAT + y * _STEP, 7)


def metric(x: float, y: float) -> tuple[float, float]:
    """Return a grid position in the CRS of the tables."""
    return _TO_METRIC.transform(*lonlat(x, y))


def metric_polygon(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([metric(*corner) for corner in corners])


def node(  # noqa: PLR0917  # read often: short calls
    number: int, x: float, y: float, tags: Tags | None = None, **attributes: str
) -> str:
    lon, lat = lonlat(x, y)
    return _element("node", tags, attributes | {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}, number=number)


def way(number: int, refs: Iterable[int], tags: Tags | None = None, **attributes: str) -> str:
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return _element("way", tags, attributes, number=number, inner=nodes)


def relation(number: int, members: Iterable[tuple[int, str]], tags: Tags, **attributes: str) -> str:
    ways = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
    return _element("relation", tags, attributes, number=number, inner=ways)


def square(first: int, x: float, y: float, side: float) -> list[str]:  # noqa: PLR0917
    """Return four corner nodes, numbered from `first`, counter-clockwise."""
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    return [node(first + i, *corner) for i, corner in enumerate(corners)]


def ring(first: int) -> list[int]:
    """Return the refs of the ring around a `square`."""
    return [first, first + 1, first + 2, first + 3, first]


def write_osm(path: Path, *elements: str) -> Path:
    """Write the elements in the order given; other endings are converted by pyosmium."""
    text = f"<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>{''.join(elements)}</osm>"
    xml = path if path.suffix == ".osm" else path.with_name("source.osm")
    xml.write_text(text, encoding="utf-8")
    if xml != path:
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for element in osmium.FileProcessor(str(xml)):
                writer.add(element)
    return path


def read_elements(folder: Path, *elements: str, clip: shapely.Polygon | None = None) -> OsmTables:
    """Write the elements to an `.osm` file and read it with the rules of the tests."""
    return read_file(write_osm(folder / "test.osm", *elements), clip=clip)


def read_file(path: Path, *, clip: shapely.Polygon | None = None) -> OsmTables:
    return read_osm(path, crs=CRS, clip=clip, feature_filters=FILTERS, walk_rules=WALK_RULES)


def _element(kind: str, tags: Tags | None, attributes: Tags, *, number: int, inner: str = "") -> str:
    pairs = {"id": str(number), "version": "1", **attributes}
    head = " ".join(f"{key}={quoteattr(value)}" for key, value in pairs.items())
    body = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in (tags or {}).items())
    return f"<{kind} {head}>{inner}{body}</{kind}>"
