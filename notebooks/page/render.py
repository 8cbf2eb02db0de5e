# SPDX-License-Identifier: MIT
"""Execute one notebook on one city and write its page: what `make notebooks` calls for each."""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from begegnung_geo import __version__
from begegnung_geo.render.offline import read_asset

HERE = Path(__file__).resolve().parent
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SCRIPT_HASH = re.compile(r"script-src (?:&#39;|&amp;#39;)(sha256-[\w+/=]+)")
TIMEOUT_S = 240  # one cell; a large city's walks take seconds, so a minute and more means a fault


def main() -> None:
    """Read the arguments, execute, write; a fault of the notebook ends in three lines and exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--city", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    os.environ["CITY"] = arguments.city
    with tempfile.TemporaryDirectory() as scratch:
        # The kernel's own files belong neither into the project nor into the home folder.
        os.environ |= {"IPYTHONDIR": scratch, "JUPYTER_RUNTIME_DIR": scratch}
        try:
            write_page(arguments.notebook, arguments.out, city=arguments.city)
        except (RuntimeError, OSError) as fault:
            print(
                f"error: {arguments.notebook} cannot be executed for {arguments.city}\n{fault}",
                file=sys.stderr,
            )
            sys.exit(1)


class Fault(RuntimeError):  # noqa: N818 - of a notebook, not of the program
    """A cell failed or took too long."""


def write_page(notebook: Path, out: Path, *, city: str) -> None:
    """Execute a notebook and write it as HTML, and as .ipynb with its results beside it."""
    content = jupytext.read(notebook, fmt="py:percent")
    place = {"metadata": {"path": str(notebook.parent)}}
    # Between the two processes no port is opened that others on the machine could listen to.
    socket = str(Path(os.environ["JUPYTER_RUNTIME_DIR"]) / "kernel")
    config = Config({"KernelManager": {"transport": "ipc", "ip": socket}})
    client = NotebookClient(content, timeout=TIMEOUT_S, kernel_name="python3", resources=place, config=config)
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise Fault(describe_fault(str(error))) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    jupytext.write(content, out.with_suffix(".ipynb"), fmt="ipynb")
    part = out.with_suffix(".html.part")
    part.write_text(render_page(content, city=city), encoding="utf-8")
    part.replace(out)


def describe_fault(text: str) -> str:
    """Return where a cell failed and with which error, from the text of nbclient."""
    plain = _COLOUR.sub("", text)
    lines = [line.strip() for line in plain.splitlines() if line.strip(" -")]
    return f"where: the cell that begins with: {lines[1][:200]}\nnext:  mend what it says: {lines[-1][:300]}"


def render_page(content: NotebookNode, *, city: str) -> str:
    """Return the page of an executed notebook."""
    styles = [
        read_asset("page.css"),
        (HERE / "page.css").read_text(encoding="utf-8"),
        HtmlFormatter(style="a11y-light").get_style_defs(".highlight"),
    ]
    prose = [cell.source for cell in content.cells if cell.cell_type == "markdown"]
    heads = [line for text in prose for line in text.splitlines() if line.startswith("# ")]
    title = heads[0].removeprefix("# ") if heads else "Notebook"
    # Only the scripts of the maps run, in their frames: a name that would be a script is none.
    hashes = sorted(
        {found for cell in content.cells for found in _SCRIPT_HASH.findall(str(cell.get("outputs")))}
    )
    exporter = HTMLExporter(
        template_name="page", extra_template_basedirs=[str(HERE.parent)], exclude_anchor_links=True
    )
    page, _ = exporter.from_notebook_node(
        content,
        resources={
            "title": title,
            "script_hashes": " ".join(f"'{found}'" for found in hashes) or "'none'",
            "page_css": "\n".join(styles),
            "made_with": f"Erstellt mit begegnung_geo {__version__} aus data/processed/{city}/.",
        },
    )
    page = "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"
    # Which cells are heads is told to screen readers, too; pandas tells it by class names only.
    for kind, scope in (("row_heading", "row"), ("col_heading", "col")):
        page = re.sub(rf'<th(?=[^>]* class="{kind}\b|[^>]*class="{kind}\b)', f'<th scope="{scope}"', page)
    return page


if __name__ == "__main__":
    main()
