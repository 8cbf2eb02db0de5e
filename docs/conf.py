# SPDX-License-Identifier: MIT
"""How Sphinx builds `docs/` into pages that open from a disk: `make docs`."""

import sys
from pathlib import Path

from begegnung_geo import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "begegnung_geo"
author = "The begegnung_geo authors"
release = version = __version__
language = "en"
smartquotes = False  # --config stays --config

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "reference"]
myst_enable_extensions = ["attrs_block", "deflist"]
myst_heading_anchors = 4  # links to headings work as they do where Markdown is read in the browser
suppress_warnings = ["myst.header"]  # a changelog begins its sections at the level it needs

html_theme = "furo"
html_title = "begegnung_geo"
html_show_sphinx = False
html_copy_source = False  # the Markdown lies in docs/ already
html_last_updated_fmt = None  # no clock: same sources, same bytes
exclude_patterns = ["_ext"]
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", ".*")
]  # types of pandas and geopandas are documented elsewhere, out of reach offline
