# SPDX-License-Identifier: MIT
"""The sources of the notebooks: by question, on the public surface only, and without any output."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

import begegnung_geo as bg

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("[0-9]*.py"))
CELL_LINES_MAX = 15
ALLOWED = {"begegnung_geo", "IPython.display", "matplotlib.pyplot", "numpy", "os", "osmnx", "pandas"}

WITHOUT_PEOPLE = {"begegnungsorte", "completeness", "districts", "fill_rates", "opening", "row_counts"}

each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def _list_cells(notebook: Path, kind: str) -> list[str]:
    return [cell.source for cell in jupytext.read(notebook).cells if cell.cell_type == kind]


def _list_modules(code: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return found


def test_no_result_of_a_notebook_is_in_git(project):
    listed = subprocess.run(["git", "ls-files"], cwd=project, capture_output=True, text=True, check=True)
    tracked = listed.stdout.splitlines()
    assert [name for name in tracked if name.endswith(".ipynb")] == []
    in_folder = {Path(name).suffix for name in tracked if name.startswith("notebooks/")}
    assert in_folder <= {".py", ".j2", ".css", ".json", ""}  # "" is matplotlibrc


def _render(tmp_path: Path, *cells: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    notebook, page = tmp_path / "01_probe.py", tmp_path / "out" / "01_probe.html"
    notebook.write_text("\n".join(["# %% [markdown]", "# # Probe?", *cells]), encoding="utf-8")
    command = [sys.executable, str(FOLDER / "page" / "render.py"), str(notebook), "--city", "x"]
    done = subprocess.run([*command, "--out", str(page)], capture_output=True, text=True, check=False)
    return done, page


def test_a_name_that_is_markup_is_text_on_the_page_and_no_script_is_allowed(tmp_path):
    nasty = "<script>window.hit = 1</script>"
    table = f"""import pandas as pd
import begegnung_geo as bg
bg.show(pd.DataFrame({{"{nasty}": ["{nasty}"]}}, index=["{nasty}"]), "{nasty}")"""
    done, page = _render(tmp_path, "# %%", table, "# %%", "'kein Bild'")
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "script-src 'none'" in text
    assert "<script" not in text
    assert re.search(r'<th scope="row" class="row_heading', text)
    assert re.search(r'<th scope="col" class="col_heading', text)
    assert page.with_suffix(".ipynb").is_file()


def test_a_cell_that_fails_ends_in_three_lines_and_leaves_no_page(tmp_path):
    done, page = _render(tmp_path, "# %%", "1 / 0")
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "where", "next"]
    assert "1 / 0" in lines[1]
    assert lines[2].endswith("ZeroDivisionError: division by zero")
    assert not page.exists()


@each_notebook
def test_a_notebook_uses_the_public_surface_only(notebook):
    code = "\n".join(_list_cells(notebook, "code"))
    assert _list_modules(code) <= ALLOWED
    assert set(re.findall(r"\bbg\.(\w+)", code)) <= set(bg.__all__)
    assert not re.search(r"\bdef |\bclass |\._[a-z]|[\"']/|\.style\b", code)


@each_notebook
def test_a_notebook_tells_of_people_only_what_pages_may_tell(notebook):
    code = "\n".join(_list_cells(notebook, "code"))
    tables = set(re.findall(r"city\.(?:table|layer)\(\s*[\"'](\w+)", code))
    assert tables
    assert {name for name in tables if not name.startswith("published_")} <= WITHOUT_PEOPLE
    counts = [
        {word.arg: ast.unparse(word.value) for word in node.keywords}
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "bg.coverage"
    ]
    assert len(counts) == code.count("bg.coverage(")
    assert all(given.get("as_published") == "True" for given in counts)


@each_notebook
def test_a_notebook_asks_answers_and_names_date_and_sources(notebook):
    prose, code = _list_cells(notebook, "markdown"), _list_cells(notebook, "code")
    assert re.search(r"^# .+\?$", prose[0], re.MULTILINE)
    assert "**Frage.**" in prose[0]
    assert any("## Antwort" in cell for cell in prose[-3:])
    assert "**Wie sicher ist das?**" in prose[-1]
    assert "*bg.caveats(city)" in code[0]
    assert "city.sources" in code[-1]
    assert "bg.explore(" in "".join(code)


@each_notebook
def test_cells_are_short_and_charts_have_words(notebook):
    cells = jupytext.read(notebook).cells
    long = [
        cell.source
        for cell in cells
        if cell.cell_type == "code" and _count_lines(cell.source) > CELL_LINES_MAX
    ]
    assert long == []
    charts = [cell for cell in cells if "plt.show()" in cell.source]
    assert charts
    assert all(len(cell.metadata.get("alt", "")) > 40 for cell in charts)


def _count_lines(source: str) -> int:
    """Count statements and calls by their first lines: the formatter spreads one call over several."""
    return len({node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt | ast.Call)})
