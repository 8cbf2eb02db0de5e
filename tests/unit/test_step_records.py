# SPDX-License-Identifier: MIT
"""A step's record: what was written is read, and what cannot be read is as if it were not there."""

from pathlib import Path

import pandas as pd
import pytest

from begegnung_geo.issues import concat_issues
from begegnung_geo.step_records import find_issues, list_record_files, read_outputs, read_record, write_record


def _record(folder: Path, step: str, outputs: dict[str, str]) -> None:
    write_record(
        folder, step, fingerprint=f"f-{step}", facts={"straße": 1}, outputs=outputs, issues=concat_issues([])
    )


def test_what_a_step_recorded_is_read_back(tmp_path: Path) -> None:
    _record(tmp_path, "count", {"people": "abc"})
    assert read_record(tmp_path, "count") == {
        "fingerprint": "f-count",
        "facts": {"straße": 1},
        "outputs": {"people": "abc"},
    }
    assert list(pd.read_parquet(find_issues(tmp_path, "count")).columns) == list(concat_issues([]).columns)


def test_outputs_of_all_steps_stand_together(tmp_path: Path) -> None:
    _record(tmp_path, "count", {"people": "abc"})
    _record(tmp_path, "measure", {"walks": "def", "areas": "123"})
    assert read_outputs(tmp_path) == {"people": "abc", "walks": "def", "areas": "123"}


@pytest.mark.parametrize("text", ["", '{"fingerprint": "f', "[1, 2]", None])
def test_record_that_cannot_be_read_is_no_record(tmp_path: Path, text: str | None) -> None:
    _record(tmp_path, "count", {"people": "abc"})
    file = tmp_path / list_record_files("count")[0]
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    assert read_record(tmp_path, "count") == {}
    assert read_outputs(tmp_path) == {}
