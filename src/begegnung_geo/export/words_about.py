# SPDX-License-Identifier: MIT
"""The words of the files that explain the others: claims, origins, sources, the dictionary itself."""

from begegnung_geo.export.words import Word

CLAIM_WORDS: dict[str, Word] = {
    "begegnungsort_id": Word("Kennung", "Kennung des Begegnungsorts"),
    "name": Word("Name", "Name des Begegnungsorts"),
    "attribute": Word("Schlüssel", "Schlüssel des Merkmals nach config/attributes.csv"),
    "attribute_name": Word("Merkmal", "Merkmal in Worten"),
    "value": Word("Wert (Schlüssel)", "Wert, wie er gespeichert ist"),
    "value_name": Word("Wert", "Wert in Worten"),
    "is_chosen": Word(
        "Gezeigt", "dieser Wert steht im Verzeichnis; von mehreren gilt die beste Güte", "ja/nein"
    ),
    "evidence": Word(
        "Güte", "A von Menschen geprüft, B Liste der Stadt, C ausdrücklich genannt, D geschlossen"
    ),
    "source": Word("Quelle", "osm, Schlüssel einer Liste, correction (Korrektur) oder answer (Fragebogen)"),
    "source_id": Word("Datensatz", "Datensatz der Quelle, oder Datei und Zeile"),
    "basis": Word(
        "Grundlage",
        "bei OpenStreetMap die Merkmale, bei Listen die Spalten, beide mit der Regel nach config/attribute_rules.csv; bei Menschen die Rolle",
    ),
    "date": Word(
        "Tag",
        "Tag der Angabe: bei OpenStreetMap die letzte Bearbeitung, bei Listen was die Zeile sagt (auch nur Monat oder Jahr), sonst der Stand der Liste; leer, wenn unbekannt",
    ),
    "licence": Word("Lizenz", "Lizenz der Quelle; leer, wenn sie keine nennt"),
}

ORIGIN_WORDS: dict[str, Word] = {
    "begegnungsort_id": Word("Kennung", "Kennung des Begegnungsorts"),
    "spalte": Word("Spalte", "Spalte des Verzeichnisses; position steht für die Lage"),
    "quelle": Word("Quelle", "osm, Schlüssel einer Liste, correction (Korrektur) oder answer (Fragebogen)"),
    "kennung": Word("Datensatz", "Datensatz der Quelle, oder Datei und Zeile"),
    "stand": Word(
        "Stand",
        "Tag der Angabe: bei OpenStreetMap die letzte Bearbeitung, bei Listen was die Zeile sagt (auch nur Monat oder Jahr), sonst der Stand der Liste; leer, wenn unbekannt",
    ),
    "lizenz": Word("Lizenz", "Lizenz der Quelle; leer, wenn sie keine nennt"),
}

SOURCE_WORDS: dict[str, Word] = {
    "Titel": Word("Titel", "Name der Quelle, oder ein Hinweis, der für alle Zahlen gilt"),
    "Herausgeber": Word("Herausgeber", "wer die Daten bereitstellt"),
    "Lizenz": Word("Lizenz", "Lizenz der Daten"),
    "Namensnennung": Word("Namensnennung", "Zeile, mit der die Quelle zu nennen ist"),
    "Datenstand": Word("Datenstand", "Tag, für den die Daten gelten"),
    "Adresse": Word("Adresse", "woher die Datei stammt"),
    "Datei": Word("Datei", "Name der Rohdatei"),
}

DICTIONARY_WORDS: dict[str, Word] = {
    "Datei": Word("Datei", "Name des Downloads, in allen seinen Formaten"),
    "Spalte": Word("Spalte", "Name der Spalte"),
    "Überschrift": Word("Überschrift", "Überschrift in der Arbeitsmappe"),
    "Bedeutung": Word("Bedeutung", "was in der Spalte steht"),
    "Einheit": Word("Einheit", "Einheit der Zahl"),
    "Werte": Word("Werte", "alle erlaubten Werte, wo es eine Liste gibt"),
    "Herkunft": Word("Herkunft", "woher die Spalte stammt"),
}
