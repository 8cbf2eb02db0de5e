# SPDX-License-Identifier: MIT
"""The columns of the list of places in German words; only these leave the house."""

from begegnung_geo.export.words import Word

_LIST = "OpenStreetMap oder Liste, siehe place_ids"
_OWN = "berechnet"
_CLAIMED = "aus Merkmalen von OpenStreetMap, einer Liste oder von Menschen; unbekannt ist nicht nein"

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
    "opening_status": Word(
        "Öffnungszeiten gelesen",
        "none: die Quelle nennt keine; parsed: in der Schreibweise von OpenStreetMap; repaired: anders "
        "geschrieben, aber eindeutig; unreadable: nicht eindeutig, also unbekannt",
        origin=_OWN,
    ),
    "opening_normal": Word(
        "Öffnungszeiten einheitlich",
        "so wurden die Öffnungszeiten verstanden, in der Schreibweise von OpenStreetMap; leer heißt unbekannt",
        origin=_OWN,
    ),
    "opening_words": Word("Öffnungszeiten in Worten", "so wurden die Öffnungszeiten verstanden", origin=_OWN),
    "open_min_per_week": Word(
        "Offen je Woche",
        "sicher geöffnet in einer Woche ohne Ferien und Feiertage, im Mittel des Jahres; leer heißt unbekannt",
        "Minuten",
        _OWN,
    ),
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
    "position_words": Word(
        "Lage in Worten", "wie der Punkt gefunden wurde und auf wie viele Meter er etwa stimmt", origin=_OWN
    ),
    "position_error_m": Word(
        "Lagefehler höchstens", "so weit kann der Punkt vom Eingang entfernt sein (Annahme)", "m", _OWN
    ),
    "snap_distance_m": Word(
        "Weg zum Fußweg", "gerader Weg bis zum nächsten Fußweg; leer, wenn keiner nahe ist", "m", _OWN
    ),
    "openness": Word(
        "Offenheit",
        "Offen für alle, nicht nur für Mitglieder: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "welcoming": Word(
        "Willkommen",
        "Fremde fühlen sich willkommen: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "co_design": Word(
        "Mitgestaltung",
        "Nutzende gestalten mit: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "relationship_building": Word(
        "Beziehungsfördernd",
        "Man trifft sich wieder: feste Gruppen, Küche oder Café: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "inclusive": Word(
        "Inklusiv",
        "Alle können teilnehmen, auch mit Behinderung: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "low_threshold": Word(
        "Niederschwellig",
        "Kostenlos, ohne Anmeldung, ohne Kaufzwang: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "adaptable": Word(
        "Anpassungsfähig",
        "Räume lassen sich für Verschiedenes nutzen: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "open_to": Word(
        "Offen für",
        "Wer kommen darf: everyone alle, target_group Zielgruppe, members Mitglieder, by_appointment nach Anmeldung, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "participation": Word(
        "Beteiligung",
        "Wer über das Programm entscheidet: self_managed selbst verwaltet, co_decide Nutzende entscheiden mit, programme_only nur Angebot, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "step_free": Word(
        "Stufenlos",
        "Stufenloser Zugang: full vollständig, limited teilweise, none nicht, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "accessible_wc": Word(
        "Barrierefreies WC",
        "Barrierefreie Toilette im Haus: yes ja, partly teilweise, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "cost": Word(
        "Kosten",
        "Was der Besuch kostet: free kostenlos, donation Spende, consumption Verzehr erwartet, fee Eintritt oder Gebühr, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "registration": Word(
        "Anmeldung nötig", "Ob man sich anmelden muss: yes ja, no nein, unknown unbekannt", origin=_CLAIMED
    ),
    "rooms_count": Word("Räume", "Zahl der Räume für Treffen; leer heißt unbekannt", origin=_CLAIMED),
    "capacity_persons": Word(
        "Plätze", "Menschen im größten Raum; leer heißt unbekannt", "Menschen", _CLAIMED
    ),
    "hire_possible": Word(
        "Räume zu mieten",
        "Ob andere die Räume mieten können: yes ja, no nein, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "provider": Word(
        "Bereitgestellt von",
        "Wer die Räume bereitstellt; eine Einrichtung und keine Person; leer heißt unbekannt",
        origin=_CLAIMED,
    ),
    "programmer": Word(
        "Bespielt von",
        "Wer das Programm macht; eine Einrichtung und keine Person; leer heißt unbekannt",
        origin=_CLAIMED,
    ),
    "funder": Word(
        "Finanziert von",
        "Wer bezahlt; eine Einrichtung und keine Person; leer heißt unbekannt",
        origin=_CLAIMED,
    ),
    "traeger_typ": Word(
        "Art des Trägers",
        "Art der rechtlich verantwortlichen Stelle: municipal kommunal, awo AWO, caritas Caritas, diakonie Diakonie, drk DRK, paritaetischer Paritätischer, jewish_community Jüdische Kultusgemeinde, parish Kirchengemeinde, association eingetragener Verein, cooperative Genossenschaft, housing_company Wohnungsunternehmen, private privat, other anderer, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "confirmation": Word(
        "Bestätigung der Liste",
        "Ob die Liste, die den Ort nennt, ihn selbst für bestätigt hält: confirmed bestätigt, unconfirmed unbestätigt, outdated veraltete Quelle, unknown unbekannt",
        origin=_CLAIMED,
    ),
    "district_id_": Word(
        "Gebiet (Nummer)", "Nummer des Gebiets dieser Ebene, in dem der Ort liegt", origin=_OWN
    ),
    "district_name_": Word("Gebiet", "Name des Gebiets dieser Ebene, in dem der Ort liegt", origin=_OWN),
    "from_osm": Word(
        "Aus OpenStreetMap",
        "Spalten dieser Zeile, die aus OpenStreetMap stammen (ODbL 1.0), mit Leerzeichen getrennt; was in keiner der drei Spalten steht, ist berechnet",
        origin=_OWN,
    ),
    "from_lists": Word(
        "Aus Listen",
        "Spalten dieser Zeile aus Listen der Stadt oder von Menschen; welche: siehe column_sources",
        origin=_OWN,
    ),
    "from_people": Word("Von Menschen", "Spalten dieser Zeile aus Korrekturen und Fragebögen", origin=_OWN),
    "licences": Word(
        "Lizenzen",
        "Lizenzen der Quellen dieser Zeile, mit Semikolon getrennt; welche Spalte unter welcher steht: column_sources",
        origin=_OWN,
    ),
    "newest_source_date": Word(
        "Neueste Angabe",
        "Tag der neuesten Quelle dieses Ortes (auch nur Monat oder Jahr); bei OpenStreetMap die letzte Bearbeitung; leer, wenn unbekannt",
        origin=_OWN,
    ),
    "place_ids": Word(
        "Quellen",
        "Datensätze der Quellen, der führende zuerst; osm:… stammt aus OpenStreetMap (ODbL)",
        origin=_OWN,
    ),
    "lon": Word("Länge", "geographische Länge, WGS 84", "Grad", _LIST),
    "lat": Word("Breite", "geographische Breite, WGS 84", "Grad", _LIST),
}
