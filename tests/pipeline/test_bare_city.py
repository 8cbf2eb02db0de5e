# SPDX-License-Identifier: MIT
"""
A city of which little is known: fetched and built by the script of every quarter, then in the notebooks.

A sentence stands where a figure would be empty.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import jupytext
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import tomli_w
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import Markdown
from IPython.utils.capture import capture_output

from begegnung_geo.provenance import read_provenance
from live_standin.profiles import SHORT
from live_standin.server import StandIn
from osm_builder import node, ring, square, way, write_osm
from towns import copy_project

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
BLOCKS = 6


@dataclass(frozen=True)
class BareCity:
    """The project folder with Kargdorf in it, and the mail of the script that built it."""

    root: Path
    mail: str


def _write_map(path: Path) -> None:
    # Streets, houses and two places: no hours, no club, no district, no file with people or their ages.
    lines = range(BLOCKS + 1)
    nodes = [node(100 * y + x + 1, x, y) for y in lines for x in lines]
    ways = [way(1000 + y, [100 * y + x + 1 for x in lines], {"highway": "residential"}) for y in lines]
    ways += [way(2000 + x, [100 * y + x + 1 for y in lines], {"highway": "residential"}) for x in lines]
    houses = {"building": "apartments", "building:levels": "4"}
    for x in range(BLOCKS):
        for y in range(BLOCKS):
            first = 10_000 + 1000 * x + 10 * y
            nodes += square(first, x + 0.3, y + 0.3, 0.3)
            ways.append(way(first, ring(first), houses))
    nodes.append(node(9001, 2.1, 2.1, {"amenity": "community_centre", "name": "Haus der Begegnung"}))
    nodes.append(node(9002, 5.2, 4.1, {"amenity": "library"}))
    write_osm(path, *nodes, *ways)


def _run_quarterly(root: Path, **given: str) -> subprocess.CompletedProcess[str]:
    # As cron calls it: from elsewhere, with next to no environment.
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        ["/bin/sh", str(root / "docs" / "how-to" / "quarterly.sh")],
        cwd=home,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "CITY": "kargdorf", "PDF": "no", **given},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def bare_city(project: Path, tmp_path_factory: pytest.TempPathFactory) -> BareCity:
    """Return Kargdorf as the script of every quarter fetched and built it, from a service of this machine."""
    root = copy_project(tmp_path_factory.mktemp("bare") / "begegnung_geo", project)
    extract = root.parent / "kargdorf.osm.pbf"
    _write_map(extract)
    with StandIn(seconds_max=300) as service:
        service.files["/kargdorf.osm.pbf"] = extract
        profile = {
            "city": {"key": "kargdorf", "name": "Kargdorf"},
            "fetch": {**SHORT, "nominatim_url": f"{service.url}/nominatim"},
            "sources": {"osm": {"file": extract.name, "url": f"{service.url}/{extract.name}"}},
        }
        (root / "config" / "kargdorf.toml").write_text(tomli_w.dumps(profile), encoding="utf-8")
        done = _run_quarterly(root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    return BareCity(root, done.stdout)


def test_the_script_of_every_quarter_fetches_builds_and_writes_a_mail_from_cron(bare_city: BareCity) -> None:
    assert bare_city.mail.startswith("Guten Tag,\n\nder neue Stand der Begegnungsorte liegt bereit.")
    assert "noch keinen veröffentlichten Stand zum Vergleichen (data/published/kargdorf)" in bare_city.mail
    log = (bare_city.root / "build" / "quarterly-kargdorf.log").read_text(encoding="utf-8")
    assert "kargdorf.osm.pbf: fetched, " in log
    raw = bare_city.root / "data" / "raw" / "kargdorf"
    assert read_provenance(raw)["kargdorf.osm.pbf"].url.startswith("http://127.0.0.1:")
    assert (bare_city.root / "site" / "kargdorf" / "index.html").is_file()


def test_a_fetch_that_fails_is_told_in_the_mail_and_the_last_site_stays(bare_city: BareCity) -> None:
    index = bare_city.root / "site" / "kargdorf" / "index.html"
    before = index.read_bytes()
    done = _run_quarterly(bare_city.root)  # nobody serves the file any more
    assert done.returncode == 1
    assert done.stdout.startswith("Guten Tag,\n\nder Lauf für kargdorf ist fehlgeschlagen.")
    assert "next:" in done.stdout
    assert index.read_bytes() == before


@pytest.fixture
def shell(bare_city: BareCity, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """Return what runs cells, with the city of `make notebooks`, without files of a user."""
    monkeypatch.chdir(bare_city.root / "notebooks")
    monkeypatch.setenv("CITY", "kargdorf")
    monkeypatch.setenv("IPYTHONDIR", str(bare_city.root / "ipython"))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the shell puts its own there
    with mpl.rc_context({"backend": "Agg"}):
        InteractiveShell.clear_instance()
        yield InteractiveShell.instance(history_manager=None)
        InteractiveShell.clear_instance()
    plt.close("all")


def _run(shell: InteractiveShell, notebook: Path) -> list[str]:
    """Return the sentences a notebook shows; the first cell that fails ends the test."""
    told = []
    for cell in jupytext.read(notebook).cells:
        if cell.cell_type != "code":
            continue
        with capture_output() as shown:
            done = shell.run_cell(cell.source)
        done.raise_error()
        told += [output.data["text/markdown"] for output in shown.outputs if "text/markdown" in output.data]
        told += [done.result.data] if isinstance(done.result, Markdown) else []
    return told


@pytest.mark.parametrize(
    ("number", "sentences"),
    [
        ("01", ["In keinem Bezirk sind es sicher zehn", "wohnen sicher mehr als 15 Minuten"]),
        ("02", ["Von 2 Orten, die zählen, sind am Sonntagnachmittag **0 sicher offen**"]),
        ("03", ["lässt sich aus diesen Quellen nicht schätzen**. Öffnungszeiten sind von 0 der 2 Orte"]),
        (
            "04",
            ["Keine Quelle nennt hier", "Keine Quelle nennt hier", "Kein Bild:", "In Kargdorf nennt keine"],
        ),
        ("05", ["mit anderen Annahmen zu **Tempo"]),
    ],
)
def test_a_notebook_says_in_a_sentence_what_a_bare_city_has_no_figure_for(
    shell: InteractiveShell, number: str, sentences: list[str]
) -> None:
    (notebook,) = NOTEBOOKS.glob(f"{number}_*.py")
    told = _run(shell, notebook)
    assert len(told) == len(sentences)
    assert [text for text, begin in zip(told, sentences, strict=True) if begin not in text] == []
    assert "nan" not in " ".join(told).lower().split()


def test_every_notebook_is_run_on_the_bare_city() -> None:
    assert [path.name[:2] for path in sorted(NOTEBOOKS.glob("[0-9]*.py"))] == ["01", "02", "03", "04", "05"]
