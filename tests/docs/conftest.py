# SPDX-License-Identifier: MIT
"""The documentation, built once for all tests of it, and its pages as Markdown."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- network: (?P<reason>[^\n]*?) -->\n *)?```sh\n(?P<code>.*?)^ *```$",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One shell block of a page, and why it cannot run here if it needs the network."""

    page: str
    code: str
    network: str


def list_blocks(page: Path) -> list[Block]:
    """Return the shell blocks of a page in order."""
    return [
        Block(
            page.name,
            re.sub(f"^{found['indent']}", "", found["code"], flags=re.MULTILINE),
            found["reason"] or "",
        )
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="session")
def built(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built HTML; a warning of the build is a failure."""
    folder = tmp_path_factory.mktemp("built")
    options = ["-b", "html", "-W", "--keep-going", "-q", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(project / "docs"), str(folder / "html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"
