# SPDX-License-Identifier: MIT
"""The meeting places of one tile: what they are, how OSM draws them, and in which Bezirk they stand."""

from dataclasses import dataclass, field
from typing import Literal

Host = Literal["civic", "shop", "house", "industry", "garden"]
Draw = Literal["node", "building", "triple", "church", "list", "campus"]


@dataclass(frozen=True)
class Spec:
    """
    One kind of place, once for each Bezirk in `where`.

    Parameters
    ----------
    name
        Name; `{q}` is the Bezirk, `{s}` the street, `{p}` a patron saint. Empty: without a name.
    where
        Numbers of Bezirke of the plan, or "N" for a village beyond the border.
    draw
        node inside the house, tags on the building, node + building + campus, a church's own outline, a campus
        around it, or only in a list.
    city
        Kind in the city's list (objektart); empty: not listed there.
    city_name
        How the city's list spells the name, where it differs.
    is_published
        False for what no map may show.
    """

    klass: str
    name: str
    where: tuple[str, ...]
    host: Host
    draw: Draw
    tags: dict[str, str] = field(default_factory=dict)
    city: str = ""
    city_name: str = ""
    building: str = ""
    is_published: bool = True
    beside_last: bool = False


_HOURS = {
    "office": "Mo-Fr 09:00-17:00",
    "library": "Tu-Fr 10:00-18:00; Sa 10:00-13:00; PH off",
    "holiday": "Mo-Sa 10:00-18:00; PH off; SH off",
    "youth": "Mo-Th 14:00-20:00; Fr 14:00-22:00; SH 10:00-16:00",
    "appointment": '"nach Vereinbarung"',
    "german": "We 15-17",
    "broken": "täglich ab 14 Uhr",
    "late": "Mo-Th 17:00-01:00; Fr,Sa 17:00-03:00",
    "month": "Apr-Oct Su 14:00-18:00; Nov-Mar off",
    "nth": "Mo[1] 15:00-17:00; Tu 09:30-12:00,14:00-17:00",
    "week": "week 01-53/2 We 15:00-18:00",
    "always": "24/7",
    "off": "off",
}
_CENTRE = {"amenity": "community_centre"}
_WORSHIP = {"amenity": "place_of_worship", "religion": "christian"}

SPECS: tuple[Spec, ...] = (
    # municipal and neighbourhood
    Spec("municipal_centre", "Bürgerhaus {q}", ("000", "120", "200"), "civic", "triple", {**_CENTRE, "operator": "Stadt Musterstadt", "wheelchair": "yes", "opening_hours": _HOURS["office"]}, "Bürgerhaus", "Bürgerhs. {q}"),
    Spec("municipal_centre", "Begegnungszentrum {q}", ("030", "220"), "civic", "building", {**_CENTRE, "community_centre": "community_hall", "operator": "Stadt Musterstadt", "wheelchair": "limited"}, "Begegnungszentrum"),
    Spec("municipal_centre", "Dorfgemeinschaftshaus {q}", ("N",), "civic", "building", {**_CENTRE, "community_centre": "village_hall"}),
    Spec("senior_meeting", "AWO Begegnungsstätte {q}", ("020", "100", "230"), "house", "node", {**_CENTRE, "community_centre:for": "senior", "operator": "AWO", "wheelchair": "yes", "opening_hours": _HOURS["nth"]}, "Seniorenbegegnungsstätte", "Begegnungsstätte der AWO in {q}"),
    Spec("senior_meeting", "Seniorentreff {q}", ("010", "200"), "house", "node", {"amenity": "social_facility", "social_facility:for": "senior", "opening_hours": _HOURS["appointment"]}, "Seniorenbegegnungsstätte"),
    Spec("youth_centre", "Jugendtreff {q}", ("100", "030"), "civic", "building", {**_CENTRE, "community_centre": "youth_centre", "opening_hours": _HOURS["youth"]}, "Jugendfreizeitstätte", "JFS {q}"),
    Spec("youth_centre", "Haus der Jugend", ("010",), "civic", "building", {"amenity": "youth_centre", "opening_hours": _HOURS["youth"]}, "Jugendfreizeitstätte"),
    Spec("youth_centre", "Kidz-Treff {q}", ("020",), "shop", "node", {**_CENTRE, "community_centre:for": "child;juvenile"}),
    Spec("family_neighbourhood", "Familienzentrum {q}", ("120", "200"), "civic", "building", {**_CENTRE, "community_centre": "family_centre", "wheelchair": "yes"}, "Familienzentrum"),
    Spec("family_neighbourhood", "Nachbarschaftstreff {s}", ("010", "020", "100"), "house", "node", {**_CENTRE, "opening_hours": _HOURS["german"]}),
    Spec("library", "Stadtbibliothek Musterstadt", ("000",), "civic", "building", {"amenity": "library", "operator": "Stadt Musterstadt", "wheelchair": "yes", "opening_hours": _HOURS["library"]}, "Bibliothek", "Stadtbücherei"),
    Spec("library", "Stadtteilbibliothek {q}", ("030", "120", "200"), "shop", "node", {"amenity": "library", "opening_hours": _HOURS["library"], "wheelchair": "no"}, "Bibliothek"),
    Spec("toy_or_book_share", "Ludothek Rasselbande", ("010",), "shop", "node", {"amenity": "toy_library", "opening_hours": "Sa 10:00-13:00"}),
    Spec("culture", "Kulturzentrum Alte Spinnerei", ("020",), "industry", "building", {"amenity": "arts_centre", "operator": "Alte Spinnerei e.V."}, "Kulturzentrum"),
    Spec("culture", "Stadttheater", ("000",), "civic", "building", {"amenity": "theatre", "wheelchair": "limited"}),
    Spec("culture", "Lichtspiele am Wall", ("010",), "shop", "node", {"amenity": "cinema"}),
    Spec("culture", "Stadtmuseum", ("000",), "shop", "building", {"tourism": "museum", "opening_hours": _HOURS["holiday"]}),
    # churches
    Spec("worship", "Stadtkirche {p}", ("000",), "civic", "church", {**_WORSHIP, "denomination": "protestant"}),
    Spec("parish_hall", "Gemeindehaus {p}", ("000",), "civic", "building", {**_CENTRE, "community_centre": "parish_hall", "religion": "christian"}, "Gemeindehaus", "Ev. Gemeindehaus {p}", beside_last=True),
    Spec("worship", "{p}", ("030", "100", "200", "220"), "civic", "church", {**_WORSHIP, "denomination": "catholic"}),
    Spec("parish_hall", "Pfarrsaal {p}", ("030", "100", "200", "220"), "civic", "building", {**_CENTRE, "community_centre": "parish_hall"}, beside_last=True),
    Spec("worship", "Fatih-Moschee", ("100",), "house", "building", {"amenity": "place_of_worship", "religion": "muslim"}),
    Spec("church_disused", "Alte {p}", ("130",), "civic", "church", {"disused:amenity": "place_of_worship", "historic": "church"}),
    Spec("church_disused", "", ("220",), "civic", "church", {}),
    Spec("monastery", "Kloster {p}", ("220",), "civic", "building", {"amenity": "monastery", "religion": "christian"}),
    # clubs
    Spec("sports_club", "Vereinsheim TuS {q}", ("200", "230", "110"), "civic", "building", {"club": "sport", "sport": "soccer"}),
    Spec("club_home", "Schützenverein {q}", ("220", "130"), "house", "node", {"club": "shooting", "opening_hours": _HOURS["late"]}),
    Spec("club_home", "Pfadfinderheim", ("120",), "house", "building", {"leisure": "club", "club": "scout"}),
    # education
    Spec("education", "Volkshochschule Musterstadt", ("000",), "civic", "building", {"amenity": "college", "operator": "Stadt Musterstadt"}, "Volkshochschule", "VHS Musterstadt"),
    Spec("education", "Musikschule", ("010",), "shop", "node", {"amenity": "music_school"}),
    Spec("school_public", "Grundschule {q}", ("010", "030", "110", "120", "200", "230"), "civic", "campus", {"amenity": "school", "operator": "Stadt Musterstadt"}),
    Spec("kita_family", "Kita Regenbogen {q}", ("020", "030", "100", "200", "210"), "civic", "building", {"amenity": "kindergarten"}),
    Spec("university", "Hochschule Musterstadt", ("010",), "civic", "building", {"amenity": "university"}),
    # social
    Spec("social_facility", "Café Auszeit", ("100",), "shop", "node", {"amenity": "social_facility", "social_facility": "outreach", "social_facility:for": "homeless"}, "Soziale Einrichtung"),
    Spec("social_facility", "Musterstädter Tafel", ("020",), "shop", "node", {"amenity": "social_facility", "social_facility": "food_bank"}),
    Spec("social_centre", "Alte Wache", ("100",), "house", "building", {"amenity": "social_centre", "operator": "Alte Wache e.V."}),
    Spec("coworking_maker", "Offene Werkstatt Zahnrad", ("010",), "industry", "node", {"leisure": "hackerspace"}),
    Spec("coworking_maker", "Repair-Café {q}", ("200",), "shop", "list"),
    # everyday
    Spec("cafe_restaurant", "Café am Markt", ("000",), "shop", "node", {"amenity": "cafe", "opening_hours": "Mo-Su 08:00-19:00", "wheelchair": "yes"}),
    Spec("cafe_restaurant", "Bäckerei Kornblume", ("000", "010", "020", "030", "100", "200"), "shop", "node", {"amenity": "cafe", "shop": "bakery"}),
    Spec("cafe_restaurant", "Gasthof {q}", ("130", "210", "220", "N"), "house", "building", {"amenity": "restaurant"}),
    Spec("cafe_restaurant", "Zum {s}", ("000", "010", "100", "110", "120", "200"), "shop", "node", {"amenity": "pub", "opening_hours": _HOURS["late"]}),
    Spec("cafe_restaurant", "Eiscafé Venezia", ("000",), "shop", "node", {"amenity": "ice_cream"}),
    Spec("market_hall", "Markthalle", ("000",), "civic", "building", {"amenity": "marketplace", "covered": "yes"}),
    Spec("townhall", "Rathaus", ("000",), "civic", "building", {"amenity": "townhall", "wheelchair": "yes"}),
    Spec("townhall", "Bezirksverwaltungsstelle {q}", ("120",), "shop", "node", {"amenity": "townhall"}),
    Spec("indoor_leisure", "Kegelzentrum", ("020",), "industry", "building", {"leisure": "bowling_alley"}),
    Spec("indoor_leisure", "Hallenbad", ("030",), "civic", "building", {"amenity": "public_bath"}),
    Spec("vacancy", "", ("000", "010", "100", "110"), "shop", "node", {"shop": "vacant"}),
    Spec("vacancy", "", ("020",), "shop", "node", {"disused:shop": "supermarket"}),
    # must not appear
    Spec("excluded", "Frauenhaus", ("010",), "house", "node", {"amenity": "social_facility", "social_facility": "shelter", "social_facility:for": "woman"}, is_published=False),
    Spec("excluded", "Betriebsbibliothek", ("020",), "industry", "node", {"amenity": "library", "access": "private"}, is_published=False),
    Spec("excluded", "Pavillon im Park", ("010",), "house", "node", {**_CENTRE, "indoor": "no"}, is_published=False),
    Spec("excluded", "Altes Bürgerhaus", ("020",), "house", "node", {"demolished:amenity": "community_centre"}, is_published=False),
)  # fmt: skip
