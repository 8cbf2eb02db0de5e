# SPDX-License-Identifier: MIT
"""How the layers of the GeoPackage look in QGIS: the signs and colours of our own maps, as QML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree import ElementTree as ET

from begegnung_geo.profile import Profile
from begegnung_geo.render import symbols
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.figures import name_walkers
from begegnung_geo.render.scopes import order_levels
from begegnung_geo.render.symbols import PlaceGroup
from begegnung_geo.render.text import Words, clean_text

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22"  # the oldest QGIS these were opened with
_MARKERS = MappingProxyType(
    {0: "circle", 3: "triangle", 4: "square", 5: "pentagon", 6: "hexagon", 8: "octagon"}
)
_SIZE_MM, _SMALL_MM = "4.4", "3.2"
_PAPER = "#ffffff"
_KINDS = (
    ("established", '"standing" = \'established\' AND "is_counted"', True, _SIZE_MM),
    ("everyday_counted", '"standing" = \'everyday\' AND "is_counted"', False, _SIZE_MM),
    ("established_uncounted", '"standing" = \'established\' AND NOT "is_counted"', True, _SMALL_MM),
    ("everyday", '"standing" = \'everyday\' AND NOT "is_counted"', False, _SMALL_MM),
    ("potentials", "\"standing\" = 'potential'", False, _SIZE_MM),
)
_Options = Mapping[str, str]


@dataclass(frozen=True)
class _Rule:
    """One line of QGIS's legend: which features, and how; a rule with `rules` draws nothing itself."""

    label: str
    where: str = ""
    paint: tuple[tuple[str, _Options], ...] = ()
    rules: tuple["_Rule", ...] = ()
    is_on: bool = True


def build_styles(content: SiteContent, *, words: Words) -> dict[str, str]:
    """
    Return a QML document for each spatial layer of `begegnungsorte.gpkg`.

    Places are drawn by standing and group in the signs of the map; walking times in its
    ramp, the headline's profile switched on and the others off; gaps hatched; districts
    as lines with their names.

    Parameters
    ----------
    content
        Of its tables only the levels of `districts` are used.
    words
        Language of the names in the legend.

    Returns
    -------
    styles
        Name of the layer -> QML.
    """
    profile = content.profile
    return {
        "begegnungsorte": _write(
            "marker", _list_places(content.class_groups, words), label="name", label_scale=10_000
        ),
        "districts": _write(
            "fill", _list_districts(order_levels(content.districts), words), label="name", label_scale=150_000
        ),
        "gaps": _write("fill", [_Rule(words.say("legend.gaps"), paint=_hatch(symbols.GAP))]),
        "reach_areas": _write("fill", _list_walks(profile, words), order='"threshold_min"'),
    }


def _list_places(class_groups: Mapping[str, str], words: Words) -> list[_Rule]:
    rules = []
    for key, where, is_filled, size in _KINDS:
        signs = []
        for group in symbols.PLACE_GROUPS:
            members = sorted(name for name, letter in class_groups.items() if letter == group.letter)
            if members:
                listed = ", ".join(_quote(name) for name in members)
                style = "dash" if key == "potentials" else "solid"
                paint = (_sign(group, is_filled=is_filled, size=size, outline=style),)
                signs.append(_Rule(words.say(f"group.{group.key}"), f'"class" IN ({listed})', paint))
        rules.append(_Rule(words.say(f"legend.{key}"), where, rules=tuple(signs)))
    return rules


def _list_districts(levels: Sequence[str], words: Words) -> list[_Rule]:
    rules = []
    for number, level in enumerate(levels):
        known = words.has(f"level.{level}")
        label = words.say(f"level.{level}", count=2) if known else clean_text(level)
        line = (
            "SimpleLine",
            {"line_color": _rgba(symbols.INK), "line_width": "0.7" if number == 0 else "0.3"},
        )
        rules.append(_Rule(label, f'"level" = {_quote(level)}', (line,)))
    return rules


def _list_walks(profile: Profile, words: Words) -> list[_Rule]:
    thresholds = profile.walking.thresholds_min
    ramp = [symbols.composite(colour) for colour in symbols.pick_ramp(len(thresholds) + 1)]
    shown = profile.coverage.headline[0].profile
    rules = []
    for key in profile.walking.profiles:
        label = name_walkers(profile, key, words=words)
        areas = [
            _Rule(
                words.say("legend.upto", high=words.number(minutes)),
                f'"threshold_min" = {minutes}',
                (("SimpleFill", {"color": _rgba(colour), "outline_style": "no"}),),
            )
            for minutes, colour in zip(thresholds, ramp, strict=False)
        ]
        rules.append(_Rule(label, f'"profile" = {_quote(key)}', rules=tuple(areas), is_on=key == shown))
    return rules


def _sign(group: PlaceGroup, *, is_filled: bool, size: str, outline: str) -> tuple[str, _Options]:
    return "SimpleMarker", {
        "name": _MARKERS[group.sides],
        "angle": str(group.turn_degrees if group.sides in (3, 4, 5) else 0),
        "size": size,
        "color": _rgba(symbols.INK if is_filled else _PAPER),
        "outline_color": _rgba(_PAPER if is_filled else symbols.INK),
        "outline_style": outline,
        "outline_width": "0.3",
    }


def _hatch(colour: str) -> tuple[tuple[str, _Options], ...]:
    lines = {"color": _rgba(colour), "angle": "45", "distance": "1.6", "line_width": "0.35"}
    return (
        ("LinePatternFill", lines),
        ("SimpleLine", {"line_color": _rgba(colour), "line_width": "0.5"}),
    )


def _write(
    kind: str, rules: Sequence[_Rule], *, label: str = "", label_scale: int = 0, order: str = ""
) -> str:
    root = ET.Element("qgis", version=_VERSION, styleCategories="Symbology|Labeling")
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", enableorderby="1" if order else "0")
    tree, shapes = ET.SubElement(renderer, "rules", key="root"), ET.SubElement(renderer, "symbols")
    _add_rules(tree, shapes, rules, kind=kind)
    if order:  # far before near, so that the nearer area lies on top
        clause = ET.SubElement(ET.SubElement(renderer, "orderby"), "orderByClause", asc="0", nullsFirst="0")
        clause.text = order
    if label:
        _add_labels(root, label, scale=label_scale, kind=kind)
    ET.indent(root)
    return _DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def _add_rules(parent: ET.Element, shapes: ET.Element, rules: Sequence[_Rule], *, kind: str) -> None:
    for number, rule in enumerate(rules):
        facts = {"key": f"{parent.get('key')}-{number}", "label": rule.label, "filter": rule.where}
        facts["checkstate"] = "1" if rule.is_on else "0"
        if rule.paint:
            facts["symbol"] = str(len(shapes))
            _add_symbol(shapes, rule.paint, kind=kind)
        _add_rules(ET.SubElement(parent, "rule", facts), shapes, rule.rules, kind=kind)


def _add_symbol(shapes: ET.Element, paint: Sequence[tuple[str, _Options]], *, kind: str) -> None:
    symbol = ET.SubElement(shapes, "symbol", type=kind, name=str(len(shapes)), alpha="1")
    for name, options in paint:
        layer = ET.SubElement(symbol, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"})
        listed = ET.SubElement(layer, "Option", type="Map")
        for key, value in options.items():
            ET.SubElement(listed, "Option", name=key, type="QString", value=value)


def _add_labels(root: ET.Element, field: str, *, scale: int, kind: str) -> None:
    settings = ET.SubElement(ET.SubElement(root, "labeling", type="simple"), "settings")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=field,
        fontSize="9",
        textColor=_rgba(symbols.INK),
        namedStyle="Regular",
    )
    ET.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor=_rgba(_PAPER))
    if kind == "marker":  # beside the sign, not on it
        beside = {"placement": "6", "predefinedPositionOrder": "R,L,TR,BR,TL,BL,T,B", "offsetType": "1"}
        ET.SubElement(settings, "placement", beside, dist="0.6", distUnits="MM")
    # `scaleMax` is the largest denominator a label is drawn at: names come when there is room for them.
    # Without `obstacle="0"` a district keeps all names of places out of its area.
    rendering = {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": str(scale), "drawLabels": "1"}
    ET.SubElement(settings, "rendering", rendering, obstacle="0")


def _quote(text: str) -> str:
    """Return a text as a literal of QGIS's expressions."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5)) + ",255"
