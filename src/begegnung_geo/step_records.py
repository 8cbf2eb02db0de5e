# SPDX-License-Identifier: MIT
"""What a step leaves beside its tables: fingerprint, facts, hashes of its outputs and the faults it found."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from begegnung_geo.files import write_bytes
from begegnung_geo.run_folders import RECORDS


def list_record_files(step: str) -> tuple[Path, Path]:
    """Return the files of a step's record and of its faults, from the folder of the tables on."""
    return Path(RECORDS, f"{step}.json"), Path(RECORDS, f"{step}.issues.parquet")


def find_issues(processed: Path, step: str) -> Path:
    """Return the file of the faults that a step found."""
    return processed / list_record_files(step)[1]


def read_record(processed: Path, step: str) -> dict[str, Any]:
    """Return a step's record: `fingerprint`, `facts`, `outputs`; empty where none can be read."""
    try:
        record = json.loads((processed / list_record_files(step)[0]).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def read_outputs(processed: Path) -> dict[str, str]:
    """Return the hash of every table that a recorded step wrote, by name of the table."""
    outputs: dict[str, str] = {}
    for path in sorted((processed / RECORDS).glob("*.json")):
        outputs |= read_record(processed, path.stem).get("outputs", {})
    return outputs


def write_record(
    processed: Path,
    step: str,
    *,
    fingerprint: str,
    facts: Mapping[str, Any],
    outputs: Mapping[str, str],
    issues: pd.DataFrame,
) -> None:
    """
    Record a step that is done, its faults first: a step counts as done where its record is there.

    Parameters
    ----------
    processed
        Folder of the tables.
    step
        Name of the step.
    fingerprint
        What its result depends on, hashed.
    facts
        JSON values that later steps ask for.
    outputs
        Table -> hash of its file.
    issues
        Its faults, one a row.
    """
    record_file, issue_file = (processed / name for name in list_record_files(step))
    record_file.parent.mkdir(exist_ok=True)
    issues.to_parquet(issue_file, index=False)
    record = {"fingerprint": fingerprint, "facts": dict(facts), "outputs": dict(outputs)}
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    write_bytes(record_file, text.encode())
