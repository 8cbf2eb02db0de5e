# SPDX-License-Identifier: MIT
"""The folium map of a page: its frame and its layers, from the ground up."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import folium
from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template

from begegnung_geo.render.offline import OfflineFigure

_MAP_KEY = "karte"


class OfflineMap(folium.Map):
    """A folium map in a labelled region that can be zoomed by everybody and asks for no tile."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div id="{{ this.get_name() }}" class="map-canvas"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = begegnung.createMap("{{ this.get_name() }}");
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(location=(0.0, 0.0), tiles=None, zoom_control=False)
        self._name = "map"
        # folium's ids are random; the same input must give the same bytes.
        self._id = _MAP_KEY


class SceneLayer(Layer):
    """
    One layer that the page draws from the page's data.

    Parameters
    ----------
    kind
        Constructor in `begegnung.layers` and, with `key`, the name of the layer.
    key
        Entry of the page's data to draw.
    is_shown
        Whether the layer is on when the page opens.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = new begegnung.layers.{{ this.kind }}({{ this.key|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, kind: str, key: str, *, is_shown: bool = True) -> None:
        super().__init__(name=key, overlay=True, control=False, show=is_shown)
        self._name = "layer"
        self._id = f"{kind}_{key}"
        self.kind = kind
        self.key = key


class ReadyCall(MacroElement):
    """The last line of the map's script: all layers are there, the page may use them."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        begegnung.ready({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ready"
        self._id = _MAP_KEY


# Bottom to top (design: quiet ground, walking time, streets above it, then what matters).
_LAYERS = (
    ("ground", "land"),
    ("area", "green"),
    ("area", "water"),
    ("figures", "figures"),
    ("walking", "walking"),
    ("line", "waterway"),
    ("line", "paths"),
    ("line", "streets"),
    ("line", "main_road"),
    ("line", "motorway"),
    ("line", "rail"),
    ("outside", "outside"),
    ("found", "found"),
    ("changes", "changed_squares"),
    ("squares", "try_area"),
    ("districts", "districts"),
    ("underserved", "underserved"),
    ("spots", "hot_spots"),
    ("gaps", "gaps"),
    ("places", "neighbours"),
    ("places", "potential"),
    ("places", "places"),
    ("own", "own"),
    ("tryout", "tryout"),
)
_HIDDEN_AT_FIRST = ("potential", "hot_spots")
_WITHOUT_DATA = ("found",)

# The page's script: one file a concern, in the order in which they build on each other.
PAGE_STYLES = ("page.css", "print.css")
PLAIN_SCRIPTS = ("start", "tables")
MAP_SCRIPTS = (
    "start", "geometry", "pens", "labels", "scene", "ground", "walking", "squares", "districts", "places",
    "popup", "keyboard", "map", "tables", "jumps", "switches", "tryout", "search", "address",
)  # fmt: skip


def render_map_page(
    context: Mapping[str, Any], *, layers: Collection[str], image_hosts: Sequence[str] = ()
) -> str:
    """
    Return the HTML of a page with a map.

    Parameters
    ----------
    context
        Values for `map_page.html`, among them `map_data`.
    layers
        The layers that `map_data` holds; one without data is left out.
    image_hosts
        Servers that a background may be asked from, after a click.
    """
    figure = OfflineFigure(
        template="map_page.html",
        context=context,
        scripts=[*MAP_SCRIPTS, *(["online"] if image_hosts else [])],
        styles=PAGE_STYLES,
        image_hosts=image_hosts,
    )
    offline_map = OfflineMap()
    for layer in build_layers([*layers, *_WITHOUT_DATA]):
        offline_map.add_child(layer)
    offline_map.add_child(ReadyCall())
    figure.add_child(offline_map)
    return figure.render()


def render_plain_page(
    context: Mapping[str, Any],
    *,
    template: str,
    styles: Sequence[str] = PAGE_STYLES,
    scripts: Sequence[str] = PLAIN_SCRIPTS,
) -> str:
    """Return the HTML of a page without a map."""
    return OfflineFigure(template=template, context=context, scripts=scripts, styles=styles).render()


def build_layers(layers: Collection[str]) -> Iterator[SceneLayer]:
    """Return the layers of these names, from the ground up."""
    for kind, key in _LAYERS:
        if key in layers:
            yield SceneLayer(kind, key, is_shown=key not in _HIDDEN_AT_FIRST)
