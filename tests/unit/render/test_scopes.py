# SPDX-License-Identifier: MIT
"""Which areas get a page, what belongs to them and what their file is called."""

import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.render.scopes import (
    _build_slugs,
    build_city_scope,
    build_district_scopes,
    find_page_level,
    order_levels,
)


def test_levels_go_from_large_to_small_districts_whatever_their_keys(town):
    assert order_levels(town.districts) == ["stadtbezirk", "statistischer_bezirk"]
    renamed = town.districts.replace({"level": {"stadtbezirk": "zzz", "statistischer_bezirk": "aaa"}})
    assert order_levels(renamed) == ["zzz", "aaa"]


def test_the_coarsest_level_with_several_districts_gets_pages(town):
    assert find_page_level(town.districts) == "stadtbezirk"
    whole = town.districts[:1].assign(level="city", area_km2=12.0)
    assert find_page_level(gpd.GeoDataFrame(pd.concat([town.districts, whole]))) == "stadtbezirk"
    assert not find_page_level(whole)


def test_more_districts_than_thirty_get_no_page_each(town):
    many = gpd.GeoDataFrame(pd.concat([town.districts[2:]] * 8, ignore_index=True), crs=town.districts.crs)
    assert not find_page_level(many.assign(district_id=[f"{i:02d}" for i in range(len(many))]))


def test_a_district_scope_holds_only_its_own_rows(town):
    east = next(scope for scope in build_district_scopes(town) if scope.name == "Osterfeld")
    assert sorted(east.districts["district_id"]) == ["11", "12"]
    assert set(east.coverage["district_id"]) == {"1"}
    assert set(east.begegnungsorte["district_id_stadtbezirk"]) == {"1"}
    assert len(east.gaps) == 1
    west = next(scope for scope in build_district_scopes(town) if scope.name == "Mitte")
    assert len(west.gaps) == 0
    assert len(west.begegnungsorte) + len(east.begegnungsorte) == len(town.begegnungsorte)


def test_districts_of_a_third_level_belong_to_their_grandparent(town):
    third = town.districts[town.districts["district_id"] == "11"].assign(
        district_id="111", level="unterbezirk", parent_id="11", area_km2=0.1
    )
    districts = gpd.GeoDataFrame(
        pd.concat([town.districts, third], ignore_index=True), crs=town.districts.crs
    )
    east = build_district_scopes(replace(town, districts=districts))[1]
    assert sorted(east.districts["district_id"]) == ["11", "111", "12"]


def test_the_city_scope_is_everything(town):
    city = build_city_scope(town)
    assert city.is_city
    assert len(city.begegnungsorte) == 12
    assert len(city.districts) == 6


def test_file_names_are_plain_and_the_german_letters_are_written_out():
    assert list(_build_slugs(["Lütgendortmund", "Hörde", "Groß-Süd / West", "Stadtkarte", "Index"])) == [
        "luetgendortmund", "hoerde", "gross-sued-west", "stadtkarte-4", "index-5",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=80), max_size=12))
def test_file_names_are_safe_and_unlike_each_other_for_any_names(names):
    slugs = list(_build_slugs(names))
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,80}", slug) for slug in slugs)
