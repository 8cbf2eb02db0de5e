# SPDX-License-Identifier: MIT
"""Rooms of a real city: what each would add, and a scenario, held against networkx on the same network."""

import shutil

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from begegnung_geo.analysis.doors import move_to_doors
from begegnung_geo.analysis.ways import lay_ways
from begegnung_geo.cli import app
from begegnung_geo.store import read_table
from walk_oracle import build_oracle

CRS = "EPSG:25832"
EXTRACT = "neuss_2026-03-28.osm.pbf"
REACH_M = 600.0  # older people, ten minutes at 1.0 m/s
HOUSE = 'Vereinshaus "Erholung"'  # a clubhouse of allotments that OSM maps as a building


class Neuss:
    """Tables of Neuss as it is and with the clubhouse open and one place closed."""

    def __init__(self, root, run) -> None:
        self.root = root
        run("neuss")
        places = self.read("begegnungsorte")
        self.closed = places.loc[places["is_counted"], "begegnungsort_id"].min()
        self.opened = places.loc[places["name"] == HOUSE, "begegnungsort_id"].item()
        folder = root / "config" / "neuss" / "scenarios"
        folder.mkdir(parents=True)
        text = f'title = "Probe"\n[[open]]\nid = "{self.opened}"\n[[close]]\nid = "{self.closed}"\n'
        (folder / "probe.toml").write_text(text, encoding="utf-8")
        run("neuss", "--scenario", "probe")

    def read(self, name, *, city="neuss"):
        return read_table(name, folder=self.root / "data" / "processed" / city, crs=CRS)


@pytest.fixture(scope="module")
def neuss(real_data, project, tmp_path_factory):
    root = tmp_path_factory.mktemp("neuss")
    shutil.copytree(project / "config", root / "config")
    raw = root / "data" / "raw" / "neuss"
    raw.mkdir(parents=True)
    shutil.copy(real_data / EXTRACT, raw / EXTRACT)
    profile = f'[city]\nkey = "neuss"\nname = "Neuss"\n[sources.osm]\nfile = "{EXTRACT}"\n'
    (root / "config" / "neuss.toml").write_text(profile, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)

        def run(city, *more):
            result = CliRunner().invoke(app, ["run", "--city", city, "--until", "coverage", *more])
            assert result.exit_code == 0, result.output

        return Neuss(root, run)


@pytest.fixture(scope="module")
def walks(neuss):
    """Return walks from every place that is open or could be to every home, by networkx: id -> metres."""
    places, doors, demand = (neuss.read(name) for name in ("begegnungsorte", "doors", "demand"))
    chosen = places[places["is_counted"] | (places["standing"] == "potential")].reset_index(drop=True)
    beyond = neuss.read("neighbour_places")
    assert not beyond["is_counted"].any()
    ways = lay_ways(
        neuss.read("walk_nodes"), neuss.read("walk_edges"), snap_distance_m=300.0, scrap_length_m=1000.0
    )
    homes, stops = ways.snap(demand.geometry).full, ways.snap(move_to_doors(chosen, doors).geometry).full
    graph = build_oracle(ways.full.network, homes, stops)
    found = {}
    for number, key in enumerate(chosen["begegnungsort_id"]):
        lengths = (
            nx.single_source_dijkstra_path_length(graph, ("place", number), cutoff=REACH_M + 1)
            if ("place", number) in graph
            else {}
        )
        found[key] = np.array([lengths.get(("home", home), np.inf) for home in range(len(demand))])
    return found


def _reach(walks, ids):
    return np.min([walks[key] for key in ids], axis=0) <= REACH_M


def test_each_room_adds_the_people_networkx_finds(neuss, walks):
    persons, places = neuss.read("demand")["persons"].to_numpy(), neuss.read("begegnungsorte")
    today = _reach(walks, places.loc[places["is_counted"], "begegnungsort_id"])
    gains = neuss.read("siting_gains")
    told = gains[(gains["profile"] == "senior") & (gains["threshold_min"] == 10)]
    assert len(told) == (places["standing"] == "potential").sum() > 10
    for row in told.itertuples():
        added = persons[~today & _reach(walks, [row.begegnungsort_id])].sum()
        assert row.persons_added == pytest.approx(added, abs=1e-6), row.begegnungsort_id
    assert told["persons_added"].max() > 1000


def test_a_scenario_tells_what_networkx_finds_before_and_after(neuss, walks):
    packed, places = neuss.read("protected_demand")["persons"].to_numpy(), neuss.read("begegnungsorte")
    today = set(places.loc[places["is_counted"], "begegnungsort_id"])
    after = (today | {neuss.opened}) - {neuss.closed}
    told = neuss.read("scenario_coverage", city="neuss-probe")
    city = told[(told["level"] == "city") & (told["profile"] == "senior") & (told["threshold_min"] == 10)]
    row = city.squeeze()
    assert row["persons_covered_before"] == packed[_reach(walks, today)].sum()
    assert row["persons_covered"] == packed[_reach(walks, after)].sum()
    assert row["persons_gained"] != 0
    assert neuss.read("protected_demand", city="neuss-probe")["persons"].to_numpy().sum() == packed.sum()


def test_the_ground_of_a_scenario_is_that_of_its_outlines(neuss):
    areas = neuss.read("scenario_areas", city="neuss-probe")
    for city, column in (("neuss", "area_before_km2"), ("neuss-probe", "area_km2")):
        outlines = neuss.read("reach_areas", city=city)
        drawn = outlines[["profile", "threshold_min"]].assign(drawn=outlines.geometry.area / 1e6)
        both = areas.merge(pd.DataFrame(drawn), on=["profile", "threshold_min"], validate="1:1")
        # Squares of a hectare: a few on the rim of so small areas.
        assert (both[column] - both["drawn"]).abs().max() < 0.1
    assert (areas["area_gained_km2"] > 0).all()
    assert (areas["area_lost_km2"] > 0).any()
