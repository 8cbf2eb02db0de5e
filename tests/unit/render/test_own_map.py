# SPDX-License-Identifier: MIT
"""The map of a notebook: what it is given and nothing else, in a frame that asks nobody."""

import html
import json
import re

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from branca.element import JavascriptLink

from begegnung_geo.render import symbols
from begegnung_geo.render.figure_classes import Figures
from begegnung_geo.render.layers import build_atlas
from begegnung_geo.render.offline import UnknownAssetError
from begegnung_geo.render.own_map import Drawn, build_own_map
from begegnung_geo.render.text import Words

NASTY = "</script><script>window.hit=1</script>\"'{{ 7*7 }}"


@pytest.fixture(scope="module")
def atlas(town):
    return build_atlas(town)


@pytest.fixture(scope="module")
def draw(town, atlas):
    return lambda **layers: build_own_map(town, Drawn(**layers), atlas=atlas, words=Words("de"))


def _read(own_map, block="map-data"):
    page = own_map.get_root().render()
    return json.loads(re.search(rf'id="{block}">(.*?)</script>', page, re.DOTALL)[1])


def _figures(town, values):
    members = town.districts[town.districts["level"] == "stadtbezirk"].reset_index(drop=True)
    return Figures(members, np.array(values), "covered_share", "Anteil")


def _own(town, names):
    points = town.begegnungsorte.geometry.to_numpy()[: len(names)]
    return gpd.GeoDataFrame({"name": names}, geometry=points, crs=town.begegnungsorte.crs)


def test_a_map_shows_only_the_layers_it_is_given(town, draw):
    ground = {"land", "labels", "outside", "districts", "inhabited", "green", "water", "streets", "main_road"}
    shown = {
        "begegnungsorte": ("places", town.begegnungsorte),
        "gaps": ("gaps", town.gaps),
        "reach_areas": ("walking", town.reach_areas),
        "own_places": ("own", _own(town, ["A"])),
        "figures": ("figures", _figures(town, [0.2, 0.9])),
    }
    for name, (key, layer) in shown.items():
        layers = set(_read(draw(**{name: layer}))["layers"])
        assert layers & {key for key, _ in shown.values()} == {key}
        assert layers - {key} <= ground | {"paths", "rail", "waterway", "motorway"}


def test_the_cell_gets_a_frame_with_a_title_and_the_whole_page(town, draw):
    own_map = draw(begegnungsorte=town.begegnungsorte)
    cell = own_map._repr_html_()
    assert isinstance(own_map, folium.Map)
    frame = re.fullmatch(
        r'<iframe srcdoc="([^"]*)" title="Karte von Kleinstadt" style="[^"]*"></iframe>', cell
    )
    page = html.unescape(frame[1])
    assert page == own_map.get_root().render()
    assert "script-src &#39;sha256-" in page
    assert "default-src &#39;none&#39;" in page


def test_the_same_tables_give_the_same_bytes(town, draw):
    layers = {"begegnungsorte": town.begegnungsorte, "reach_areas": town.reach_areas}
    assert draw(**layers)._repr_html_() == draw(**layers)._repr_html_()


def test_colours_of_walking_are_those_of_the_site_and_classes_those_of_the_areas(town, draw):
    areas = town.reach_areas[town.reach_areas["threshold_min"] == 10]
    data = _read(draw(reach_areas=areas))
    assert data["thresholds"] == [10]
    assert data["colours"]["walking"] == symbols.pick_ramp(2)
    assert data["profile"] == town.profile.coverage.headline[0].profile
    assert _read(draw(reach_areas=areas), "page-texts")["classNames"] == ["bis 10 Minuten", "über 10 Minuten"]


def test_a_click_on_a_district_tells_its_figure(town, draw):
    texts = _read(draw(figures=_figures(town, [0.25, np.nan])), "page-texts")
    told = [line for lines in texts["layers"]["districts"][0]["info"] for line in lines]
    assert {"term": "Anteil", "text": "25\N{NO-BREAK SPACE}%"} in told
    assert {"term": "Anteil", "text": "nicht bekannt oder zu wenige"} in told


def test_people_of_gaps_are_told_as_on_the_pages(town, draw):
    gaps = town.gaps.assign(persons=[3.0] * len(town.gaps))
    texts = _read(draw(gaps=gaps), "page-texts")
    assert all("weniger als 10" in note for note in texts["layers"]["gaps"]["notes"])


def test_text_from_outside_stays_text(town, draw):
    own = _own(town, [NASTY, None])
    figures = _figures(town, [0.1, 0.2])
    members = figures.districts.assign(name=NASTY)
    shown = draw(own_places=own, figures=Figures(members, figures.values, "covered_share", NASTY))
    page = shown.get_root().render()
    assert "<script>window.hit" not in page
    assert "49" not in re.findall(r"<h2>(.*?)</h2>", page)[0]
    texts = _read(shown, "page-texts")
    assert texts["layers"]["own"][0]["name"] == NASTY
    assert texts["layers"]["own"][1]["name"] == "Eigener Ort 2"


def test_a_layer_of_folium_can_be_added_and_one_that_needs_a_server_fails(town, draw):
    own_map = draw(begegnungsorte=town.begegnungsorte)
    folium.CircleMarker((54.4, 8.0), radius=5).add_to(own_map)
    assert "L.circleMarker" in own_map.get_root().render()
    own_map.get_root().header.add_child(JavascriptLink("https://example.org/plugin.js"), name="plugin")
    with pytest.raises(UnknownAssetError, match="plugin"):
        own_map._repr_html_()


def test_a_town_without_districts_or_places_is_still_a_map(town, atlas):
    bare = town.begegnungsorte[:0]
    own_map = build_own_map(town, Drawn(begegnungsorte=bare), atlas=atlas, words=Words("en"))
    assert "places" not in _read(own_map)["layers"]
    assert own_map.title == "Map of Kleinstadt"
    assert shapely.area(town.city_area.geometry.iloc[0]) > 0
