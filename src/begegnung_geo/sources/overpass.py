# SPDX-License-Identifier: MIT
"""
A fresh or small area from Overpass, asked through osmnx, written as an OSM file.

osmnx builds the queries. The answers end in one `.osm.pbf`, which `read_osm` reads
like any extract: the tables are the same because the way to them is the same.
"""

import hashlib
import json
import logging
import math
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import osmium
import osmnx
import shapely
from osmium.osm import mutable

from begegnung_geo.errors import SourceError
from begegnung_geo.files import write_bytes
from begegnung_geo.sources.archives import Box
from begegnung_geo.sources.download import ByteCounter, Download, Version
from begegnung_geo.sources.http_answers import TransientError, explain_full_disk
from begegnung_geo.sources.http_client import PoliteClient
from begegnung_geo.sources.osmnx_door import guard_osmnx, read_clock_s

logger = logging.getLogger(__name__)

MAP_KEYS = frozenset(
    ("addr:housenumber", "boundary", "building", "highway", "landuse", "leisure")
    + ("natural", "place", "railway", "waterway")
)
"""Keys of addresses, buildings, boundaries and the map's background, besides places and walkways."""

_TILE_AGE_MAX_S = 6 * 3600
_KM_PER_DEGREE = 111.2
_FREE_SLOTS = re.compile(r"(\d+) slots? available now")
_NEXT_SLOT = re.compile(r"Slot available after: [^,]*, in (-?\d+) seconds")
_KEPT = ("type", "id", "lat", "lon", "version", "timestamp", "tags", "nodes", "members")


def list_tag_keys(feature_keys: Iterable[str], walk_keys: Iterable[str]) -> tuple[str, ...]:
    """Return the OSM keys that `read_osm` looks at, sorted: what is asked for is what is read."""
    return tuple(sorted({*MAP_KEYS, *feature_keys, *walk_keys}))


def fetch_area(
    client: PoliteClient,
    url: str,
    *,
    box: Box,
    tag_keys: tuple[str, ...],
    part: Path,
    on_bytes: ByteCounter,
) -> Download:
    """
    Write all objects of an area that `read_osm` may need to an `.osm.pbf` file.

    The box is cut into tiles, one query each. Tiles that arrived are kept beside
    `part` for some hours, so that a broken fetch goes on with the missing ones.

    Parameters
    ----------
    client
        Client of this source.
    url
        Base address of the service, `https://…/api`.
    box
        West, south, east, north in WGS84 degrees.
    tag_keys
        OSM keys that make an object wanted, with any value.
    part
        File to write (PBF, sorted by kind and id, without user names).

    Raises
    ------
    SourceError
        If the area is larger than `overpass_area_max_km2`, the service cannot deliver
        within the bounds, or its answer carries an error remark.
    """
    rules = client.rules
    area_km2 = _measure_box_km2(box)
    if area_km2 > rules.overpass_area_max_km2:
        raise SourceError(
            f"the area of {area_km2:.0f} km² is too large for Overpass",
            where="key fetch.overpass_area_max_km2",
            hint='use an extract (kind = "download", Geofabrik or BBBike), as the service asks for',
        )
    folder = part.with_name(part.name + ".tiles")
    folder.mkdir(parents=True, exist_ok=True)
    tiles = _cut_tiles(box, tile_km2=rules.overpass_tile_km2)
    paths = [_tile_path(folder, url, tile=tile, tag_keys=tag_keys) for tile in tiles]
    received = 0
    with explain_full_disk(str(part)):
        for number, (tile, path) in enumerate(zip(tiles, paths, strict=True), start=1):
            if not _is_recent(path):
                _await_slot(client, url)
                content = client.retry(partial(_ask, client, url, tile=tile, tag_keys=tag_keys), url=url)
                write_bytes(path, content)
                received += len(content)
            logger.info("tile %d of %d", number, len(tiles))
            on_bytes(number, len(tiles))
        data_date = _write_pbf(paths, part, box=box)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return Download(Version(url=url, last_modified=data_date), received_bytes=received)


def _ask(client: PoliteClient, url: str, *, tile: Box, tag_keys: tuple[str, ...]) -> bytes:
    """Return the stripped answer for one tile as JSON text."""
    answers: list[bytes] = []

    def read_answer(answer: Any, address: str) -> Any:  # noqa: ANN401 - JSON
        answers.append(json.dumps(_strip(answer, url=address), ensure_ascii=False).encode())
        return {"elements": []}

    tags: dict[str, bool | str | list[str]] = dict.fromkeys(tag_keys, True)
    with guard_osmnx(client, endpoint=url, read_answer=read_answer), suppress(ValueError):
        # In "cache only" mode osmnx stops when all answers are in: no table is built from them.
        osmnx.features_from_polygon(shapely.box(*tile), tags)
    if len(answers) != 1:
        raise TransientError(f"{len(answers)} answers to one query")
    return answers[0]


def _strip(answer: Any, *, url: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    remark = str(answer.get("remark", "")) if isinstance(answer, dict) else ""
    if "error" in remark.lower():
        raise TransientError(f"the query failed inside an answer 200: {remark[:200]}")
    elements = answer.get("elements") if isinstance(answer, dict) else None
    if not isinstance(elements, list) or not all(isinstance(e, dict) and "id" in e for e in elements):
        raise SourceError(
            "the answer is not that of Overpass",
            where=url,
            hint="check the url of the source: it ends in /api",
        )
    stamp = str((answer.get("osm3s") or {}).get("timestamp_osm_base", ""))
    kept = [{key: element[key] for key in _KEPT if key in element} for element in elements]
    return {"timestamp": stamp, "elements": kept}


def _await_slot(client: PoliteClient, url: str) -> None:
    while True:
        try:
            status = client.read_bytes(f"{url.rstrip('/')}/status").decode("utf-8", "replace")
        except SourceError as error:
            logger.info("no slot report: %s", error.what)
            return
        waits = [int(seconds) for seconds in _NEXT_SLOT.findall(status)]
        if _FREE_SLOTS.search(status) or not waits:
            return
        client.wait(max(min(waits), 0) + 1)


@dataclass
class _Objects:
    """Objects of all tiles by id; a node without tags needs only its place."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    tagged_nodes: dict[int, dict[str, Any]] = field(default_factory=dict)
    ways: dict[int, dict[str, Any]] = field(default_factory=dict)
    relations: dict[int, dict[str, Any]] = field(default_factory=dict)
    newest: str = ""

    def add(self, tile: dict[str, Any]) -> None:
        self.newest = max(self.newest, tile["timestamp"])
        for element in tile["elements"]:
            number = int(element["id"])
            if element["type"] == "node":
                self.nodes[number] = (float(element["lon"]), float(element["lat"]))
                if "tags" in element:
                    self.tagged_nodes[number] = element
            elif element["type"] == "way":
                self.ways[number] = element
            elif element["type"] == "relation":
                self.relations[number] = element


def _write_pbf(paths: Iterable[Path], target: Path, *, box: Box) -> str:
    objects = _Objects()
    for path in paths:
        objects.add(json.loads(path.read_bytes()))
    header = osmium.io.Header()
    header.set("generator", "begegnung-geo (Overpass)")
    header.set("sorting", "Type_then_ID")
    if objects.newest:
        header.set("osmosis_replication_timestamp", objects.newest)
    header.add_box(osmium.osm.Box(*box))
    with osmium.SimpleWriter(osmium.io.File(str(target), "pbf"), header=header, overwrite=True) as writer:
        for number, place in sorted(objects.nodes.items()):
            about = _describe(objects.tagged_nodes.get(number, {}))
            writer.add_node(mutable.Node(id=number, location=place, **about))
        for number, way in sorted(objects.ways.items()):
            writer.add_way(mutable.Way(id=number, nodes=way.get("nodes", []), **_describe(way)))
        for number, relation in sorted(objects.relations.items()):
            members = [(m["type"][0], m["ref"], m.get("role", "")) for m in relation.get("members", [])]
            writer.add_relation(mutable.Relation(id=number, members=members, **_describe(relation)))
    return objects.newest


def _describe(element: dict[str, Any]) -> dict[str, Any]:
    about = {"version": element.get("version"), "tags": element.get("tags", {})}
    return about | ({"timestamp": element["timestamp"]} if "timestamp" in element else {})


def _measure_box_km2(box: Box) -> float:
    west, south, east, north = box
    width = (east - west) * _KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    return width * (north - south) * _KM_PER_DEGREE


def _cut_tiles(box: Box, *, tile_km2: float) -> list[Box]:
    west, south, east, north = box
    side = math.sqrt(tile_km2)
    height_km = (north - south) * _KM_PER_DEGREE
    rows = max(1, math.ceil(height_km / side))
    columns = max(1, math.ceil(_measure_box_km2(box) / height_km / side))
    xs = [west + (east - west) * step / columns for step in range(columns + 1)]
    ys = [south + (north - south) * step / rows for step in range(rows + 1)]
    return [(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(rows) for i in range(columns)]


def _tile_path(folder: Path, url: str, *, tile: Box, tag_keys: tuple[str, ...]) -> Path:
    asked = json.dumps([url, [f"{value:.6f}" for value in tile], tag_keys])
    return folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:24]}.json"


def _is_recent(path: Path) -> bool:
    return path.exists() and read_clock_s() - path.stat().st_mtime < _TILE_AGE_MAX_S
