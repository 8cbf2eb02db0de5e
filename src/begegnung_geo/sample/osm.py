# SPDX-License-Identifier: MIT
"""An OpenStreetMap file in the making: arrays until the last moment, then one stream into a PBF."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import osmium.osm.mutable as osm
import shapely

from begegnung_geo.files import replace_atomically
from begegnung_geo.sample.terrain import Floats, Ground, Ints, Objects

TIMESTAMP = "2026-01-01T00:00:00Z"
Tags = Mapping[str, str]
Member = tuple[str, int, str]  # n/w/r, id, role


@dataclass
class WayBlock:
    """Ways of one kind: flat node ids, where each way starts, tag columns ("" is no tag)."""

    first_id: int
    refs: Ints
    start: Ints
    tags: dict[str, Objects]


@dataclass
class Relation:
    """One relation."""

    members: list[Member]
    tags: dict[str, str]


class OsmTown:
    """Collects nodes, ways and relations; ids run from 1 in the order of adding."""

    def __init__(self) -> None:
        self._xy: list[Floats] = []
        self.node_count = 0
        self._node_tags: dict[int, dict[str, str]] = {}
        self._ways: list[WayBlock] = []
        self._way_tags: dict[int, dict[str, str]] = {}
        self.way_count = 0
        self._relations: list[Relation] = []

    def add_nodes(self, xy: Floats) -> Ints:
        """Add nodes at metric coordinates and return their ids."""
        first = self.node_count + 1
        self._xy.append(np.asarray(xy, dtype=np.float64))
        self.node_count += len(xy)
        return np.arange(first, self.node_count + 1, dtype=np.int64)

    def add_node(self, xy: Floats, tags: Tags) -> int:
        """Add one node with tags and return its id."""
        node_id = int(self.add_nodes(np.asarray(xy).reshape(1, 2))[0])
        self.tag_node(node_id, tags)
        return node_id

    def tag_node(self, node_id: int, tags: Tags) -> None:
        """Add tags to a node."""
        self._node_tags.setdefault(int(node_id), {}).update(tags)

    def add_ways(self, refs: Ints, start: Ints, tags: dict[str, Objects]) -> Ints:
        """Add ways over existing nodes and return their ids."""
        count = len(start) - 1
        self._ways.append(WayBlock(self.way_count + 1, refs, start, tags))
        self.way_count += count
        return np.arange(self.way_count - count + 1, self.way_count + 1, dtype=np.int64)

    def add_way(self, refs: Sequence[int] | Ints, tags: Tags) -> int:
        """Add one way over existing nodes and return its id."""
        columns = {key: np.array([value], dtype=object) for key, value in tags.items()}
        return int(self.add_ways(np.asarray(refs, dtype=np.int64), np.array([0, len(refs)]), columns)[0])

    def add_line(self, xy: Floats, tags: Tags) -> int:
        """Add one way with nodes of its own."""
        return self.add_way(self.add_nodes(xy), tags)

    def add_rings(self, polygons: Objects, tags: dict[str, Objects]) -> Ints:
        """Add the outer ring of each polygon as a closed way with nodes of its own."""
        xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(polygons), return_index=True)
        count = np.bincount(ring, minlength=len(polygons))
        start = np.concatenate([[0], np.cumsum(count)])
        is_last = np.zeros(len(xy), dtype=bool)
        is_last[start[1:] - 1] = True
        refs = np.empty(len(xy), dtype=np.int64)
        refs[~is_last] = self.add_nodes(xy[~is_last])
        refs[is_last] = refs[start[:-1]]
        return self.add_ways(refs, start, tags)

    def add_area(self, area: shapely.Geometry, tags: Tags) -> str:
        """Add one polygon: a closed way, or a multipolygon relation where it has holes or parts."""
        parts = shapely.get_parts(area)
        if len(parts) == 1 and not len(shapely.get_rings(parts)[1:]):
            columns = {key: np.array([value], dtype=object) for key, value in tags.items()}
            return f"osm:way/{self.add_rings(parts, columns)[0]}"
        members: list[Member] = []
        for part in parts:
            for number, ring in enumerate(shapely.get_rings(part)):
                way_id = int(self.add_rings(np.array([shapely.Polygon(ring)], dtype=object), {})[0])
                members.append(("w", way_id, "inner" if number else "outer"))
        return f"osm:relation/{self.add_relation(members, {'type': 'multipolygon', **tags})}"

    def add_relation(self, members: list[Member], tags: Tags) -> int:
        """Add a relation and return its id."""
        self._relations.append(Relation(members, dict(tags)))
        return len(self._relations)

    def set_way_tags(self, way_id: int, tags: Tags) -> None:
        """Add or replace tags of a way."""
        self._way_tags.setdefault(int(way_id), {}).update(tags)

    def find_refs(self, way_id: int) -> Ints:
        """Return the node ids of a way."""
        block = self._find_block(way_id)
        index = way_id - block.first_id
        return block.refs[block.start[index] : block.start[index + 1]]

    def _find_block(self, way_id: int) -> WayBlock:
        return self._ways[bisect_right(self._ways, way_id, key=lambda block: block.first_id) - 1]

    def write(self, path: Path, *, ground: Ground) -> None:
        """Write all objects as PBF: nodes, ways, relations by rising id, a fixed date, no user."""
        with replace_atomically(path) as part:
            header = osmium.io.Header()
            header.set("generator", "begegnung_geo sample")
            writer = osmium.SimpleWriter(osmium.io.File(str(part), "pbf"), header=header, overwrite=True)
            try:
                self._write_nodes(writer, ground)
                self._write_ways(writer)
                self._write_relations(writer)
            finally:
                writer.close()

    def _write_nodes(self, writer: osmium.SimpleWriter, ground: Ground) -> None:
        node_id = 0
        for xy in self._xy:
            for location in map(tuple, ground.to_lon_lat(xy).tolist()):
                node_id += 1
                tags = self._node_tags.get(node_id, {})
                writer.add_node(
                    osm.Node(id=node_id, version=1, timestamp=TIMESTAMP, location=location, tags=tags)
                )

    def _write_ways(self, writer: osmium.SimpleWriter) -> None:
        for block in self._ways:
            keys = sorted(block.tags)
            columns = [block.tags[key] for key in keys]
            refs, start = block.refs.tolist(), block.start.tolist()
            for index in range(len(start) - 1):
                way_id = block.first_id + index
                tags = {
                    key: column[index] for key, column in zip(keys, columns, strict=True) if column[index]
                }
                tags.update(self._way_tags.get(way_id, {}))
                nodes = refs[start[index] : start[index + 1]]
                writer.add_way(osm.Way(id=way_id, version=1, timestamp=TIMESTAMP, nodes=nodes, tags=tags))

    def _write_relations(self, writer: osmium.SimpleWriter) -> None:
        for number, relation in enumerate(self._relations, start=1):
            writer.add_relation(
                osm.Relation(
                    id=number, version=1, timestamp=TIMESTAMP, members=relation.members, tags=relation.tags
                )
            )
