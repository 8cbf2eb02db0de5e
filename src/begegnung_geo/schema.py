# SPDX-License-Identifier: MIT
"""
The contract of every table: what a row is, its columns, units, keys and geometry.

`docs/data_dictionary.md` is generated from here. Tables are plain (geo)pandas
frames; `require_table` checks one, `conform_table` brings one into written form.
"""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from begegnung_geo.crs import require_crs
from begegnung_geo.errors import SchemaError, format_rows

Dtype = Literal["str", "int64", "float64", "bool", "list[str]", "list[int64]"]
_COORDINATE_DECIMALS = 3  # millimetres: finer than any source, coarser than float noise
_POLYGONAL = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Column:
    """One column: its type, meaning, unit and the allowed values."""

    name: str
    dtype: Dtype
    meaning: str
    unit: str = ""
    is_nullable: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table; `families` are prefixes of columns whose number depends on the profile."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    is_geometry_nullable: bool = False
    families: tuple[Column, ...] = ()

    def find_column(self, name: str) -> Column | None:
        """Return the contract of a column, also by family prefix; None where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        return next((f for f in self.families if name.startswith(f.name)), None)


# One column of a contract is one line.
# fmt: off
STANDINGS = ("established", "everyday", "potential")
EVIDENCE = ("A", "B", "C", "D", "E")
ANSWERS = ("yes", "no", "mixed", "unknown")
PRECISIONS = ("object", "hand", "house", "neighbour", "street", "site", "district", "unknown")
DEMAND_STATUS = ("reached", "no_walkway_near", "isolated", "no_place")
COMPLETENESS_REASONS = ("", "no_first_source", "no_second_source", "few_matches")
STABILITY = ("robust", "likely", "fragile", "not_assessable")
BACKGROUND_AREA_LAYERS = ("water", "green", "built_up")
BACKGROUND_LINE_LAYERS = ("motorway", "main_road", "rail", "waterway")
LABEL_KINDS = ("city", "town", "suburb", "village", "quarter", "neighbourhood", "hamlet")

_SOURCE = Column("source", "str", "key of the source: `osm`, or the key of a list in the profile")
_POSITION_ERROR = Column("position_error_m", "float64", "how far off the point may be from the entrance (see docs/method.md)", unit="m")
_TAGS = Column("tags", "str", "all tags of the object as JSON, keys sorted; never user names")
_PERSONS = Column("persons", "float64", "people", unit="persons")
_PERSONS_GROUP = Column("persons_", "float64", "people of a known group", unit="persons", is_nullable=True)
_DISTRICT_IDS = Column("district_id_", "str", "the district of a level that contains the point", is_nullable=True)
_AREA_COLUMNS = (
    Column("name", "str", "name of the city"),
    Column("origin", "str", "where the border comes from", allowed=("boundary_file", "districts", "osm_boundary", "extract")),
)
_PROFILE = Column("profile", "str", "walking profile")
_THRESHOLD = Column("threshold_min", "int64", "walking time", unit="min")
_COVERAGE_COLUMNS = (
    _PROFILE,
    _THRESHOLD,
    Column("persons", "float64", "people who live here", unit="persons"),
    Column("persons_covered", "float64", "of these within the threshold of a counted place", unit="persons"),
    Column("persons_unknown", "float64", "of these without a known distance", unit="persons"),
    Column("covered_share", "float64", "persons_covered / persons: unknown counts as not covered; null without people", unit="0-1", is_nullable=True),
    Column("covered_share_max", "float64", "the same with unknown counted as covered", unit="0-1", is_nullable=True),
)
_CATEGORY_COLUMNS = (
    Column("level", "str", "`city`, or the key of the coarsest level"),
    Column("district_id", "str", "district; empty for the city"),
    Column("category_kind", "str", "what `category` is", allowed=("all", "standing", "group", "class")),
    Column("category", "str", "`all`, `established`, letter of a group, or class key"),
)
_ADDRESS_COLUMNS = (
    Column("street", "str", "street name as written in the source", is_nullable=True),
    Column("house_number", "str", "house number with its letter or range", is_nullable=True),
    Column("postcode", "str", "postcode", is_nullable=True),
    Column("city", "str", "city of the postal address", is_nullable=True),
)
_POSTAL_COLUMNS = (
    Column("address_id", "str", "OSM id, or the register's oid"),
    _SOURCE,
    *_ADDRESS_COLUMNS,
    Column("quality", "str", "A/B surveyed, C pseudo address (register); O from OSM", allowed=("A", "B", "C", "O")),
)
WORKSHOP_ANSWERS = ("yes", "partly", "no", "unknown")
YES_NO = ("yes", "no", "unknown")
TRAEGER_TYPES = (
    "municipal", "awo", "caritas", "diakonie", "drk", "paritaetischer", "jewish_community", "parish", "association",
    "cooperative", "housing_company", "private", "other", "unknown",
)
# The attributes of `config/attributes.csv` that are columns (DOMAIN 1.1); the table `attributes` has who says so.
_ATTRIBUTE_COLUMNS = (
    Column("openness", "str", "Offenheit: open to all, not members only", allowed=WORKSHOP_ANSWERS),
    Column("welcoming", "str", "Willkommen", allowed=WORKSHOP_ANSWERS),
    Column("co_design", "str", "Mitgestaltung", allowed=WORKSHOP_ANSWERS),
    Column("relationship_building", "str", "beziehungsfördernd", allowed=WORKSHOP_ANSWERS),
    Column("inclusive", "str", "inklusiv", allowed=WORKSHOP_ANSWERS),
    Column("low_threshold", "str", "niederschwellig", allowed=WORKSHOP_ANSWERS),
    Column("adaptable", "str", "anpassungsfähig", allowed=WORKSHOP_ANSWERS),
    Column("open_to", "str", "who may come", allowed=("everyone", "target_group", "members", "by_appointment", "unknown")),
    Column("participation", "str", "who decides on the programme", allowed=("self_managed", "co_decide", "programme_only", "unknown")),
    Column("step_free", "str", "step-free access", allowed=("full", "limited", "none", "unknown")),
    Column("accessible_wc", "str", "accessible toilet", allowed=WORKSHOP_ANSWERS),
    Column("cost", "str", "what a visit costs", allowed=("free", "donation", "consumption", "fee", "unknown")),
    Column("registration", "str", "one has to register", allowed=YES_NO),
    Column("rooms_count", "float64", "rooms for meetings", is_nullable=True),
    Column("capacity_persons", "float64", "people in the largest room", unit="persons", is_nullable=True),
    Column("hire_possible", "str", "others can hire rooms", allowed=YES_NO),
    Column("provider", "str", "who provides the rooms (a body, never a person)", is_nullable=True),
    Column("programmer", "str", "who runs the programme (a body, never a person)", is_nullable=True),
    Column("funder", "str", "who pays (a body, never a person)", is_nullable=True),
    Column("traeger_typ", "str", "kind of the body legally responsible", allowed=TRAEGER_TYPES),
    Column("confirmation", "str", "what the list that names the place says of its own source", allowed=("confirmed", "unconfirmed", "outdated", "unknown")),
)
_BEGEGNUNGSORT_COLUMNS = (
    Column("begegnungsort_id", "str", "stable between runs: from the first place's id"),
    Column("name", "str", "name; null where no source names it", is_nullable=True),
    Column("class", "str", "class key of `config/categories.csv`"),
    Column("standing", "str", "meant as meeting place, by-product, or potential", allowed=STANDINGS),
    Column("is_counted", "bool", "counts as supply in the coverage figures"),
    Column("consumption_free", "str", "may be used without buying", allowed=ANSWERS),
    Column("evidence", "str", "evidence grade, A best", allowed=EVIDENCE),
    Column("place_ids", "list[str]", "all source records of this place, the leading one first"),
    *_ADDRESS_COLUMNS,
    Column("opening_hours", "str", "raw opening hours", is_nullable=True),
    Column("wheelchair", "str", "OSM wheelchair value; null is unknown, not no", is_nullable=True),
    Column("operator", "str", "operator as published by the source", is_nullable=True),
    Column("precision", "str", "how the point was found", allowed=PRECISIONS),
    _POSITION_ERROR,
    Column("snap_distance_m", "float64", "straight leg to the nearest walkway; null where none is near", unit="m", is_nullable=True),
    *_ATTRIBUTE_COLUMNS,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "osm_features",
            "one OSM object that may be, or belong to, a meeting place",
            ("source_id",),
            (
                Column("source_id", "str", "`node/1`, `way/2` or `relation/3`"),
                _TAGS,
                Column("footprint_area_m2", "float64", "area of the drawn polygon, 0 for nodes and lines", unit="m2"),
                Column("osm_version", "int64", "version of the object, 0 where the file has none"),
                Column("osm_timestamp", "str", "last edit, ISO 8601", is_nullable=True),
            ),
            ("Point", "LineString", *_POLYGONAL),
        ),
        Table(
            "walkways",
            "one walkable OSM way, or a piece of it where nodes are missing",
            ("walkway_id",),
            (
                Column("walkway_id", "str", "`way/2`, with `#1`, `#2` … for further pieces"),
                Column("way_id", "int64", "OSM id of the way (of the outline's way for squares)"),
                Column("highway", "str", "value of highway"),
                Column("name", "str", "street name", is_nullable=True),
                Column("is_step_free", "bool", "no steps and not known as impassable; unknown counts as passable"),
                Column("node_ids", "list[int64]", "OSM node ids, one a coordinate"),
                _TAGS,
            ),
            ("LineString",),
        ),
        Table(
            "buildings",
            "one building outline",
            ("source_id",),
            (
                Column("source_id", "str", "`way/2` or `relation/3`"),
                Column("building", "str", "value of building"),
                Column("levels_count", "float64", "building:levels", is_nullable=True),
                Column("has_other_use", "bool", "carries amenity, shop, office, leisure … : not a dwelling by itself"),
                Column("footprint_area_m2", "float64", "area of the outline", unit="m2"),
            ),
            _POLYGONAL,
        ),
        Table(
            "addresses",
            "one address point of the OSM file",
            ("address_id",),
            _POSTAL_COLUMNS,
            ("Point",),
        ),
        Table(
            "register_addresses",
            "one address point of the official register",
            ("address_id",),
            _POSTAL_COLUMNS,
            ("Point",),
        ),
        Table(
            "boundaries",
            "one administrative boundary found in the OSM file",
            ("boundary_id",),
            (
                Column("boundary_id", "str", "`relation/3`"),
                Column("name", "str", "name", is_nullable=True),
                Column("admin_level", "int64", "OSM admin_level"),
                Column("ags", "str", "official municipality key", is_nullable=True),
            ),
            _POLYGONAL,
        ),
        Table(
            "background_areas",
            "one water, green or built-up area for the map",
            ("area_id",),
            (
                Column("area_id", "str", "OSM id"),
                Column("layer", "str", "map layer", allowed=BACKGROUND_AREA_LAYERS),
                Column("name", "str", "name", is_nullable=True),
            ),
            _POLYGONAL,
        ),
        Table(
            "background_lines",
            "one main road, rail or waterway for the map",
            ("line_id",),
            (
                Column("line_id", "str", "OSM id"),
                Column("layer", "str", "map layer", allowed=BACKGROUND_LINE_LAYERS),
                Column("name", "str", "name", is_nullable=True),
            ),
            ("LineString",),
        ),
        Table(
            "background_labels",
            "one name of a settlement or quarter for the map",
            ("label_id",),
            (
                Column("label_id", "str", "OSM id"),
                Column("kind", "str", "value of place", allowed=LABEL_KINDS),
                Column("name", "str", "name"),
            ),
            ("Point",),
        ),
        Table(
            "district_areas",
            "one district as read from its file",
            ("level", "district_id"),
            (
                Column("district_id", "str", "id as text, leading zeros kept"),
                Column("level", "str", "level key of the profile"),
                Column("name", "str", "name"),
            ),
            _POLYGONAL,
        ),
        Table(
            "city_area",
            "the one area of the study",
            ("name",),
            _AREA_COLUMNS,
            _POLYGONAL,
        ),
        Table(
            "given_area",
            "the area of the study as far as files give it: one row, or none",
            ("name",),
            _AREA_COLUMNS,
            _POLYGONAL,
        ),
        Table(
            "districts",
            "one district of one level",
            ("level", "district_id"),
            (
                Column("district_id", "str", "id as text, leading zeros kept"),
                Column("level", "str", "level key of the profile"),
                Column("name", "str", "name"),
                Column("parent_id", "str", "district of the next coarser level that contains it", is_nullable=True),
                Column("area_km2", "float64", "area", unit="km2"),
            ),
            ("MultiPolygon",),
        ),
        Table(
            "population_cells",
            "one inhabited cell, polygon or building of the population source",
            ("cell_id",),
            (
                Column("cell_id", "str", "id of the cell"),
                _PERSONS,
                Column("is_estimated", "bool", "from floor area instead of a census"),
            ),
            ("Point",),
            families=(_PERSONS_GROUP,),
        ),
        Table(
            "place_records",
            "one row of a list of places",
            ("source", "source_id"),
            (
                _SOURCE,
                Column("source_id", "str", "id of the row in its source"),
                Column("row", "str", "line of the file, for messages"),
                Column("name", "str", "name", is_nullable=True),
                Column("class_hint", "str", "class or kind as the list names it", is_nullable=True),
                *_ADDRESS_COLUMNS,
                Column("precision", "str", "how the point was found; unknown where there is none", allowed=PRECISIONS),
                Column("position_error_m", "float64", "how far off the point may be; null for a coordinate of the list itself, and where there is no point", unit="m", is_nullable=True),
                Column("fields", "str", "all columns of the row as JSON"),
            ),
            ("Point",),
            is_geometry_nullable=True,
        ),
        Table(
            "places",
            "one record of one source",
            ("place_id",),
            (
                Column("place_id", "str", "`source:source_id`"),
                _SOURCE,
                Column("source_id", "str", "id within the source"),
                Column("name", "str", "name", is_nullable=True),
                Column("class", "str", "class key of `config/categories.csv`"),
                Column("standing", "str", "standing", allowed=STANDINGS),
                Column("consumption_free", "str", "may be used without buying", allowed=ANSWERS),
                Column("evidence", "str", "evidence grade", allowed=EVIDENCE),
                Column("rule_id", "str", "rule of `config/categories.csv` that decided"),
                *_ADDRESS_COLUMNS,
                Column("opening_hours", "str", "raw opening hours", is_nullable=True),
                Column("wheelchair", "str", "OSM wheelchair value", is_nullable=True),
                Column("operator", "str", "operator", is_nullable=True),
                Column("precision", "str", "how the point was found", allowed=PRECISIONS),
                _POSITION_ERROR,
                Column("footprint_area_m2", "float64", "area of the drawn polygon, 0 where none", unit="m2"),
                Column("fields", "str", "raw tags or columns as JSON"),
            ),
            ("Point",),
        ),
        Table(
            "begegnungsorte",
            "one meeting place inside the city",
            ("begegnungsort_id",),
            _BEGEGNUNGSORT_COLUMNS,
            ("Point",),
            families=(_DISTRICT_IDS,),
        ),
        Table(
            "neighbour_places",
            "one meeting place beyond the border, within the buffer: supply, but not the city's",
            ("begegnungsort_id",),
            _BEGEGNUNGSORT_COLUMNS,
            ("Point",),
        ),
        Table(
            "attributes",
            "one claim about an attribute of a meeting place by one source; the shown one is marked. No row: unknown",
            ("begegnungsort_id", "attribute", "source", "source_id"),
            (
                Column("begegnungsort_id", "str", "the place; a place that a person struck off keeps its rows"),
                Column("attribute", "str", "key of `config/attributes.csv`"),
                Column("value", "str", "value, number or text"),
                Column("evidence", "str", "evidence grade of the claim, A by people", allowed=EVIDENCE),
                Column("source", "str", "`osm`, key of a list, `correction` or `answer`"),
                Column("source_id", "str", "place_id of the record, or file and line of the hand file"),
                Column("basis", "str", "the tags and the rule, or the role of the person and why"),
                Column("date", "str", "day of the claim, ISO 8601", is_nullable=True),
                Column("is_chosen", "bool", "this claim is shown"),
            ),
        ),
        Table(
            "hand_entries",
            "one usable line of `corrections.csv` or `answers.csv`",
            ("entry_id",),
            (
                Column("entry_id", "str", "file and line"),
                Column("source", "str", "kind of hand file", allowed=("correction", "answer")),
                Column("row", "str", "line of the file, for messages"),
                Column("target_id", "str", "begegnungsort_id or id of a source record"),
                Column("place_ids", "list[str]", "source records of the place when the answer was given"),
                Column("place_name", "str", "name of the place then", is_nullable=True),
                Column("lat", "float64", "where the place was then, WGS 84", unit="degrees", is_nullable=True),
                Column("lon", "float64", "where the place was then, WGS 84", unit="degrees", is_nullable=True),
                Column("attribute", "str", "key of `config/attributes.csv`"),
                Column("value", "str", "value as stored"),
                Column("why", "str", "reason", is_nullable=True),
                Column("who", "str", "role of the person, never a name"),
                Column("date", "str", "day, ISO 8601"),
            ),
        ),
        Table(
            "place_matches",
            "one pair of records that were compared and found alike, or worth a look",
            ("place_id_a", "place_id_b"),
            (
                Column("place_id_a", "str", "one record"),
                Column("place_id_b", "str", "the other record"),
                Column("score", "float64", "how alike, 1 is the same", unit="0-1"),
                Column("decision", "str", "what the score and the reviews say", allowed=("same", "review", "different")),
                Column("is_merged", "bool", "both stand in one Begegnungsort"),
                Column("name_score", "float64", "how alike the names are; null where one has none", unit="0-1", is_nullable=True),
                Column("gap_m", "float64", "distance between the outlines or points", unit="m"),
                Column("class_relation", "str", "how the classes go together"),
                Column("address_relation", "str", "how the addresses go together"),
                Column("reasons", "str", "the reasons in words"),
            ),
        ),
        Table(
            "completeness",
            "what was found of one category in the city or a district of the coarsest level, and how many there may be",
            ("level", "district_id", "category_kind", "category"),
            (
                *_CATEGORY_COLUMNS,
                Column("found_count", "int64", "Begegnungsorte found by any source, potential ones left out"),
                Column("n_first", "int64", "of these in OSM"),
                Column("n_second", "int64", "of these in any list of the profile"),
                Column("n_both", "int64", "of these in OSM and in a list"),
                Column("estimated_count", "float64", "how many there are, by Chapman; null where not estimable", is_nullable=True),
                Column("low", "float64", "lower end of the confidence interval", is_nullable=True),
                Column("high", "float64", "upper end of the confidence interval", is_nullable=True),
                Column("is_estimable", "bool", "two sources with enough places in common"),
                Column("reason", "str", "why there is no estimate; empty where there is one", allowed=COMPLETENESS_REASONS),
            ),
        ),
        Table(
            "fill_rates",
            "one attribute of the places of one category in the city or a district of the coarsest level",
            ("level", "district_id", "category_kind", "category", "attribute"),
            (
                *_CATEGORY_COLUMNS,
                Column("attribute", "str", "`name`, `address` (street and number) or a column of `begegnungsorte`"),
                Column("place_count", "int64", "Begegnungsorte, potential ones left out"),
                Column("filled_count", "int64", "of these with a known value"),
                Column("filled_share", "float64", "filled_count / place_count; null without places", unit="0-1", is_nullable=True),
            ),
        ),
        Table(
            "walk_nodes",
            "one junction or end of a walkway",
            ("node_id",),
            (
                Column("node_id", "int64", "OSM node id"),
                Column("component_id", "int64", "connected piece of the network, 0 is the longest"),
            ),
            ("Point",),
        ),
        Table(
            "walk_edges",
            "one piece of walkway between two junctions (all of them, small components too)",
            ("edge_id",),
            (
                Column("edge_id", "int64", "running number in the order of way_id"),
                Column("from_node", "int64", "node_id at the start"),
                Column("to_node", "int64", "node_id at the end"),
                Column("component_id", "int64", "connected piece of the network, 0 is the longest"),
                Column("length_m", "float64", "length in the metric CRS", unit="m"),
                Column("is_step_free", "bool", "no steps and not known as impassable"),
                Column("highway", "str", "value of highway"),
                Column("name", "str", "street name", is_nullable=True),
                Column("way_id", "int64", "OSM id of the way"),
            ),
            ("LineString",),
        ),
        Table(
            "demand",
            "one inhabited cell or building inside the city",
            ("demand_id",),
            (
                Column("demand_id", "str", "cell_id of the population source"),
                _PERSONS,
                Column("is_estimated", "bool", "from floor area instead of a census"),
                Column("walk_distance_m", "float64", "to the nearest counted place along the network, straight legs included; null where unreachable", unit="m", is_nullable=True),
                Column("walk_distance_step_free_m", "float64", "the same without steps", unit="m", is_nullable=True),
                Column("air_distance_m", "float64", "straight line to the nearest counted place; no walk is shorter; null where there is no place", unit="m", is_nullable=True),
                Column("snap_distance_m", "float64", "straight leg to the nearest walkway; null where none is near", unit="m", is_nullable=True),
                Column("nearest_begegnungsort_id", "str", "the place that walk_distance_m leads to", is_nullable=True),
                Column("status", "str", "reached, or why not", allowed=DEMAND_STATUS),
            ),
            ("Point",),
            families=(_PERSONS_GROUP, _DISTRICT_IDS),
        ),
        Table(
            "coverage",
            "one district x profile x threshold",
            ("level", "district_id", "profile", "threshold_min"),
            (
                Column("district_id", "str", "district"),
                Column("level", "str", "level key"),
                *_COVERAGE_COLUMNS,
            ),
        ),
        Table(
            "city_coverage",
            "one profile x threshold for the whole city",
            ("profile", "threshold_min"),
            _COVERAGE_COLUMNS,
        ),
        Table(
            "underserved",
            "one district",
            ("level", "district_id"),
            (
                Column("district_id", "str", "district"),
                Column("level", "str", "level key"),
                Column("is_underserved", "bool", "flagged by the rule of the profile"),
                Column("stability", "str", "how far the flag holds when speeds and unknowns vary", allowed=STABILITY),
                Column("reasons", "list[str]", "reason codes of the flag, or why no statement is made; empty where assessed and not flagged"),
            ),
        ),
        Table(
            "reach_areas",
            "one profile x threshold: the area within reach of any counted place (nested)",
            ("profile", "threshold_min"),
            (_PROFILE, _THRESHOLD),
            ("MultiPolygon",),
        ),
        Table(
            "gaps",
            "one contiguous inhabited area beyond the headline's reach",
            ("gap_id",),
            (
                Column("gap_id", "str", "running number, most people first"),
                _PROFILE,
                _THRESHOLD,
                _PERSONS,
                Column("name", "str", "nearest quarter or district name", is_nullable=True),
            ),
            ("MultiPolygon",),
            families=(_DISTRICT_IDS,),
        ),
        Table(
            "row_counts",
            "one source: read = kept + merged + rejected",
            ("source",),
            (
                _SOURCE,
                Column("read", "int64", "rows read"),
                Column("kept", "int64", "rows that lead a Begegnungsort"),
                Column("merged", "int64", "rows merged into another row's Begegnungsort"),
                Column("rejected", "int64", "rows in `issues`, or outside the study area"),
            ),
        ),
        Table(
            "issues",
            "one fault of one input row, or of `count` rows alike",
            ("source", "row", "code", "text"),
            (
                Column("source", "str", "file or source key"),
                Column("row", "str", "line, object id, or * for many"),
                Column("code", "str", "issue code"),
                Column("text", "str", "what is wrong and what was done"),
                Column("count", "int64", "how many rows the line stands for"),
            ),
        ),
    )
}
# fmt: on


def conform_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """
    Return a copy in written form: contract order, dtypes, sorted by key, millimetres.

    Raises
    ------
    SchemaError
        If a column is missing or unknown, a key repeats, a value is not allowed.
    """
    table = TABLES[name]
    families = sorted(c for c in frame.columns if _in_family(table, c))
    wanted = [column.name for column in table.columns] + families
    wanted += ["geometry"] if table.geometry else []
    _require_columns(frame, table, wanted)
    conformed = frame[wanted].copy()
    for column_name in wanted:
        column = table.find_column(column_name)
        if column is not None:
            conformed[column_name] = _cast(conformed[column_name], column, table)
    conformed = conformed.sort_values(list(table.key), kind="stable", ignore_index=True)
    if table.geometry:
        conformed["geometry"] = _round_geometry(gpd.GeoSeries(conformed["geometry"]), table)
    _require_values(conformed, table)
    return conformed


def require_table(frame: pd.DataFrame, name: str, *, crs: CRS | str) -> None:
    """
    Raise unless a frame keeps the contract of a table.

    Raises
    ------
    SchemaError
        If columns, key or values break the contract.
    CrsError
        If the geometry is not in the metric CRS of the profile.
    """
    table = TABLES[name]
    wanted = [column.name for column in table.columns]
    _require_columns(frame, table, wanted + (["geometry"] if table.geometry else []))
    _require_values(frame, table)
    if table.geometry:
        if not isinstance(frame, gpd.GeoDataFrame):
            raise SchemaError(f"table {name} has no geometry", where=name)
        require_crs(frame, crs, name=f"table {name}")


def build_empty(name: str, *, crs: CRS | str) -> pd.DataFrame:
    """Return a table without rows; a GeoDataFrame where the table has geometry."""
    table = TABLES[name]
    columns = {column.name: _cast(pd.Series([], dtype=object), column, table) for column in table.columns}
    if not table.geometry:
        return pd.DataFrame(columns)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))


def _in_family(table: Table, name: str) -> bool:
    fixed = any(column.name == name for column in table.columns)
    return not fixed and any(name.startswith(family.name) for family in table.families)


def _require_columns(frame: pd.DataFrame, table: Table, wanted: list[str]) -> None:
    missing = [column for column in wanted if column not in frame.columns]
    unknown = [c for c in frame.columns if c not in wanted and not _in_family(table, str(c))]
    if missing or unknown:
        raise SchemaError(
            f"table {table.name}: missing columns {missing}, unknown columns {unknown}",
            where=f"table {table.name}",
            hint="schema.py holds the contract; a stale file is rebuilt by `make clean` and `make maps`",
        )


def _cast(values: pd.Series, column: Column, table: Table) -> pd.Series:
    if column.dtype.startswith("list"):
        return values.map(list).astype(object)
    try:
        return values.astype(column.dtype)  # type: ignore[arg-type] # the stubs list numpy names only
    except (ValueError, TypeError) as error:
        raise SchemaError(
            f"table {table.name}: column {column.name} is not {column.dtype}",
            where=f"table {table.name}, column {column.name}: {error}",
        ) from error


def _require_values(frame: pd.DataFrame, table: Table) -> None:
    repeated = frame.duplicated(list(table.key))
    if repeated.any():
        rows = frame.loc[repeated, list(table.key)].astype(str).agg("/".join, axis=1).tolist()
        raise SchemaError(
            f"table {table.name}: the key {', '.join(table.key)} repeats",
            where=f"table {table.name}, rows {format_rows(rows)}",
        )
    for column in table.columns:
        values = frame[column.name]
        is_null = values.isna() if not column.dtype.startswith("list") else pd.Series([], dtype=bool)
        if not column.is_nullable and is_null.any():
            raise SchemaError(
                f"table {table.name}: column {column.name} has empty values",
                where=f"table {table.name}, rows {format_rows(list(np.flatnonzero(is_null)))}",
            )
        if column.allowed:
            strange = sorted(set(values.dropna()) - set(column.allowed))
            if strange:
                raise SchemaError(
                    f"table {table.name}: column {column.name} has unknown values {format_rows(strange)}",
                    where=f"table {table.name}, column {column.name}",
                )
    if table.geometry:
        _require_geometry(frame, table)


def _require_geometry(frame: pd.DataFrame, table: Table) -> None:
    geometry = frame["geometry"]
    if not table.is_geometry_nullable and geometry.isna().any():
        raise SchemaError(f"table {table.name} has rows without geometry", where=f"table {table.name}")
    names = set(pd.Series(gpd.GeoSeries(geometry).dropna().geom_type).unique())
    if names - set(table.geometry):
        raise SchemaError(
            f"table {table.name} holds {sorted(names - set(table.geometry))}, allowed: {list(table.geometry)}",
            where=f"table {table.name}",
        )


def _round_geometry(geometry: gpd.GeoSeries, table: Table) -> gpd.GeoSeries:
    # Written and read back, a table must be the one that was computed with: the next
    # step then gives the same bytes whether or not this one was skipped.
    rounded = shapely.transform(geometry.to_numpy(), lambda xy: np.round(xy, _COORDINATE_DECIMALS))
    if table.geometry == ("MultiPolygon",):
        rounded = np.array(
            [shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in rounded], dtype=object
        )
    return gpd.GeoSeries(rounded, index=geometry.index, crs=geometry.crs)
