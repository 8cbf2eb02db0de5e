# SPDX-License-Identifier: MIT
"""A run is a transaction: fresh steps are kept, failures change nothing, kills leave the last good output."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest

from begegnung_geo.config import build_profile
from begegnung_geo.errors import BegegnungError, ConfigError
from begegnung_geo.files import write_bytes
from begegnung_geo.issues import IssueCode, build_issues
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.run_folders import Folders
from begegnung_geo.steps import Job, RawFile, Step, StepInput, StepOutput, run_steps
from begegnung_geo.store import find_table, read_table

ROWS = {"read": 4, "kept": 3, "merged": 1, "rejected": 0}
CRASH = {"now": False}


class Recorder:
    """Remembers which steps ran and which were up to date."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.kept: list[str] = []

    def started(self, step: str, position: int, total: int) -> None:
        pass

    def finished(self, step: str, text: str, seconds: float | None) -> None:
        (self.kept if seconds is None else self.ran).append(step)


def _read_rows(step_input: StepInput) -> StepOutput:
    raw = step_input.raw("osm")
    assert raw is not None
    rows = pd.DataFrame([{"source": raw.path.read_text(), **ROWS}])
    fault = build_issues("osm", IssueCode.PLACE_EXCLUDED, rows=["way/1"], texts="a shed")
    return StepOutput({"row_counts": rows}, {"lines": 1}, [fault])


def _weigh(step_input: StepInput) -> StepOutput:
    speed = step_input.profile.walking.profiles["adult"].speed_m_s
    rows = step_input.table("row_counts")
    coverage = pd.DataFrame(
        {
            "profile": ["adult"], "threshold_min": [10], "persons": [speed], "persons_covered": [1.0],
            "persons_unknown": [0.0], "covered_share": [len(rows) / 2], "covered_share_max": [0.5],
        }
    )  # fmt: skip
    return StepOutput({"city_coverage": coverage}, {"text": "weighed"})


def _collect(step_input: StepInput) -> StepOutput:
    return StepOutput({"issues": step_input.issues()})


def _render(step_input: StepInput) -> StepOutput:
    if CRASH["now"]:
        raise BegegnungError("the page cannot be drawn")
    share = step_input.table("city_coverage")["persons"].iloc[0]
    write_bytes(step_input.site / "index.html", f"{share} {step_input.job.language}".encode())
    write_bytes(step_input.site / "manifest.json", b"{}")
    return StepOutput({}, {"text": "1 page"})


STEPS = (
    Step("read", "inventory", _read_rows, writes=("row_counts",), uses=("study",), raw=("osm",)),
    Step("weigh", "coverage", _weigh, reads=("row_counts",), writes=("city_coverage",), uses=("walking",)),
    Step("collect", "coverage", _collect, writes=("issues",), gathers_issues=True),
    Step("render", "maps", _render, reads=("city_coverage",), is_page=True),
)


def _plan(folder: Path, *, speed: float = 1.33, language: str = "de") -> tuple[Job, Folders]:
    osm = folder / "town.osm"
    if not osm.exists():
        osm.write_text("osm")
    overrides = {
        "city": {"key": "town", "name": "Town"},
        "sources": {"osm": {"file": "town.osm"}},
        "walking": {"profiles": {"adult": {"speed_m_s": speed}}},
    }
    raw = {"osm": RawFile(osm, SourceEntry(file="town.osm", title="Town"))}
    job = Job(build_profile(overrides, where="test"), raw, language)
    return job, Folders(folder / "processed", folder / "site")


def _run(folder: Path, *, until: str = "maps", speed: float = 1.33, language: str = "de") -> Recorder:
    job, folders = _plan(folder, speed=speed, language=language)
    recorder = Recorder()
    run_steps(STEPS, job, folders, until=until, listener=recorder)
    return recorder


def test_second_run_without_change_runs_nothing(tmp_path: Path) -> None:
    assert _run(tmp_path).ran == ["read", "weigh", "collect", "render"]
    again = _run(tmp_path)
    assert again.ran == []
    assert again.kept == ["read", "weigh", "collect", "render"]


def test_changed_walking_speed_runs_analysis_and_pages_but_not_the_reading(tmp_path: Path) -> None:
    _run(tmp_path)
    assert _run(tmp_path, speed=1.5).ran == ["weigh", "render"]
    assert (tmp_path / "site" / "index.html").read_text() == "1.5 de"


def test_touched_raw_file_with_the_same_bytes_runs_nothing(tmp_path: Path) -> None:
    _run(tmp_path)
    os.utime(tmp_path / "town.osm", (1, 1))
    assert _run(tmp_path).ran == []


def test_changed_raw_file_runs_what_depends_on_it(tmp_path: Path) -> None:
    _run(tmp_path)
    (tmp_path / "town.osm").write_text("other")
    # row_counts changes, so weigh runs again; its result is the same, so the page stays.
    assert _run(tmp_path).ran == ["read", "weigh"]


def test_other_language_renders_only(tmp_path: Path) -> None:
    _run(tmp_path)
    assert _run(tmp_path, language="en").ran == ["render"]


def test_stage_inventory_drops_stale_coverage_and_keeps_the_last_good_site(tmp_path: Path) -> None:
    _run(tmp_path)
    (tmp_path / "town.osm").write_text("other")
    _run(tmp_path, until="inventory")
    assert find_table(tmp_path / "processed", "row_counts").exists()
    assert not find_table(tmp_path / "processed", "city_coverage").exists()
    assert (tmp_path / "site" / "index.html").read_text() == "1.33 de"


def test_failing_step_leaves_last_good_output_and_the_next_run_resumes(tmp_path: Path) -> None:
    _run(tmp_path)
    before = {p.name: p.read_bytes() for p in (tmp_path / "processed").glob("*.parquet")}
    CRASH["now"] = True
    try:
        with pytest.raises(BegegnungError):
            _run(tmp_path, speed=2.0)
    finally:
        CRASH["now"] = False
    assert {p.name: p.read_bytes() for p in (tmp_path / "processed").glob("*.parquet")} == before
    assert (tmp_path / "site" / "index.html").read_text() == "1.33 de"
    assert _run(tmp_path, speed=2.0).ran == ["render"]
    assert (tmp_path / "site" / "index.html").read_text() == "2.0 de"


def test_issues_of_earlier_steps_are_collected(tmp_path: Path) -> None:
    _run(tmp_path)
    issues = read_table("issues", folder=tmp_path / "processed", crs="EPSG:25832")
    assert issues[["row", "code"]].to_numpy().tolist() == [["way/1", "PLACE_EXCLUDED"]]


def test_deleted_table_is_made_again(tmp_path: Path) -> None:
    _run(tmp_path)
    find_table(tmp_path / "processed", "city_coverage").unlink()
    assert _run(tmp_path).ran == ["weigh"]


def test_folder_with_foreign_files_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.docx").write_text("years of work")
    with pytest.raises(ConfigError, match="did not write"):
        _run(tmp_path)
    assert (tmp_path / "site" / "thesis.docx").read_text() == "years of work"


def test_undeclared_table_is_refused(tmp_path: Path) -> None:
    job, folders = _plan(tmp_path)
    step = Step("render", "maps", _render, is_page=True)
    with pytest.raises(KeyError, match="does not declare"):
        run_steps((step,), job, folders, until="maps", listener=Recorder())


def test_kill_between_the_renames_is_mended_by_the_next_run(tmp_path: Path) -> None:
    _run(tmp_path)
    (tmp_path / "site").rename(tmp_path / ".site.old")
    assert _run(tmp_path).ran == []
    assert (tmp_path / "site" / "index.html").exists()


def test_kill_in_the_middle_of_a_step_leaves_the_last_good_output(tmp_path: Path) -> None:
    _run(tmp_path)
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        sys.path.insert(0, sys.argv[2])
        import test_steps as t
        def hang(step_input):
            t.write_bytes(step_input.site / "index.html", b"half")
            print("hanging", flush=True)
            time.sleep(60)
        job, folders = t._plan(Path(sys.argv[1]), speed=3.0)
        steps = (*t.STEPS[:3], t.Step("render", "maps", hang, reads=("city_coverage",), is_page=True))
        t.run_steps(steps, job, folders, until="maps", listener=t.Recorder())
        """
    )
    (tmp_path / "hang.py").write_text(script)
    arguments = [sys.executable, str(tmp_path / "hang.py"), str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "hanging\n"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    assert (tmp_path / "site" / "index.html").read_text() == "1.33 de"
    recorder = _run(tmp_path, speed=3.0)
    assert "read" not in recorder.ran
    assert (tmp_path / "site" / "index.html").read_text() == "3.0 de"
    hidden = [p.name for p in tmp_path.iterdir() if p.name.startswith(".") and p.is_dir()]
    assert hidden == []


def test_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    inner: list[str] = []

    def run_again(step_input: StepInput) -> StepOutput:
        with pytest.raises(ConfigError) as caught:
            _run(tmp_path)
        inner.append(caught.value.what)
        return _read_rows(step_input)

    job, folders = _plan(tmp_path)
    step = Step("read", "maps", run_again, writes=("row_counts",), raw=("osm",))
    run_steps((step,), job, folders, until="maps", listener=Recorder())
    assert inner == ["another run is at work here"]


def test_steps_of_a_stage_share_what_was_made_of_the_same_tables(tmp_path: Path) -> None:
    made: list[float] = []
    seen: list[object] = []

    def make(rows: pd.DataFrame, *, factor: float) -> list[float]:
        made.append(factor)
        return [len(rows) * factor]

    def ask(factor: float):
        def run(step_input: StepInput) -> StepOutput:
            seen.append(step_input.share(make, "row_counts", factor=factor))
            return StepOutput()

        return run

    reads = ("row_counts",)
    steps = (
        STEPS[0],
        Step("first", "coverage", ask(2.0), reads=reads),
        Step("second", "coverage", ask(2.0), reads=reads),
        Step("third", "coverage", ask(3.0), reads=reads),
        Step("later", "maps", ask(2.0), reads=reads),
    )
    job, folders = _plan(tmp_path)
    run_steps(steps, job, folders, until="maps", listener=Recorder())
    assert made == [2.0, 3.0, 2.0]  # another setting, and another stage, make it anew
    assert seen[0] is seen[1]
    assert seen == [[2.0], [2.0], [3.0], [2.0]]


def test_a_step_shares_only_tables_it_declares(tmp_path: Path) -> None:
    def peek(step_input: StepInput) -> StepOutput:
        return StepOutput({}, {"text": str(step_input.share(len, "row_counts"))})

    job, folders = _plan(tmp_path)
    with pytest.raises(KeyError, match="does not declare"):
        run_steps(
            (STEPS[0], Step("peek", "inventory", peek)), job, folders, until="inventory", listener=Recorder()
        )
