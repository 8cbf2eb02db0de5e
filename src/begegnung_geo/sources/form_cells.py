# SPDX-License-Identifier: MIT
"""One cell of a filled-in form: its value, or a sentence for a layperson why it is not taken."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import shapely
from pyproj import Geod

from begegnung_geo.attribute_rules import FIGURES, Attribute, AttributeRules, list_labels, parse_value
from begegnung_geo.category_rules import PlaceClass
from begegnung_geo.hostile_text import find_hostility
from begegnung_geo.privacy import REMOVED, is_body, redact_remark, redact_text

LEAVE = "Nicht übernommen."
_EARTH = Geod(ellps="WGS84")
_SHOWN = 60
_NEGATIVE = re.compile(r"[-–−]\s*\d[\d.,]*")
_FREE_TEXT = ("name", "street", "house_number", "postcode", "city")
"""Free texts that are no remarks: "Frau-Holle-Weg" and "Haus Frau Holle" are no persons."""


@dataclass(frozen=True)
class FormCell:
    """A cell as it was filled in."""

    address: str
    text: str
    is_formula: bool
    is_cleaned: bool = False
    """Characters that nobody can see were taken out of it."""


@dataclass(frozen=True)
class FormLimits:
    """What an answer is held against, beyond the vocabulary; None is not held against anything."""

    latest_day: dt.date | None = None
    """The last day on which a form can have been filled in."""
    study_area: shapely.Geometry | None = None
    """Polygon in WGS 84: the study area with its surroundings."""
    position_far_m: float | None = None
    """A position farther than this from where the place was is asked about, in metres."""


@dataclass(frozen=True)
class CellRules:
    """The vocabulary and the limits."""

    rules: AttributeRules
    classes: Mapping[str, PlaceClass]
    limits: FormLimits


class CellAnswer(NamedTuple):
    """A value as it is stored (None where nothing is taken) and a message (empty where all is well)."""

    value: str | None
    message: str


def read_cell(cell: FormCell, attribute: Attribute, cells: CellRules, *, was: str = "") -> CellAnswer:
    """
    Return what a cell says about an attribute.

    Contacts and persons are taken out of free text, and the message says so; the
    original stays in the workbook only.

    Parameters
    ----------
    was
        Where the place was when the form went out, as "lat, lon"; empty for a new place.
    """
    where = f"Zelle {cell.address} ({attribute.label_de})"
    is_figure = attribute.kind in (*FIGURES, "position") and not cell.is_formula
    fault = "formula" if cell.is_formula else find_hostility(cell.text)
    if fault == "formula" and not (is_figure and cell.text[:1] in "+-"):
        return CellAnswer(
            None, f"{where}: Das sieht wie eine Formel aus. {LEAVE} Bitte nur Text oder Zahl eintragen."
        )
    if fault == "markup":
        return CellAnswer(None, f"{where}: Zeichen wie <b> sind nicht erlaubt. {LEAVE} Bitte nur Text.")
    value = parse_value(attribute, cell.text, classes=cells.classes)
    if value is None:
        shown = redact_remark(cell.text[:_SHOWN])
        allowed = _say_allowed(attribute, cell.text, cells.classes)
        return CellAnswer(None, f"{where}: „{shown}“ {allowed}. {LEAVE}")
    if attribute.kind == "position":
        return _check_position(value, where, cells.limits, was=was)
    if attribute.kind == "body" and not is_body(value):
        return CellAnswer(
            None,
            f"{where}: Das sieht nach dem Namen einer Person aus. {LEAVE} Bitte die Einrichtung nennen, "
            "zum Beispiel mit e.V., Stadt oder Kirchengemeinde.",
        )
    return (
        _keep_public(value, where, attribute) if attribute.kind in ("text", "body") else CellAnswer(value, "")
    )


def _say_allowed(attribute: Attribute, text: str, classes: Mapping[str, PlaceClass]) -> str:
    labels = list_labels(attribute, classes=classes)
    if labels:
        return f"steht nicht zur Auswahl; möglich sind: {', '.join(labels)}"
    if attribute.kind in FIGURES:
        is_negative = _NEGATIVE.fullmatch(text.strip()) is not None
        wanted = "keine ganze Zahl" if attribute.kind == "count" else "keine Zahl"
        return f"ist {'kleiner als 0' if is_negative else wanted}; zum Beispiel 12"
    if attribute.kind == "position":
        return "ist keine Lage; zum Beispiel 51.5136, 7.4653"
    return "ist länger als 255 Zeichen"


def _check_position(value: str, where: str, limits: FormLimits, *, was: str) -> CellAnswer:
    lat, lon = (float(part) for part in value.split(", "))
    if limits.study_area is not None and not shapely.intersects_xy(limits.study_area, lon, lat):
        return CellAnswer(
            None,
            f"{where}: „{value}“ liegt nicht in der Stadt oder an ihrem Rand. {LEAVE} "
            "Bitte prüfen, ob eine Ziffer falsch ist oder Breite und Länge vertauscht sind.",
        )
    old_lat, _, old_lon = was.partition(", ")
    if limits.position_far_m is None or not old_lon:
        return CellAnswer(value, "")
    _, _, distance_m = _EARTH.inv(float(old_lon), float(old_lat), lon, lat)
    if distance_m <= limits.position_far_m:
        return CellAnswer(value, "")
    far = f"{distance_m / 1000:.1f}".replace(".", ",")
    return CellAnswer(
        value, f"{where}: {far} km von der bisherigen Lage. Übernommen; bitte noch einmal prüfen."
    )


def _keep_public(value: str, where: str, attribute: Attribute) -> CellAnswer:
    redact = redact_text if attribute.key in _FREE_TEXT else redact_remark
    kept = redact(value)
    if kept == value:
        return CellAnswer(value, "")
    left_out = f"{where}: Namen, Telefonnummern und E-Mail-Adressen von Personen werden nicht gespeichert."
    if not any(char.isalnum() for char in kept.replace(REMOVED, "")):
        return CellAnswer(None, f"{left_out} {LEAVE}")
    return CellAnswer(kept, f"{left_out} Übernommen wurde: „{kept[:_SHOWN]}“.")
