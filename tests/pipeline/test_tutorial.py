# SPDX-License-Identifier: MIT
"""The tutorial, block by block in a fresh copy; and the script of every quarter, on what it leaves."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.conftest import list_blocks
from towns import copy_project


@pytest.fixture(scope="module")
def clone(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what is tracked, with the environment that `make setup` would make."""
    return copy_project(tmp_path_factory.mktemp("clone") / "begegnung_geo", project)


def _run(clone: Path, code: str, **given: str) -> str:
    # PDFs are made in other tests; two runs with them would double the time of this one.
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", code],
        cwd=clone,
        env={**os.environ, "PDF": "no", **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.timeout(900)  # a minute by itself, minutes where the machine is shared
def test_every_block_of_the_tutorial_runs_and_the_quarterly_mail_tells_the_difference(clone: Path) -> None:
    blocks = list_blocks(clone / "docs" / "tutorial.md")
    # Only the clone itself needs the network: this copy stands for it.
    assert [block.code.split()[:2] for block in blocks if block.network] == [["git", "clone"]]
    *told, put_back = [block.code for block in blocks if not block.network]
    said = [_run(clone, code) for code in told]
    answers = "\n".join(said)
    assert "Open in a browser: site/musterstadt/index.html" in said[0]
    assert "youth_centre" in answers
    assert "OT Heilig Geist" in answers  # the comparison names the place that is gone

    # What was before the correction is the published state, what the tutorial built the new one.
    shutil.copytree(clone / "build" / "before", clone / "data" / "published" / "musterstadt")
    mail = _run(clone, "sh docs/how-to/quarterly.sh", CITY="musterstadt", FETCH="no")
    assert mail.startswith("Guten Tag,\n\nder neue Stand")
    assert "OT Heilig Geist" in mail
    assert mail.rstrip().endswith("Diese Nachricht wurde automatisch erzeugt.")

    # A published state that cannot be compared with is no failed run: the new state is there.
    (clone / "data" / "published" / "musterstadt" / "summary.json").write_text("{", encoding="utf-8")
    mail = _run(clone, "sh docs/how-to/quarterly.sh", CITY="musterstadt", FETCH="no")
    assert mail.startswith("Guten Tag,\n\nder neue Stand")
    assert "ließ sich nicht feststellen" in mail
    assert "fehlgeschlagen" not in mail
    shutil.rmtree(clone / "data" / "published")
    mail = _run(clone, "sh docs/how-to/quarterly.sh", CITY="musterstadt", FETCH="no")
    assert "noch keinen veröffentlichten Stand" in mail

    assert "begegnung-geo run" not in _run(clone, "make -n maps CITY=musterstadt")
    _run(clone, put_back)
    assert not (clone / "config" / "musterstadt" / "corrections.csv").exists()
    assert "begegnung-geo run" in _run(
        clone, "make -n maps CITY=musterstadt"
    )  # a correction taken away counts


def test_the_quarterly_script_tells_a_failure_and_publishes_nothing(clone: Path) -> None:
    done = subprocess.run(
        ["sh", "docs/how-to/quarterly.sh"],
        cwd=clone,
        env={**os.environ, "CITY": "nowhere", "FETCH": "no"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "fehlgeschlagen" in done.stdout
    assert "there is no profile nowhere.toml" in done.stdout
