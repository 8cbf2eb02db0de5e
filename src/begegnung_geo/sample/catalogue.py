# SPDX-License-Identifier: MIT
# ruff: noqa: E501  (a place of the catalogue is one line)
"""The meeting places of one tile: what they are, how OSM draws them, and in which Bezirk they stand."""

from dataclasses import dataclass, field
from typing import Literal

Host = Literal["civic", "shop", "house", "industry", "garden", "mall"]
Draw = Literal["node", "building", "triple", "church", "list", "campus", "mall", "site"]


@dataclass(frozen=True)
class Spec:
    """
    One kind of place, once for each entry of `where`.

    Parameters
    ----------
    klass
        Class of DOMAIN section 2.1; `excluded` for what no inventory may list.
    name
        Name; `{q}` is the Bezirk, `{s}` the street, `{p}` a patron saint. Empty: without a name.
    where
        Numbers of Bezirke of the plan, "N" for a village beyond the border, or the name of a green.
    host
        The kind of house it is put into.
    draw
        node inside the house; tags on the building; node + building + campus (triple); a church's own outline;
        a campus around it; the mall; the site of a green; or only in a list.
    city, city_name
        Kind (objektart) and spelling in the city's list; no kind: not listed there.
    echo
        Name of a second, superfluous OSM node of the same place.
    building
        Value of building where the place is the building.
    is_listed
        Whether people name it in their list.
    beside_last
        Whether it stands next to the place of the line above.
    """

    klass: str
    name: str
    where: tuple[str, ...]
    host: Host
    draw: Draw
    tags: dict[str, str] = field(default_factory=dict)
    city: str = ""
    city_name: str = ""
    echo: str = ""
    building: str = ""
    is_listed: bool = False
    beside_last: bool = False


_OFFICE = {"opening_hours": "Mo-Fr 09:00-17:00"}
_LIBRARY = {"amenity": "library", "opening_hours": "Tu-Fr 10:00-18:00; Sa 10:00-13:00; PH off"}
_HOLIDAY = {"opening_hours": "Mo-Sa 10:00-18:00; PH off; SH off"}
_YOUTH = {"opening_hours": "Mo-Th 14:00-20:00; Fr 14:00-22:00; SH 10:00-16:00"}
_APPOINTMENT = {"opening_hours": '"nach Vereinbarung"'}
_GERMAN = {"opening_hours": "We 15-17"}
_BROKEN = {"opening_hours": "täglich ab 14 Uhr"}
_LATE = {"opening_hours": "Mo-Th 17:00-01:00; Fr,Sa 17:00-03:00"}
_SUMMER = {"opening_hours": "Apr-Oct Su 14:00-18:00; Nov-Mar off"}
_NTH = {"opening_hours": "Mo[1] 15:00-17:00; Tu 09:30-12:00,14:00-17:00"}
_WEEKS = {"opening_hours": "week 01-53/2 We 15:00-18:00"}
_ALWAYS = {"opening_hours": "24/7"}
_OFF = {"opening_hours": "off"}
_STEP_FREE, _LIMITED, _NOT_STEP_FREE = {"wheelchair": "yes"}, {"wheelchair": "limited"}, {"wheelchair": "no"}
_CENTRE = {"amenity": "community_centre"}
_CITY = {"operator": "Stadt Musterstadt"}
_CHURCH = {"amenity": "place_of_worship", "religion": "christian"}
_SOCIAL = {"amenity": "social_facility"}
_CAFE = {"amenity": "cafe"}

SPECS: tuple[Spec, ...] = (
    # municipal and neighbourhood
    Spec("municipal_centre", "Bürgerhaus {q}", ("000", "120", "200"), "civic", "triple", {**_CENTRE, **_CITY, **_STEP_FREE, **_OFFICE}, "Bürgerhaus", "Bürgerhs. {q}"),
    Spec("municipal_centre", "Begegnungszentrum {q}", ("030", "220"), "civic", "building", {**_CENTRE, "community_centre": "community_hall", **_CITY, **_LIMITED}, "Begegnungszentrum"),
    Spec("municipal_centre", "Dorfgemeinschaftshaus {q}", ("N", "N"), "civic", "building", {**_CENTRE, "community_centre": "village_hall"}),
    Spec("municipal_centre", "Bürgerzentrum Steigerturm", ("100",), "house", "node", {"amenity": "community_center", **_BROKEN}, is_listed=True),
    Spec("municipal_centre", "", ("010", "200"), "house", "node", {**_CENTRE}),
    Spec("municipal_centre", "Haus am Park", ("010",), "house", "list", city="Bürgerhaus"),
    Spec("senior_meeting", "AWO Begegnungsstätte {q}", ("020", "100", "200"), "house", "node", {**_CENTRE, "community_centre:for": "senior", "operator": "AWO", **_STEP_FREE, **_NTH}, "Seniorenbegegnungsstätte", "Begegnungsstätte der AWO, {q}"),
    Spec("senior_meeting", "Seniorentreff {q}", ("010", "000"), "house", "node", {**_SOCIAL, "social_facility:for": "senior", **_APPOINTMENT}, "Seniorenbegegnungsstätte", "Senioren-Treff {q}"),
    Spec("senior_meeting", "Seniorenclub {s}", ("120",), "house", "node", {**_CENTRE, "community_centre:for": "senior;disabled", "operator": "DRK", **_WEEKS}),
    Spec("excluded", "Seniorenstift Abendsonne", ("030",), "civic", "building", {**_SOCIAL, "social_facility": "nursing_home", "social_facility:for": "senior"}),
    Spec("senior_meeting", "Begegnungsstätte im Seniorenstift", ("030",), "house", "node", {**_CENTRE, "community_centre:for": "senior", **_LIMITED}, beside_last=True),
    Spec("senior_meeting", "Caritas-Begegnungsstätte {q}", ("100",), "house", "list", city="Seniorenbegegnungsstätte"),
    Spec("youth_centre", "Jugendtreff {q}", ("100", "030"), "civic", "building", {**_CENTRE, "community_centre": "youth_centre", **_YOUTH}, "Jugendfreizeitstätte", "JFS {q}"),
    Spec("youth_centre", "Haus der Jugend", ("010",), "civic", "building", {"amenity": "youth_centre", **_YOUTH}, "Jugendfreizeitstätte", is_listed=True),
    Spec("youth_centre", "OT Heilig Geist", ("200",), "house", "node", {"amenity": "youth_center", **_LIMITED}),
    Spec("youth_centre", "Kidz-Treff {q}", ("020",), "shop", "node", {**_CENTRE, "community_centre:for": "child;juvenile"}),
    Spec("youth_centre", "Jugendcafé Überdruck", ("120",), "shop", "node", {**_CENTRE, "community_centre": "youth_centre;club_home"}),
    Spec("family_neighbourhood", "Familienzentrum {q}", ("120", "200"), "civic", "building", {**_CENTRE, "community_centre": "family_centre", **_STEP_FREE}, "Familienzentrum"),
    Spec("family_neighbourhood", "Nachbarschaftstreff {s}", ("010", "020", "100"), "house", "node", {**_CENTRE, **_GERMAN}, is_listed=True),
    Spec("family_neighbourhood", "Quartierstreff {q}", ("230",), "house", "node", {**_CENTRE, "operator": "Bauverein Musterstadt eG"}, "Quartierstreff", "Quartiers-Treff {q}", echo="Quartiertreff {q}"),
    Spec("family_neighbourhood", "Mehrgenerationenhaus", ("200",), "civic", "building", {**_CENTRE, "community_centre:for": "senior;juvenile;family", **_STEP_FREE}, "Mehrgenerationenhaus", "MGH Musterstadt"),
    Spec("family_neighbourhood", "Mütterzentrum Musterstadt e.V.", ("020",), "shop", "node", {**_CENTRE, "operator": "Mütterzentrum Musterstadt e.V."}),
    # books
    Spec("library", "Stadtbibliothek Musterstadt", ("000",), "civic", "building", {**_LIBRARY, **_CITY, **_STEP_FREE}, "Bibliothek", "Stadtbücherei Musterstadt"),
    Spec("library", "Stadtteilbibliothek {q}", ("030", "120", "200"), "shop", "node", {**_LIBRARY, **_NOT_STEP_FREE}, "Bibliothek"),
    Spec("library", "", ("220",), "house", "node", {"amenity": "library", "operator": "Kath. Kirchengemeinde", "opening_hours": "Su 10:30-12:00"}),
    Spec("library", "Hochschulbibliothek", ("010",), "civic", "building", {"amenity": "library", "operator": "Hochschule Musterstadt", **_HOLIDAY}),
    Spec("toy_or_book_share", "Ludothek Rasselbande", ("010",), "shop", "node", {"amenity": "toy_library", "opening_hours": "Sa 10:00-13:00"}),
    # culture
    Spec("culture", "Kulturzentrum Alte Spinnerei", ("020",), "industry", "building", {"amenity": "arts_centre", "operator": "Alte Spinnerei e.V.", **_LATE}, "Kulturzentrum", "Alte Spinnerei"),
    Spec("culture", "Kulturhaus {q}", ("100",), "house", "building", {**_CENTRE, "community_centre": "cultural_centre"}),
    Spec("culture", "Stadttheater", ("000",), "civic", "building", {"amenity": "theatre", **_LIMITED}),
    Spec("culture", "Lichtspiele am Wall", ("010",), "shop", "node", {"amenity": "cinema"}),
    Spec("culture", "Stadtmuseum", ("000",), "shop", "building", {"tourism": "museum", **_HOLIDAY}),
    Spec("culture", "Galerie Nordlicht", ("000",), "shop", "node", {"tourism": "gallery"}),
    Spec("culture", "Festsaal Concordia", ("030",), "house", "building", {"amenity": "events_venue"}),
    # churches and what stands beside them
    Spec("worship", "Stadtkirche {p}", ("000",), "civic", "church", {**_CHURCH, "denomination": "protestant", **_LIMITED}),
    Spec("parish_hall", "Gemeindehaus {p}", ("000",), "civic", "building", {**_CENTRE, "community_centre": "parish_hall", "religion": "christian"}, "Gemeindehaus", "Ev. Gemeindehaus {p}", beside_last=True),
    Spec("worship", "{p}", ("030", "100", "200", "220", "N"), "civic", "church", {**_CHURCH, "denomination": "catholic"}),
    Spec("parish_hall", "Pfarrsaal {p}", ("030", "100", "200", "220", "N"), "civic", "building", {**_CENTRE, "community_centre": "parish_hall"}, beside_last=True),
    Spec("parish_hall", "Ev. Gemeindehaus Westerbrink", ("230",), "civic", "building", {**_CENTRE, "operator": "Ev. Kirchengemeinde Westerbrink"}, "Gemeindehaus", "Evangelisches Gemeindehaus"),
    Spec("worship", "Fatih-Moschee", ("100",), "house", "building", {"amenity": "place_of_worship", "religion": "muslim", **_ALWAYS}),
    Spec("worship", "Synagoge", ("010",), "civic", "building", {"amenity": "place_of_worship", "religion": "jewish"}),
    Spec("worship", "Freie evangelische Gemeinde", ("120", "020"), "house", "building", {**_CHURCH, "denomination": "evangelical"}),
    Spec("church_disused", "Alte {p}", ("130",), "civic", "church", {"disused:amenity": "place_of_worship", "historic": "church"}),
    Spec("church_disused", "", ("220",), "civic", "church", {}),
    Spec("church_disused", "Ehemalige Erlöserkirche", ("120",), "civic", "church", {"was:amenity": "place_of_worship", "building:use": "storage"}, is_listed=True),
    Spec("monastery", "Kloster {p}", ("220",), "civic", "building", {"amenity": "monastery", "religion": "christian"}),
    # clubs
    Spec("sports_club", "Vereinsheim TuS {q}", ("200", "230", "110"), "house", "building", {"club": "sport", "sport": "soccer"}, building="yes"),
    Spec("sports_club", "Sportheim SV {q}", ("120",), "house", "node", {**_CENTRE, "community_centre": "club_home", "sport": "multi"}),
    Spec("club_home", "Schützenverein {q}", ("220", "130"), "house", "node", {"club": "shooting", **_LATE}),
    Spec("club_home", "Pfadfinderheim", ("120",), "house", "building", {"leisure": "club", "club": "scout"}, building="yes"),
    Spec("club_home", "Karnevalsgesellschaft Rot-Weiß", ("000",), "shop", "node", {"amenity": "club", "club": "carnival"}),
    Spec("club_home", "Türkischer Kulturverein", ("100",), "shop", "node", {**_CENTRE, "community_centre": "club_home"}),
    Spec("club_home", "Heimatverein {q}", ("200",), "house", "node", {"office": "association", **_NTH}),
    Spec("allotment_club", "Vereinsheim KGV Frohsinn", ("Kleingartenanlage Frohsinn",), "garden", "building", {}, building="yes"),
    Spec("allotment_club", "Gaststätte Am Bahndamm", ("Kleingartenanlage Am Bahndamm",), "garden", "building", {"amenity": "restaurant", **_SUMMER}, building="commercial"),
    Spec("allotment_club", "Gartenverein Sonnenschein", ("Kleingartenanlage Sonnenschein",), "garden", "node", {"club": "allotments", **_SUMMER}, "Kleingartenverein", "KGV Sonnenschein e. V."),
    Spec("allotment_club", "Kleingartenanlage Westerwiese", ("Kleingartenanlage Westerwiese",), "garden", "site"),
    # education
    Spec("education", "Volkshochschule Musterstadt", ("000",), "civic", "building", {"amenity": "college", **_CITY, **_STEP_FREE}, "Volkshochschule", "VHS Musterstadt"),
    Spec("education", "Volkshochschule, Zweigstelle {q}", ("120",), "shop", "node", {"office": "educational_institution"}),
    Spec("education", "Musikschule", ("010",), "shop", "node", {"amenity": "music_school"}),
    Spec("education", "Sprachschule Babel", ("000",), "shop", "node", {"amenity": "language_school"}),
    Spec("education", "Bildungswerk Musterstadt", ("020",), "shop", "node", {"amenity": "training", **_OFFICE}),
    Spec("school_public", "Grundschule {q}", ("010", "030", "110", "120", "200", "230"), "civic", "campus", {"amenity": "school", **_CITY}),
    Spec("school_public", "Aula der Gesamtschule {q}", ("020",), "civic", "list", is_listed=True),
    Spec("kita_family", "Kita Regenbogen {q}", ("020", "030", "100", "210"), "civic", "building", {"amenity": "kindergarten"}),
    Spec("kita_family", "Familienzentrum NRW Kita Löwenzahn", ("100",), "civic", "building", {"amenity": "kindergarten"}, "Kita (Familienzentrum)"),
    Spec("university", "Hochschule Musterstadt", ("010",), "civic", "campus", {"amenity": "university", **_STEP_FREE}),
    # social
    Spec("social_facility", "Café Auszeit", ("100",), "shop", "node", {**_SOCIAL, "social_facility": "outreach", "social_facility:for": "homeless"}, "Soziale Einrichtung"),
    Spec("social_facility", "Musterstädter Tafel", ("020",), "shop", "node", {**_SOCIAL, "social_facility": "food_bank", "opening_hours": "Tu,Fr 12:00-15:00"}),
    Spec("social_facility", "Tagesstätte Lichtblick", ("030",), "house", "building", {**_SOCIAL, "social_facility": "day_care", "social_facility:for": "mental_health"}),
    Spec("social_facility", "Werkstatt Miteinander", ("020",), "industry", "building", {**_SOCIAL, "social_facility": "workshop", "social_facility:for": "disabled", **_STEP_FREE}),
    Spec("social_centre", "Alte Wache", ("100",), "house", "building", {"amenity": "social_centre", "operator": "Alte Wache e.V."}, is_listed=True),
    Spec("coworking_maker", "Offene Werkstatt Zahnrad", ("010",), "shop", "node", {"leisure": "hackerspace", **_LATE}),
    Spec("coworking_maker", "Schreibtisch & Co", ("000",), "shop", "node", {"amenity": "coworking_space", **_OFFICE}),
    Spec("coworking_maker", "Gründerhaus", ("020",), "shop", "node", {"office": "coworking"}),
    Spec("coworking_maker", "Repair-Café {q}", ("200",), "shop", "list", is_listed=True),
    # everyday
    Spec("cafe_restaurant", "Café am Markt", ("000",), "shop", "node", {**_CAFE, "opening_hours": "Mo-Su 08:00-19:00", **_STEP_FREE}),
    Spec("cafe_restaurant", "Bäckerei Kornblume", ("000", "000", "010", "020", "030", "100", "200", "110"), "shop", "node", {**_CAFE, "shop": "bakery", "brand": "Kornblume"}),
    Spec("cafe_restaurant", "Gasthof {q}", ("130", "210", "220", "N", "N"), "house", "building", {"amenity": "restaurant"}),
    Spec("cafe_restaurant", "Zur {s}", ("000", "010", "100", "110", "120", "200"), "shop", "node", {"amenity": "pub", **_LATE}),
    Spec("cafe_restaurant", "Pizzeria Napoli", ("010", "020", "030"), "shop", "node", {"amenity": "restaurant", "operator": "Erika Mustermann", **_NOT_STEP_FREE}),
    Spec("cafe_restaurant", "Eiscafé Venezia", ("000", "200"), "shop", "node", {"amenity": "ice_cream", **_SUMMER}),
    Spec("cafe_restaurant", "Musterimbiss", ("100", "020"), "shop", "node", {"amenity": "fast_food"}),
    Spec("cafe_restaurant", "Biergarten an der Muster", ("000",), "shop", "node", {"amenity": "biergarten", **_SUMMER}),
    Spec("cafe_restaurant", "Bar Luna", ("000",), "shop", "node", {"amenity": "bar", **_LATE}),
    Spec("cafe_restaurant", "<script>alert(1)</script>", ("000",), "shop", "list"),
    Spec("cafe_restaurant", '=HYPERLINK("http://x")', ("010",), "shop", "list"),
    Spec("mall", "Muster-Galerie", ("000",), "mall", "mall", {"shop": "mall", **_STEP_FREE, "opening_hours": "Mo-Sa 10:00-20:00"}),
    Spec("market_hall", "Markthalle", ("000",), "civic", "building", {"amenity": "marketplace", "covered": "yes", "opening_hours": "We,Sa 07:00-13:00"}),
    Spec("townhall", "Rathaus", ("000",), "civic", "building", {"amenity": "townhall", **_CITY, **_STEP_FREE}),
    Spec("townhall", "Bezirksverwaltungsstelle {q}", ("120", "200"), "shop", "node", {"amenity": "townhall", **_OFFICE}, "Bezirksverwaltungsstelle", "Bezirksverwaltungsst. {q}"),
    Spec("indoor_leisure", "Kegelzentrum", ("020",), "industry", "building", {"leisure": "bowling_alley"}),
    Spec("indoor_leisure", "Hallenbad", ("030",), "civic", "building", {"amenity": "public_bath", **_STEP_FREE}),
    Spec("indoor_leisure", "Tanzschule Schritt", ("010",), "shop", "node", {"leisure": "dance"}),
    Spec("indoor_leisure", "Fitnesswerk", ("020",), "industry", "node", {"leisure": "fitness_centre", **_ALWAYS}),
    Spec("indoor_leisure", "Tobeland", ("030",), "industry", "node", {"leisure": "indoor_play"}),
    Spec("vacancy", "", ("000", "000", "010", "100", "110"), "shop", "node", {"shop": "vacant"}),
    Spec("vacancy", "Ehemaliger Konsum", ("020",), "shop", "node", {"disused:shop": "supermarket", **_OFF}),
    Spec("vacancy", "", ("200",), "shop", "node", {"disused:amenity": "restaurant"}),
    Spec("vacancy", "Alte Ziegelei", ("020",), "industry", "building", {"disused": "yes"}),
    # what no inventory may list
    Spec("excluded", "Frauenhaus", ("010",), "house", "node", {**_SOCIAL, "social_facility": "shelter", "social_facility:for": "woman"}),
    Spec("excluded", "Werksbücherei", ("020",), "industry", "node", {"amenity": "library", "access": "private"}),
    Spec("excluded", "Pavillon im Park", ("010",), "house", "node", {**_CENTRE, "indoor": "no"}),
    Spec("excluded", "Altes Bürgerhaus", ("020",), "house", "node", {"demolished:amenity": "community_centre"}),
    Spec("excluded", "Neues Bürgerhaus", ("120",), "house", "node", {"proposed:amenity": "community_centre"}),
    Spec("excluded", "Nachtklub Rubin", ("010",), "shop", "node", {"amenity": "nightclub", **_LATE}),
    Spec("excluded", "Spielhalle Jackpot", ("100",), "shop", "node", {"leisure": "adult_gaming_centre"}),
    Spec("excluded", "Bücherschrank", ("000", "200"), "shop", "node", {"amenity": "public_bookcase"}),
    Spec("excluded", "Wochenmarkt", ("030",), "shop", "node", {"amenity": "marketplace"}),
    Spec("excluded", "Trauerhalle", ("200",), "house", "building", {"amenity": "place_of_worship", "religion": "christian"}, building="chapel"),
)  # fmt: skip
