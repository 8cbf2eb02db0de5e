# SPDX-License-Identifier: MIT
"""What an invented statistics office publishes of the districts: SGB II, single households, people."""

import numpy as np

from begegnung_geo.sample.districts import District

FIGURE_HEADER = ("statistischer_bezirk_nr", "statistischer_bezirk", "sgb2_quote", "einpersonenhaushalte")
TOTALS_HEADER = (
    "statistischer_bezirk_nr", "statistischer_bezirk", "einwohner", "unter_18", "65_und_aelter",
)  # fmt: skip
_REGISTER_ABOVE_CENSUS = 1.025  # registers count 2 to 3 % more people than the census (Dortmund 2018/2019)
_ROUND_TO = 5  # as cities publish them
_HIDDEN = "–"
_HIDDEN_BEZIRK = "130"  # too few households: the office hides the figure
# Share of people with SGB II and of single households, in percent: what the plan's quarters are like.
_KNOWN = {
    "000": (12.4, 58.1), "010": (14.9, 49.7), "020": (11.2, 45.3), "030": (7.8, 36.9), "100": (22.6, 51.8),
    "110": (29.3, 43.2), "120": (5.1, 31.4), "130": (3.2, 27.5), "200": (16.0, 44.6), "210": (4.4, 29.9),
    "220": (3.9, 28.3), "230": (6.2, 33.0),
}  # fmt: skip


def build_figure_rows(districts: list[District], *, seed: int) -> list[tuple[str, str, str, str]]:
    """Return id, name, SGB II and single households in percent, decimal comma; one figure is hidden."""
    rows = []
    for district in districts:
        rng = np.random.default_rng([seed, int(district.number), 7])
        drawn = (float(rng.uniform(3, 30)), float(rng.uniform(25, 60)))
        plan_number = f"{int(district.number):03d}"  # large towns write one more leading zero
        welfare, single = _KNOWN.get(plan_number, drawn)
        is_hidden = plan_number == _HIDDEN_BEZIRK
        rows.append(
            (
                district.number,
                district.name,
                _HIDDEN if is_hidden else f"{welfare:.1f}".replace(".", ","),
                f"{single:.1f}".replace(".", ","),
            )
        )
    return rows


def build_totals_rows(
    districts: list[District], persons: list[int], *, seed: int
) -> list[tuple[str, str, int, int, int]]:
    """
    Return id, name, people, people under 18 and of 65 and more by the invented residents' register.

    Parameters
    ----------
    persons
        People who live in each district.
    """
    rows = []
    for district, lived in zip(districts, persons, strict=True):
        rng = np.random.default_rng([seed, int(district.number), 8])
        total = _round(lived * _REGISTER_ABOVE_CENSUS * float(rng.uniform(0.98, 1.02)))
        young, old = (_round(total * float(rng.uniform(*range_))) for range_ in ((0.13, 0.22), (0.14, 0.26)))
        rows.append((district.number, district.name, total, young, old))
    return rows


def _round(persons: float) -> int:
    return round(persons / _ROUND_TO) * _ROUND_TO
