# SPDX-License-Identifier: MIT
import json
from pathlib import Path

from begegnung_geo.sources.look_ups import read_look_ups


def test_kept_answers_become_points_with_how_far_off_they_may_be(tmp_path: Path) -> None:
    cache = tmp_path / "geocoded.json"
    found = {"lon": 9.0, "lat": 0.0, "label": "", "osm_id": "W1", "extent_m": 55.7}
    ranks = {"Haus": 30, "Straße": 26, "Quartier": 20, "Stadt": 16, "Unbekannt": 0}
    answers = {name: {**found, "place_rank": rank} for name, rank in ranks.items()}
    cache.write_text(
        json.dumps({**answers, "Garage": {**found, "place_rank": 30, "extent_m": 4.0}, "Nirgendwo": None})
    )

    looked_up = read_look_ups(cache, crs="EPSG:25832").set_index("query")

    assert looked_up["precision"].to_dict() == {
        "Garage": "house", "Haus": "house", "Quartier": "district", "Straße": "street", "Unbekannt": "street",
    }  # fmt: skip
    assert looked_up["error_m"].to_dict() == {
        "Garage": 30.0, "Haus": 55.7, "Quartier": 55.7, "Straße": 55.7, "Unbekannt": 250.0,
    }  # fmt: skip
    assert looked_up.geometry.x.round(3).unique().tolist() == [500_000.0]  # the middle of zone 32


def test_answers_kept_by_an_older_version_can_still_be_read(tmp_path: Path) -> None:
    cache = tmp_path / "geocoded.json"
    cache.write_text('{"Weg 1": {"lon": 9.0, "lat": 0.0, "label": "Weg", "osm_id": "W1"}, "Weg 2": null}')
    assert read_look_ups(cache, crs="EPSG:25832")["error_m"].tolist() == [250.0]
