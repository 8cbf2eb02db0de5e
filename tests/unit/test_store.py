# SPDX-License-Identifier: MIT
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from begegnung_geo.errors import CrsError, SchemaError, SourceError
from begegnung_geo.store import Portions, find_table, give_back_memory, read_table, write_table

CRS = "EPSG:25832"


def _nodes(ids: list[int], crs: str = CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"node_id": ids, "component_id": 0}, geometry=[Point(i, i) for i in ids], crs=crs)


def test_table_survives_the_round_trip_and_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    write_table(_nodes([3, 1, 2]), "walk_nodes", folder=tmp_path, crs=CRS)
    first = find_table(tmp_path, "walk_nodes").read_bytes()
    nodes = read_table("walk_nodes", folder=tmp_path, crs=CRS)
    assert nodes["node_id"].tolist() == [1, 2, 3]
    write_table(nodes, "walk_nodes", folder=tmp_path, crs=CRS)
    assert find_table(tmp_path, "walk_nodes").read_bytes() == first


def test_lists_come_back_as_lists(tmp_path: Path) -> None:
    flags = pd.DataFrame(
        {
            "district_id": ["1"],
            "level": ["b"],
            "is_underserved": [True],
            "stability": ["robust"],
            "variants_agree": [6],
            "variants_count": [6],
            "reasons": [["a"]],
            "persons_beyond": [1.0],
            "need_index": [0.5],
            "level_median_share": [0.5],
        }
    )
    write_table(flags, "underserved", folder=tmp_path, crs=CRS)
    assert read_table("underserved", folder=tmp_path, crs=CRS)["reasons"].tolist() == [["a"]]


def test_missing_table_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_table("walk_nodes", folder=tmp_path, crs=CRS)
    assert "make maps" in caught.value.hint


def test_truncated_table_is_told_and_not_guessed(tmp_path: Path) -> None:
    write_table(_nodes([1, 2]), "walk_nodes", folder=tmp_path, crs=CRS)
    path = find_table(tmp_path, "walk_nodes")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="cannot be read"):
        read_table("walk_nodes", folder=tmp_path, crs=CRS)


def test_broken_contract_leaves_the_old_file(tmp_path: Path) -> None:
    write_table(_nodes([1]), "walk_nodes", folder=tmp_path, crs=CRS)
    with pytest.raises(SchemaError):
        write_table(_nodes([1, 1]), "walk_nodes", folder=tmp_path, crs=CRS)
    assert len(read_table("walk_nodes", folder=tmp_path, crs=CRS)) == 1


def test_other_crs_is_refused_on_the_way_out_and_in(tmp_path: Path) -> None:
    with pytest.raises(CrsError):
        write_table(_nodes([1], crs="EPSG:4326"), "walk_nodes", folder=tmp_path, crs=CRS)
    write_table(_nodes([1], crs="EPSG:25833"), "walk_nodes", folder=tmp_path, crs="EPSG:25833")
    with pytest.raises(CrsError):
        read_table("walk_nodes", folder=tmp_path, crs=CRS)


def _counts(sources: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"source": sources, "read": 3, "kept": 1, "merged": 1, "rejected": 1})


def test_a_table_written_in_portions_reads_like_one_written_whole(tmp_path: Path) -> None:
    portions = Portions([_counts(["b", "a"]), _counts(["c"]), _counts(["d", "e"])], row_count=5)
    assert len(portions) == 5
    write_table(portions, "row_counts", folder=tmp_path, crs=CRS)
    read = read_table("row_counts", folder=tmp_path, crs=CRS)
    write_table(_counts(list("ecdab")), "row_counts", folder=tmp_path, crs=CRS)
    pd.testing.assert_frame_equal(read, read_table("row_counts", folder=tmp_path, crs=CRS))


def test_a_table_in_one_portion_has_the_bytes_of_the_whole(tmp_path: Path) -> None:
    path = find_table(tmp_path, "row_counts")
    write_table(_counts(["b", "a"]), "row_counts", folder=tmp_path, crs=CRS)
    whole = path.read_bytes()
    write_table(Portions([_counts(["b", "a"])], row_count=2), "row_counts", folder=tmp_path, crs=CRS)
    assert path.read_bytes() == whole


def test_a_table_without_rows_has_one_empty_portion(tmp_path: Path) -> None:
    write_table(Portions([_counts([])], row_count=0), "row_counts", folder=tmp_path, crs=CRS)
    assert read_table("row_counts", folder=tmp_path, crs=CRS).empty


def test_portions_whose_keys_do_not_rise_are_refused_and_the_last_good_file_stays(tmp_path: Path) -> None:
    write_table(_counts(["a"]), "row_counts", folder=tmp_path, crs=CRS)
    for second in (["b"], ["a", "c"]):
        portions = Portions([_counts(["b"]), _counts(second)], row_count=3)
        with pytest.raises(SchemaError, match="do not rise"):
            write_table(portions, "row_counts", folder=tmp_path, crs=CRS)
    assert read_table("row_counts", folder=tmp_path, crs=CRS)["source"].tolist() == ["a"]
    assert [file.name for file in tmp_path.iterdir()] == ["row_counts.parquet"]


def test_memory_is_given_back_without_harm_to_what_is_in_use(tmp_path: Path) -> None:
    write_table(_counts(["a"]), "row_counts", folder=tmp_path, crs=CRS)
    table = read_table("row_counts", folder=tmp_path, crs=CRS)
    give_back_memory()
    assert table["source"].tolist() == ["a"]


def test_a_layer_without_its_geometry_has_its_other_columns(tmp_path: Path) -> None:
    write_table(_nodes([1, 2]), "walk_nodes", folder=tmp_path, crs=CRS)
    figures = read_table("walk_nodes", folder=tmp_path, crs=CRS, with_geometry=False)
    whole = read_table("walk_nodes", folder=tmp_path, crs=CRS)
    pd.testing.assert_frame_equal(figures, pd.DataFrame(whole.drop(columns="geometry")))
    with pytest.raises(SourceError, match="has not been built"):
        read_table("walk_edges", folder=tmp_path, crs=CRS, with_geometry=False)
