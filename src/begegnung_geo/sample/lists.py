# SPDX-License-Identifier: MIT
"""The two lists of places beside OSM: the city's open data (XErleben fields) and a list from people."""

from typing import Any

from begegnung_geo.sample.districts import District
from begegnung_geo.sample.places import Place
from begegnung_geo.sample.terrain import Floats

PEOPLE_HEADER = ("name", "klasse", "adresse", "breite", "laenge", "bemerkung")
CITY_KEY, PEOPLE_KEY = "begegnungsstaetten", "orte_von_menschen"
_EVERY_PEOPLE = 6


def build_city_features(
    places: list[Place], lon_lat: Floats, *, districts: list[District], quarter: list[int]
) -> list[dict[str, Any]]:
    """Return the features of the city's list; notes the row id in each place's source ids."""
    features = []
    for index, place in enumerate(places):
        if not place.spec.city or place.bezirk < 0:
            continue
        lon, lat = lon_lat[index].tolist()
        row_id = len(features) + 1
        district = districts[quarter[index]]
        name = (place.spec.city_name or place.spec.name).format(
            q=place.name.split()[-1], s=place.street, p=place.name.removeprefix("Gemeindehaus ")
        )
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {
                    "objectid": row_id,
                    "objektname": name,
                    "objektart": place.spec.city,
                    "objektkate": "Begegnung",
                    "objektzusa": None,
                    "strasse": place.street.replace("straße", "str.").replace("Straße", "Str."),
                    "hausnummer": place.number,
                    "ort": "Musterstadt",
                    "link": f"https://www.musterstadt.example/orte/{row_id}",
                    "i_zusinfo": None,
                    "statbezibe": district.name,
                    "statbeznr": district.number,
                    "stadtbezbe": district.stadtbezirk_name,
                    "stadtbeznr": district.stadtbezirk_nr,
                    "geo_point_2d": {"lon": lon, "lat": lat},
                },
            }
        )
        place.source_ids.append(f"{CITY_KEY}:{row_id}")
    return features


def build_people_rows(places: list[Place], lon_lat: Floats) -> list[list[object]]:
    """Return the rows of the list from people; every other one has an address only."""
    rows: list[list[object]] = []
    for index, place in enumerate(places):
        is_listed = place.spec.draw == "list" or (index % _EVERY_PEOPLE == 0 and place.spec.is_published)
        if not is_listed or not place.name or place.bezirk < 0:
            continue
        lon, lat = lon_lat[index].tolist()
        by_address = len(rows) % 2 == 0
        rows.append(
            [
                place.name,
                place.spec.klass,
                f"{place.street} {place.number}",
                "" if by_address else f"{lat:.6f}",
                "" if by_address else f"{lon:.6f}",
                "",
            ]
        )
        place.source_ids.append(f"{PEOPLE_KEY}:{len(rows)}")
    rows.append(["<script>alert(1)</script>", "cafe_restaurant", "Markt 1", "", "", ""])
    rows.append(['=HYPERLINK("http://x")', "cafe_restaurant", "Markt 3", "", "", ""])
    rows.append(["Treff ohne Ort", "municipal_centre", "", "", "", "kommt noch"])
    rows.append(["Treff am Südpol", "municipal_centre", "", "-454.4", "8.0", ""])
    rows.append(["Irgendwas", "raumschiff", "Markt 5", "", "", "unbekannte Klasse"])
    rows.append(["Nachbarschaftsküche", "family_neighbourhood", "Marktgasse 99999x", "", "", ""])
    return rows
