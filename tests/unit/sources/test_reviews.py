# SPDX-License-Identifier: MIT
from pathlib import Path

import pytest

from begegnung_geo.errors import SourceError
from begegnung_geo.sources.reviews import read_kept_ids, read_reviews


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return path


def test_answers_are_read_in_german_and_english_and_open_questions_are_no_fault(tmp_path: Path) -> None:
    path = write(
        tmp_path, "review.csv",
        "place_id_b;place_id_a;antwort;bemerkung;wer;datum;name_a",
        "osm:way/2;liste:1;gleich;vor Ort gesehen;Quartiersbüro;22.11.2026;Treff",
        "osm:way/3;osm:way/4;Different;;;;Haus",
        "osm:way/5;osm:way/6;;;;;offen",
    )  # fmt: skip
    reviews, issues = read_reviews(path)
    assert issues.empty
    told = reviews[["place_id_a", "place_id_b", "answer"]].to_numpy().tolist()
    assert told == [["liste:1", "osm:way/2", "same"], ["osm:way/3", "osm:way/4", "different"]]
    assert reviews["date"].tolist()[0] == "2026-11-22"
    assert reviews["row"].tolist() == ["2", "3"]


def test_unusable_answers_are_told_and_the_rest_holds(tmp_path: Path) -> None:
    path = write(
        tmp_path, "review.csv",
        "place_id_a,place_id_b,answer,note,who,date",
        "a:1,a:1,same,,,", "a:1,,same,,,", "a:1,a:2,vielleicht,,,", "a:1,a:3,same,,,31.02.2026",
        "a:1,a:4,same,,,", "a:4,a:1,different,,,",
    )  # fmt: skip
    reviews, issues = read_reviews(path)
    assert reviews[["place_id_b", "answer"]].to_numpy().tolist() == [["a:4", "different"]]
    assert dict(zip(issues["row"], issues["code"], strict=True)) == {
        "2": "HAND_ROW_INCOMPLETE", "3": "HAND_ROW_INCOMPLETE", "4": "HAND_VALUE_INVALID",
        "5": "HAND_DATE_INVALID", "6": "HAND_SUPERSEDED",
    }  # fmt: skip


def test_a_file_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="lacks the columns"):
        read_reviews(write(tmp_path, "review.csv", "name;ort", "x;y"))


def test_kept_ids_are_read_and_bad_lines_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path, "ids.csv", "place_id;begegnungsort_id", "osm:way/1;b0123456789ab", "osm:way/2;x",
        "osm:way/1;bffffffffffff",
    )  # fmt: skip
    kept, issues = read_kept_ids(path)
    assert kept.to_numpy().tolist() == [["osm:way/1", "b0123456789ab"]]
    assert dict(zip(issues["row"], issues["code"], strict=True)) == {
        "3": "HAND_ROW_INCOMPLETE",
        "4": "HAND_SUPERSEDED",
    }
    assert read_kept_ids(None)[0].empty
