# SPDX-License-Identifier: MIT
"""A small Musterstadt, written once and read by independent means."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from pyproj import Transformer

from begegnung_geo.sample import SampleReport, write_sample

SMALL = 12_000
_TO_METRIC = Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True)


@dataclass
class OsmContent:
    """All objects of the PBF as plain Python, read through pyosmium."""

    ids: dict[str, list[int]]
    users: set[str]
    timestamps: set[str]
    nodes: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]]
    ways: dict[int, tuple[list[int], dict[str, str]]]
    relations: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]]

    def find_line(self, way_id: int) -> shapely.LineString:
        """Return a way in metres."""
        return shapely.LineString([self.nodes[ref] for ref in self.ways[way_id][0]])

    def select_ways(self, key: str) -> dict[int, dict[str, str]]:
        """Return the tags of all ways with a key."""
        return {way_id: tags for way_id, (_, tags) in self.ways.items() if key in tags}


@pytest.fixture(scope="session")
def sample_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("musterstadt")


@pytest.fixture(scope="session")
def report(sample_dir: Path) -> SampleReport:
    return write_sample(sample_dir, inhabitants=SMALL)


@pytest.fixture(scope="session")
def osm(report: SampleReport) -> OsmContent:
    return read_osm_content(report.files[0])


def read_osm_content(path: Path) -> OsmContent:
    """Read a whole PBF."""
    content = OsmContent({"n": [], "w": [], "r": []}, set(), set(), {}, {}, {}, {})
    lon_lat = []
    for entity in osmium.FileProcessor(str(path)):
        kind = entity.type_str()
        content.ids[kind].append(entity.id)
        content.users.add(entity.user)
        content.timestamps.add(str(entity.timestamp))
        tags = dict(entity.tags)
        if kind == "n":
            lon_lat.append((entity.lon, entity.lat))
            content.node_tags[entity.id] = tags
        elif kind == "w":
            content.ways[entity.id] = ([node.ref for node in entity.nodes], tags)
        else:
            content.relations[entity.id] = ([(m.type, m.ref, m.role) for m in entity.members], tags)
    xy = np.column_stack(_TO_METRIC.transform(*np.array(lon_lat).T))
    content.nodes = dict(zip(content.ids["n"], map(tuple, xy.tolist()), strict=True))
    return content
