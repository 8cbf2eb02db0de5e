# SPDX-License-Identifier: MIT
"""Project folders with the embedded town, for tests that run the whole pipeline."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from begegnung_geo.jobs import find_profile, plan_city
from begegnung_geo.pipeline import run_pipeline
from begegnung_geo.run_folders import Folders

INHABITANTS = 12_000


class Recorder:
    """Remembers which steps ran and which were up to date."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.kept: list[str] = []
        self.texts: dict[str, str] = {}

    def started(self, step: str, position: int, total: int) -> None:
        pass

    def finished(self, step: str, text: str, seconds: float | None) -> None:
        (self.kept if seconds is None else self.ran).append(step)
        self.texts[step] = text


@dataclass(frozen=True)
class Town:
    """A project folder with Musterstadt's raw files, and where its output lies."""

    root: Path
    raw: Path
    processed: Path
    site: Path


def run_town(root: Path, *, until: str = "maps", language: str = "de") -> Recorder:
    """Run Musterstadt's profile in a project folder, as `make maps` does."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        job, folders = plan_city(find_profile("musterstadt"), language=language)
        absolute = Folders(folders.processed.resolve(), folders.site.resolve())
        run_pipeline(job, absolute, until=until, listener=recorder)
    return recorder


def lay_out(root: Path, project: Path) -> Town:
    """Return the paths of a project folder; copies the profile and the rules."""
    shutil.copytree(project / "config", root / "config")
    return Town(
        root,
        root / "data" / "raw" / "musterstadt",
        root / "data" / "processed" / "musterstadt",
        root / "site" / "musterstadt",
    )


def copy_project(folder: Path, project: Path) -> Path:
    """Return a copy of what is tracked, with the environment that `make setup` would make."""
    listed = subprocess.run(["git", "ls-files"], cwd=project, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (project / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, folder / name)
    environment = folder / ".venv"
    environment.mkdir()
    (environment / "bin").symlink_to(Path(sys.prefix) / "bin")
    (environment / ".ready").touch()  # nothing to install: the tests run offline
    return folder
