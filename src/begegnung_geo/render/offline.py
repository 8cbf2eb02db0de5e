# SPDX-License-Identifier: MIT
"""
The folium page that asks nobody: every asset inside the file, a policy that forbids the rest.

folium writes links to eleven files on foreign servers. `OfflineFigure` replaces each by
the bytes of an installed package, or drops it where nothing on our pages uses it; a link
it does not know fails the build. Texts and data never pass through folium's elements:
branca compiles their output as a template once more, and a name with braces would run.
"""

import base64
import hashlib
import importlib.resources
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackagePath, distribution
from pathlib import Path
from typing import Any

import jinja2
from branca.element import Element, Figure, Link
from markupsafe import Markup

from begegnung_geo.render.text import mark_language

_LEAFLET_PACKAGE = "XStatic-Leaflet"
_LEAFLET_LINKS = {"leaflet": "leaflet.js", "leaflet_css": "leaflet.css"}
_UNUSED_LINKS = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "awesome_rotate_css",
        "glyphicons_css",
    }
)
_CSS_IMAGE = re.compile(r"url\((images/[\w.-]+)\)")
_SOURCE_MAP = re.compile(r"\n?//[#@] sourceMappingURL=\S+")
_SCRIPT_END = re.compile(r"</(script|style)", re.IGNORECASE)


class UnknownAssetError(RuntimeError):
    """A folium element wants a file that no installed package is known to hold."""


@cache
def read_asset(name: str) -> str:
    """Return a text file of `render/assets`."""
    source = importlib.resources.files("begegnung_geo.render") / "assets" / name
    return source.read_text(encoding="utf-8")


@cache
def read_leaflet(name: str) -> str:
    """Return a text file of the Leaflet wheel; CSS with its images inside."""
    text = _SOURCE_MAP.sub("", _find_leaflet(name).read_text(encoding="utf-8")).replace("\r\n", "\n")
    return _CSS_IMAGE.sub(_inline_image, text) if name.endswith(".css") else text


def dump_json(content: object) -> Markup:
    """Return JSON that is safe inside a script element, keys in their given order."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(plain)  # noqa: S704 - every sign that could end the element is escaped


@cache
def build_environment() -> jinja2.Environment:
    """Return the template environment: everything escaped, a missing value is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(read_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json"] = dump_json
    environment.filters["in_own_language"] = mark_language
    return environment


class OfflineFigure(Figure):
    """
    A folium figure rendered into our own page skeleton.

    Parameters
    ----------
    template
        File in `render/assets`.
    context
        Values for the template; `style`, `script`, `map_html` and `policy` are added.
    scripts
        Modules of `render/assets/js`, in order.
    styles
        Style sheets in `render/assets`, in order.
    image_hosts
        Servers that pictures may be asked from, after a click; none by default.
    """

    def __init__(
        self,
        *,
        template: str,
        context: Mapping[str, Any],
        scripts: Sequence[str],
        styles: Sequence[str],
        image_hosts: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._own_scripts, self._own_styles = tuple(scripts), tuple(styles)
        self._images = " ".join(["data:", *(f"https://{host}" for host in image_hosts)])
        self._page_template = build_environment().get_template(template)
        self._context = dict(context)

    def render(self, **kwargs: object) -> str:
        """
        Return the whole page.

        Raises
        ------
        UnknownAssetError
            If an element registered a link that is neither inlined nor known as unused.
        """
        # folium names parts of each rendering at random: those of the one before would be drawn again.
        self.script._children.clear()  # noqa: SLF001 - branca offers no other way
        for child in self._children.values():
            child.render(**kwargs)
        styles, scripts = [], []
        for name, element in self.header._children.items():  # noqa: SLF001 - branca offers no reader
            asset = _resolve(name, element)
            if asset.endswith(".css"):
                styles.append(read_leaflet(asset))
            elif asset:
                scripts.append(read_leaflet(asset))
        styles += [read_asset(name) for name in self._own_styles]
        scripts += [read_asset(f"js/{name}.js") for name in self._own_scripts]
        scripts += [element.render(**kwargs) for element in self.script._children.values()]  # noqa: SLF001
        map_html = "".join(element.render(**kwargs) for element in self.html._children.values())  # noqa: SLF001
        return self._fill(styles, scripts, map_html)

    def _fill(self, styles: list[str], scripts: list[str], map_html: str) -> str:
        style = _guard("\n".join(styles))
        script = _guard("\n".join(['"use strict";', *scripts])) if scripts else ""
        allowed = _hash(script) if script else "'none'"
        policy = (
            f"default-src 'none'; img-src {self._images}; "
            f"style-src {_hash(style)}; script-src {allowed}; "
            "base-uri 'none'; form-action 'none'"
        )
        page = self._page_template.render(
            self._context,
            style=Markup(style),  # noqa: S704 - our own files and Leaflet's, no data
            script=Markup(script),  # noqa: S704
            map_html=Markup(map_html),  # noqa: S704
            policy=policy,
        )
        return "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"


def _resolve(name: str, element: Element) -> str:
    if not isinstance(element, Link) or name in _UNUSED_LINKS:
        return ""
    if name not in _LEAFLET_LINKS:
        raise UnknownAssetError(f"no local copy of {name} ({element.url}) is known")
    return _LEAFLET_LINKS[name]


def _find_leaflet(name: str) -> Path:
    found = [path for path in distribution(_LEAFLET_PACKAGE).files or () if _is_leaflet(path, name)]
    if len(found) != 1:
        raise UnknownAssetError(f"{name} is not in the package {_LEAFLET_PACKAGE}")
    return Path(str(found[0].locate()))


def _is_leaflet(path: PackagePath, name: str) -> bool:
    return str(path).endswith(f"leaflet/data/{name}")


def _inline_image(match: re.Match[str]) -> str:
    content = base64.b64encode(_find_leaflet(match[1]).read_bytes()).decode("ascii")
    return f"url(data:image/png;base64,{content})"


def _guard(code: str) -> str:
    # The browser hashes the element's text as it is; blank lines and line ends must
    # not change after hashing.
    if _SCRIPT_END.search(code):
        raise UnknownAssetError("an asset would end its own element")
    return "\n" + "\n".join(line.rstrip() for line in code.splitlines() if line.strip()) + "\n"


def _hash(code: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii") + "'"
