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
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import osmium
import osmnx
import shapely

from begegnung_geo.errors import SourceError
from begegnung_geo.files import replace_atomically, write_bytes
from begegnung_geo.sources.archives import Box
from begegnung_geo.sources.download import ByteCounter, Download, Version
from begegnung_geo.sources.http_answers import MEGABYTE, TransientError, explain_full_disk
from begegnung_geo.sources.http_client import PoliteClient
from begegnung_geo.sources.osmnx_door import guard_osmnx
from begegnung_geo.sources.overpass_answers import OverpassAnswer, write_opl

logger = logging.getLogger(__name__)

MAP_KEYS = (
    "addr:housenumber",
    "boundary",
    "building",
    "entrance",
    "highway",
    "landuse",
    "leisure",
    "natural",
    "place",
    "railway",
    "waterway",
)
"""Keys of addresses, buildings, boundaries and the map's background, besides places and walkways."""

_BUCKET_IDS, _BUCKET_STEP = 100_000_000, 100
_BUCKET_BYTES = 2 * MEGABYTE
_TILE_AGE_MAX_S = 6 * 3600
_KM_PER_DEGREE = 111.2
_FREE_SLOTS = re.compile(r"(\d+) slots? available now")
_NEXT_SLOT = re.compile(r"Slot available after: [^,]*, in (-?\d+) seconds")


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
                client.retry(partial(_ask, client, url, tile=tile, tag_keys=tag_keys, path=path), url=url)
                received += path.stat().st_size
            logger.info("tile %d of %d", number, len(tiles))
            on_bytes(number, len(tiles))
        data_date = max(_stamp_path(path).read_text(encoding="utf-8") for path in paths)
        _merge(paths, part, box=box, data_date=data_date)
    shutil.rmtree(folder)
    return Download(Version(url=url, last_modified=data_date), received_bytes=received)


def _ask(client: PoliteClient, url: str, *, tile: Box, tag_keys: tuple[str, ...], path: Path) -> None:
    """Write the answer for one tile as OPL, and the time of its data beside it."""
    answers = 0

    def read_body(pieces: Iterator[bytes], address: str) -> Any:  # noqa: ANN401 - JSON
        nonlocal answers
        answer = OverpassAnswer(pieces, url=address)
        with replace_atomically(path) as fresh, fresh.open("w", encoding="utf-8", newline="\n") as out:
            write_opl(answer, out, url=address)
        stamp = (answer.envelope.get("osm3s") or {}).get("timestamp_osm_base", "")
        write_bytes(_stamp_path(path), str(stamp)[:40].encode())
        answers += 1
        return {"elements": []}

    tags: dict[str, bool | str | list[str]] = dict.fromkeys(tag_keys, True)
    limit = int(client.rules.download_max_mb * MEGABYTE)
    with guard_osmnx(client, endpoint=url, read_body=read_body, limit_bytes=limit):
        # In "cache only" mode osmnx stops when all answers are in: no table is built from them.
        osmnx.features_from_polygon(shapely.box(*tile), tags)
    if answers != 1:
        raise TransientError(f"{answers} answers to one query")


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


class _Copy(osmium.SimpleHandler):
    """Hands each object on to a writer."""

    def __init__(self, writer: osmium.SimpleWriter) -> None:
        super().__init__()
        self.node, self.way, self.relation = writer.add_node, writer.add_way, writer.add_relation


def _merge(paths: Iterable[Path], target: Path, *, box: Box, data_date: str) -> None:
    """Write the objects of all tiles once, sorted by kind and id."""
    header = osmium.io.Header()
    header.set("generator", "begegnung-geo (Overpass)")
    header.set("sorting", "Type_then_ID")
    if data_date:
        header.set("osmosis_replication_timestamp", data_date)
    header.add_box(osmium.osm.Box(*box))
    file = osmium.io.File(str(target), "pbf,add_metadata=version+timestamp")
    with (
        TemporaryDirectory(dir=target.parent) as folder,
        osmium.SimpleWriter(file, header=header, overwrite=True) as writer,
    ):
        for bucket in _sort_into_buckets(paths, Path(folder)):
            objects = osmium.MergeInputReader()
            objects.add_file(str(bucket))
            objects.apply(_Copy(writer), simplify=True)


def _sort_into_buckets(paths: Iterable[Path], folder: Path, *, width: int = _BUCKET_IDS) -> Iterator[Path]:
    """Yield files that hold the objects of one kind and of neighbouring ids, in order of kind and id."""
    # Sorting and finding repeats needs all objects in memory; so it is done id range by id range,
    # in smaller ranges where many objects are.
    for bucket in _split(paths, folder, width=width):
        if bucket.stat().st_size > _BUCKET_BYTES and width > _BUCKET_STEP:
            inner = folder / bucket.stem
            inner.mkdir()
            yield from _sort_into_buckets([bucket], inner, width=width // _BUCKET_STEP)
        else:
            yield bucket
        bucket.unlink()


def _split(paths: Iterable[Path], folder: Path, *, width: int) -> list[Path]:
    buckets: dict[tuple[int, int], TextIO] = {}
    with ExitStack() as opened:
        for path in sorted(set(paths)):
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    key = ("nwr".index(line[0]), int(line[1 : line.index(" ")]) // width)
                    if key not in buckets:
                        name = folder / f"{key[0]}_{key[1]}.opl"
                        buckets[key] = opened.enter_context(name.open("w", encoding="utf-8"))
                    buckets[key].write(line)
        return [Path(buckets[key].name) for key in sorted(buckets)]


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
    return folder / f"{hashlib.sha256(asked.encode()).hexdigest()[:24]}.opl"


def _stamp_path(path: Path) -> Path:
    return path.with_suffix(".stamp")


def _is_recent(path: Path) -> bool:
    is_whole = path.exists() and _stamp_path(path).exists()
    return is_whole and time.time() - path.stat().st_mtime < _TILE_AGE_MAX_S
