# SPDX-License-Identifier: MIT
"""Who has reached a place minute by minute; expected shares are counted by hand or by a loop."""

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from begegnung_geo.analysis.walk_curves import MINUTES_MAX, build_walk_curves
from begegnung_geo.config import build_profile
from begegnung_geo.schema import conform_table

WALKING = build_profile(
    {"city": {"key": "ort", "name": "Ort"}, "sources": {"osm": {"file": "ort.osm.pbf"}}}, where="test"
).walking
DISTRICTS = pd.DataFrame({"level": ["bezirk"] * 3, "district_id": ["01", "02", "03"]})


def _live(*homes):
    ids, persons, walks = zip(*homes, strict=True)
    return gpd.GeoDataFrame(
        {
            "persons": persons,
            "walk_distance_m": walks,
            "walk_distance_step_free_m": [np.nan] * len(homes),
            "district_id_bezirk": pd.Series(ids, dtype="str"),
        },
        geometry=[Point(0, 0)] * len(homes),
        crs="EPSG:25832",
    )


def _curve(curves, level, district_id):
    own = curves[(curves["level"] == level) & (curves["district_id"] == district_id)]
    return own.set_index("minute")["reached_share"]


def test_a_home_counts_from_the_minute_that_reaches_it_and_an_unknown_walk_never_does():
    # The senior walks 60 m a minute: 120 m are two minutes, 121 m three.
    demand = _live(("01", 10.0, 120.0), ("01", 30.0, 121.0), ("01", 60.0, np.nan), ("02", 100.0, 0.0))
    curves = build_walk_curves(demand, DISTRICTS, walking=WALKING, profile="senior")
    conform_table(curves, "walk_curves")
    first = _curve(curves, "bezirk", "01")
    assert first.loc[[0, 1, 2, 3, MINUTES_MAX]].tolist() == [0.0, 0.0, 0.1, 0.4, 0.4]
    assert _curve(curves, "bezirk", "02").eq(1.0).all()
    assert _curve(curves, "bezirk", "03").isna().all()
    assert _curve(curves, "city", "").loc[[1, 2, 3]].tolist() == [0.5, 0.55, 0.7]


def test_people_without_a_district_count_for_the_city_only():
    demand = _live((None, 50.0, 0.0), ("01", 50.0, 6000.0))
    curves = build_walk_curves(demand, DISTRICTS, walking=WALKING, profile="senior")
    assert _curve(curves, "city", "").iloc[-1] == 0.5
    assert _curve(curves, "bezirk", "01").iloc[-1] == 0.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["01", "02"]),
            st.floats(0.5, 100),
            st.one_of(st.just(float("nan")), st.floats(0, 4000)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_curves_agree_with_a_loop_and_never_fall(homes):
    curves = build_walk_curves(_live(*homes), DISTRICTS, walking=WALKING, profile="senior")
    city = _curve(curves, "city", "")
    total = sum(persons for _, persons, _ in homes)
    looped = [
        sum(persons for _, persons, walk in homes if walk <= minute * 60.0) / total
        for minute in range(MINUTES_MAX + 1)
    ]
    np.testing.assert_allclose(city.to_numpy(), looped, rtol=0, atol=1e-12)
    assert (np.diff(city.to_numpy()) >= 0).all()
