# SPDX-License-Identifier: MIT
"""The two lists of places beside OSM: the city's open data (XErleben fields) and a list from people."""

from typing import Any

import numpy as np

from begegnung_geo.sample.districts import District
from begegnung_geo.sample.places import Place, number_phone, write_mail
from begegnung_geo.sample.terrain import Floats, Ground

PEOPLE_HEADER = ("name", "klasse", "adresse", "breite", "laenge", "bemerkung", "öffnungszeiten", "stand")
CITY_KEY, PEOPLE_KEY = "begegnungsstaetten", "orte_von_menschen"
_CITY_SCATTER_M = 14.0  # the city's points are set by hand
_ASTRAY_M = 170.0
_ASTRAY_EVERY = 11
_PEOPLE_EVERY = 9
_FIRST_DATA_LINE = 2
_REMARKS = ("", "nachmittags viel los", "Schlüssel bei Frau M.", "Eingang im Hof", "", "unbedingt aufnehmen!")
_HOURS = (
    "Mo-Fr 9-17 Uhr",
    "",
    "montags und mittwochs 15 bis 18 Uhr",
    "werktags 9-12 Uhr",
    "1. Dienstag im Monat 15-17 Uhr",
    "Di+Do 10.00–13.00 und nach Vereinbarung",
    "",
    "Büro: Mo-Do 9-12 Uhr",
    "tägl. 14-22 Uhr, Mo Ruhetag",
    "",
    "So nach dem Gottesdienst",
)
# Days, a month, a year, nothing - and the days that nobody can have meant.
_DATES = ("14.03.2025", "", "11/2024", "2023", "unbekannt", "Stand: 02.09.2025", "31.02.2023", "2025-06-30")
_GERMAN_KIND = {
    "cafe_restaurant": "Café",
    "library": "Bücherei",
    "youth_centre": "Jugendtreff",
    "worship": "Kirche",
    "family_neighbourhood": "Nachbarschaftstreff",
}


def build_city_features(
    places: list[Place], ground: Ground, *, districts: list[District], quarter: list[int]
) -> list[dict[str, Any]]:
    """
    Return the features of the city's list; notes the row's id in each place's source ids.

    One geometry is a whole Feature, one is missing beside a `geo_point_2d`, one
    has its axes swapped; one place is listed twice; some rows lack a name, have a
    strange kind or house number.
    """
    listed = [i for i, place in enumerate(places) if place.spec.city and place.bezirk >= 0]
    if not listed:
        return []
    features = []
    lon_lat = ground.to_lon_lat(np.array([_scatter(places[i], n) for n, i in enumerate(listed)]))
    for number, (index, point) in enumerate(zip(listed, lon_lat.tolist(), strict=True)):
        place = places[index]
        features.append(_build_feature(place, point, row_id=number + 1, district=districts[quarter[index]]))
        place.source_ids.append(f"{CITY_KEY}:{number + 1}")
    twin = dict(
        features[0]["properties"], objektid=len(features) + 1, objektname=places[listed[0]].name.upper()
    )
    features.append({**features[0], "properties": twin})
    places[listed[0]].source_ids.append(f"{CITY_KEY}:{len(features)}")
    _add_oddities(features)
    return features


def _scatter(place: Place, number: int) -> Floats:
    angle = place.dice * 2 * np.pi
    reach = _ASTRAY_M if number % _ASTRAY_EVERY == _ASTRAY_EVERY - 1 else _CITY_SCATTER_M * place.dice
    return place.xy + reach * np.array([np.cos(angle), np.sin(angle)])


def _build_feature(place: Place, point: list[float], *, row_id: int, district: District) -> dict[str, Any]:
    lon, lat = point
    phone = number_phone(place)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {
            "objektid": row_id,
            "objektname": place.city_name or place.name,
            "objektart": place.spec.city,
            "objektkate": "Begegnung",
            "objektzusa": "Nette Toilette" if row_id % 6 == 0 else None,
            "strasse": _shorten(place.street),
            "hausnummer": place.number,
            "ort": "Musterstadt",
            "link": f"https://www.musterstadt.example/orte/{row_id}",
            "i_zusinfo": "stufenlos erreichbar" if row_id % 4 == 0 else None,
            "i_beschr": f"Schlüssel bei Frau Muster, Tel. 09999/{phone}" if row_id % 5 == 0 else None,
            "p_email": write_mail(place) if row_id % 3 == 0 else None,
            "ptl_anschl": f"(09999) {phone[:2]} {phone[2:4]} {phone[4:]}",
            "statbezibe": district.name,
            "statbeznr": district.number,
            "stadtbezbe": district.stadtbezirk_name,
            "stadtbeznr": district.stadtbezirk_nr,
            "geo_point_2d": {"lon": lon, "lat": lat},
        },
    }


def _shorten(street: str) -> str:
    return street.replace("straße", "str.").replace("Straße", "Str.")


def _add_oddities(features: list[dict[str, Any]]) -> None:
    if len(features) > 4:
        features[2]["geometry"] = {"type": "Feature", "geometry": features[2]["geometry"], "properties": {}}
        features[3]["geometry"] = None
    base = features[1]["properties"]
    lon, lat = base["geo_point_2d"]["lon"], base["geo_point_2d"]["lat"]
    odd = (
        ({"objektname": None, "objektart": "Begegnungszentrum"}, [lon, lat]),
        ({"objektname": "Treff im falschen Feld", "objektart": "Begegnungszentrum"}, [lat, lon]),
        ({"objektname": "Treff im Nirgendwo", "objektart": "Begegnungszentrum"}, [0.0, 0.0]),
        ({"objektname": "Raumhafen Musterstadt", "objektart": "Raumhafen"}, [lon, lat]),
        ({"objektname": "Frauenhaus Musterstadt", "objektart": "Soziale Einrichtung"}, [lon, lat]),
    )
    for changes, point in odd:
        row_id = len(features) + 1
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": point},
                "properties": {
                    **base,
                    **changes,
                    "objektid": row_id,
                    "strasse": None,
                    "hausnummer": None,
                    "geo_point_2d": {"lon": point[0], "lat": point[1]},
                },
            }
        )


def build_people_rows(places: list[Place], lon_lat: Floats) -> list[list[object]]:
    """
    Return the rows of the list from people; every other one has an address only.

    In `truth.csv` a row is known by its line in the file, the header being line 1.
    """
    rows: list[list[object]] = []
    for index, place in enumerate(places):
        by_chance = index % _PEOPLE_EVERY == 0 and place.spec.klass != "excluded"
        wanted = place.spec.is_listed or by_chance or (place.spec.draw == "list" and not place.spec.city)
        if not (wanted and place.name and place.bezirk >= 0):
            continue
        lon, lat = lon_lat[index].tolist()
        by_address = len(rows) % 2 == 0 and bool(place.street)
        klass = place.spec.klass
        rows.append(
            [
                place.name,
                _GERMAN_KIND.get(klass, klass) if len(rows) % 3 else klass,
                f"{place.street} {place.number}".strip(),
                "" if by_address else _format(lat, len(rows)),
                "" if by_address else _format(lon, len(rows)),
                _REMARKS[len(rows) % len(_REMARKS)],
                _HOURS[len(rows) % len(_HOURS)],
                _DATES[len(rows) % len(_DATES)],
            ]
        )
        place.source_ids.append(f"{PEOPLE_KEY}:{len(rows) + _FIRST_DATA_LINE - 1}")
    return rows + _build_odd_rows()


def _format(degrees: float, row: int) -> str:
    text = f"{degrees:.6f}"
    return text.replace(".", ",") if row % 4 == 1 else text


def _build_odd_rows() -> list[list[object]]:
    return [
        ["Treff ohne Ort", "municipal_centre", "", "", "", "kommt noch", "", "gestern"],
        ["Treff am Südpol", "municipal_centre", "", "-454.4", "8.0", "", "", "01.01.1900"],
        ["Treff auf der Null", "municipal_centre", "", "0", "0", "", "", "31.12.2099"],
        ["Irgendwas", "raumschiff", "Marktplatz 5", "", "", "unbekannte Klasse", "", ""],
        ["Nachbarschaftsküche", "family_neighbourhood", "Kirchgasse 99999x", "", "", "Hausnummer?", "", ""],
        ["Haus ohne Straße", "municipal_centre", "Gibtesnichtstraße 7", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
    ]
