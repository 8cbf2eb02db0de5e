# SPDX-License-Identifier: MIT
"""Real extracts clipped to a part of themselves: what is read from that part stays the same."""

import hashlib
from pathlib import Path

import osmium
import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.osm_clip import clip_osm
from clipped_tables import Box, read_box, require_same_tables

# Boxes inside the files' cores (README of the data).
PARTS = {
    "neuss, the middle": ("neuss_2026-03-28.osm.pbf", (6.680, 51.195, 6.690, 51.205)),
    "neuss, a quarter at the edge": ("neuss_2026-03-28.osm.pbf", (6.6722, 51.1827, 6.680, 51.192)),
    "witten, west of the middle": ("witten_stockum_2021-03-01.osm.pbf", (7.356, 51.463, 7.367, 51.470)),
    "aplerbeck, a few houses": ("dortmund_aplerbeck_2026-07-14.osm.pbf", (7.5545, 51.492, 7.557, 51.494)),
}


@pytest.mark.parametrize("name", PARTS)
def test_the_tables_of_a_part_are_the_same_from_the_clipped_file(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    file, box = PARTS[name]
    target = tmp_path / file

    count = clip_osm(real_data / file, target, file_format="pbf", box=box)

    counts = require_same_tables(read_box(real_data / file, box), read_box(target, box))
    assert counts["walkways"] > 10
    assert 0 < count.kept < count.read
    assert target.stat().st_size < (real_data / file).stat().st_size


def test_names_of_mappers_stay_behind_and_edits_keep_version_and_time(
    real_data: Path, tmp_path: Path
) -> None:
    file = "dortmund_aplerbeck_2026-07-14.osm.pbf"  # carries the names of 60 contributors
    clip_osm(real_data / file, tmp_path / file, file_format="pbf", box=(7.5, 51.4, 7.6, 51.6))

    def list_objects(path: Path) -> list[tuple[str, int, int, object, int, str, int]]:
        return [
            (o.type_str(), o.id, o.version, o.timestamp, o.uid, o.user, o.changeset)
            for o in osmium.FileProcessor(str(path))
        ]

    before = {entry[:2]: entry for entry in list_objects(real_data / file)}
    after = list_objects(tmp_path / file)

    assert any(entry[5] for entry in before.values())
    assert {entry[4:] for entry in after} == {(0, "", 0)}
    assert all(entry[:4] == before[entry[:2]][:4] for entry in after)


def test_the_same_extract_gives_the_same_bytes(real_data: Path, tmp_path: Path) -> None:
    file, box = PARTS["neuss, the middle"]
    hashes = set()
    for name in ("a.osm.pbf", "b.osm.pbf"):
        clip_osm(real_data / file, tmp_path / name, file_format="pbf", box=box)
        hashes.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(hashes) == 1


def test_a_file_that_is_not_sorted_is_refused(real_data: Path, tmp_path: Path) -> None:
    file = "dortmund_boevinghausen_grenze_undated.osm.pbf"  # glued from pieces, though its header says sorted
    with pytest.raises(SourceError, match="is not sorted by kind and id"):
        clip_osm(real_data / file, tmp_path / file, file_format="pbf", box=(7.31, 51.51, 7.32, 51.52))


def test_every_box_of_a_chequerboard_keeps_its_tables(real_data: Path, tmp_path: Path) -> None:
    file = "witten_stockum_2021-03-01.osm.pbf"
    boxes: list[Box] = [
        (7.356 + 0.006 * i, 51.462 + 0.004 * j, 7.362 + 0.006 * i, 51.466 + 0.004 * j)
        for i in range(4)
        for j in range(3)
        if (i + j) % 3 == 0
    ]
    for number, box in enumerate(boxes):
        target = tmp_path / f"{number}.osm.pbf"
        count = clip_osm(real_data / file, target, file_format="pbf", box=box)
        whole = read_box(real_data / file, box)
        if count.kept:
            require_same_tables(whole, read_box(target, box))
        else:
            assert not len(whole.walkways) + len(whole.buildings) + len(whole.osm_features)
