# SPDX-License-Identifier: MIT
"""The surface for notebooks on Musterstadt: its examples, and the same figures as the pipeline's."""

import doctest
import html
import json
import re

import geopandas as gpd
import osmnx as ox
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from typer.testing import CliRunner

import begegnung_geo as bg
from begegnung_geo import api, cities, city_maps, city_tables, shown_tables
from begegnung_geo.cli import app
from begegnung_geo.own_places import place_points


@pytest.fixture(scope="module")
def city(town):
    """Return the built town as a notebook opens it."""
    return bg.load("musterstadt", root=town.root)


@pytest.fixture(scope="module")
def counted(city) -> gpd.GeoDataFrame:
    """Return the counted places of the city and its neighbours, as they stand in the inventory."""
    places = pd.concat([city.table("begegnungsorte"), city.table("neighbour_places")], ignore_index=True)
    return gpd.GeoDataFrame(places[places["is_counted"]], crs=city.crs)


def test_the_examples_of_the_surface_are_true(town, monkeypatch):
    folder = town.root / "notebooks"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)  # the town is found from a folder below it
    runner = doctest.DocTestRunner()
    for module in (api, cities, city_maps, city_tables, shown_tables):
        for test in doctest.DocTestFinder().find(module, globs={"bg": bg}):
            runner.run(test)
    assert runner.tries >= 15
    assert runner.failures == 0


def test_coverage_by_the_counted_places_is_that_of_the_pipeline(city, counted):
    rows = bg.coverage(city, counted)
    of_city, of_districts = rows[rows["level"] == "city"], rows[rows["level"] != "city"]
    stored = city.table("city_coverage")
    pd.testing.assert_frame_equal(of_city[stored.columns].reset_index(drop=True), stored)
    stored = city.table("coverage")
    pd.testing.assert_frame_equal(of_districts[stored.columns].reset_index(drop=True), stored)


def test_rows_of_the_inventory_are_entered_at_their_doors_and_points_moved_by_hand_are_not(
    city, counted, monkeypatch
):
    first, second = counted["begegnungsort_id"].iloc[:2]
    doors, read = city.layer("doors"), type(city).layer  # the small town has no place with a door of its own
    is_far = doors["begegnungsort_id"].isin([first, second])
    doors = doors.set_geometry(doors.geometry.where(~is_far, doors.geometry.translate(xoff=50.0)))
    monkeypatch.setattr(
        type(city), "layer", lambda self, name: doors if name == "doors" else read(self, name)
    )
    moved = counted.geometry.where(counted["begegnungsort_id"] != second, counted.translate(xoff=1.0))
    entered = place_points(city, counted.set_geometry(moved).to_crs(4326))
    away = entered.distance(gpd.GeoSeries(counted.geometry.to_numpy(), crs=city.crs))
    assert away.round(3).iloc[:2].tolist() == [50.0, 1.0]
    assert away.iloc[2:].max() < 1e-3


def test_reach_of_the_counted_places_is_that_of_the_pipeline(city, counted):
    areas = bg.reach(city, counted, profile="senior", threshold_min=10)
    stored = city.layer("reach_areas").query("profile == 'senior' and threshold_min == 10")
    difference = areas.union_all().symmetric_difference(stored.union_all())
    assert difference.area < 1e-6 * stored.area.sum()


def test_pairs_of_longitude_and_latitude_are_the_same_as_a_layer(city, counted):
    layer = counted.drop(columns="begegnungsort_id").head(2)  # points of one's own have no doors
    degrees = shapely.get_coordinates(layer.to_crs(4326).geometry.to_numpy())
    asked = {"profile": "adult", "threshold_min": 5}
    counted_once = bg.coverage(city, layer, **asked)
    for same in ([tuple(pair) for pair in degrees], layer.geometry, layer.to_crs(4326)):
        pd.testing.assert_frame_equal(bg.coverage(city, same, **asked), counted_once)


def test_own_places_beside_the_counted_ones_never_cover_fewer(city):
    potential = city.layer("begegnungsorte").query("standing == 'potential' and not is_counted").head(3)
    asked = {"profile": "senior", "threshold_min": 10}
    alone = bg.coverage(city, potential, **asked)["persons_covered"]
    together = bg.coverage(city, potential, with_counted=True, **asked)["persons_covered"]
    before = city.table("city_coverage").query("profile == 'senior' and threshold_min == 10")
    assert (together >= alone).all()
    assert together[0] >= before["persons_covered"].iloc[0]
    assert alone[0] > 0


def test_the_network_of_the_town_goes_to_osmnx_and_back(city):
    back = bg.from_osmnx(bg.to_osmnx(city))
    assert_geodataframe_equal(back.nodes, city.network.nodes)
    assert_geodataframe_equal(back.edges, city.network.edges)


def test_a_place_is_explained_as_by_the_command(city, town, monkeypatch):
    place_id = city.table("begegnungsorte")["begegnungsort_id"].iloc[5]
    monkeypatch.chdir(town.root)
    told = CliRunner().invoke(app, ["explain", "--city", "musterstadt", place_id])
    assert told.exit_code == 0
    assert bg.explain(city, place_id) == told.output.rstrip("\n")


def test_a_table_that_was_handed_out_can_be_changed_without_harm(city):
    demand = city.table("demand")
    demand["persons"] = 0.0
    assert city.table("demand")["persons"].sum() > 10_000


def test_data_date_and_inputs_are_those_of_the_manifest(city):
    assert city.data_date == city.manifest["data_date"]
    assert city.data_date in repr(city)
    assert city.manifest["inputs"]


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([], "must be points"),
        ([(float("nan"), 51.0)], "must be points"),
        ([(51.5136, 7.4653)], "outside Musterstadt"),
        ([("Borsigplatz", "Hörde")], "pairs of longitude and latitude"),
        (gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)]), "no coordinate reference system"),
        (gpd.GeoDataFrame(geometry=[shapely.box(7, 51, 8, 52)], crs=4326), "must be points"),
    ],
)
def test_places_that_cannot_be_used_say_so(city, places, told):
    with pytest.raises(bg.BegegnungError, match=told) as caught:
        bg.coverage(city, places)
    assert caught.value.hint


@pytest.mark.parametrize(
    "asked",
    [
        *({"profile": name} for name in ("giant", 5)),
        *({"threshold_min": minutes} for minutes in (0, 600, 2.5, "10", float("nan"))),
    ],
)
def test_a_profile_or_threshold_that_cannot_be_used_says_so(city, counted, asked):
    with pytest.raises(bg.BegegnungError) as caught:
        bg.reach(city, counted, **asked)
    assert caught.value.hint


def test_an_unknown_table_names_those_that_are_there(city):
    with pytest.raises(bg.BegegnungError, match="no table 'walks'") as caught:
        city.table("walks")
    assert "begegnungsorte" in caught.value.hint


def test_what_is_no_city_no_layer_and_no_network_says_what_to_give(city):
    wrong = {
        "is no city": [
            lambda: bg.coverage("musterstadt"),
            lambda: bg.explore("musterstadt"),
            lambda: bg.explain("musterstadt", "x"),
            lambda: bg.split_network("musterstadt", "stadtbezirk"),
            lambda: bg.caveats("musterstadt"),
        ],
        "no walk network": [lambda: bg.to_osmnx("musterstadt"), lambda: city.with_network("graph")],
        "has no geometry": [lambda: city.layer("coverage")],
        "no table '5'": [lambda: city.table(5)],
    }
    for told, calls in wrong.items():
        for call in calls:
            with pytest.raises(bg.BegegnungError, match=told) as caught:
                call()
            assert caught.value.hint


def test_a_map_of_nothing_in_particular_is_that_of_the_site(city):
    page = bg.explore(city).get_root().render()
    site = (city.site / "maps" / "stadtkarte.html").read_text(encoding="utf-8")
    own, theirs = (
        json.loads(re.search(r'id="map-data">(.*?)</script>', text, re.DOTALL)[1]) for text in (page, site)
    )
    for key in ("land", "inhabited", "green", "water", "streets", "paths", "gaps", "labels", "outside"):
        assert own["layers"].get(key) == theirs["layers"].get(key)
    assert own["layers"]["walking"]["senior"] == theirs["layers"]["walking"]["senior"]
    assert own["colours"]["walking"] == theirs["colours"]["walking"]
    assert own["bounds"] == theirs["bounds"]
    signs = [*theirs["layers"]["places"]["xy"], *theirs["layers"]["potential"]["xy"]]
    assert sorted(own["layers"]["places"]["xy"]) == sorted(signs)


def test_figures_of_districts_are_shown_by_id_and_without_the_row_of_the_city(city, counted):
    rows = bg.coverage(city, counted, profile="senior", threshold_min=10).query("level != 'stadtbezirk'")
    shown = bg.explore(city, figures=rows.sample(frac=1, random_state=1), column="covered_share")
    page = shown.get_root().render()
    texts = json.loads(re.search(r'id="page-texts">(.*?)</script>', page, re.DOTALL)[1])
    told = {lines[0]["text"]: lines[1]["text"] for lines in texts["layers"]["districts"][0]["info"]}
    names = city.table("districts").set_index("district_id")["name"]
    shares = rows.query("level != 'city'").set_index("district_id")["covered_share"]
    assert told == {names[key]: city.words().share(share) for key, share in shares.items()}


def _list_wrong_layers(city):
    coverage, areas = city.table("coverage"), city.layer("reach_areas")
    one = coverage.query("level == 'stadtbezirk' and profile == 'senior' and threshold_min == 10")
    return [
        ({"figures": coverage, "column": "covered_share"}, "not one row a district"),
        ({"figures": one, "column": "share"}, "no column of numbers 'share'"),
        ({"figures": one, "column": "level"}, "no column of numbers 'level'"),
        ({"figures": one, "column": "covered_share", "reach_areas": areas}, "lie on each other"),
        ({"begegnungsorte": areas}, "lacks columns"),
        ({"gaps": city.layer("gaps").to_crs(4326)}, "EPSG:4326"),
        ({"own_places": [(0.0, 0.0)]}, "outside Musterstadt"),
        ({"language": "fr"}, "no words in 'fr'"),
    ]


def test_a_map_that_cannot_be_drawn_says_why(city):
    for layers, told in _list_wrong_layers(city):
        with pytest.raises(bg.BegegnungError, match=told) as caught:
            bg.explore(city, **layers)
        assert caught.value.hint


def test_caveats_are_those_of_the_pages(city):
    page = (city.site / "maps" / "stadtkarte.html").read_text(encoding="utf-8")
    told = bg.caveats(city)
    assert len(told) >= 3
    assert all(sentence.rstrip(".") in html.unescape(page) for sentence in told)
    assert bg.caveats(city, "en")[0].startswith("Musterstadt is invented")


def test_sources_are_those_of_the_inputs_without_our_own_rules(city):
    inputs = {entry["title"] for entry in city.manifest["inputs"] if not entry["role"].startswith("rules.")}
    assert set(city.sources["title"]) == inputs
    assert not city.sources.duplicated().any()


def test_coverage_as_published_is_the_published_table_to_the_digit(city):
    rows = bg.coverage(city, as_published=True)
    is_city = rows["level"] == "city"
    for part, name in ((rows[~is_city], "published_coverage"), (rows[is_city], "published_city_coverage")):
        stored = city.table(name)
        pd.testing.assert_frame_equal(part[stored.columns].reset_index(drop=True), stored)


def test_a_gain_is_what_the_tables_before_and_after_differ_by(city):
    rooms = city.layer("begegnungsorte").query("standing == 'potential' and not is_counted").head(5)
    asked = {"profile": "senior", "threshold_min": 10}
    gained = bg.gain(city, rooms, **asked)
    before = bg.coverage(city, as_published=True, **asked)
    after = bg.coverage(city, rooms, with_counted=True, as_published=True, **asked)
    key = ["level", "district_id"]
    both = gained.set_index(key).sort_index()
    before, after = (table.set_index(key).sort_index()["persons_covered"] for table in (before, after))
    pd.testing.assert_series_equal(both["persons_gained"], after - before, check_names=False)
    assert (both["persons_gained"].dropna() % city.profile.publication.round_to == 0).all()
    assert both["persons_gained"].max() > 0


def test_gains_of_single_rooms_are_those_of_the_table_of_potential(city):
    told = city.table("published_siting_gains").query("profile == 'senior' and threshold_min == 10")
    best = told.nlargest(2, "persons_added")
    places = city.layer("begegnungsorte").set_index("begegnungsort_id", drop=False)
    for row in best.itertuples():
        gained = bg.gain(city, places.loc[[row.begegnungsort_id]], profile="senior", threshold_min=10)
        assert gained.set_index("level").loc["city", "persons_gained"] == row.persons_added


def test_other_speeds_and_legs_are_measured_and_the_city_stays_as_it_is(city):
    asked = {"profile": "senior", "threshold_min": 10}
    usual = bg.coverage(city, **asked)["persons_covered"][0]
    speed = city.profile.walking.profiles["senior"].speed_m_s
    # Half the pace for twice the time is the same walk.
    half = city.with_walking(speeds_m_s={"senior": speed / 2})
    assert bg.coverage(half, profile="senior", threshold_min=20)["persons_covered"][0] == usual
    assert bg.coverage(half, **asked)["persons_covered"][0] < usual
    tight = city.with_walking(snap_distance_m=1.0)
    assert bg.coverage(tight, **asked)["persons_unknown"][0] > 0
    assert bg.coverage(city, **asked)["persons_covered"][0] == usual
    assert city.profile.walking.profiles["senior"].speed_m_s == speed


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"speeds_m_s": {"giant": 1.0}}, "no walking profile 'giant'"),
        ({"speeds_m_s": {"senior": 40.0}}, "profiles.senior.speed_m_s"),
        ({"snap_distance_m": -1.0}, "snap_distance_m"),
    ],
)
def test_assumptions_that_cannot_be_walked_say_so(city, changed, told):
    with pytest.raises(bg.BegegnungError, match=told) as caught:
        city.with_walking(**changed)
    assert caught.value.hint


def test_an_edited_network_is_measured_and_the_city_stays_as_it_is(city):
    usual = bg.coverage(city)
    pd.testing.assert_frame_equal(bg.coverage(city.with_network(bg.to_osmnx(city))), usual)

    edges = city.network.edges
    part = city.with_network(bg.split_network(city, "stadtbezirk")["10"])
    assert part.network.edges["length_m"].sum() < edges["length_m"].sum()
    assert part.network.edges["component_id"].min() == 0
    told = bg.coverage(part, profile="adult", threshold_min=15).iloc[0]
    assert 0 < told["persons_covered"] < told["persons"]
    # Who lives too far from what is left, or at a scrap of it, has an unknown walk and is not called beyond.
    homes, left = city.layer("demand"), part.network.edges
    leg_m, main_leg_m = (homes.distance(some.union_all()) for some in (left, left.query("component_id == 0")))
    is_far = leg_m > city.profile.walking.snap_distance_m
    is_at_scrap = main_leg_m > leg_m + 1e-6
    assert is_far.any()
    least, most = (homes.loc[some, "persons"].sum() for some in (is_far, is_far | is_at_scrap))
    assert least <= told["persons_unknown"] <= most
    asked = {"profile": "adult", "threshold_min": 15}
    place = city.layer("begegnungsorte").head(1)
    assert bg.reach(part, place, **asked).area.sum() <= bg.reach(city, place, **asked).area.sum()

    assert len(city.network.edges) == len(edges)
    pd.testing.assert_frame_equal(bg.coverage(city), usual)


def test_a_network_that_is_not_of_the_city_is_refused(city):
    nodes, edges = city.network
    elsewhere = bg.Network(nodes.to_crs(25833), edges.to_crs(25833))
    twice = bg.Network(nodes, pd.concat([edges, edges.head(1)], ignore_index=True))
    for network, told in ((elsewhere, "EPSG:25833, expected"), (twice, "the key edge_id repeats")):
        with pytest.raises(bg.BegegnungError, match=told) as caught:
            city.with_network(network)
        assert caught.value.hint


def test_networks_of_districts_add_up_to_the_network_inside_the_city(city):
    parts = bg.split_network(city, "stadtbezirk")
    ids = pd.concat([part.edges["edge_id"] for part in parts.values()])
    assert ids.is_unique
    edges = city.network.edges
    inside = edges[edges.interpolate(0.5, normalized=True).intersects(city.layer("city_area").union_all())]
    assert set(ids) == set(inside["edge_id"])
    for part in parts.values():
        assert set(part.nodes["node_id"]) == {*part.edges["from_node"], *part.edges["to_node"]}
        assert_geodataframe_equal(bg.from_osmnx(bg.to_osmnx(part)).edges, part.edges)


def test_classes_are_called_as_on_the_pages(city):
    assert city.class_names()["library"] != city.class_names("en")["library"]
    assert set(city.table("begegnungsorte")["class"]) <= set(city.class_names())


def test_osmnx_plots_the_graph(city):
    figure, axes = ox.plot.plot_graph(bg.to_osmnx(city), show=False, close=True)
    drawn = sum(len(lines.get_segments()) for lines in axes.collections if hasattr(lines, "get_segments"))
    assert drawn >= len(city.network.edges)
    assert figure is axes.figure


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/notebooks.md"])
def test_the_python_of_the_documents_runs(page, *, town, project, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", (project / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    monkeypatch.chdir(town.root)
    (town.root / "build").mkdir(exist_ok=True)
    exec("\n".join(blocks), {})  # noqa: S102 - our own documents
