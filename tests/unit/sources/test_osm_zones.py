# SPDX-License-Identifier: MIT
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.sources import osm_zones
from begegnung_geo.sources.osm_zones import NOWHERE, ZoneRuns

NODES = st.dictionaries(st.integers(1, 60), st.integers(0, 15), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None)
@given(zone_of=NODES, size=st.integers(1, 9), is_dropped=st.booleans())
def test_every_node_that_was_added_is_found_in_its_zone(
    tmp_path_factory: pytest.TempPathFactory, *, zone_of: dict[int, int], size: int, is_dropped: bool
) -> None:
    nodes = sorted(zone_of.items())
    with pytest.MonkeyPatch.context() as patch, ZoneRuns.open(tmp_path_factory.mktemp("z")) as runs:
        patch.setattr(osm_zones, "_KEPT_BYTES", 0 if is_dropped else 1 << 20)  # let go of after each look-up
        for at in range(0, len(nodes), size):
            ids, zones = zip(*nodes[at : at + size], strict=True)
            runs.add(np.array(ids), np.array(zones, dtype=np.uint8))
        for _ in range(2):
            found = runs.find(np.array([number for number, _ in nodes[::-1]]))
            assert found.tolist() == [zone for _, zone in nodes[::-1]]
        assert runs.find(np.array([nodes[0][0] - 1])).tolist() == [NOWHERE]
        assert runs.count == len(nodes)


def test_without_nodes_every_node_is_nowhere_and_the_files_have_no_name(tmp_path: Path) -> None:
    with ZoneRuns.open(tmp_path) as runs:
        assert runs.find(np.array([5, 6])).tolist() == [NOWHERE, NOWHERE]
        assert list(tmp_path.iterdir()) == []
