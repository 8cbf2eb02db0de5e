# SPDX-License-Identifier: MIT
"""The need index, worked out by hand on towns of a few homes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from begegnung_geo.analysis.need import build_need, find_need
from begegnung_geo.assessment import Need
from begegnung_geo.schema import conform_table

OLD = {"persons_65_plus": {"weight": 1.0, "reason": "old"}}
BOTH = OLD | {"sgb2": {"weight": 3.0, "reason": "poor"}}
DISTRICTS = pd.DataFrame({"level": ["b", "b", "b", "a", "a"], "district_id": ["1", "2", "3", "x", "y"]})
# 100, 200 and 100 people; a tenth, a quarter and half of them 65 and older.
HOMES = [("1", "x", 100, 10), ("2", "x", 200, 50), ("3", "y", 100, 50)]


def build_demand(homes):
    demand = pd.DataFrame(homes, columns=["district_id_b", "district_id_a", "persons", "persons_65_plus"])
    return demand.astype({"persons": float, "persons_65_plus": float})


def build_figures(values, *, level="b", unit="percent", figure="sgb2"):
    return pd.DataFrame(
        {
            "level": level,
            "district_id": list(values),
            "figure": figure,
            "unit": unit,
            "value": pd.Series(list(values.values()), dtype="float64"),
        }
    )


def build_settings(indicators, *, known=0.95, level_known=0.5):
    return Need.model_validate(
        {"known_share_min": known, "level_known_share_min": level_known, "indicators": indicators}
    )


def weigh(homes=HOMES, figures=None, *, indicators=OLD, districts=DISTRICTS, **more):
    """Return the tables `need` and `need_indicators`, by district and by district and indicator."""
    given_figures = build_figures({}) if figures is None else figures
    need, rows = build_need(
        build_demand(homes), districts, given_figures, need=build_settings(indicators, **more)
    )
    conform_table(need, "need")
    conform_table(rows, "need_indicators")
    return need.set_index("district_id"), rows.set_index(["district_id", "indicator"])


def test_a_rank_is_the_share_of_people_with_less_and_half_of_those_with_as_much():
    # Of 400 people: 0 + 50, 100 + 100, 300 + 50. On the coarser level 60/300 = 20 % and 50 %.
    need, rows = weigh()
    assert need["need_index"].to_dict() == {"1": 0.125, "2": 0.5, "3": 0.875, "x": 0.375, "y": 0.875}
    assert rows.xs("persons_65_plus", level=1)["value"].to_dict() == {
        "1": 0.1, "2": 0.25, "3": 0.5, "x": 0.2, "y": 0.5,
    }  # fmt: skip
    assert set(rows["basis"]) == {"people"}


def test_the_index_is_the_weighted_mean_of_the_ranks():
    # SGB II 30, 10 and 20 %: ranks 350/400, 100/400, 250/400; (1 x old + 3 x sgb2) / 4.
    need, rows = weigh(figures=build_figures({"1": 30, "2": 10, "3": 20}), indicators=BOTH)
    assert rows.xs("sgb2", level=1)["rank_share"].loc[["1", "2", "3"]].tolist() == [0.875, 0.25, 0.625]
    assert need.loc["1", "need_index"] == pytest.approx((0.125 + 3 * 0.875) / 4)
    assert need.loc["2", "need_index"] == pytest.approx((0.5 + 3 * 0.25) / 4)


def test_coarser_districts_take_the_mean_of_the_finer_ones_by_people():
    _, rows = weigh(figures=build_figures({"1": 30, "2": 10, "3": 20}), indicators=BOTH)
    x = rows.loc[("x", "sgb2")]
    assert x["value"] == pytest.approx((100 * 0.3 + 200 * 0.1) / 300)
    assert x["basis"] == "finer_figure"
    assert rows.loc[("1", "sgb2"), "basis"] == "figure"


def test_finer_districts_learn_nothing_from_a_coarse_figure():
    need, rows = weigh(figures=build_figures({"x": 30, "y": 10}, level="a"), indicators=BOTH)
    assert ("1", "sgb2") not in rows.index
    assert need.loc["1", "need_index"] == 0.125  # of the age group alone
    assert rows.loc[("x", "sgb2"), "rank_share"] == pytest.approx((100 + 150) / 400)


@pytest.mark.parametrize(
    ("unit", "given_values", "values"),
    [
        ("share", {"1": 0.3, "2": 0.1, "3": 0.2}, [0.3, 0.1, 0.2]),
        ("persons", {"1": 30, "2": 20, "3": 20}, [0.3, 0.1, 0.2]),  # of 100, 200 and 100 people
        ("other", {"1": 3000, "2": 1000, "3": 2000}, [3000, 1000, 2000]),
    ],
)
def test_units_do_not_matter_for_the_rank(unit, given_values, values):
    _, rows = weigh(figures=build_figures(given_values, unit=unit), indicators=BOTH)
    of_finer = rows.xs("sgb2", level=1).loc[["1", "2", "3"]]
    assert of_finer["value"].tolist() == pytest.approx(values)
    assert of_finer["rank_share"].tolist() == [0.875, 0.25, 0.625]


def test_equal_values_share_the_middle_of_their_ranks():
    need, _ = weigh([("1", "x", 100, 10), ("2", "x", 200, 20), ("3", "y", 100, 50)])
    assert need["need_index"].loc[["1", "2", "3"]].tolist() == [0.375, 0.375, 0.875]


def test_a_reversed_indicator_turns_the_ranks():
    income = {"sgb2": {"weight": 1.0, "is_reversed": True, "reason": "income"}}
    need, _ = weigh(figures=build_figures({"1": 30, "2": 10, "3": 20}, unit="other"), indicators=income)
    assert need["need_index"].loc[["1", "2", "3"]].tolist() == [0.125, 0.75, 0.375]


def test_an_unknown_figure_makes_a_range_and_is_not_the_mean():
    # 2 is unknown: 1 and 3 are ranked among their 200 people.
    need, rows = weigh(figures=build_figures({"1": 30, "3": 20}), indicators=BOTH)
    assert rows.loc[("1", "sgb2"), "rank_share"] == 0.75
    assert np.isnan(rows.loc[("2", "sgb2"), "rank_share"])
    two = need.loc["2"]
    assert np.isnan(two["need_index"])
    assert two[["need_index_low", "need_index_high"]].tolist() == [0.5 / 4, (0.5 + 3) / 4]
    assert two["known_weight_share"] == 0.25
    # On the coarser level it is known for a quarter of the people only, and not used.
    assert need.loc["x", "need_index"] == 0.375


def test_a_figure_that_few_know_is_not_used_at_all():
    need, rows = weigh(figures=build_figures({"1": 30}), indicators=BOTH)  # 100 of 400 people
    assert "sgb2" not in rows.index.get_level_values(1)
    assert need["need_index"].notna().all()


def test_a_group_that_is_not_known_for_some_cells_is_the_share_among_the_others_or_not_known():
    homes = [*HOMES, ("3", "y", 5, None)]
    assert weigh(homes)[1].loc[("3", "persons_65_plus"), "value"] == 0.5  # known for 100 of 105
    homes = [*HOMES, ("3", "y", 6, None)]
    assert np.isnan(weigh(homes)[0].loc["3", "need_index"])  # known for 94 %


def test_a_group_nobody_counted_makes_no_need():
    need, rows = weigh(indicators={"persons_80_plus": {"weight": 1.0, "reason": "very old"}})
    assert need[["need_index", "need_index_low", "need_index_high"]].isna().all().all()
    assert len(rows) == 0


def test_a_weight_of_zero_takes_an_indicator_out():
    indicators = BOTH | {"sgb2": {"weight": 0.0, "reason": "not here"}}
    need, rows = weigh(figures=build_figures({"1": 30, "2": 10, "3": 20}), indicators=indicators)
    assert set(rows.index.get_level_values(1)) == {"persons_65_plus"}
    assert need.loc["1", "need_index"] == 0.125


def test_where_nobody_lives_there_is_no_need():
    districts = pd.concat([DISTRICTS, pd.DataFrame({"level": ["b"], "district_id": ["4"]})])
    need, _ = weigh(figures=build_figures({"4": 50}), indicators=BOTH, districts=districts)
    assert need.loc["4", ["need_index", "need_index_low", "need_index_high"]].isna().all()


def test_a_home_has_the_need_of_its_finest_district_that_has_one():
    need, _ = build_need(build_demand(HOMES), DISTRICTS, build_figures({}), need=build_settings(OLD))
    assert find_need(build_demand(HOMES), need).tolist() == [0.125, 0.5, 0.875]
    is_finest_unknown = (need["level"] == "b") & (need["district_id"] == "1")
    partly = need.assign(need_index=need["need_index"].mask(is_finest_unknown))
    assert find_need(build_demand(HOMES), partly).tolist() == [0.375, 0.5, 0.875]


def test_one_indicator_has_the_mean_of_one_half_over_the_people():
    need, _ = weigh()
    assert np.average(need["need_index"].loc[["1", "2", "3"]], weights=[100, 200, 100]) == pytest.approx(0.5)


values_of_a_town = st.lists(
    st.tuples(st.integers(1, 500), st.integers(0, 40), st.one_of(st.none(), st.integers(0, 100))),
    min_size=2,
    max_size=8,
)


@given(town=values_of_a_town, seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_is_irrelevant(town, seed):
    homes = [(str(k), "x", people, people * old / 100) for k, (people, old, _) in enumerate(town)]
    districts = pd.DataFrame({"level": "b", "district_id": [row[0] for row in homes]})
    figures = build_figures({str(k): row[2] for k, row in enumerate(town)})
    shuffle = np.random.default_rng(seed)
    settings_ = build_settings(BOTH)
    first = build_need(build_demand(homes), districts, figures, need=settings_)
    second = build_need(
        build_demand([homes[k] for k in shuffle.permutation(len(homes))]),
        districts.sample(frac=1, random_state=seed),
        figures.sample(frac=1, random_state=seed),
        need=settings_,
    )
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other)


@given(town=values_of_a_town, more=st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_more_of_an_indicator_never_lowers_a_districts_need(town, more):
    def measure(extra):
        homes = [
            (str(k), "x", people, people * (old + (extra if not k else 0)) / 100)
            for k, (people, old, _) in enumerate(town)
        ]
        districts = pd.DataFrame({"level": "b", "district_id": [row[0] for row in homes]})
        figures = build_figures({str(k): row[2] for k, row in enumerate(town)})
        return weigh(homes, figures, indicators=BOTH, districts=districts)[0].loc["0"]

    before, after = measure(0), measure(more)
    assert after["need_index_low"] >= before["need_index_low"]
    assert after["need_index_high"] >= before["need_index_high"]
