# SPDX-License-Identifier: MIT
"""Columns and value lists that several tables share."""

from begegnung_geo.contract import Column

POLYGONAL = ("Polygon", "MultiPolygon")

# One column of a contract is one line.
# fmt: off
STANDINGS = ("established", "everyday", "potential")
EVIDENCE = ("A", "B", "C", "D", "E")
ANSWERS = ("yes", "no", "mixed", "unknown")
PRECISIONS = ("object", "hand", "house", "neighbour", "street", "site", "district", "unknown")
DEMAND_STATUS = ("reached", "no_walkway_near", "isolated", "no_place")
# Why a record became no place: empty row, no rule fits, no place by its tags, kept secret, only looked at
# beside others, another record stands for it, no name, no position, struck off by hand, too far outside.
REJECTIONS = (
    "empty", "no_rule", "excluded", "withheld", "context", "represented", "unnamed", "unplaced", "struck_off",
    "scenario_closed", "outside",
)
COMPLETENESS_REASONS = ("", "no_first_source", "no_second_source", "few_matches")
OPENING_STATUS = ("none", "parsed", "repaired", "unreadable")
OPEN_ANSWERS = ("open", "closed", "unknown")
OPEN_BASES = (
    "all_days", "most_days", "few_days", "no_day", "no_hours", "unreadable", "by_appointment", "comment", "open_end",
    "holiday_not_named", "no_days",
)
STABILITY = ("robust", "likely", "fragile", "not_assessable")
VARIANT_DIMENSIONS = ("speed", "threshold", "leg", "unknown_walks", "unknown_hours", "missing_places", "need_unknown")
FIGURE_UNITS = ("percent", "share", "persons", "other")
INDICATOR_BASES = ("people", "figure", "finer_figure")
BACKGROUND_AREA_LAYERS = ("water", "green", "built_up")
BACKGROUND_LINE_LAYERS = ("motorway", "main_road", "rail", "waterway")
LABEL_KINDS = ("city", "town", "suburb", "village", "quarter", "neighbourhood", "hamlet")

SOURCE = Column("source", "str", "key of the source: `osm`, or the key of a list in the profile")
POSITION_ERROR = Column("position_error_m", "float64", "how far off the point may be from the entrance (see docs/method.md)", unit="m")
TAGS = Column("tags", "str", "tags of the object as JSON, keys sorted; never user names, contacts or persons")
CONTACT_KEYS = Column("contact_keys", "list[str]", "keys of 12 bits made from phones and mail addresses, to compare places; nobody can read a number from them")
PERSONS = Column("persons", "float64", "people", unit="persons")
PERSONS_GROUP = Column("persons_", "float64", "people of a known group", unit="persons", is_nullable=True)
DISTRICT_IDS = Column("district_id_", "str", "the district of a level that contains the point", is_nullable=True)
AREA_COLUMNS = (
    Column("name", "str", "name of the city"),
    Column("origin", "str", "where the border comes from", allowed=("boundary_file", "districts", "osm_boundary", "extract")),
)
PROFILE = Column("profile", "str", "walking profile")
MOMENT = Column("moment", "str", "key of the moment in the profile")
THRESHOLD = Column("threshold_min", "int64", "walking time", unit="min")
COVERAGE_COLUMNS = (
    PROFILE,
    THRESHOLD,
    Column("persons", "float64", "people who live here", unit="persons"),
    Column("persons_covered", "float64", "of these within the threshold of a counted place", unit="persons"),
    Column("persons_unknown", "float64", "of these people for whom the map cannot tell whether a counted place is within the threshold", unit="persons"),
    Column("covered_share", "float64", "persons_covered / persons: unknown counts as not covered; null without people", unit="0-1", is_nullable=True),
    Column("covered_share_max", "float64", "the same with unknown counted as covered", unit="0-1", is_nullable=True),
)
MEASURED_COLUMNS = (
    Column("level", "str", "level key, or `city`"),
    Column("district_id", "str", "district; empty for the city"),
    Column("persons_group", "str", "`all`, or a known group such as `65_plus`"),
    PROFILE,
    Column("persons", "float64", "people of the group whose number is known; null where it is known for nobody who lives here", unit="persons", is_nullable=True),
    Column("persons_without_group", "float64", "people who live where the number of the group is not known", unit="persons"),
)
REASONS_WITHHELD = ("few_people", "group_unknown", "walk_unknown", "part_counted")
UNKNOWN_REACH = Column("persons_unknown", "float64", "of these, people for whom the map cannot tell whether a counted place is within reach", unit="persons", is_nullable=True)
UNSURE_WALKS = (
    Column("persons_without_walk", "float64", "of these, people of whom no such walk is known, though there may be one", unit="persons", is_nullable=True),
    Column("persons_ranged", "float64", "of these, people whose walk is known and may be shorter: without steps, along ways of which nobody knows whether they have any", unit="persons", is_nullable=True),
)
CATEGORY_COLUMNS = (
    Column("level", "str", "`city`, or the key of the coarsest level"),
    Column("district_id", "str", "district; empty for the city"),
    Column("category_kind", "str", "what `category` is", allowed=("all", "standing", "group", "class")),
    Column("category", "str", "`all`, `established`, letter of a group, or class key"),
)
ADDRESS_COLUMNS = (
    Column("street", "str", "street name as written in the source", is_nullable=True),
    Column("house_number", "str", "house number with its letter or range", is_nullable=True),
    Column("postcode", "str", "postcode", is_nullable=True),
    Column("city", "str", "city of the postal address", is_nullable=True),
)
POSTAL_COLUMNS = (
    Column("address_id", "str", "OSM id, or the register's oid"),
    SOURCE,
    *ADDRESS_COLUMNS,
    Column("quality", "str", "A/B surveyed, C pseudo address (register); O from OSM", allowed=("A", "B", "C", "O")),
)
WORKSHOP_ANSWERS = ("yes", "partly", "no", "unknown")
YES_NO = ("yes", "no", "unknown")
TRAEGER_TYPES = (
    "municipal", "awo", "caritas", "diakonie", "drk", "paritaetischer", "jewish_community", "parish", "association",
    "cooperative", "housing_company", "private", "other", "unknown",
)
# The attributes of `config/attributes.csv` that are columns (DOMAIN 1.1); the table `attributes` has who says so.
ATTRIBUTE_COLUMNS = (
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
BEGEGNUNGSORT_COLUMNS = (
    Column("begegnungsort_id", "str", "stable between runs: from the first place's id"),
    Column("name", "str", "name; null where no source names it", is_nullable=True),
    Column("class", "str", "class key of `config/categories.csv`"),
    Column("standing", "str", "meant as meeting place, by-product, or potential", allowed=STANDINGS),
    Column("is_counted", "bool", "counts as supply in the coverage figures"),
    Column("consumption_free", "str", "may be used without buying", allowed=ANSWERS),
    Column("evidence", "str", "evidence grade, A best", allowed=EVIDENCE),
    Column("place_ids", "list[str]", "all source records of this place, the leading one first"),
    *ADDRESS_COLUMNS,
    Column("opening_hours", "str", "raw opening hours", is_nullable=True),
    Column("opening_status", "str", "how the raw opening hours were read", allowed=OPENING_STATUS),
    Column("opening_normal", "str", "opening hours as understood, in OSM's syntax; null unless parsed or repaired", is_nullable=True),
    Column("open_min_per_week", "float64", "known as open in a week without holidays, mean of the year; null where nothing is known", unit="min", is_nullable=True),
    Column("wheelchair", "str", "OSM wheelchair value; null is unknown, not no", is_nullable=True),
    Column("operator", "str", "operator as published by the source", is_nullable=True),
    Column("precision", "str", "how the point was found", allowed=PRECISIONS),
    POSITION_ERROR,
    Column("snap_distance_m", "float64", "straight leg to the nearest walkway; null where none is near", unit="m", is_nullable=True),
    *ATTRIBUTE_COLUMNS,
)
# fmt: on
STEP_FREE = Column(
    "step_free",
    "str",
    "without steps and fit for small wheels, by `config/walkways.csv`",
    allowed=("yes", "no", "unknown"),
)
