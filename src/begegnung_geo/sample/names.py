# SPDX-License-Identifier: MIT
# ruff: noqa: E501  (word lists)
"""Invented but plausible German names: streets, people's names in streets, quarters."""

import numpy as np

from begegnung_geo.sample.terrain import Ints, Objects

_PLAIN = (
    (
        "Ahorn Akazien Amsel Anger Asternweg:Astern Bach Berg Birken Blumen Brunnen Buchen Buchfinken Dahlien Drossel Eichen Eichendorff Erlen Eschen Falken Feld Fichten "
        "Finken Flieder Forst Friedens Garten Gärtner Ginster Goethe Habicht Hafen Hasel Heide Heidekraut Hirten Holunder Höhen Hopfen Hütten Igel Iltis Immen Jäger Kapellen "
        "Kastanien Kiefern Kirsch Klee Kloster Korn Kranich Krokus Lärchen Lerchen Lilien Linden Löwenzahn Lupinen Magnolien Marder Margeriten Meisen Mohn Mühlen Nachtigallen "
        "Narzissen Nelken Nuss Obst Pappel Park Primel Quellen Rapunzel Rathaus Reiher Ried Ring Rosen Rotdorn Rotkehlchen Salbei Sand Schäfer Schiller Schlehen Schwalben Sonnen Specht "
        "Sperber Sperlings Stein Storchen Tannen Teich Thymian Tulpen Turm Uhland Ulmen Veilchen Vogel Wacholder Wald Weiden Weiher Wiesen Winzer Wolfs Ziegel Zeisig"
    )
    .replace("Asternweg:", "")
    .split()
)
_SUFFIX = (
    "weg",
    "straße",
    "stieg",
    "ring",
    "allee",
    "pfad",
    "kamp",
    "gasse",
    "hof",
    "grund",
    "winkel",
    "bogen",
)
_FIRST = [
    "Adelheid",
    "Agnes",
    "Albert",
    "Alfred",
    "Amalie",
    "Anna",
    "August",
    "Berta",
    "Carl",
    "Clara",
    "Dorothea",
    "Elisabeth",
    "Emil",
    "Emma",
    "Ernst",
    "Erika",
    "Felix",
    "Ferdinand",
    "Frieda",
    "Friedrich",
    "Georg",
    "Gertrud",
    "Gustav",
    "Hanna",
    "Heinrich",
    "Helene",
    "Hermann",
    "Hildegard",
    "Ida",
    "Johann",
    "Johanna",
    "Josef",
    "Julius",
    "Karl",
    "Käthe",
    "Konrad",
    "Ludwig",
    "Luise",
    "Margarete",
    "Maria",
    "Martha",
    "Max",
    "Mathilde",
    "Otto",
    "Paul",
    "Paula",
    "Richard",
    "Robert",
    "Rosa",
    "Sophie",
    "Theodor",
    "Therese",
    "Walter",
    "Wilhelm",
    "Wilhelmine",
]
_LAST = [
    "Ackermann",
    "Albers",
    "Bäumer",
    "Behrens",
    "Berger",
    "Brandt",
    "Brinkmann",
    "Clausen",
    "Dörfler",
    "Ebert",
    "Eggers",
    "Engels",
    "Fabian",
    "Feldmann",
    "Fink",
    "Gerlach",
    "Grote",
    "Hagen",
    "Hansen",
    "Harms",
    "Hartmann",
    "Heise",
    "Hellwig",
    "Hinrichs",
    "Holtz",
    "Ihde",
    "Jansen",
    "Jessen",
    "Kaiser",
    "Kamp",
    "Keller",
    "Kessler",
    "Kirchner",
    "Kolbe",
    "Köster",
    "Krüger",
    "Lange",
    "Lembke",
    "Lindner",
    "Lorenz",
    "Lübke",
    "Mahler",
    "Meinert",
    "Merten",
    "Nissen",
    "Nolte",
    "Oelkers",
    "Ohlsen",
    "Pape",
    "Petersen",
    "Pohl",
    "Quast",
    "Rabe",
    "Reimers",
    "Richter",
    "Rohde",
    "Röper",
    "Sander",
    "Schröder",
    "Seidel",
    "Sievers",
    "Stolze",
    "Tamm",
    "Thiele",
    "Timm",
    "Uhlig",
    "Ulrich",
    "Vogt",
    "Voss",
    "Wagner",
    "Warnke",
    "Weber",
    "Wiese",
    "Winkler",
    "Wulf",
    "Zander",
    "Ziegler",
    "Zimmermann",
]
_CORE = [
    "Markt",
    "Kirchgasse",
    "Rathausgasse",
    "Brüderstraße",
    "Schmiedegasse",
    "Bäckergasse",
    "Kornmarkt",
    "Fleischhauergasse",
    "Töpfergasse",
    "Badergasse",
    "Enge Gasse",
    "Lange Straße",
    "Kurze Straße",
    "Neue Gasse",
    "Alter Markt",
    "Hinter der Mauer",
    "Am Wall",
    "Marienstraße",
    "Nikolaigasse",
    "Petrigasse",
    "Johannisgasse",
    "Mönchsgang",
    "Salzgasse",
    "Seilergasse",
    "Weberstraße",
    "Gerbergasse",
    "Kupfergasse",
    "Krumme Gasse",
    "Böttchergang",
    "Färbergasse",
    "Holzmarkt",
    "Fischergasse",
    "Am Brunnen",
    "Kleine Gasse",
    "Große Straße",
    "Burggasse",
    "Pfarrgasse",
    "Klostergang",
    "Schusterstraße",
    "Kaufmannshof",
]
_INDUSTRY = [
    "Siemensstraße",
    "Dieselstraße",
    "Ottostraße",
    "Boschstraße",
    "Daimlerstraße",
    "Zeppelinstraße",
    "Röntgenstraße",
    "Zum Güterbahnhof",
    "Industriestraße",
    "Gewerbering",
    "Am Umspannwerk",
    "Werkstraße",
]
_DISTRICT_START = [
    "Alten",
    "Berg",
    "Birken",
    "Bruch",
    "Buchen",
    "Dorn",
    "Eben",
    "Eich",
    "Erlen",
    "Feld",
    "Grün",
    "Hassel",
    "Heiden",
    "Hoch",
    "Holz",
    "Hüls",
    "Kalten",
    "Kirch",
    "Klein",
    "Langen",
    "Linden",
    "Mühl",
    "Neuen",
    "Nieder",
    "Ober",
    "Ost",
    "Rauen",
    "Rot",
    "Sand",
    "Stein",
    "Unter",
    "Wald",
    "West",
    "Wiesen",
]
_DISTRICT_END = (
    "feld",
    "hausen",
    "dorf",
    "heim",
    "brink",
    "rode",
    "berg",
    "bach",
    "hagen",
    "horst",
    "stedt",
    "büttel",
)


def build_street_names(rng: np.random.Generator, *, offset: int) -> Objects:
    """
    Return a long list of different street names, the common ones first.

    Parameters
    ----------
    rng
        Shuffles within the two kinds of names.
    offset
        Number of the tile: other tiles start elsewhere in the same list of people.
    """
    short = np.array(
        [stem + suffix for suffix in _SUFFIX[:3] for stem in _PLAIN]
        + [stem + suffix for suffix in _SUFFIX[3:] for stem in _PLAIN[:: 2 + len(suffix) % 3]],
        dtype=object,
    )
    people = np.array([f"{first}-{last}-Straße" for first in _FIRST for last in _LAST], dtype=object)
    people = np.roll(people, -offset * 977)
    return np.concatenate([rng.permutation(short), rng.permutation(people)])


def build_core_names() -> Objects:
    """Return the names of old streets inside the wall."""
    return np.array(_CORE, dtype=object)


def build_industry_names() -> Objects:
    """Return the names of streets in industrial estates."""
    return np.array(_INDUSTRY, dtype=object)


def build_district_names(count: int, *, rng: np.random.Generator, taken: set[str]) -> list[str]:
    """Return `count` different names of quarters that are not taken yet."""
    names = [start + end for start in _DISTRICT_START for end in _DISTRICT_END]
    order: Ints = rng.permutation(len(names))
    free = [names[i] for i in order if names[i] not in taken]
    more = [f"{name}-{side}" for side in ("Nord", "Süd", "Ost", "West") for name in free]
    return (free + more)[:count]
