# SPDX-License-Identifier: MIT
"""The PBF of Musterstadt, read by pyosmium alone."""

from collections import Counter
from itertools import pairwise

import networkx as nx
import shapely

from begegnung_geo.sample import SampleReport

from .conftest import OsmContent

WALKABLE = {
    *("footway", "path", "pedestrian", "steps", "living_street", "residential", "service", "track"),
    *("unclassified", "cycleway", "primary", "secondary", "tertiary"),
}


def build_graph(osm: OsmContent) -> nx.Graph:
    graph = nx.Graph()
    for way_id, tags in osm.select_ways("highway").items():
        if tags["highway"] in WALKABLE:
            refs = osm.ways[way_id][0]
            for start, end in pairwise(refs):
                length = shapely.Point(osm.nodes[start]).distance(shapely.Point(osm.nodes[end]))
                graph.add_edge(start, end, length=length)
    return graph


def test_ids_are_unique_and_rise(osm: OsmContent, report: SampleReport) -> None:
    for ids in osm.ids.values():
        assert ids == sorted(set(ids))
    assert len(osm.ids["n"]) == report.node_count
    assert len(osm.ids["w"]) == report.way_count


def test_objects_carry_no_user_and_one_fixed_date(osm: OsmContent) -> None:
    assert osm.users == {""}
    assert len(osm.timestamps) == 1


def test_every_reference_leads_to_an_object_of_the_file(osm: OsmContent) -> None:
    known = {"n": osm.nodes, "w": osm.ways, "r": osm.relations}
    assert {ref for refs, _ in osm.ways.values() for ref in refs} <= set(osm.nodes)
    for members, _ in osm.relations.values():
        assert all(ref in known[kind] for kind, ref, _ in members)


def test_no_node_is_without_use(osm: OsmContent) -> None:
    used = {ref for refs, _ in osm.ways.values() for ref in refs}
    tagged = {node for node, tags in osm.node_tags.items() if tags}
    assert set(osm.nodes) - used - tagged == set()


def test_buildings_are_closed_valid_polygons_that_hardly_overlap(osm: OsmContent) -> None:
    polygons = []
    for way_id, tags in osm.select_ways("building").items():
        refs = osm.ways[way_id][0]
        assert refs[0] == refs[-1], tags
        polygons.append(shapely.Polygon([osm.nodes[ref] for ref in refs]))
    assert all(shapely.is_valid(polygons))
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="intersects")
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a < b]
    shared = sum(polygons[a].intersection(polygons[b]).area for a, b in pairs)
    assert shared < 0.01 * sum(p.area for p in polygons)


def test_the_street_network_is_mostly_one_piece_and_has_a_scrap(osm: OsmContent) -> None:
    graph = build_graph(osm)
    lengths = sorted(graph.subgraph(part).size(weight="length") for part in nx.connected_components(graph))
    assert lengths[-1] > 0.97 * sum(lengths)
    assert len(lengths) > 1


def test_nothing_crosses_the_river_without_a_bridge(osm: OsmContent) -> None:
    water = shapely.union_all(
        [
            shapely.Polygon([osm.nodes[ref] for ref in osm.ways[way_id][0]])
            for way_id, tags in osm.select_ways("natural").items()
            if tags.get("water") == "river"
        ]
    )
    crossing = [
        tags for way_id, tags in osm.select_ways("highway").items() if osm.find_line(way_id).intersects(water)
    ]
    assert all(tags.get("bridge") == "yes" for tags in crossing)
    on_foot = [tags for tags in crossing if tags["highway"] in WALKABLE]
    assert 3 <= len(on_foot) <= 5  # two roads, one footbridge; a road may cross in two pieces


def test_few_ways_cross_the_railway_and_all_by_bridge_or_tunnel(osm: OsmContent) -> None:
    rails = shapely.union_all([osm.find_line(way_id) for way_id in osm.select_ways("railway")])
    crossing = [
        tags
        for way_id, tags in osm.select_ways("highway").items()
        if tags["highway"] in WALKABLE and osm.find_line(way_id).intersects(rails)
    ]
    assert 3 <= len(crossing) <= 8
    assert all("bridge" in tags or "tunnel" in tags for tags in crossing)


def test_hard_cases_for_a_walk_network_are_there(osm: OsmContent) -> None:
    ways = osm.select_ways("highway").values()
    highways = Counter(tags["highway"] for tags in ways)
    assert WALKABLE | {"motorway"} <= set(highways)
    assert any(tags.get("area") == "yes" and tags["highway"] == "pedestrian" for tags in ways)
    assert any(tags.get("foot") == "use_sidepath" for tags in ways)
    assert any(tags.get("footway") == "sidewalk" for tags in ways)
    assert any(tags.get("foot") == "no" for tags in ways)
    assert any(tags.get("access") == "private" for tags in ways)


def test_boundaries_of_town_and_stadtbezirke_close_and_share_one_name(osm: OsmContent) -> None:
    boundaries = [
        (members, tags)
        for members, tags in osm.relations.values()
        if tags.get("boundary") == "administrative"
    ]
    assert Counter(tags["admin_level"] for _, tags in boundaries) == {"6": 1, "9": 3}
    areas = {}
    for members, tags in boundaries:
        rings = [osm.ways[ref][0] for _, ref, role in members if role == "outer"]
        assert all(ring[0] == ring[-1] for ring in rings)
        areas[tags["name"]] = sum(shapely.Polygon([osm.nodes[ref] for ref in ring]).area for ring in rings)
    whole = areas.pop("Musterstadt")
    assert abs(sum(areas.values()) / whole - 1) < 0.01


def test_streets_go_on_beyond_the_border_by_about_1500_m(osm: OsmContent) -> None:
    members, _ = next(
        item
        for item in osm.relations.values()
        if item[1].get("name") == "Musterstadt" and "boundary" in item[1]
    )
    town = shapely.Polygon([osm.nodes[ref] for ref in osm.ways[members[0][1]][0]])
    ends = [
        osm.find_line(way_id) for way_id, t in osm.select_ways("highway").items() if t["highway"] == "primary"
    ]
    farthest = max(shapely.distance(town, shapely.get_point(line, end)) for line in ends for end in (0, -1))
    assert 1_400 < farthest < 2_000


def test_deprecated_and_excluded_tags_are_in_the_map(osm: OsmContent) -> None:
    everything = [
        *osm.node_tags.values(),
        *(tags for _, tags in osm.ways.values()),
        *(tags for _, tags in osm.relations.values()),
    ]
    pairs = {(key, value) for tags in everything for key, value in tags.items()}
    assert {
        ("amenity", "youth_centre"),
        ("amenity", "community_center"),
        ("leisure", "club"),
        ("disused:amenity", "place_of_worship"),
        ("demolished:amenity", "community_centre"),
        ("social_facility", "shelter"),
        ("indoor", "no"),
        ("shop", "vacant"),
        ("shop", "mall"),
        ("landuse", "allotments"),
        ("opening_hours", "We 15-17"),
        ("opening_hours", '"nach Vereinbarung"'),
    } <= pairs
    churches = [tags for tags in everything if tags.get("building") == "church"]
    assert any("amenity" not in tags and "disused:amenity" not in tags for tags in churches)


def test_one_allotment_site_has_no_clubhouse(osm: OsmContent) -> None:
    sites = {
        tags.get("name"): shapely.Polygon([osm.nodes[ref] for ref in osm.ways[way_id][0]])
        for way_id, tags in osm.select_ways("landuse").items()
        if tags["landuse"] == "allotments"
    }
    huts = [
        shapely.Polygon([osm.nodes[ref] for ref in osm.ways[way_id][0]]).centroid
        for way_id, tags in osm.select_ways("building").items()
        if tags["building"] != "allotment_house"
    ]
    bare = sites["Kleingartenanlage Westerwiese"]
    assert not any(bare.contains(hut) for hut in huts)
