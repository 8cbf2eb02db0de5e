# SPDX-License-Identifier: MIT
"""
The data dictionary of the downloads in German: every column that may leave the house.

Places, scenarios and what is told about the downloads stand in the `words_*.py` beside it.

What stands in braces is filled in from the profile (`dictionary.fill_terms`).
"""

from typing import NamedTuple


class Word(NamedTuple):
    """One column of a download: heading in the workbook, meaning, unit, where it comes from."""

    heading: str
    meaning: str
    unit: str = ""
    origin: str = ""


_OWN = "berechnet"

COVERAGE_WORDS: dict[str, Word] = {
    "level": Word("Ebene", "Ebene des Gebiets"),
    "district_id": Word("Nummer", "Nummer des Gebiets als Text, führende Nullen bleiben"),
    "name": Word("Gebiet", "Name des Gebiets"),
    "profile": Word("Gehweise", "Schlüssel der Gehweise: {walkers}"),
    "threshold_min": Word("Gehzeit", "Gehzeit bis zum nächsten gezählten Begegnungsort", "Minuten"),
    "persons": Word(
        "Menschen", "Menschen im Gebiet, gerundet; . heißt: zu wenige, um sie zu nennen", "Menschen"
    ),
    "persons_covered": Word("davon erreicht", "davon innerhalb der Gehzeit, gerundet", "Menschen"),
    "persons_unknown": Word(
        "davon unbekannt",
        "davon Menschen, von denen nicht bekannt ist, ob sie einen Ort in der Gehzeit erreichen, gerundet",
        "Menschen",
    ),
    "persons_beyond": Word("davon nicht erreicht", "davon weiter weg als die Gehzeit, gerundet", "Menschen"),
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

OPEN_COVERAGE_WORDS: dict[str, Word] = {
    "level": Word("Ebene", "city für die ganze Stadt, sonst Ebene des Gebiets"),
    "district_id": Word("Nummer", "Nummer des Gebiets als Text; leer für die ganze Stadt"),
    "name": Word("Gebiet", "Name der Stadt oder des Gebiets"),
    "moment": Word("Zeitpunkt (Schlüssel)", "Schlüssel des Zeitpunkts im Profil"),
    "moment_name": Word("Zeitpunkt", "der Zeitpunkt in Worten, siehe Methodenbericht"),
    "profile": COVERAGE_WORDS["profile"],
    "threshold_min": Word("Gehzeit", "Gehzeit bis zu einem gezählten Ort, der dann offen ist", "Minuten"),
    "persons": COVERAGE_WORDS["persons"],
    "persons_covered_min": Word(
        "davon sicher", "davon innerhalb der Gehzeit eines Ortes, der dann sicher offen ist", "Menschen"
    ),
    "persons_covered_max": Word(
        "davon höchstens", "dasselbe, Orte mit unbekannten Öffnungszeiten als offen gezählt", "Menschen"
    ),
    "covered_share_min": Word("Anteil sicher", "Anteil an den Menschen im Gebiet", "0 bis 1"),
    "covered_share_max": Word("Anteil höchstens", "Anteil an den Menschen im Gebiet", "0 bis 1"),
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
    "persons_": Word(
        "Altersgruppe",
        "von ihnen in dieser Altersgruppe, wo das Alter bekannt ist: mindestens so viele, gerundet; leer heißt: "
        "zu wenige oder unbekannt",
        "Menschen",
    ),
    "name": Word("Name", "nächstes Quartier oder Gebiet"),
    "district_id_": Word("Gebiet (Nummer)", "Nummer des Gebiets dieser Ebene"),
}

SPOT_WORDS: dict[str, Word] = {
    "hot_spot_id": Word(
        "Kennung", "laufende Nummer: erst lange Wege, dann kurze, jeweils die meisten Menschen zuerst"
    ),
    "kind": Word("Art", "welche Wege sich häufen: long (lange) oder short (kurze)"),
    "profile": Word("Gehweise", "Gehweise, deren Wege verglichen werden"),
    "persons": Word(
        "Menschen", "Menschen in der Häufung, gerundet; leer heißt: zu wenige, um sie zu nennen", "Menschen"
    ),
    "walk_mean_min": Word(
        "Mittlerer Weg", "Mittel der Wege zum nächsten gezählten Ort, jede bewohnte Zelle einmal", "Minuten"
    ),
    "name": Word("Name", "nächstes Quartier oder Gebiet"),
    "district_id_": Word("Gebiet (Nummer)", "Nummer des Gebiets dieser Ebene"),
}

REACH_WORDS: dict[str, Word] = {
    "profile": Word("Gehweise", "Gehweise, für die die Fläche gilt"),
    "threshold_min": Word(
        "Gehzeit", "von jedem Punkt der Fläche ist ein gezählter Ort in dieser Zeit erreicht", "Minuten"
    ),
}

ISSUE_WORDS: dict[str, Word] = {
    "source": Word("Quelle", "Datei oder Schlüssel der Quelle"),
    "row": Word("Zeile", "Zeile der Datei oder Kennung; * steht für viele"),
    "code": Word("Code", "Art des Mangels"),
    "text": Word("Text", "was falsch ist und was geschehen ist"),
    "count": Word("Anzahl", "für wie viele Zeilen die Meldung steht"),
}

_MINUTES_OF = (
    "Minuten zu Fuß zum nächsten gezählten Begegnungsort; leer: so viele erreichen keinen, oder keine Aussage"
)
_OF_TIME = "innerhalb der Minuten im Spaltennamen"
MEASURE_WORDS: dict[str, Word] = {
    "level": Word("Ebene", "city für die ganze Stadt, sonst die Ebene des Gebiets"),
    "district_id": Word("Nummer", "Nummer des Gebiets als Text; leer für die ganze Stadt"),
    "name": Word("Gebiet", "Name der Stadt oder des Gebiets"),
    "persons_group": Word(
        "Wer",
        "all alle; sonst eine Altersgruppe: under_18 unter 18, 65_plus 65 und älter, 30_49 30 bis 49 Jahre",
    ),
    "profile": Word("Gehweise", "Schlüssel der Gehweise: {walkers}"),
    "persons": Word(
        "Menschen", "Menschen der Gruppe, gerundet; . heißt: zu wenige, um sie zu nennen", "Menschen"
    ),
    "persons_without_group": Word(
        "ohne Altersangabe",
        "Menschen im Gebiet, von denen die Gruppe nicht bekannt ist, gerundet",
        "Menschen",
    ),
    "persons_without_walk": Word(
        "ohne bekannten Weg",
        "Menschen, für die kein Weg zu einem Begegnungsort bekannt ist, wie weit auch immer, gerundet; bei mehr als "
        "einem Fünftel (coverage.unknown_share_max) wird keine Gehzeit genannt",
        "Menschen",
    ),
    "persons_ranged": Word(
        "Weg vielleicht kürzer",
        "Menschen, deren Weg bekannt ist, stufenlos aber kürzer sein kann: von Wegstücken ist nicht bekannt, ob sie "
        "Stufen haben; die Gehzeiten haben darum zwei Grenzen; gerundet",
        "Menschen",
    ),
    "walk_median_min": Word(
        "Hälfte höchstens", f"so weit geht die Hälfte höchstens: {_MINUTES_OF}", "Minuten"
    ),
    "walk_median_max_min": Word(
        "Hälfte höchstens, obere Grenze",
        "dasselbe auf den Wegen, die sicher gehen; wer keinen bekannten hat, geht am weitesten",
        "Minuten",
    ),
    "walk_p90_min": Word(
        "neun von zehn höchstens", f"so weit gehen neun von zehn höchstens: {_MINUTES_OF}", "Minuten"
    ),
    "walk_p90_max_min": Word(
        "neun von zehn höchstens, obere Grenze",
        "dasselbe auf den Wegen, die sicher gehen; wer keinen bekannten hat, geht am weitesten",
        "Minuten",
    ),
    "choice_walk_median_min": Word(
        "Hälfte bis zur Auswahl",
        "so weit geht die Hälfte höchstens, bis {choice_count} Orte erreicht sind (measures.choice_count); gesucht wird "
        "bis {choice_m} m Weg",
        "Minuten",
    ),
    "choice_walk_median_max_min": Word(
        "Hälfte bis zur Auswahl, obere Grenze",
        "dasselbe auf den Wegen, die sicher gehen; wer keinen bekannten hat, geht am weitesten",
        "Minuten",
    ),
    "persons_covered_": Word("erreicht", f"Menschen mit einem Ort {_OF_TIME}, gerundet", "Menschen"),
    "persons_beyond_": Word("nicht erreicht", f"Menschen sicher ohne Ort {_OF_TIME}, gerundet", "Menschen"),
    "persons_unknown_": Word(
        "nicht bekannt",
        f"Menschen, von denen niemand weiß, ob sie {_OF_TIME} einen Ort erreichen, gerundet; erreicht, nicht "
        "erreicht und nicht bekannt sind zusammen alle Menschen der Gruppe",
        "Menschen",
    ),
    "covered_share_": Word("Anteil erreicht", "Unbekannte zählen als nicht erreicht", "0 bis 1"),
    "covered_share_max_": Word("Anteil erreicht, höchstens", "Unbekannte zählen als erreicht", "0 bis 1"),
    "persons_choice_": Word(
        "mit Auswahl",
        f"Menschen mit mindestens {{choice_count}} Orten (measures.choice_count) {_OF_TIME}, gerundet",
        "Menschen",
    ),
    "choice_share_": Word("Anteil mit Auswahl", "Unbekannte zählen als ohne Auswahl", "0 bis 1"),
    "choice_share_max_": Word(
        "Anteil mit Auswahl, höchstens", "Unbekannte zählen als mit Auswahl", "0 bis 1"
    ),
    "places_median_": Word("Orte, Mitte", f"so viele Orte hat die Hälfte höchstens {_OF_TIME}", "Orte"),
    "places_median_max_": Word(
        "Orte, Mitte, obere Grenze", "dasselbe, wenn Unbekannte sehr viele haben", "Orte"
    ),
    "kinds_median_": Word(
        "Arten, Mitte", f"so viele Gruppen von Arten hat die Hälfte höchstens {_OF_TIME}", "Arten"
    ),
    "kinds_median_max_": Word(
        "Arten, Mitte, obere Grenze", "dasselbe, wenn Unbekannte sehr viele haben", "Arten"
    ),
    "median_min_": Word(
        "Hälfte höchstens, nach Gruppe",
        "so weit geht die Hälfte höchstens bis zum nächsten Ort der Gruppe mit diesem Buchstaben "
        "(N Nachbarschaft, S Ältere, J Jugend, B Bibliothek, K Kultur, R Religion, V Verein, E Bildung, "
        "H Soziales, A Alltag)",
        "Minuten",
    ),
    "median_max_min_": Word(
        "Hälfte höchstens, nach Gruppe, obere Grenze",
        "dasselbe auf den Wegen, die sicher gehen; wer keinen bekannten hat, geht am weitesten",
        "Minuten",
    ),
    "seats_e2sfca": Word(
        "Plätze je 1.000",
        "Plätze je 1.000 Menschen, wenn alle ringsum sie sich teilen (E2SFCA); ein Ort ohne Angabe zählt mit "
        "der Annahme measures.capacity_assumed_persons (siehe manifest.json)",
        "Plätze",
    ),
    "seats_balanced": Word(
        "Plätze je 1.000, ausgeglichen",
        "dasselbe, wenn alle zusammen nur einen Platz je Mensch suchen",
        "Plätze",
    ),
    "note": Word("Hinweis", "warum Zahlen fehlen"),
}

POTENTIAL_WORDS: dict[str, Word] = {
    "begegnungsort_id": Word("Kennung", "Kennung des Potenzialraums"),
    "name": Word("Name", "Name; leer, wenn keine Quelle einen nennt"),
    "class_name": Word("Art des Ortes", "Klasse in Worten"),
    "evidence": Word("Nachweis", "Güte des Nachweises von A (beste) bis E (nur ein Hinweis)"),
    "profile": Word("Gehweise", "Schlüssel der Gehweise: {walkers}"),
    "threshold_min": Word("Minuten", "Gehzeit", "Minuten"),
    "persons_added": Word(
        "neu erreicht",
        "Menschen, die heute in der Zeit keinen Begegnungsort haben und mit diesem Raum allein einen hätten, "
        "gerundet; . heißt: zu wenige, um sie zu nennen",
        "Menschen",
    ),
    "persons_added_": Word("neu erreicht, Altersgruppe", "davon aus der Altersgruppe, gerundet", "Menschen"),
    "persons_own": Word(
        "nur durch diesen Raum",
        "davon Menschen, die kein anderer Potenzialraum erreichte, gerundet",
        "Menschen",
    ),
    "minutes_saved": Word(
        "gesparte Minuten",
        "Fußminuten, die alle zusammen auf dem Weg zum nächsten Ort sparten, auf Hunderter gerundet",
        "Minuten",
    ),
    "underserved_districts": Word(
        "unterversorgte Gebiete",
        "Ebene:Nummer der unterversorgten Gebiete, in denen jemand neu erreicht würde",
    ),
    "rank": Word(
        "Rang", "1 erreicht neu die meisten Menschen (erste Leitfrage des Profils); gleich viele teilen ihn"
    ),
    "rank_low": Word("Rang bestenfalls", "bester Rang unter anderen Annahmen"),
    "rank_high": Word("Rang schlimmstenfalls", "schlechtester Rang unter anderen Annahmen"),
    "stability": Word(
        "Festigkeit",
        "ob der Raum unter jeder Annahme unter den ersten ist oder nicht: robust immer, likely meist, fragile nicht",
    ),
    "note": Word("Hinweis", "woran das Ergebnis hängt"),
}

_CATEGORY_WORDS: dict[str, Word] = {
    "level": Word("Ebene", "city für die ganze Stadt, sonst die gröbste Ebene der Gebiete"),
    "district_id": Word("Nummer", "Nummer des Gebiets als Text; leer für die ganze Stadt"),
    "name": Word("Gebiet", "Name der Stadt oder des Gebiets"),
    "category_kind": Word(
        "Auswahl",
        "all alle; standing nach Rolle; group Gruppe verwandter Arten; class eine Art. "
        "Potenzialräume sind nirgends dabei",
    ),
    "category": Word("Schlüssel", "all, established, Buchstabe der Gruppe wie auf der Karte, oder Klasse"),
    "category_name": Word("Art der Orte", "die Auswahl in Worten"),
}

COMPLETENESS_WORDS: dict[str, Word] = {
    **_CATEGORY_WORDS,
    "found_count": Word("Gefunden", "Begegnungsorte im Verzeichnis", "Orte"),
    "n_first": Word("davon in OSM", "Orte, die OpenStreetMap kennt", "Orte"),
    "n_second": Word("davon in Listen", "Orte, die eine Liste der Stadt oder von Menschen nennt", "Orte"),
    "n_both": Word("in beiden", "Orte, die OpenStreetMap und eine Liste nennen", "Orte"),
    "estimated_count": Word(
        "Geschätzt",
        "so viele gibt es vermutlich (Chapman); leer heißt: nicht schätzbar. Setzt voraus, dass OSM und Listen nicht voneinander abschreiben, "
        "jeder Ort gleich wahrscheinlich genannt wird, Einträge eines Ortes erkannt wurden und zwischen beiden Ständen nichts entstand oder schloss",
        "Orte",
        _OWN,
    ),
    "low": Word("mindestens", "untere Grenze des Vertrauensbereichs", "Orte", _OWN),
    "high": Word("höchstens", "obere Grenze des Vertrauensbereichs", "Orte", _OWN),
    "note": Word("Hinweis", "warum es keine Schätzung gibt"),
}

FILL_RATE_WORDS: dict[str, Word] = {
    **_CATEGORY_WORDS,
    "attribute": Word(
        "Angabe",
        "name, address (Straße und Nummer), opening_hours, wheelchair, operator oder ein Merkmal des Datenlexikons",
    ),
    "place_count": Word("Orte", "Begegnungsorte im Verzeichnis", "Orte"),
    "filled_count": Word("mit Angabe", "davon mit bekannter Angabe", "Orte"),
    "filled_share": Word("Anteil", "Anteil der Orte mit bekannter Angabe", "0 bis 1"),
}

NOT_ESTIMABLE: dict[str, str] = {
    "no_first_source": "nicht schätzbar: OpenStreetMap nennt keinen solchen Ort in der Stadt",
    "no_second_source": "nicht schätzbar: keine unabhängige Liste nennt einen solchen Ort in der Stadt",
    "few_matches": "nicht schätzbar: zu wenige Orte stehen in beiden Quellen",
}

INVENTED = "Die Stadt ist erfunden: alle Orte, Namen und Zahlen sind Beispiele."
ESTIMATED = "Die Zahlen der Menschen sind aus Wohnflächen geschätzt, nicht gezählt."
TOO_FEW = "zu wenige Menschen für einen Anteil"
FEW_COVERED = "zu wenige Menschen erreicht für einen Anteil; der Anteil liegt unter dem Anteil höchstens"
UNKNOWN_GROUP = "wie viele zu dieser Gruppe gehören, ist hier nicht bekannt"
NO_STATEMENT = "keine Aussage: für zu viele Menschen ist der Weg unbekannt"
AGES_UNKNOWN = "keine Aussage: von zu vielen Menschen ist nicht bekannt, ob sie zu dieser Gruppe gehören"
PART_COUNTED = "keine Aussage: gezählt ist nur ein Teil der Menschen"
NOBODY = "hier wohnt niemand aus dieser Gruppe"
FEW_REACHED = "zu wenige Menschen erreicht oder mit Auswahl, um einen Anteil zu nennen"
NO_SUCH_PLACE = "für so viele Menschen führt kein Weg zu einem solchen Ort"
NO_CHOICE = "so viele Menschen haben auf {metres} m Weg keine Auswahl, weiter wird nicht gesucht"
NO_UPPER_END = "die obere Grenze ist nicht bekannt: zu viele Menschen haben keinen bekannten Weg"
UNCONFIRMED = "ob es den Raum gibt, ist noch nicht bestätigt"
NOT_PUBLISHED = "details are not published; they stand in the table issues of the run"


def find_word(words: dict[str, Word], column: str) -> Word | None:
    """Return the words of a column, for a family (`district_id_*`) with the level's name; None if unknown."""
    if column in words:
        return words[column]
    families = [name for name in words if name.endswith("_") and column.startswith(name)]
    family = max(families, key=len, default=None)
    if family is None:
        return None
    level = column.removeprefix(family)
    return words[family]._replace(heading=f"{words[family].heading}: {level}")
