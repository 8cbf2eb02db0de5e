# SPDX-License-Identifier: MIT
"""What the city map needs to try other open places: groups of homes as a text, and the words."""

from typing import Any

import numpy as np
import pandas as pd

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.geometry import IntArray, encode_numbers
from begegnung_geo.render.scopes import order_levels
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import clean_text
from begegnung_geo.render.try_area import list_codes

_ROLES = ("counted", "neighbour", "potential")  # the script knows them by number
_RANKS = ["walk_rank", "step_free_rank", "maybe_rank", "air_rank"]
_LEVEL = "district_id_"


def pack_tryout(content: SiteContent) -> dict[str, Any]:
    """
    Return what `tryout.js` computes with; empty without homes, without places or where the profile says no.

    Returns
    -------
    packed
        `places` (id, role, piece of network), `districts` (keys in the order of the texts),
        `combos` (the districts that groups live in together), `codes` (ranks of a walk),
        `uses` (number of the reach by profile and threshold), `rules` of publication, and
        `groups`: for each group the step to its combo, its packets, its piece of network + 1, how
        many places it reaches, and for each the step to its number and the number of its code.
    """
    places, groups, walks = content.try_places, content.try_groups, content.try_walks
    if not (content.profile.trial.in_pages and len(places) and len(groups)):
        return {}
    ordered = places.sort_values("position")
    combos, combo = _list_combos(groups, list_try_districts(content))
    codes, code = list_codes(walks[_RANKS])
    reaches = content.profile.walking.list_reaches()
    return {
        "places": {
            "id": ordered["begegnungsort_id"].tolist(),
            "role": [_ROLES.index(role) for role in ordered["role"]],
            "piece": ordered["component"].tolist(),
        },
        "districts": [f"{level}-{district_id}" for level, district_id in list_try_districts(content)],
        "combos": combos,
        "codes": codes,
        "beyond": len(reaches),
        "count": len(groups),
        "uses": _list_uses(content, reaches),
        "rules": _list_rules(content),
        "groups": _pack_groups(groups, walks, combo=combo, code=code),
    }


def build_tryout_texts(speaker: Speaker) -> dict[str, Any]:
    """Return the names of the districts and the phrases that the script fills in."""
    words, content = speaker.words, speaker.content
    districts = content.districts.set_index(["level", "district_id"])["name"].to_dict()
    return {
        "districts": [clean_text(districts[key]) for key in list_try_districts(content)],
        "city": clean_text(content.profile.city.name),
        "isEstimated": content.is_estimated,
        "percent": words.say("tryout.percent", number="{number}"),
        "share": {
            key: words.say(f"share.{key}", share="{share}")  # some need no share
            for key in ("below", "above", "estimated", "no_people", "few_people", "no_statement")
        }
        | {"range": words.say("share.range", low="{low}", high="{high}")},
        "underLimit": words.say(
            "tryout.under", limit=words.number(content.profile.publication.suppress_below)
        ),
        "few": words.say("persons.few", limit=words.number(content.profile.publication.suppress_below)),
        **{key: words.say(f"tryout.{key}", **_SLOTS.get(key, {})) for key in _PHRASES},
        "listed": words.forms("tryout.listed", shown="{shown}"),
    }


_SENTENCE = {name: f"{{{name}}}" for name in ("share", "before", "persons", "minutes", "people")}
_NAMES = {"names": "{names}"}
_SLOTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("more", "fewer", "same", "people_more", "people_fewer", "people_same"), _SENTENCE),
    "opened": _NAMES, "closed": _NAMES, "caption": {"minutes": "{minutes}", "people": "{people}"},
    "area_about": {"area": "{area}"}, "area_under": {"area": "{area}"},
    "area_gained": {"area": "{area}"}, "area_lost": {"area": "{area}"},
    "plus": {"persons": "{persons}"}, "minus": {"persons": "{persons}"},
}  # fmt: skip
_PHRASES = (
    "nothing", "more", "fewer", "same", "people_more", "people_fewer", "people_same", "opened", "closed",
    "caption", "plus", "minus", "unchanged", "popup_open", "popup_close",
    "area_about", "area_under", "area_none", "area_gained", "area_lost",
)  # fmt: skip


def list_try_districts(content: SiteContent) -> list[tuple[str, str]]:
    """Return level and id of every district, coarse level before fine, by name."""
    rank = {level: number for number, level in enumerate(order_levels(content.districts))}
    rows = content.districts[["level", "district_id", "name"]].itertuples(index=False)
    ordered = sorted(rows, key=lambda row: (rank[row[0]], clean_text(row[2]), row[1]))
    return [(str(level), str(district_id)) for level, district_id, _ in ordered]


def _list_combos(groups: pd.DataFrame, districts: list[tuple[str, str]]) -> tuple[list[list[int]], IntArray]:
    # The groups come sorted by their districts: steps between the numbers of combos are small.
    numbers = {key: number for number, key in enumerate(districts)}
    levels = sorted(str(name) for name in groups.columns if str(name).startswith(_LEVEL))
    if not levels:
        return [[]], np.zeros(len(groups), dtype=np.int64)
    table = groups[levels].astype(object).where(groups[levels].notna(), None)
    combo, keys = pd.factorize(pd.MultiIndex.from_frame(table))
    names = [level.removeprefix(_LEVEL) for level in levels]
    found = [
        sorted(numbers[at] for at in zip(names, key, strict=True) if at in numbers) for key in keys.to_list()
    ]
    return found, combo.astype(np.int64)


def _pack_groups(groups: pd.DataFrame, walks: pd.DataFrame, *, combo: IntArray, code: IntArray) -> str:
    count = np.bincount(walks["group"].to_numpy(dtype=np.int64), minlength=len(groups))
    head = np.column_stack(
        [np.diff(combo, prepend=0), groups["packets"], groups["component"] + 1, count]
    ).astype(np.int64)
    position = walks["position"].to_numpy(dtype=np.int64)
    step = np.diff(position, prepend=0)
    starts = (np.cumsum(count) - count)[count > 0]
    step[starts] = position[starts]
    entries = np.column_stack([step, code]).astype(np.int64)
    # Each group's head stands before its entries.
    at = np.repeat(np.arange(len(groups)), 1)
    owner = np.concatenate([np.repeat(at, 4), np.repeat(walks["group"].to_numpy(dtype=np.int64), 2)])
    is_entry = np.concatenate([np.zeros(head.size, dtype=np.int64), np.ones(entries.size, dtype=np.int64)])
    order = np.lexsort((is_entry, owner))
    return encode_numbers(np.concatenate([head.ravel(), entries.ravel()])[order])


def _list_uses(content: SiteContent, reaches: list[float]) -> dict[str, Any]:
    walking = content.profile.walking
    return {
        key: {
            "stepFree": int(profile.step_free),
            "reach": {
                str(minutes): reaches.index(walking.reach_m(key, minutes))
                for minutes in walking.thresholds_min
            },
        }
        for key, profile in walking.profiles.items()
    }


def _list_rules(content: SiteContent) -> dict[str, Any]:
    publication = content.profile.publication
    # Where the people are not those of the area no share is told of anything (`withhold_shares`).
    has_shares = bool(content.city_coverage["covered_share_max"].notna().any())
    return {
        "packet": publication.round_to,
        "hiddenBelow": publication.suppress_below,
        "shareBase": max(publication.share_base_min, 1),
        "shareBaseGiven": publication.share_base_min,
        "unknownMax": content.profile.coverage.unknown_share_max,
        "hasShares": has_shares,
    }
