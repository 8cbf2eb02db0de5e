# SPDX-License-Identifier: MIT
"""How a point was found, in words that promise no more than is known."""

import math

import pytest

from begegnung_geo.render.positions import describe_position
from begegnung_geo.render.text import Words
from begegnung_geo.table_columns import PRECISIONS


@pytest.mark.parametrize(
    ("precision", "error_m", "german"),
    [
        ("object", 15.0, "eingetragen, ± 15 m"),
        ("hand", 10.0, "von Hand gesetzt, ± 10 m"),
        ("hand", 0.0, "von Hand gesetzt, ± 5 m"),
        ("house", 30.0, "Hausnummer, ± 30 m"),
        ("neighbour", 41.2, "Hausnummer daneben, ± 45 m"),
        ("street", 251.0, "nur die Straße, ± 300 m"),
        ("site", 100.0, "nur das Gelände, ± 100 m"),
        ("district", 1840.9, "nur der Ortsteil, ± 1.850 m"),
        ("unknown", 20.0, "Lage nicht bekannt"),
        ("house", math.nan, "Lage nicht bekannt"),
    ],
)
def test_the_position_is_told_with_its_error_rounded_up(precision: str, error_m: float, german: str) -> None:
    record = {"precision": precision, "position_error_m": error_m}
    assert describe_position(record, words=Words("de")) == german


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_way_of_finding_a_point_has_words(precision: str, language: str) -> None:
    record = {"precision": precision, "position_error_m": 20.0}
    told = describe_position(record, words=Words(language))
    assert ("20 m" in told) == (precision != "unknown")
