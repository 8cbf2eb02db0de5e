# SPDX-License-Identifier: MIT
"""A step is stale when any code or template it reaches has changed, and only then."""

from pathlib import Path

import pytest

from begegnung_geo import fingerprints, pipeline
from begegnung_geo.fingerprints import hash_code, hash_program


@pytest.fixture
def changed_file(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list; files whose path ends in one of its entries read as changed."""
    endings: list[str] = []
    read = Path.read_bytes

    def read_changed(self: Path) -> bytes:
        return read(self) + (b"#" if str(self).endswith(tuple(endings)) else b"")

    monkeypatch.setattr(fingerprints.Path, "read_bytes", read_changed)
    return endings


@pytest.mark.parametrize(
    ("step", "ending", "is_stale"),
    [
        (pipeline.read_map, "sources/osm.py", True),
        (pipeline.read_map, "begegnung_geo/walk_rules.py", True),
        (pipeline.read_map, "render/maps.py", False),
        (pipeline.read_map, "analysis/reach.py", False),
        (pipeline.measure_demand, "analysis/snapping.py", True),  # reached through reach.py
        (pipeline.measure_demand, "analysis/districts.py", True),  # through a private helper
        (pipeline.measure_demand, "sources/osm.py", False),
        (pipeline.publish_site, "render/assets/js/scene.js", True),
        (pipeline.publish_site, "render/assets/words.toml", True),
        (pipeline.publish_site, "sources/osm.py", False),
    ],
)
def test_change_of_a_file_makes_exactly_the_steps_stale_that_reach_it(
    changed_file: list[str], step: object, *, ending: str, is_stale: bool
) -> None:
    before = hash_code(step)  # type: ignore[arg-type]
    changed_file.append(ending)
    assert (hash_code(step) != before) is is_stale  # type: ignore[arg-type]


def test_the_program_is_all_its_code_and_assets(changed_file: list[str]) -> None:
    hash_program.cache_clear()
    before = hash_program()
    for ending in ("analysis/reach.py", "render/assets/words.toml"):
        hash_program.cache_clear()
        changed_file[:] = [ending]
        assert hash_program() != before
    hash_program.cache_clear()
    changed_file.clear()
    changed_file.append("tests/no_such_file.py")
    assert hash_program() == before
    hash_program.cache_clear()
