# SPDX-License-Identifier: MIT
"""
The form people fill in: sheets, columns and fixed cells of the questionnaire.

Who writes the workbook and who reads it back share this, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from begegnung_geo.attribute_rules import AttributeRules, list_labels
from begegnung_geo.category_rules import PlaceClass

PLACES_SHEET, NOTES_SHEET = "Begegnungsorte", "Hinweise"
STATE_SHEET, LISTS_SHEET = "_stand", "_werte"
ID_HEADING = "Kennung (bitte nicht ändern)"
ROLE_CELL, DATE_CELL = "B3", "B4"
"""On the notes sheet: the role of whoever fills in, and the day."""
STATE_COLUMNS = ("place_ids", "lat", "lon")
"""Hidden columns after the form's own: where the place was when the form went out."""
ANSWER_COLUMNS = (
    "begegnungsort_id", "place_ids", "name", "breite", "laenge", "column", "value", "who", "date", "file",
)  # fmt: skip
NEW_PLACE_COLUMNS = (
    "kennung", "name", "klasse", "strasse", "hausnummer", "plz", "ort", "breite", "laenge", "rolle", "stand",
)  # fmt: skip


@dataclass(frozen=True)
class FormColumn:
    """One column of the form: the attribute's key, its heading and the labels to choose from."""

    key: str
    heading: str
    labels: tuple[str, ...]
    hint: str


def list_form_columns(rules: AttributeRules, classes: Mapping[str, PlaceClass]) -> tuple[FormColumn, ...]:
    """Return the columns after the id, in the order of `config/attributes.csv`."""
    return tuple(
        FormColumn(a.key, a.label_de, tuple(list_labels(a, classes=classes)), a.meaning_de)
        for a in rules.list_asked()
    )
