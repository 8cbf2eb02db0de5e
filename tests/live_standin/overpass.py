# SPDX-License-Identifier: MIT
"""An Overpass for one OSM file: the queries osmnx writes (tags within a polygon, with recursion down)."""

import re
from pathlib import Path
from typing import Any

import osmium

_KEYS = re.compile(r"\['([^']+)'\]\(poly:'([^']+)'\)")


class OverpassData:
    """All objects of an OSM file, answered as Overpass answers `out meta`."""

    def __init__(self, path: Path) -> None:
        self.objects: dict[tuple[str, int], dict[str, Any]] = {}
        for item in osmium.FileProcessor(str(path)):
            kind = {"n": "node", "w": "way", "r": "relation"}[item.type_str()]
            about: dict[str, Any] = {"type": kind, "id": item.id}
            if item.is_node():
                about |= {"lat": item.location.lat, "lon": item.location.lon}
            if item.version:
                stamp = item.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ")
                about |= {"timestamp": stamp, "version": item.version}
            about |= {"changeset": 1, "user": "A Mapper's Name", "uid": 7}
            if item.is_way():
                about["nodes"] = [node.ref for node in item.nodes]
            if item.is_relation():
                kinds = {"n": "node", "w": "way", "r": "relation"}
                about["members"] = [
                    {"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in item.members
                ]
            if len(item.tags):
                about["tags"] = {tag.k: tag.v for tag in item.tags}
            self.objects[kind, item.id] = about

    def answer(self, query: str) -> dict[str, Any]:
        """Return the answer to a query."""
        parts = _KEYS.findall(query)
        keys = {key for key, _ in parts}
        numbers = [float(word) for word in parts[0][1].split()]
        south, north = min(numbers[0::2]), max(numbers[0::2])
        west, east = min(numbers[1::2]), max(numbers[1::2])
        inside = {
            number
            for (kind, number), item in self.objects.items()
            if kind == "node" and south <= item["lat"] <= north and west <= item["lon"] <= east
        }
        wanted = {
            at
            for at, item in self.objects.items()
            if keys & set(item.get("tags", {})) and self._touches(at, inside)
        }
        elements = [self.objects[at] for at in sorted(self._recurse_down(wanted))]
        if "out meta" not in query:
            drop = {"timestamp", "version", "changeset", "user", "uid"}
            elements = [{k: v for k, v in e.items() if k not in drop} for e in elements]
        stamp = {"timestamp_osm_base": "2026-11-22T20:00:00Z"}
        return {"version": 0.6, "generator": "stand-in", "osm3s": stamp, "elements": elements}

    def _touches(self, at: tuple[str, int], inside: set[int]) -> bool:
        kind, number = at
        if kind == "node":
            return number in inside
        if kind == "way":
            return not inside.isdisjoint(self.objects[at]["nodes"])
        members = [(m["type"], m["ref"]) for m in self.objects[at]["members"] if m["type"] != "relation"]
        return any(self._touches(member, inside) for member in members if member in self.objects)

    def _recurse_down(self, wanted: set[tuple[str, int]]) -> set[tuple[str, int]]:
        found = set(wanted)
        for at in wanted:
            if at[0] == "relation":
                found |= {(m["type"], m["ref"]) for m in self.objects[at]["members"]} & self.objects.keys()
        for at in list(found):
            if at[0] == "way":
                found |= {("node", ref) for ref in self.objects[at]["nodes"]} & self.objects.keys()
        return found
