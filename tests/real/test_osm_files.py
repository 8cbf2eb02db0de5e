# SPDX-License-Identifier: MIT
"""
The OSM reader on real extracts, against GDAL's reader and osmnx's walk network.

The figures of `docs/method.md`, section "Walk network", are computed again here.
"""

import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import osmnx as ox
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Geod

from begegnung_geo.config import find_config_dir
from begegnung_geo.errors import SourceError
from begegnung_geo.issues import count_by_code
from begegnung_geo.schema import conform_table, require_table
from begegnung_geo.sources.osm import OsmTables, read_osm
from begegnung_geo.walk_rules import read_walk_rules

CRS = "EPSG:25832"
FILES = {
    "Aplerbeck": "dortmund_aplerbeck_2026-07-14.osm.pbf",
    "Bövinghausen": "dortmund_boevinghausen_grenze_undated.osm.pbf",
    "Witten-Stockum": "witten_stockum_2021-03-01.osm.pbf",
    "Neuss": "neuss_2026-03-28.osm.pbf",
    "Heidelberg": "heidelberg_streets.osm.pbf",
}
READ_BY_GDAL = ("Aplerbeck", "Witten-Stockum", "Neuss")  # it refuses unsorted Bövinghausen
TABLE_NAMES = (
    "osm_features",
    "walkways",
    "buildings",
    "addresses",
    "boundaries",
    "background_areas",
    "background_lines",
    "background_labels",
    "issues",
)
WALK_RULES = read_walk_rules(find_config_dir() / "walkways.csv")

Tags = dict[str, str]


@pytest.fixture(scope="module", params=FILES, ids=list(FILES))
def place(request: pytest.FixtureRequest) -> str:
    """Return the name of an extract."""
    return str(request.param)


@pytest.fixture(scope="module")
def extract(place: str, real_data: Path) -> Path:
    """Return the path of an extract."""
    return real_data / FILES[place]


@pytest.fixture(scope="module")
def tables(extract: Path) -> OsmTables:
    """Return the tables of an extract, read once."""
    return read_tables(extract)


def read_tables(path: Path, *, clip: shapely.Polygon | None = None) -> OsmTables:
    filters = {"amenity": None, "landuse": frozenset({"allotments"})}
    return read_osm(path, crs=CRS, clip=clip, feature_filters=filters, walk_rules=WALK_RULES)


def test_the_tables_keep_their_contracts_and_are_valid(tables: OsmTables) -> None:
    for name in TABLE_NAMES:
        frame = conform_table(getattr(tables, name), name)
        require_table(frame, name, crs=CRS)
        if isinstance(frame, gpd.GeoDataFrame):
            assert frame.geometry.is_valid.all()


def test_the_dates_are_those_of_the_files(place: str, tables: OsmTables) -> None:
    # data/README.md: newest objects; Bövinghausen has no dates, Heidelberg only the extract's own.
    dates = {"Aplerbeck": "2026-07-14", "Witten-Stockum": "2021-03-01", "Neuss": "2026-03-28"}
    assert tables.data_date == dates.get(place, "2024-09-08" if place == "Heidelberg" else "")


def test_user_names_of_a_file_that_has_them_reach_no_table(real_data: Path) -> None:
    path = real_data / FILES["Aplerbeck"]
    users, changesets = set(), set()
    for entity in osmium.FileProcessor(str(path)):
        users.add(entity.user)
        changesets.add(str(entity.changeset))
    users -= {""}
    changesets = {number for number in changesets if len(number) > 5}  # short ones are house numbers, too
    assert len(users) >= 60  # the file does carry them
    assert changesets
    cells: set[str] = set()
    tables = read_tables(path)
    for name in TABLE_NAMES:
        frame = pd.DataFrame(getattr(tables, name)).drop(columns=["geometry", "node_ids"], errors="ignore")
        cells |= set(frame.astype(str).to_numpy().ravel())
        for text in frame.get("tags", ()):
            cells |= set(json.loads(text)) | set(json.loads(text).values())
    assert "Gemeindehaus St. Ewaldi" in cells
    assert not users & cells
    assert not changesets & cells


def test_the_places_of_aplerbeck_are_there(real_data: Path) -> None:
    tags = [json.loads(text) for text in read_tables(real_data / FILES["Aplerbeck"]).osm_features["tags"]]
    kinds = Counter(tag.get("amenity") for tag in tags)
    wanted = {"community_centre": 1, "place_of_worship": 2, "social_facility": 1, "cafe": 1}
    assert {kind: kinds[kind] for kind in wanted} == wanted  # data/README.md


@pytest.mark.parametrize("place", READ_BY_GDAL, scope="module")
def test_buildings_and_water_have_the_areas_that_gdal_finds(place: str, real_data: Path) -> None:
    path = real_data / FILES[place]
    tables = read_tables(path)
    theirs = pyogrio.read_dataframe(path, layer="multipolygons").to_crs(CRS)
    theirs["id"] = ("way/" + theirs["osm_way_id"]).fillna("relation/" + theirs["osm_id"])
    theirs = theirs.set_index("id")
    buildings = theirs[theirs["building"].fillna("no") != "no"]
    ours = tables.buildings.set_index("source_id")["footprint_area_m2"]
    pd.testing.assert_series_equal(
        ours.sort_index(), buildings.area.sort_index(), check_names=False, rtol=1e-9
    )
    areas = tables.background_areas.set_index("area_id")
    common = areas.index.intersection(theirs.index)
    assert len(common) > 0.8 * len(areas)
    assert areas.area[common].sum() == pytest.approx(theirs.area[common].sum(), rel=1e-6)


def test_a_border_of_the_extract_is_that_of_the_city(real_data: Path) -> None:
    boundaries = read_tables(real_data / FILES["Bövinghausen"]).boundaries.set_index("name")
    city = gpd.read_file(real_data / "dortmund_stadtgrenze_osm_2022-03-01.geojson").to_crs(CRS)
    ours, theirs = boundaries.geometry["Dortmund"], city.geometry.union_all()
    overlap = ours.intersection(theirs).area / ours.union(theirs).area
    assert overlap > 0.999
    assert boundaries.loc["Dortmund", ["admin_level", "ags"]].tolist() == [6, "05913000"]


def test_the_clip_drops_what_lies_outside(real_data: Path) -> None:
    whole = read_tables(real_data / FILES["Neuss"])
    clip = shapely.box(6.68, 51.19, 6.69, 51.20)
    clipped = read_tables(real_data / FILES["Neuss"], clip=clip)
    box = gpd.GeoSeries([clip.segmentize(0.001)], crs=4326).to_crs(CRS).item()
    for name in ("osm_features", "walkways", "buildings", "background_areas"):
        frame = getattr(whole, name)
        key = frame.columns[0]
        expected = frame.loc[frame.intersects(box), key]
        assert set(getattr(clipped, name)[key]) == set(expected)
        assert 0 < len(expected) < len(frame)


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm.gz", ".osm.bz2"])
def test_a_real_file_cut_off_anywhere_is_an_error(suffix: str, real_data: Path, tmp_path: Path) -> None:
    source = real_data / FILES["Aplerbeck"]
    whole = tmp_path / f"whole{suffix}"
    with osmium.SimpleWriter(str(whole)) as writer:
        for entity in osmium.FileProcessor(str(source)):
            writer.add(entity)
    content = source.read_bytes() if suffix == ".osm.pbf" else whole.read_bytes()
    for share in (0.02, 0.4, 0.8, 0.999):
        cut = tmp_path / f"cut{suffix}"
        cut.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(SourceError, match=r"cut off|not a complete OSM file"):
            read_tables(cut)


def test_heidelbergs_broken_relations_are_counted_and_harmless(real_data: Path) -> None:
    tables = read_tables(real_data / FILES["Heidelberg"])
    assert count_by_code(tables.issues).keys() == {"OSM_RELATION_INCOMPLETE"}
    assert len(tables.walkways) > 20_000


# ---- the walk network against osmnx -------------------------------------------------------------


@cache
def parse_osmnx_filter() -> list[tuple[str, str]]:
    """Return the (key, pattern) pairs that osmnx's walk filter excludes."""
    text = ox._overpass._get_network_filter("walk")
    assert text.startswith('["highway"]')
    return re.findall(r'\["([^"]+)"!~"([^"]+)"\]', text)


def walks_in_osmnx(tags: Tags) -> bool:
    """Return whether osmnx's walk filter keeps a way: Overpass searches the pattern in the value."""
    excluded = (re.search(pattern, tags[key]) for key, pattern in parse_osmnx_filter() if key in tags)
    return "highway" in tags and not any(excluded)


def measure_osmnx(path: Path) -> tuple[dict[int, float], dict[int, Tags]]:
    """Return each way's length in metres on osmnx's sphere, and the tags of all ways."""
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)  # first: one file has them after its ways
    positions = {node.id: (node.lon, node.lat) for node in nodes}
    lengths: dict[int, float] = {}
    tags: dict[int, Tags] = {}
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
        tags[way.id] = dict(way.tags)
        if walks_in_osmnx(tags[way.id]):
            lonlat = np.array([positions[n.ref] for n in way.nodes if n.ref in positions]).reshape(-1, 2)
            lon, lat = lonlat.T
            steps = ox.distance.great_circle(lat[:-1], lon[:-1], lat[1:], lon[1:])
            lengths[way.id] = float(np.sum(steps))
    return lengths, tags


def explain_ours(tags: Tags) -> str:
    """Return why osmnx has no such walkway."""
    if "platform" in (tags.get("highway"), tags.get("railway"), tags.get("public_transport")):
        return "platforms"
    if tags.get("area") == "yes" or "highway" not in tags:
        return "outlines of squares"
    if tags["highway"] == "cycleway":
        return "cycleways"
    if any(tags.get(f"sidewalk{side}") == "separate" for side in ("", ":both", ":left", ":right")):
        return "roads with a sidewalk of their own"
    return "private, but open on foot" if tags.get("access") == "private" else "other"


def explain_theirs(tags: Tags) -> str:
    """Return why a way of osmnx is no walkway here."""
    if tags.get("foot") in ("private", "use_sidepath"):
        return "foot=private or use_sidepath"
    if tags.get("motorroad") == "yes" or tags["highway"] in ("trunk", "trunk_link"):
        return "trunk roads and Kraftfahrstraßen"
    if tags.get("access") == "no":
        return "access=no"
    return "bridleways" if tags["highway"] == "bridleway" else "other"


def compare_networks(path: Path, tables: OsmTables) -> dict[str, float]:
    """Return both totals and each class of difference, in kilometres."""
    theirs, tags = measure_osmnx(path)
    ours = tables.walkways.length.groupby(tables.walkways["way_id"]).sum().to_dict()
    figures = Counter({"ours": sum(ours.values()), "osmnx": sum(theirs.values())})
    # The outline of a relation's area has no tags of its own: its class tells a platform.
    classes = tables.walkways.set_index("way_id")["highway"].to_dict()
    for way_id in ours.keys() - theirs.keys():
        own = tags.get(way_id, {})
        is_platform = classes[way_id] == "platform"
        figures["platforms" if is_platform else explain_ours(own)] += ours[way_id]
    for way_id in theirs.keys() - ours.keys():
        figures[explain_theirs(tags[way_id])] -= theirs[way_id]
    common = ours.keys() & theirs.keys()
    figures["measured on the ellipsoid"] = sum(ours[i] - theirs[i] for i in common)
    return {name: metres / 1000 for name, metres in figures.items()}


@pytest.fixture(scope="module")
def comparison(extract: Path, tables: OsmTables) -> dict[str, float]:
    """Return the comparison of an extract, computed once."""
    return compare_networks(extract, tables)


def read_documented(project: Path) -> dict[str, dict[str, str]]:
    """Return the table of docs/method.md: row name -> place -> figure."""
    text = (project / "docs" / "method.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    head = next(row for row in rows if row[1:] == list(FILES))
    width = len(head)
    start = rows.index(head)
    return {row[0]: dict(zip(FILES, row[1:], strict=True)) for row in rows[start + 2 :] if len(row) == width}


def test_the_explained_differences_account_for_all_but_one_percent(comparison: dict[str, float]) -> None:
    figures = dict(comparison)
    ours, theirs = figures.pop("ours"), figures.pop("osmnx")
    unexplained = figures.pop("other", 0.0)
    assert sum(figures.values()) + unexplained == pytest.approx(ours - theirs, abs=1e-6)
    assert abs(unexplained) < 0.01 * theirs


def test_docs_method_gives_these_figures(place: str, comparison: dict[str, float], project: Path) -> None:
    documented = read_documented(project)
    assert comparison.keys() <= documented.keys()
    for name, row in documented.items():
        assert float(row[place]) == pytest.approx(comparison.get(name, 0.0), abs=0.006), name


def test_lengths_are_those_of_the_ellipsoid(tables: OsmTables) -> None:
    # What separates the two on common ways: osmnx's sphere, and the scale of UTM (0.9996 to 1.0003).
    geod = Geod(ellps="GRS80")
    sample = tables.walkways.geometry.iloc[:: max(1, len(tables.walkways) // 500)]
    true_lengths = sample.to_crs(4326).map(geod.geometry_length)
    assert sample.length.sum() / true_lengths.sum() == pytest.approx(1, abs=4e-4)


@pytest.mark.parametrize("place", ["Aplerbeck", "Witten-Stockum"], scope="module")
def test_osmnx_itself_measures_what_is_measured_here_for_it(
    place: str, real_data: Path, tmp_path: Path
) -> None:
    path = real_data / FILES[place]
    lengths, tags = measure_osmnx(path)
    xml = tmp_path / "walk.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for entity in osmium.FileProcessor(str(path)):
            if entity.is_node() or (entity.is_way() and walks_in_osmnx(tags.get(entity.id, {}))):
                writer.add(entity)
    graph = ox.graph_from_xml(xml, bidirectional=True, simplify=False, retain_all=True)
    total = sum(length for _, _, length in graph.edges(data="length")) / 2  # each way round
    assert total == pytest.approx(sum(lengths.values()), rel=1e-6)


def test_every_walkway_shares_its_node_ids_with_the_file(extract: Path, tables: OsmTables) -> None:
    refs = {}
    for way in osmium.FileProcessor(str(extract)).with_filter(osmium.filter.KeyFilter("highway")):
        if way.is_way():
            refs[way.id] = [n.ref for n in way.nodes]
    whole = tables.walkways[~tables.walkways["walkway_id"].str.contains("#")]
    assert (whole["node_ids"].map(len) == shapely.get_num_coordinates(whole.geometry.to_numpy())).all()
    for way_id, node_ids in zip(whole["way_id"], whole["node_ids"], strict=True):
        if way_id in refs:
            known = set(node_ids)
            kept = [ref for ref in refs[way_id] if ref in known]
            assert [kept[0], *(b for a, b in pairwise(kept) if a != b)] == node_ids
