# SPDX-License-Identifier: MIT
"""The notebooks on a city of which little is known: a sentence stands where a figure would be empty."""

from pathlib import Path

import jupytext
import matplotlib as mpl
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import Markdown
from IPython.utils.capture import capture_output

from begegnung_geo.jobs import find_profile, plan_city
from begegnung_geo.pipeline import run_pipeline
from begegnung_geo.run_folders import Folders
from osm_builder import node, ring, square, way, write_osm
from towns import Recorder

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
BLOCKS = 6

PROFILE = """
[city]
key = "kargdorf"
name = "Kargdorf"

[sources.osm]
file = "kargdorf.osm.pbf"
"""


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


@pytest.fixture(scope="module")
def bare_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project folder of Kargdorf, built once."""
    root = tmp_path_factory.mktemp("bare")
    raw = root / "data" / "raw" / "kargdorf"
    for folder in (raw, root / "config", root / "notebooks"):
        folder.mkdir(parents=True)
    (root / "config" / "kargdorf.toml").write_text(PROFILE, encoding="utf-8")
    _write_map(raw / "kargdorf.osm.pbf")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        job, folders = plan_city(find_profile("kargdorf"), language="de")
        absolute = Folders(folders.processed.resolve(), folders.site.resolve())
        run_pipeline(job, absolute, until="maps", listener=Recorder())
    return root


@pytest.fixture
def shell(bare_city: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """Return what runs cells, with the city of `make notebooks`, without files of a user."""
    monkeypatch.chdir(bare_city / "notebooks")
    monkeypatch.setenv("CITY", "kargdorf")
    monkeypatch.setenv("IPYTHONDIR", str(bare_city / "ipython"))
    with mpl.rc_context({"backend": "Agg"}):
        InteractiveShell.clear_instance()
        yield InteractiveShell.instance(history_manager=None)
        InteractiveShell.clear_instance()


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
