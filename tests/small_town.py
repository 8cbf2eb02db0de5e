# SPDX-License-Identifier: MIT
"""A hand-made town of a few streets, with figures anyone can add up, for the tests of the pages."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from attribute_rows import add_attributes
from begegnung_geo.analysis.completeness import build_completeness, build_fill_rates
from begegnung_geo.analysis.opening import assign_hours, build_opening
from begegnung_geo.analysis.opening_calendar import build_calendar
from begegnung_geo.config import build_profile
from begegnung_geo.issues import IssueCode, build_issues, concat_issues, count_issue
from begegnung_geo.profile import Profile
from begegnung_geo.provenance import SourceEntry
from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.site import render_site
from begegnung_geo.schema import build_empty, conform_table

CRS = "EPSG:25832"
WEST, SOUTH = 435_000.0, 6_028_000.0  # in the German Bight
WIDTH, HEIGHT = 4000.0, 3000.0
FIELD = (3000.0, 2000.0)  # nobody lives north-east of here

PERSONS = {"01": 1500.0, "02": 900.0, "11": 1200.0, "12": 400.0}
COVERED_SHARE = {"01": 0.8, "02": 0.5, "11": 0.25, "12": 0.1}
NAMES = {"01": "Altstadt", "02": "Hafen", "11": "Am Deich", "12": "Außenmark"}
CLASSES = ("municipal_centre", "library", "worship", "cafe_restaurant", "allotment_club", "youth_centre")
GROUPS = dict(zip(CLASSES, "NBRAVJ", strict=True))
LABELS = {
    "municipal_centre": ("Begegnungs- und Bürgerhaus", "Community centre"),
    "library": ("Bibliothek", "Library"),
    "worship": ("Kirche oder anderes Gotteshaus", "Place of worship"),
    "cafe_restaurant": ("Café oder Gaststätte", "Café or restaurant"),
    "allotment_club": ("Kleingartenvereinsheim", "Allotment clubhouse"),
    "youth_centre": ("Jugendfreizeitstätte", "Youth centre"),
}


def build_town(*, is_invented: bool = True, name: str = "Kleinstadt") -> SiteContent:
    """Return the content of a site: 4,000 people, 2 Stadtbezirke of 2 Bezirke, 12 places, 1 gap."""
    profile = build_town_profile(name=name, is_invented=is_invented)
    districts = _build_districts()
    coverage = _build_coverage(profile)
    content = SiteContent(
        profile=profile,
        program_version="0.1.0",
        data_date="2026-07-14",
        provenance=(
            SourceEntry(
                file="town.osm.pbf",
                title="Kartendaten der Kleinstadt",
                publisher="OpenStreetMap",
                url="https://www.openstreetmap.org/copyright",
                licence="ODbL 1.0",
                attribution="© OpenStreetMap-Mitwirkende",
                data_date="2026-07-14",
            ),
        ),
        begegnungsorte=_build_places(12),
        neighbour_places=_build_places(2, east=WIDTH + 300).drop(
            columns=["district_id_stadtbezirk", "district_id_statistischer_bezirk"]
        ),
        districts=districts,
        city_area=gpd.GeoDataFrame(
            {"name": [name], "origin": ["boundary_file"]},
            geometry=[_at(box(0, 0, WIDTH, HEIGHT))],
            crs=CRS,
        ),
        coverage=coverage,
        city_coverage=_sum_city(coverage),
        need=_build_need(_build_underserved()),
        need_indicators=_build_indicators(),
        underserved=_build_underserved(),
        underserved_variants=_build_variants(_build_underserved()),
        walk_curves=_build_walk_curves(coverage),
        siting_gains=_build_siting_gains(profile),
        siting_choices=_build_siting_choices(),
        siting_ranks=_build_siting_ranks(),
        reach_areas=_build_reach_areas(profile),
        gaps=_build_gaps(),
        demand=_build_demand(),
        background_areas=_build_background_areas(),
        background_lines=_build_background_lines(),
        background_labels=gpd.GeoDataFrame(
            {
                "label_id": ["node/1", "node/2"],
                "kind": ["quarter", "village"],
                "name": ["Markt", "Deichdorf"],
            },
            geometry=[_at(Point(900, 900)), _at(Point(3300, 2300))],
            crs=CRS,
        ),
        walk_edges=_build_walk_edges(),
        issues=concat_issues(
            [
                build_issues("orte.csv", IssueCode.PLACE_WITHOUT_NAME, rows=["3"], texts="ohne Namen"),
                count_issue("town.osm.pbf", IssueCode.OSM_NODE_MISSING, count=1204, text="abgeschnitten"),
            ]
        ),
        row_counts=pd.DataFrame(
            {"source": ["osm"], "read": [1300], "kept": [12], "merged": [3], "rejected": [1285]}
        ),
        **_judge_completeness(_build_places(12), districts),
        opening=_build_opening(_build_places(12), profile),
        open_coverage=_build_open_coverage(coverage, profile),
        class_labels=LABELS,
        class_groups=GROUPS,
        summary={"population": {"persons": 4000.0, "is_estimated": False, "source": "Zensus"}},
    )
    for table in ("begegnungsorte", "districts", "reach_areas"):
        conform_table(getattr(content, table), table)  # the town keeps the contract it stands in for
    conform_table(content.opening, "opening")
    told = ("coverage", "city_coverage", "open_coverage", "gaps")
    for table in (*told, "siting_gains", "siting_choices", "siting_ranks"):
        conform_table(getattr(content, table), f"published_{table}")
    return content


def _judge_completeness(places: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    settings: dict[str, Any] = {"second_sources": ["liste"], "matches_min": 7, "confidence": 0.95}
    return {
        "completeness": build_completeness(places, districts, class_groups=GROUPS, **settings),
        "fill_rates": build_fill_rates(places, districts, class_groups=GROUPS),
    }


def build_town_profile(*, name: str = "Kleinstadt", is_invented: bool = True, **sections: Any) -> Profile:
    """Return a profile with the shipped defaults."""
    overrides = {
        "city": {"key": "kleinstadt", "name": name, "is_invented": is_invented},
        "sources": {"osm": {"file": "town.osm.pbf"}},
        **sections,
    }
    return build_profile(overrides, where="test")


def without_places(content: SiteContent) -> SiteContent:
    """Return the town without any place: nobody is within reach."""
    nobody = {"persons_covered": 0.0, "covered_share": 0.0, "covered_share_max": 0.0}
    coverage = content.coverage.assign(**nobody, persons_beyond=content.coverage["persons"])
    return replace(
        content,
        begegnungsorte=content.begegnungsorte[:0],
        neighbour_places=content.neighbour_places[:0],
        coverage=coverage,
        city_coverage=_sum_city(coverage),
        opening=content.opening[:0],
        open_coverage=_build_open_coverage(coverage, content.profile),
        reach_areas=content.reach_areas[:0],
    )


def without_people(content: SiteContent) -> SiteContent:
    """Return the town without a known inhabitant."""
    nobody = {"persons": 0.0, "persons_covered": 0.0, "persons_unknown": 0.0, "persons_beyond": 0.0}
    unknown = {"covered_share": np.nan, "covered_share_max": np.nan}
    return replace(
        content,
        coverage=content.coverage.assign(**nobody, **unknown),
        city_coverage=content.city_coverage.assign(**nobody, **unknown),
        gaps=content.gaps[:0],
        demand=content.demand[:0],
        underserved=content.underserved.assign(
            is_underserved=False,
            stability="not_assessable",
            reasons=[["no_people"] for _ in range(len(content.underserved))],
        ),
        summary={"population": {"persons": 0.0, "is_estimated": False, "source": ""}},
    )


def with_unknown(content: SiteContent, *, share: float) -> SiteContent:
    """Return the town where a share of everyone's walks is unknown."""
    unknown = content.coverage["persons"] * share
    coverage = content.coverage.assign(
        persons_unknown=unknown,
        persons_beyond=(content.coverage["persons_beyond"] - unknown).clip(lower=0.0),
        covered_share_max=(content.coverage["covered_share"] + share).clip(upper=1.0),
    )
    return replace(content, coverage=coverage, city_coverage=_sum_city(coverage))


def with_estimate(content: SiteContent) -> SiteContent:
    """Return the town with people estimated from floor area."""
    return replace(
        content, summary={"population": {"persons": 4000.0, "is_estimated": True, "source": "OSM"}}
    )


def with_one_district(content: SiteContent) -> SiteContent:
    """Return the town as one single district."""
    whole = content.districts[:1].assign(district_id="0", name=content.profile.city.name, level="city")
    whole = whole.set_geometry([MultiPolygon([content.city_area.geometry.iloc[0]])], crs=CRS)
    coverage = content.city_coverage.assign(level="city", district_id="0")
    underserved = content.underserved[:1].assign(level="city", district_id="0", is_underserved=False)
    underserved["reasons"] = [[]]
    return replace(
        content,
        districts=whole,
        coverage=coverage,
        underserved=underserved,
        begegnungsorte=content.begegnungsorte.assign(district_id_city="0"),
    )


def with_names(content: SiteContent, names: list[str]) -> SiteContent:
    """Return the town with other names: of places, streets, parks, districts, gaps, quarters, sources."""

    def rename(frame: Any, columns: list[str]) -> Any:
        if not len(frame):
            return frame
        return frame.assign(**{c: [names[i % len(names)] for i in range(len(frame))] for c in columns})

    entry = content.provenance[0]
    return replace(
        content,
        begegnungsorte=_read_hours(
            rename(content.begegnungsorte, ["name", "street", "opening_hours", "operator"])
        ),
        neighbour_places=rename(content.neighbour_places, ["name"]),
        districts=rename(content.districts, ["name"]),
        gaps=rename(content.gaps, ["name"]),
        walk_edges=rename(content.walk_edges, ["name"]),
        background_labels=rename(content.background_labels, ["name"]),
        background_areas=rename(content.background_areas, ["name"]),
        background_lines=rename(content.background_lines, ["name"]),
        provenance=(
            entry.model_copy(
                update={"title": names[0], "attribution": names[0], "url": "javascript:alert(1)"}
            ),
        ),
    )


def _read_hours(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return assign_hours(places, calendar=build_calendar(2026, land="NW"))[0]


def _at(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: xy + np.array([WEST, SOUTH]))


def _build_districts() -> gpd.GeoDataFrame:
    half_w, half_h = WIDTH / 2, HEIGHT / 2
    rows = [
        ("0", "stadtbezirk", "Mitte", None, box(0, 0, half_w, HEIGHT)),
        ("1", "stadtbezirk", "Osterfeld", None, box(half_w, 0, WIDTH, HEIGHT)),
        ("01", "statistischer_bezirk", NAMES["01"], "0", box(0, 0, half_w, half_h)),
        ("02", "statistischer_bezirk", NAMES["02"], "0", box(0, half_h, half_w, HEIGHT)),
        ("11", "statistischer_bezirk", NAMES["11"], "1", box(half_w, 0, WIDTH, half_h)),
        ("12", "statistischer_bezirk", NAMES["12"], "1", box(half_w, half_h, WIDTH, HEIGHT)),
    ]
    frame = gpd.GeoDataFrame(
        {
            "district_id": [row[0] for row in rows],
            "level": [row[1] for row in rows],
            "name": [row[2] for row in rows],
            "parent_id": pd.Series([row[3] for row in rows], dtype="str"),
            "area_km2": [row[4].area / 1e6 for row in rows],
        },
        geometry=[MultiPolygon([_at(row[4])]) for row in rows],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform_table(frame, "districts"))


def _build_places(count: int, *, east: float = 0.0) -> gpd.GeoDataFrame:
    rng = np.arange(count)
    standing = np.array(["established", "established", "everyday", "everyday", "potential", "established"])
    x = 250 + (rng * 577) % (WIDTH / 2 - 100) if not east else east + rng * 150.0
    y = 250 + (rng * 811) % (HEIGHT - 400)
    in_east = np.where(rng % 5 == 0, WIDTH / 2, 0.0) if not east else np.zeros(count)
    classes = np.array(CLASSES)[rng % 6]
    frame = gpd.GeoDataFrame(
        {
            "begegnungsort_id": [f"b{'e' if east else '0'}{i:011x}" for i in rng],
            "name": pd.Series([None if i == 7 else f"Haus {chr(65 + i)}" for i in rng], dtype="str"),
            "class": classes,
            "standing": standing[rng % 6],
            "is_counted": np.isin(rng % 6, [0, 1, 2, 5]),
            "consumption_free": "yes",
            "evidence": np.array(["A", "C", "D", "C", "E", "B"])[rng % 6],
            "place_ids": [[f"osm:node/{i}"] for i in rng],
            "street": pd.Series(["Hafenstraße"] * count, dtype="str"),
            "house_number": pd.Series([str(i + 1) for i in rng], dtype="str"),
            "postcode": pd.Series(["27498"] * count, dtype="str"),
            "city": pd.Series(["Kleinstadt"] * count, dtype="str"),
            "opening_hours": pd.Series(
                [["Mo-Fr 09:00-17:00; Sa off", None, "nach Vereinbarung"][i % 3] for i in rng], dtype="str"
            ),
            "wheelchair": pd.Series([["yes", None, "limited", "no"][i % 4] for i in rng], dtype="str"),
            "operator": pd.Series([["Stadt", None][i % 2] for i in rng], dtype="str"),
            "precision": "object",
            "position_error_m": 15.0,
            "snap_distance_m": 5.0,
            "district_id_stadtbezirk": np.where(in_east > 0, "1", "0"),
            "district_id_statistischer_bezirk": [
                f"{int(e > 0)}{1 + int(v >= HEIGHT / 2)}" for e, v in zip(in_east, y, strict=True)
            ],
        },
        geometry=[_at(Point(a + e, b)) for a, e, b in zip(x, in_east, y, strict=True)],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform_table(add_attributes(frame), "begegnungsorte"))


def _build_coverage(profile: Profile) -> pd.DataFrame:
    # The share of senior / 10 minutes is COVERED_SHARE; other choices reach more or fewer.
    factor = {5: 0.5, 10: 1.0, 15: 1.2}
    rows = []
    for walker in profile.walking.profiles:
        for minutes in profile.walking.thresholds_min:
            covered = {
                key: min(PERSONS[key], PERSONS[key] * COVERED_SHARE[key] * factor[minutes]) for key in PERSONS
            }
            for level, members in (
                ("statistischer_bezirk", {key: [key] for key in PERSONS}),
                ("stadtbezirk", {"0": ["01", "02"], "1": ["11", "12"]}),
            ):
                for district_id, parts in members.items():
                    persons = sum(PERSONS[key] for key in parts)
                    reached = sum(covered[key] for key in parts)
                    rows.append(
                        {
                            "district_id": district_id,
                            "level": level,
                            "profile": walker,
                            "threshold_min": minutes,
                            "persons": persons,
                            "persons_covered": reached,
                            "persons_unknown": 0.0,
                            "persons_beyond": persons - reached,
                            "covered_share": reached / persons,
                            "covered_share_max": reached / persons,
                        }
                    )
    return conform_table(pd.DataFrame(rows), "published_coverage")


def _build_opening(places: gpd.GeoDataFrame, profile: Profile) -> pd.DataFrame:
    return build_opening(
        places,
        moments=profile.moments,
        calendar=build_calendar(2026, land="NW"),
        open_share_min=profile.opening.open_share_min,
    )


def _build_open_coverage(coverage: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    # At every moment a quarter of those within reach have a surely open place, three quarters perhaps.
    city = _sum_city(coverage).assign(level="city", district_id="")
    rows = pd.concat([coverage, city], ignore_index=True)
    told = rows[["level", "district_id", "profile", "threshold_min", "persons"]].assign(
        persons_covered_min=rows["persons_covered"] / 4,
        persons_covered_max=rows["persons_covered"] * 3 / 4,
        covered_share_min=rows["covered_share"] / 4,
        covered_share_max=rows["covered_share"] * 3 / 4,
    )
    return pd.concat([told.assign(moment=moment) for moment in profile.moments], ignore_index=True)


def _sum_city(coverage: pd.DataFrame) -> pd.DataFrame:
    rows = coverage[coverage["level"] == "stadtbezirk"]
    sums = rows.groupby(["profile", "threshold_min"], as_index=False)[
        ["persons", "persons_covered", "persons_unknown", "persons_beyond"]
    ].sum()
    sums["covered_share"] = sums["persons_covered"] / sums["persons"]
    sums["covered_share_max"] = (sums["persons_covered"] + sums["persons_unknown"]) / sums["persons"]
    return sums


def _build_underserved() -> pd.DataFrame:
    # Rule: below 50 % and at least 500 people. 12 has too few; 1 (east) has 1,600 at 21 %.
    return pd.DataFrame(
        {
            "district_id": ["0", "1", "01", "02", "11", "12"],
            "level": ["stadtbezirk"] * 2 + ["statistischer_bezirk"] * 4,
            "is_underserved": [False, True, False, False, True, False],
            "stability": ["robust", "robust", "robust", "fragile", "likely", "not_assessable"],
            "variants_agree": [4, 4, 4, 2, 3, 0],
            "variants_count": [4, 4, 4, 4, 4, 0],
            "reasons": [
                [], ["share_below_limit"], [], [], ["share_below_limit", "share_below_median"],
                ["few_people"],
            ],
            # Of 2,400 people 1,650 and of 1,600 people 340 are within reach; else see COVERED_SHARE.
            "persons_beyond": [750.0, 1260.0, 300.0, 450.0, 900.0, 360.0],
            "need_index": [0.3, np.nan, 0.2, 0.45, 0.72, 0.9],
            "level_median_share": [0.45] * 2 + [0.375] * 4,
        }
    )  # fmt: skip


def _build_need(underserved: pd.DataFrame) -> pd.DataFrame:
    index = underserved["need_index"]
    need = underserved[["level", "district_id", "need_index"]].assign(
        need_index_low=index.fillna(0.4), need_index_high=index.fillna(0.81), known_weight_share=1.0
    )
    return conform_table(need, "need")


def _build_indicators() -> pd.DataFrame:
    row = {"level": "stadtbezirk", "district_id": "0", "basis": "people", "value": 0.2, "rank_share": 0.3}
    rows = [row | {"indicator": key, "weight": 1.0} for key in ("persons_under_18", "persons_65_plus")]
    return conform_table(pd.DataFrame(rows), "need_indicators")


def _build_variants(underserved: pd.DataFrame) -> pd.DataFrame:
    tried = [("speed", 0.9), ("speed", 1.1), ("threshold", 8.0), ("threshold", 12.0)]
    rows = [
        {
            "district_id": flag["district_id"],
            "level": flag["level"],
            "variant": f"{dimension}_{value:g}",
            "dimension": dimension,
            "value": value,
            # The last ones disagree: first 12 minutes, then 8 minutes.
            "is_same_answer": number < flag["variants_agree"],
            "same_answer_share": float(number < flag["variants_agree"]),
            "is_underserved": (number < flag["variants_agree"]) == flag["is_underserved"],
            "covered_share": 0.4,
        }
        for flag in underserved.to_dict("records")
        if flag["variants_count"]
        for number, (dimension, value) in enumerate(tried)
    ]
    return conform_table(pd.DataFrame(rows), "underserved_variants")


def _build_reach_areas(profile: Profile) -> gpd.GeoDataFrame:
    centres = [(400, 500), (1300, 1000), (900, 2200), (2400, 700)]
    rows, shapes = [], []
    for walker, settings in profile.walking.profiles.items():
        for minutes in profile.walking.thresholds_min:
            radius = settings.speed_m_s * 60 * minutes * 0.75
            union = shapely.union_all([_at(Point(c)).buffer(radius) for c in centres])
            rows.append({"profile": walker, "threshold_min": minutes})
            shapes.append(MultiPolygon([union]) if union.geom_type == "Polygon" else union)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=CRS)


def _build_gaps() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "gap_id": ["001"],
            "profile": ["senior"],
            "threshold_min": [10],
            "persons": [1234.0],
            "name": ["Deichdorf"],
            "district_id_stadtbezirk": ["1"],
            "district_id_statistischer_bezirk": ["11"],
        },
        geometry=[MultiPolygon([_at(box(2900, 300, 3700, 1200))])],
        crs=CRS,
    )


def _build_demand() -> gpd.GeoDataFrame:
    # One cell a hundred metres, but for a field in the north-east; the first cell holds a crowd.
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(50, WIDTH, 100), np.arange(50, HEIGHT, 100)))
    is_home = (x < FIELD[0]) | (y < FIELD[1])
    x, y = x[is_home], y[is_home]
    return gpd.GeoDataFrame(
        {
            "demand_id": [f"100mN{int(n // 100) + 1}E{int(e // 100) + 1}" for e, n in zip(x, y, strict=True)],
            "persons": np.where(np.arange(len(x)) == 0, 4321.0, 7.0),
            "is_estimated": False,
            "status": "reached",
            "air_distance_m": 500.0,
        },
        geometry=[_at(Point(e, n)) for e, n in zip(x, y, strict=True)],
        crs=CRS,
    )


def _build_walk_curves(coverage: pd.DataFrame) -> pd.DataFrame:
    # Straight lines through the share of the headline at ten minutes, at most everybody.
    headline = coverage[(coverage["profile"] == "senior") & (coverage["threshold_min"] == 10)]
    city = _sum_city(headline).assign(level="city", district_id="")
    minutes = np.arange(31)
    rows = pd.concat([city, headline], ignore_index=True)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "level": row.level,
                    "district_id": row.district_id,
                    "profile": "senior",
                    "minute": minutes,
                    "persons": row.persons,
                    "reached_share": np.minimum(row.covered_share * minutes / 10, 1.0),
                }
            )
            for row in rows.itertuples()
        ],
        ignore_index=True,
    )


def list_potential() -> list[str]:
    """Return the ids of the Potenzialräume: Haus E and Haus K."""
    return _build_places(12).query("standing == 'potential'")["begegnungsort_id"].tolist()


def _build_siting_gains(profile: Profile) -> pd.DataFrame:
    # In 10 minutes (senior) Haus E would bring 300 people within reach, Haus K 200, of whom Haus E would
    # reach too few to be told; in 5 minutes too few to be told, in 15 nobody.
    added = {5: [np.nan, np.nan], 10: [300.0, 200.0], 15: [0.0, 0.0]}
    rows = [
        (place_id, key, threshold_min, added[threshold_min][number])
        for number, place_id in enumerate(list_potential())
        for key in profile.walking.profiles
        for threshold_min in profile.walking.thresholds_min
    ]
    gains = pd.DataFrame(rows, columns=["begegnungsort_id", "profile", "threshold_min", "persons_added"])
    own = gains["persons_added"].where(gains["persons_added"] != 200.0)
    helped = gains["begegnungsort_id"].map(
        lambda key: ["statistischer_bezirk:12"] if key == list_potential()[0] else []
    )
    return gains.assign(
        persons_own=own, minutes_saved=1200.0, underserved_districts=helped, persons_added_65_plus=np.nan
    )


def _build_siting_choices() -> pd.DataFrame:
    first, second = list_potential()
    rows = [
        ("people", 1, [first], 300.0, 0.0, 300.0),
        ("people", 2, [first, second], 500.0, 0.01, 450.0),
        ("fewest", 2, [first, second], 500.0, 0.0, np.nan),
    ]
    columns = ["objective", "place_count", "begegnungsort_ids", "gain", "gap", "greedy_gain"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(profile="senior", threshold_min=10, bound=table["gain"])


def _build_siting_ranks() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "begegnungsort_id": list_potential(),
            "rank": [1, 2],
            "rank_low": [1, 1],
            "rank_high": [1, 2],
            "trials_agreeing": [5, 3],
            "trials": 5,
            "stability": ["robust", "fragile"],
        }
    )


def _build_background_areas() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"area_id": ["way/1", "way/2"], "layer": ["water", "green"], "name": ["Hafen", "Park"]},
        geometry=[_at(box(1500, 2000, 1900, 2900)), _at(box(2100, 1300, 2700, 1900))],
        crs=CRS,
    )


def _build_background_lines() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "line_id": ["way/3", "way/4"],
            "layer": ["main_road", "rail"],
            "name": pd.Series(["Hauptstraße", None], dtype="str"),
        },
        geometry=[_at(LineString([(0, 1450), (4000, 1550)])), _at(LineString([(2050, 0), (2050, 3000)]))],
        crs=CRS,
    )


def _build_walk_edges() -> gpd.GeoDataFrame:
    lines = [
        *[(f"Querstraße {i}", [(200 * i, 100), (200 * i + 40, 1450), (200 * i, 2900)]) for i in range(1, 20)],
        *[(f"Längsweg {i}", [(100, 250 * i), (2000, 250 * i + 30), (3900, 250 * i)]) for i in range(1, 12)],
    ]
    frame = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lines)),
            "from_node": np.arange(len(lines)) * 2,
            "to_node": np.arange(len(lines)) * 2 + 1,
            "component_id": 0,
            "length_m": [LineString(xy).length for _, xy in lines],
            "step_free": "yes",
            "is_step_free": True,
            "highway": "residential",
            "name": [name for name, _ in lines],
            "way_id": np.arange(len(lines)),
        },
        geometry=[_at(LineString(xy)) for _, xy in lines],
        crs=CRS,
    )
    return gpd.GeoDataFrame(conform_table(frame, "walk_edges"))


def write_site(content: SiteContent, folder: Path, *, language: str = "de") -> Path:
    """Write a site's pages into a folder and return the folder."""
    for name, text in render_site(content, language=language).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read_block(page: str, key: str) -> Any:
    """Return a JSON data block of a page."""
    return json.loads(page.split(f'id="{key}">', 1)[1].split("</script>", 1)[0])


def empty_table(name: str) -> Any:
    """Return a table without rows."""
    return build_empty(name, crs=CRS)


def polygon_of(coordinates: list[tuple[float, float]]) -> Polygon:
    """Return a polygon inside the town, from its south-west corner."""
    return _at(Polygon(coordinates))
