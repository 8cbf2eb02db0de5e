# SPDX-License-Identifier: MIT
"""The figures of a fact sheet: charts, who is affected, which places there are."""

import base64
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from begegnung_geo.render.charts import Bar, Curve, draw_bars, draw_curves
from begegnung_geo.render.figures import find_reach
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.sections import build_district_tables
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.symbols import PLACE_GROUPS, find_group

_CITY_LEVEL = "city"


def embed_svg(svg: str) -> str:
    """Return the address that holds an SVG document itself."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def build_charts(scope: Scope, city: Scope, speaker: Speaker) -> list[dict[str, str]]:
    """
    Return the charts: `caption`, `text` (what the chart says) and `image` (address).

    A chart that would be empty is no chart: it has only a `text`, which says so.
    """
    charts = [_build_curve_chart(scope, city, speaker), _build_bar_chart(scope, city, speaker)]
    return [chart for chart in charts if chart]


def _build_bar_chart(scope: Scope, city: Scope, speaker: Speaker) -> dict[str, str]:
    words = speaker.words
    found = build_district_tables(scope, speaker, pages={})
    if not found or not found[0]["rows"]:
        return {}
    table = found[0]
    if not table["has_bars"]:
        return {"text": words.say("sheet.bars_none", level=table["name"]), "image": ""}
    bars = [
        Bar(
            name=row["name"],
            share=None if row["bar"] is None else row["bar"] / 100,
            text=words.say("sheet.flagged", share=row["shares"][0])
            if row["is_underserved"]
            else row["shares"][0],
            is_flagged=row["is_underserved"],
            share_high=None if row["bar_high"] is None else row["bar_high"] / 100,
        )
        for row in table["rows"]
    ]
    bars.sort(key=lambda bar: (-1.0 if bar.share is None else -bar.share, bar.name))
    reach = speaker.headline_reach(city)
    line = Bar(
        name=city.name,
        share=reach.share_low if reach.has_share else None,
        text=words.say("figure.city", place=city.name, share=speaker.plain_share(reach)),
    )
    values: dict[str, Any] = {
        "level": table["name"],
        "minutes": words.number(reach.threshold_min),
        "people": speaker.profile(reach.profile),
    }
    spoken = "; ".join(words.say("sheet.bar_spoken", name=bar.name, share=bar.text) for bar in bars)
    return {
        "caption": words.say("sheet.bars_caption", **values),
        "text": words.say("sheet.chart_text", content=spoken, city=line.text),
        "image": embed_svg(draw_bars(bars, city=line)),
    }


def _build_curve_chart(scope: Scope, city: Scope, speaker: Speaker) -> dict[str, str]:
    words, profile = speaker.words, speaker.content.profile
    reach = speaker.headline_reach(scope)
    if not reach.has_share:
        return {"text": words.say("sheet.curve_none", place=scope.name), "image": ""}
    own = _read_curve(scope, speaker)
    whole = None if scope.is_city else Curve(city.name, _read_curve(city, speaker))
    limits = profile.walking.thresholds_min
    told = [
        words.say(
            "sheet.curve_spoken",
            minutes=words.number(limit),
            share=speaker.plain_share(find_reach(scope.coverage, (reach.profile, limit), profile=profile)),
        )
        for limit in limits
    ]
    city_line = words.say(
        "figure.city", place=city.name, share=speaker.plain_share(speaker.headline_reach(city))
    )
    image = draw_curves(
        Curve(scope.name, own),
        whole,
        limits_min=limits,
        labels=(words.say("sheet.curve_minutes"), words.say("sheet.curve_share")),
    )
    return {
        "caption": words.say("sheet.curve_caption", people=speaker.profile(reach.profile)),
        "text": words.say("sheet.chart_text", content="; ".join(told), city=city_line),
        "image": embed_svg(image),
    }


def _read_curve(scope: Scope, speaker: Speaker) -> npt.NDArray[np.float64]:
    # Whole percent a minute: a single household moves no point of the curve.
    curves = speaker.content.walk_curves
    level = _CITY_LEVEL if scope.is_city else scope.level
    own = curves[(curves["level"] == level) & (curves["district_id"] == scope.district_id)]
    shares: npt.NDArray[np.float64] = own.sort_values("minute")["reached_share"].to_numpy(dtype=np.float64)
    return np.round(shares, 2)


def list_kinds(scope: Scope, speaker: Speaker) -> list[dict[str, str]]:
    """Return the number of places by group of classes: counted, other, Potenzialräume."""
    places, words = scope.begegnungsorte, speaker.words
    if not len(places):
        return []
    group = pd.Series(
        [find_group(speaker.content.class_groups.get(str(name), "")) for name in places["class"]],
        index=places.index,
    )
    rows = []
    for number, sign in enumerate(PLACE_GROUPS):
        own = places[group == number]
        if not len(own):
            continue
        counted = int(own["is_counted"].sum())
        potential = int((own["standing"] == "potential").sum())
        rows.append(
            {
                "name": words.say(f"group.{sign.key}"),
                "counted": words.number(counted),
                "other": words.number(len(own) - counted - potential),
                "potential": words.number(potential),
            }
        )
    return rows
