# SPDX-License-Identifier: MIT
"""The data dictionary of the downloads in German: every column that may leave the house."""

from typing import NamedTuple


class Word(NamedTuple):
    """One column of a download: heading in the workbook, meaning, unit, where it comes from."""

    heading: str
    meaning: str
    unit: str = ""
    origin: str = ""


_LIST = "OpenStreetMap oder Liste, siehe place_ids"
_OWN = "berechnet"

PLACE_WORDS: dict[str, Word] = {
    "begegnungsort_id": Word(
        "Kennung", "Kennung des Begegnungsorts, bleibt von Lauf zu Lauf gleich", origin=_OWN
    ),
    "name": Word("Name", "Name; leer, wenn keine Quelle einen nennt", origin=_LIST),
    "class": Word("Klasse", "Schlüssel der Klasse nach config/categories.csv", origin=_OWN),
    "class_name": Word("Art des Ortes", "Klasse in Worten", origin=_OWN),
    "standing": Word(
        "Rolle",
        "established: als Begegnungsort gedacht; everyday: Begegnung nebenbei; potential: Potenzialraum",
        origin=_OWN,
    ),
    "is_counted": Word("Zählt mit", "zählt als Angebot bei den Zahlen zur Erreichbarkeit", "ja/nein", _OWN),
    "consumption_free": Word(
        "Ohne Verzehr", "Aufenthalt ohne Kauf: yes ja, no nein, mixed teils, unknown unbekannt", origin=_OWN
    ),
    "evidence": Word(
        "Nachweis",
        "Güte des Nachweises von A (beste) bis E (nur ein Hinweis), siehe Methodenbericht",
        origin=_OWN,
    ),
    "street": Word("Straße", "Straße wie in der Quelle geschrieben", origin=_LIST),
    "house_number": Word("Hausnummer", "Hausnummer mit Buchstabe oder Bereich", origin=_LIST),
    "postcode": Word("PLZ", "Postleitzahl", origin=_LIST),
    "city": Word("Ort", "Ort der Postanschrift", origin=_LIST),
    "opening_hours": Word("Öffnungszeiten", "Öffnungszeiten, wie die Quelle sie schreibt", origin=_LIST),
    "wheelchair": Word(
        "Rollstuhl",
        "yes ja, limited teilweise, no nein, designated besonders geeignet; leer heißt unbekannt, nicht nein",
        origin=_LIST,
    ),
    "operator": Word(
        "Betreiber", "Betreiber, wie die Quelle ihn nennt; Namen von Personen sind entfernt", origin=_LIST
    ),
    "precision": Word(
        "Lagegenauigkeit",
        "object: gezeichnetes Objekt oder Koordinate der Quelle; hand: von Hand gesetzt; house: Hausnummer; "
        "neighbour: Nachbarnummer; street: Straßenmitte; site: Gelände; district: nur das Gebiet ist bekannt; "
        "unknown: unbekannt",
        origin=_OWN,
    ),
    "position_error_m": Word(
        "Lagefehler höchstens", "so weit kann der Punkt vom Eingang entfernt sein (Annahme)", "m", _OWN
    ),
    "snap_distance_m": Word(
        "Weg zum Fußweg", "gerader Weg bis zum nächsten Fußweg; leer, wenn keiner nahe ist", "m", _OWN
    ),
    "district_id_": Word(
        "Gebiet (Nummer)", "Nummer des Gebiets dieser Ebene, in dem der Ort liegt", origin=_OWN
    ),
    "district_name_": Word("Gebiet", "Name des Gebiets dieser Ebene, in dem der Ort liegt", origin=_OWN),
    "place_ids": Word(
        "Quellen",
        "Datensätze der Quellen, der führende zuerst; osm:… stammt aus OpenStreetMap (ODbL)",
        origin=_OWN,
    ),
    "lon": Word("Länge", "geographische Länge, WGS 84", "Grad", _LIST),
    "lat": Word("Breite", "geographische Breite, WGS 84", "Grad", _LIST),
}

COVERAGE_WORDS: dict[str, Word] = {
    "level": Word("Ebene", "Ebene des Gebiets"),
    "district_id": Word("Nummer", "Nummer des Gebiets als Text, führende Nullen bleiben"),
    "name": Word("Gebiet", "Name des Gebiets"),
    "profile": Word("Gehweise", "adult Erwachsene, senior Ältere, slow Langsame, step_free stufenlos"),
    "threshold_min": Word("Gehzeit", "Gehzeit bis zum nächsten gezählten Begegnungsort", "Minuten"),
    "persons": Word(
        "Menschen", "Menschen im Gebiet, gerundet; . heißt: zu wenige, um sie zu nennen", "Menschen"
    ),
    "persons_covered": Word("davon erreicht", "davon innerhalb der Gehzeit, gerundet", "Menschen"),
    "persons_unknown": Word("davon unbekannt", "davon ohne bekannten Weg, gerundet", "Menschen"),
    "covered_share": Word("Anteil", "Anteil der Erreichten; Unbekannte zählen als nicht erreicht", "0 bis 1"),
    "covered_share_max": Word("Anteil höchstens", "dasselbe, Unbekannte als erreicht gezählt", "0 bis 1"),
    "is_underserved": Word("Unterversorgt", "von der Regel des Profils markiert", "ja/nein"),
    "stability": Word(
        "Sicherheit",
        "robust sicher, likely wahrscheinlich, fragile unsicher, not_assessable nicht beurteilbar",
    ),
    "reasons": Word("Gründe", "Schlüssel der Gründe, mit Leerzeichen getrennt"),
    "note": Word("Hinweis", "warum eine Zahl fehlt"),
}

DISTRICT_WORDS: dict[str, Word] = {
    "district_id": Word("Nummer", "Nummer des Gebiets als Text, führende Nullen bleiben"),
    "level": Word("Ebene", "Ebene des Gebiets"),
    "name": Word("Name", "Name des Gebiets"),
    "parent_id": Word("Übergeordnet", "Nummer des Gebiets der nächsthöheren Ebene, das es enthält"),
    "area_km2": Word("Fläche", "Fläche", "km²"),
}

GAP_WORDS: dict[str, Word] = {
    "gap_id": Word("Kennung", "laufende Nummer, die meisten Menschen zuerst"),
    "profile": Word("Gehweise", "Gehweise, für die die Lücke gilt"),
    "threshold_min": Word("Gehzeit", "Gehzeit, in der kein gezählter Ort erreicht wird", "Minuten"),
    "persons": Word(
        "Menschen", "Menschen in der Lücke, gerundet; leer heißt: zu wenige, um sie zu nennen", "Menschen"
    ),
    "name": Word("Name", "nächstes Quartier oder Gebiet"),
    "district_id_": Word("Gebiet (Nummer)", "Nummer des Gebiets dieser Ebene"),
}

ISSUE_WORDS: dict[str, Word] = {
    "source": Word("Quelle", "Datei oder Schlüssel der Quelle"),
    "row": Word("Zeile", "Zeile der Datei oder Kennung; * steht für viele"),
    "code": Word("Code", "Art des Mangels"),
    "text": Word("Text", "was falsch ist und was geschehen ist"),
    "count": Word("Anzahl", "für wie viele Zeilen die Meldung steht"),
}

DICTIONARY: dict[str, dict[str, Word]] = {
    "begegnungsorte": PLACE_WORDS,
    "coverage_by_district": COVERAGE_WORDS,
    "districts": DISTRICT_WORDS,
    "gaps": GAP_WORDS,
    "issues": ISSUE_WORDS,
}

INVENTED = "Die Stadt ist erfunden: alle Orte, Namen und Zahlen sind Beispiele."
ESTIMATED = "Die Zahlen der Menschen sind aus Wohnflächen geschätzt, nicht gezählt."
TOO_FEW = "zu wenige Menschen für einen Anteil"
NO_STATEMENT = "keine Aussage: für zu viele Menschen ist der Weg unbekannt"
NOT_PUBLISHED = "details are not published; they stand in the table issues of the run"


def find_word(words: dict[str, Word], column: str) -> Word | None:
    """Return the words of a column, for a family (`district_id_*`) with the level's name; None if unknown."""
    if column in words:
        return words[column]
    family = next((name for name in words if name.endswith("_") and column.startswith(name)), None)
    if family is None:
        return None
    level = column.removeprefix(family)
    return words[family]._replace(heading=f"{words[family].heading}: {level}")
