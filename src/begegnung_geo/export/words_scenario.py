# SPDX-License-Identifier: MIT
"""The columns of what a scenario would change, as the data dictionary of the downloads tells them."""

from begegnung_geo.export.words import Word

SCENARIO_WORDS: dict[str, Word] = {
    "level": Word("Ebene", "Ebene des Gebiets; city: die ganze Stadt"),
    "district_id": Word("Nummer", "Nummer des Gebiets; leer: die ganze Stadt"),
    "name": Word("Name", "Name des Gebiets"),
    "profile": Word("Gehweise", "Gehweise"),
    "threshold_min": Word("Gehzeit", "Gehzeit", "Minuten"),
    "persons": Word(
        "Menschen", "Menschen, die dort wohnen, gerundet; heute und im Szenario dieselben", "Menschen"
    ),
    "persons_covered_before": Word(
        "erreicht heute", "davon in Reichweite, wie es ist; leer: nicht genannt", "Menschen"
    ),
    "persons_covered": Word(
        "erreicht im Szenario", "davon in Reichweite, wie es wäre; leer: nicht genannt", "Menschen"
    ),
    "persons_gained": Word(
        "Unterschied", "im Szenario mehr (oder weniger) in Reichweite; leer: nicht genannt", "Menschen"
    ),
    "covered_share_before": Word(
        "Anteil heute", "Anteil in Reichweite, wie es ist; leer: nicht genannt", "0 bis 1"
    ),
    "covered_share": Word(
        "Anteil im Szenario", "Anteil in Reichweite, wie es wäre; leer: nicht genannt", "0 bis 1"
    ),
    "share_gained": Word(
        "Unterschied der Anteile", "Anteil im Szenario minus Anteil heute; leer: nicht genannt", "-1 bis 1"
    ),
}

SCENARIO_OPEN_WORDS: dict[str, Word] = {
    **{key: SCENARIO_WORDS[key] for key in ("level", "district_id", "name")},
    "moment": Word("Zeitpunkt (Schlüssel)", "Schlüssel des Zeitpunkts im Profil"),
    "profile": SCENARIO_WORDS["profile"],
    "threshold_min": SCENARIO_WORDS["threshold_min"],
    "persons_covered_min_before": Word(
        "sicher, heute",
        "in Reichweite eines Ortes, der dann sicher offen ist; leer: nicht genannt",
        "Menschen",
    ),
    "persons_covered_min": Word(
        "sicher, im Szenario", "dasselbe, wie es wäre; leer: nicht genannt", "Menschen"
    ),
    "persons_gained_min": Word(
        "Unterschied, sicher", "im Szenario mehr (oder weniger); leer: nicht genannt", "Menschen"
    ),
    "persons_covered_max_before": Word(
        "höchstens, heute", "dasselbe, Orte mit unbekannten Öffnungszeiten als offen gezählt", "Menschen"
    ),
    "persons_covered_max": Word(
        "höchstens, im Szenario", "dasselbe, wie es wäre; leer: nicht genannt", "Menschen"
    ),
    "persons_gained_max": Word(
        "Unterschied, höchstens", "im Szenario mehr (oder weniger); leer: nicht genannt", "Menschen"
    ),
}

SCENARIO_AREA_WORDS: dict[str, Word] = {
    "profile": SCENARIO_WORDS["profile"],
    "threshold_min": SCENARIO_WORDS["threshold_min"],
    "area_before_km2": Word("Fläche heute", "Fläche der Stadt in Gehweite, in Quadraten gezählt", "km²"),
    "area_km2": Word("Fläche im Szenario", "dasselbe, wie es wäre", "km²"),
    "area_gained_km2": Word("neu in Gehweite", "Fläche, die dazukommt", "km²"),
    "area_lost_km2": Word("nicht mehr in Gehweite", "Fläche, die wegfällt", "km²"),
}
