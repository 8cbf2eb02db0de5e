# SPDX-License-Identifier: MIT
"""From OSM objects and rows of lists to `places`: the first rule that fits decides."""

import json
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from begegnung_geo.analysis.place_rows import build_places, build_rulings
from begegnung_geo.analysis.row_counts import RowCount
from begegnung_geo.analysis.tag_table import NO_RULE, BoolArray, TagTable
from begegnung_geo.category_rules import CategoryRule, CategoryRules
from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue

OSM_SOURCE = "osm"
_WITHHELD = "withheld to protect people (DOMAIN 5.5): neither name nor location is kept"
_POLYGONAL = ("Polygon", "MultiPolygon")
_OSM_KEYS = {
    "name": ("name", "name:de", "official_name", "loc_name", "short_name"),
    "street": ("addr:street", "addr:place"),
    "house_number": ("addr:housenumber",),
    "postcode": ("addr:postcode",),
    "city": ("addr:city",),
    "opening_hours": ("opening_hours",),
    "wheelchair": ("wheelchair",),
    "operator": ("operator", "operator:name"),
}
_LIST_KEYS = {
    "opening_hours": ("opening_hours", "oeffnungszeiten", "öffnungszeiten", "offnungszeiten"),
    "wheelchair": ("wheelchair", "barrierefrei", "rollstuhl", "rollstuhlgerecht", "stufenlos"),
    "operator": ("operator", "traeger", "träger", "trager", "betreiber", "organisation"),
}
_WHEELCHAIR_WORDS = {
    "ja": "yes", "nein": "no", "teilweise": "limited", "eingeschränkt": "limited", "bedingt": "limited",
}  # fmt: skip


def assign_class(
    osm_features: gpd.GeoDataFrame, rules: CategoryRules
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, RowCount]:
    """
    Return the OSM objects that are meeting places, with their class.

    The rules are tried in their order; the first that fits decides. An area stands at
    its centroid or, where that lies outside, at a point on its surface. Allotments and
    churches still need a look around them: see `build_osm_places`.

    Parameters
    ----------
    osm_features
        Table `osm_features`: any geometry, metric CRS, one row per OSM object.
    rules
        Rules and classes.

    Returns
    -------
    places
        Table `places` with source `osm`: Point, same CRS, in the order of `source_id`.
        `fields` holds the tags without contacts and persons. A nameless object of a
        class that keeps such, and one that a rule of effect `review` fits, has evidence D
        at best.
    issues
        One line an excluded, nameless or doubtful object. Sensitive places are one line
        without name, id or position; objects that meet no rule are one line, too.
    count
        Rows read, and rejected by reason; objects looked at for others only are `context`.
    """
    features = osm_features.sort_values("source_id", kind="stable", ignore_index=True)
    is_area = features.geom_type.isin(_POLYGONAL).to_numpy(dtype=bool)
    table = TagTable(features["tags"], is_area)
    osm_rules = rules.select_rules("osm")
    decided = table.find_first(osm_rules)
    rows = np.flatnonzero(flag_effect(decided, osm_rules, "class"))

    chosen = features.iloc[rows].reset_index(drop=True)
    columns = {column: table.list_values(*keys).iloc[rows].to_numpy() for column, keys in _OSM_KEYS.items()}
    records = pd.DataFrame(columns, dtype="str").assign(
        source=pd.Series([OSM_SOURCE] * len(rows), dtype="str"),
        source_id=chosen["source_id"].astype("str"),
        precision=pd.Series(["object"] * len(rows), dtype="str"),
        footprint_area_m2=chosen["footprint_area_m2"].astype("float64"),
        geometry=locate_points(chosen.geometry),
    )
    rulings = build_rulings(decided[rows], osm_rules, rules)
    doubts = _find_doubts(table, rows, osm_rules)
    rulings["evidence"] = rulings["evidence"].mask(doubts.notna() & (rulings["evidence"] < "D"), "D")
    places, name_issues, unnamed = build_places(
        records, rulings, [table.rows[row] for row in rows], rules=rules
    )
    doubts = doubts[chosen["source_id"].isin(places["source_id"]) & doubts.notna()]
    issues = [
        _report_osm(features["source_id"], decided, osm_rules),
        build_issues(
            OSM_SOURCE, IssueCode.PLACE_UNSURE, rows=chosen["source_id"][doubts.index], texts=list(doubts)
        ),
        name_issues,
    ]
    reasons = _count_reasons(decided, osm_rules) | {"unnamed": unnamed.get(OSM_SOURCE, 0)}
    count = RowCount(OSM_SOURCE, read=len(features), reasons=reasons)
    return _as_places(places, osm_features), concat_issues(issues), count


def classify_records(
    place_records: gpd.GeoDataFrame, rules: CategoryRules, *, evidence: Mapping[str, str] | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[RowCount, ...]]:
    """
    Return the rows of lists that are meeting places, with their class.

    The class comes from `class_hint` where that is a class key or label, else from the
    rules' words in `class_hint`, else from their words in the name. Standing and
    consumption come from the first rule of that class whose words are in the name or
    decided the class: "Volkshochschule" is one whether or not its row names the class,
    too. A row without a class is not guessed: it is rejected with an issue, as are rows
    without a name or a position. Sensitive places are recognised by any of their texts.

    Parameters
    ----------
    place_records
        Table `place_records`: Point or null, metric CRS, one row per row of a list.
    rules
        Rules and classes.
    evidence
        Evidence grade by source key, for lists that are better than the rules' B.

    Returns
    -------
    places
        Table `places`: Point, same CRS, in the order of source and `source_id`.
    issues
        One line a rejected row; sensitive rows are one line a source without name or row.
    counts
        Rows read, and rejected by reason, one a source.
    """
    records = place_records.sort_values(["source", "source_id"], kind="stable", ignore_index=True)
    list_rules = rules.select_rules("list")
    decided, given = _decide_records(records, rules, list_rules)
    is_class = flag_effect(decided, list_rules, "class") | given.notna().to_numpy(dtype=bool)
    has_point = (records.geometry.notna() & ~records.geometry.is_empty).to_numpy(dtype=bool)
    rows = np.flatnonzero(is_class & has_point)
    fields = [json.loads(text) for text in records["fields"].iloc[rows]]

    chosen = pd.DataFrame(records.iloc[rows]).reset_index(drop=True)
    for column, keys in _LIST_KEYS.items():
        chosen[column] = pd.Series([_find_field(row, keys) for row in fields], dtype="str")
    wheelchair = chosen["wheelchair"].str.strip().str.casefold()
    chosen["wheelchair"] = wheelchair.replace(_WHEELCHAIR_WORDS)
    chosen["footprint_area_m2"] = 0.0
    rulings = build_rulings(decided[rows], list_rules, rules, given=given.iloc[rows])
    better = dict(evidence or {})
    grades = [
        better.get(source, grade) for source, grade in zip(chosen["source"], rulings["evidence"], strict=True)
    ]
    rulings["evidence"] = pd.Series(grades, dtype="str")
    places, name_issues, unnamed = build_places(chosen, rulings, fields, rules=rules)
    issues = [
        _report_records(records, decided, list_rules, is_class=is_class, has_point=has_point),
        name_issues,
    ]
    lost = is_class & ~has_point
    counts = []
    for source in sorted(records["source"].unique()):
        ours = (records["source"] == source).to_numpy(dtype=bool)
        reasons = _count_reasons(decided[ours & ~is_class], list_rules)
        reasons |= {"unplaced": int((ours & lost).sum()), "unnamed": unnamed.get(source, 0)}
        counts.append(RowCount(str(source), read=int(ours.sum()), reasons=reasons))
    return _as_places(places, place_records), concat_issues(issues), tuple(counts)


def locate_points(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return one point an object: itself, the middle of a line, a point inside an area."""
    shapes = geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    points = shapely.centroid(shapes)
    is_area = np.isin(kinds, (3, 6))
    outside = np.flatnonzero(is_area)
    outside = outside[~shapely.contains(shapes[outside], points[outside])]
    points[outside] = shapely.point_on_surface(shapes[outside])
    is_line = kinds == 1
    points[is_line] = shapely.line_interpolate_point(shapes[is_line], 0.5, normalized=True)
    return gpd.GeoSeries(points, index=geometry.index, crs=geometry.crs)


def flag_effect(decided: npt.NDArray[np.int64], rule_list: Sequence[CategoryRule], effect: str) -> BoolArray:
    """Return which rows were decided by a rule of an effect."""
    by_rule = np.array([rule.effect == effect for rule in rule_list] + [False], dtype=bool)
    return by_rule[decided]


def _find_doubts(
    table: TagTable, rows: npt.NDArray[np.int64], osm_rules: Sequence[CategoryRule]
) -> "pd.Series[str]":
    """Return why each of the rows asks for a look; null where no rule of effect `review` fits."""
    texts = np.full(len(table.rows), None, dtype=object)
    among = np.zeros(len(table.rows), dtype=bool)
    among[rows] = True
    for rule in (rule for rule in osm_rules if rule.effect == "review"):
        texts[table.flag_rule(rule, among & pd.isna(texts))] = (
            f"{rule.reason}: kept with evidence D at best until somebody has looked [{rule.rule_id}]"
        )
    return pd.Series(texts[rows], dtype="str")


def _count_reasons(decided: npt.NDArray[np.int64], rule_list: Sequence[CategoryRule]) -> dict[str, int]:
    effects = {"excluded": "exclude", "withheld": "withhold", "context": "context"}
    counts = {name: int(flag_effect(decided, rule_list, effect).sum()) for name, effect in effects.items()}
    return counts | {"no_rule": int((decided == NO_RULE).sum())}


def _as_places(places: pd.DataFrame, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(places, geometry="geometry", crs=like.crs)


def _report_osm(
    source_ids: "pd.Series[str]", decided: npt.NDArray[np.int64], osm_rules: Sequence[CategoryRule]
) -> pd.DataFrame:
    excluded = np.flatnonzero(flag_effect(decided, osm_rules, "exclude"))
    texts = [f"{osm_rules[decided[row]].reason} [{osm_rules[decided[row]].rule_id}]" for row in excluded]
    withheld = int(flag_effect(decided, osm_rules, "withhold").sum())
    unknown = int((decided == NO_RULE).sum())
    return concat_issues(
        [
            build_issues(OSM_SOURCE, IssueCode.PLACE_EXCLUDED, rows=source_ids.iloc[excluded], texts=texts),
            count_issue(OSM_SOURCE, IssueCode.PLACE_EXCLUDED, count=withheld, text=_WITHHELD),
            count_issue(
                OSM_SOURCE,
                IssueCode.PLACE_CLASS_UNKNOWN,
                count=unknown,
                text="carries a tag of a candidate but meets no rule of config/categories.csv; left out",
            ),
        ]
    )


def _decide_records(
    records: pd.DataFrame, rules: CategoryRules, list_rules: Sequence[CategoryRule]
) -> tuple[npt.NDArray[np.int64], "pd.Series[str]"]:
    # A sensitive word anywhere wins; a word of the kind beats a word of the name; the
    # name "Bürgerhaus am Park" is no park, so its classes go before its exclusions.
    hints, names = records["class_hint"].fillna(""), records["name"].fillna("")
    labels = {
        text.casefold(): c.key for c in rules.classes.values() for text in (c.key, c.label_de, c.label_en)
    }
    everything = (hints + " · " + names + " · " + records["fields"].fillna("")).astype("str")
    in_order = list(range(len(list_rules)))
    withhold = [p for p in in_order if list_rules[p].effect == "withhold"]
    classes = [p for p in in_order if list_rules[p].effect == "class"]
    decided = _find_words(everything, list_rules, withhold)
    is_withheld = decided != NO_RULE
    given = hints.str.strip().str.casefold().map(labels).mask(is_withheld).astype("str")
    open_rows = given.isna().to_numpy(dtype=bool)
    by_name = [*classes, *(p for p in in_order if p not in classes)]
    for texts, order in ((hints, in_order), (names, by_name)):
        rows = np.flatnonzero(open_rows & (decided == NO_RULE))
        decided[rows] = _find_words(texts.iloc[rows], list_rules, order)
    return _choose_kinds(names, decided, list_rules, given=given), given


def _choose_kinds(
    names: "pd.Series[str]",
    decided: npt.NDArray[np.int64],
    list_rules: Sequence[CategoryRule],
    *,
    given: "pd.Series[str]",
) -> npt.NDArray[np.int64]:
    # The kind of the list says the class, and the name may say more within it: "Bücherei" and
    # "Schulbücherei am Wall". The first rule of that class which fits either of them holds; where it
    # adds nothing to a class that the row names, there is no rule: the class holds.
    by_rule = np.array([rule.class_key for rule in list_rules] + [None], dtype=object)
    classes = given.astype(object).where(given.notna(), pd.Series(by_rule[decided], index=given.index))
    chosen = decided.copy()
    for key in classes.dropna().unique():
        rows = np.flatnonzero(classes == key)
        own = [position for position, rule in enumerate(list_rules) if rule.class_key == key]
        named = _find_words(names.iloc[rows], list_rules, own)
        is_better = (named != NO_RULE) & ((chosen[rows] == NO_RULE) | (named < chosen[rows]))
        chosen[rows] = np.where(is_better, named, chosen[rows])
    adds = np.array([bool(rule.standing or rule.consumption_free) for rule in list_rules] + [True])
    return np.where(given.notna() & ~adds[chosen], NO_RULE, chosen)


def _find_words(
    texts: "pd.Series[str]", list_rules: Sequence[CategoryRule], order: Sequence[int]
) -> npt.NDArray[np.int64]:
    patterns = [(position, list_rules[position].words) for position in order]
    found = {
        text: next(
            (position for position, words in patterns if words is not None and words.search(text)), NO_RULE
        )
        for text in texts.unique()
    }
    return np.array([found[text] for text in texts], dtype=np.int64)


def _report_records(
    records: pd.DataFrame,
    decided: npt.NDArray[np.int64],
    list_rules: Sequence[CategoryRule],
    *,
    is_class: BoolArray,
    has_point: BoolArray,
) -> pd.DataFrame:
    is_excluded = flag_effect(decided, list_rules, "exclude")
    is_withheld = flag_effect(decided, list_rules, "withhold")
    is_unknown = ~is_class & (decided == NO_RULE)
    parts = []
    for source in sorted(records["source"].unique()):
        ours = (records["source"] == source).to_numpy(dtype=bool)
        excluded = np.flatnonzero(ours & is_excluded)
        reasons = [
            f"{list_rules[decided[row]].reason} [{list_rules[decided[row]].rule_id}]" for row in excluded
        ]
        unknown = np.flatnonzero(ours & is_unknown)
        hints = [
            f'kind "{text}"' if text else "no kind" for text in records["class_hint"].iloc[unknown].fillna("")
        ]
        lost = np.flatnonzero(ours & is_class & ~has_point)
        parts += [
            build_issues(source, IssueCode.PLACE_EXCLUDED, rows=records["row"].iloc[excluded], texts=reasons),
            count_issue(
                source, IssueCode.PLACE_EXCLUDED, count=int((ours & is_withheld).sum()), text=_WITHHELD
            ),
            build_issues(
                source,
                IssueCode.PLACE_CLASS_UNKNOWN,
                rows=records["row"].iloc[unknown],
                texts=[
                    f"{hint} and a name without a known word: add a class or a rule; left out"
                    for hint in hints
                ],
            ),
            build_issues(
                source,
                IssueCode.PLACE_WITHOUT_POSITION,
                rows=records["row"].iloc[lost],
                texts="no coordinates and no address that was found; left out",
            ),
        ]
    return concat_issues(parts)


def _find_field(fields: Mapping[str, object], keys: Sequence[str]) -> str | None:
    folded = {key.strip().casefold(): value for key, value in fields.items()}
    return next((str(folded[key]) for key in keys if folded.get(key) not in (None, "")), None)
