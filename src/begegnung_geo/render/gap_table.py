# SPDX-License-Identifier: MIT
"""The table of gaps: the same content as the red areas on the map."""

import math
from typing import Any

from begegnung_geo.render.choice import SHOWN_GROUPS
from begegnung_geo.render.figures import rank_persons
from begegnung_geo.render.scopes import Scope, order_levels
from begegnung_geo.render.sections import name_gaps
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import clean_text


def build_gap_rows(scope: Scope, speaker: Speaker) -> list[dict[str, Any]]:
    """
    Return one row a gap of the scope, largest first.

    Returns
    -------
    rows
        `number` is the position in `scope.gaps`, as on the map; `district` the name of
        the finest district it lies in, empty where there is none; `groups` one entry for
        each of `list_gap_groups`.
    """
    groups = list_gap_groups(scope)
    districts = speaker.content.districts
    levels = [level for level in order_levels(districts) if f"district_id_{level}" in scope.gaps]
    names = {
        (str(level), str(district_id)): clean_text(name)
        for level, district_id, name in districts[["level", "district_id", "name"]].itertuples(index=False)
    }
    finest = levels[-1] if levels else ""
    records = scope.gaps.drop(columns="geometry").to_dict("records")
    return [
        {
            "number": number,
            "name": name,
            "persons": speaker.persons_told(record["persons"]),
            "persons_sort": rank_persons(record["persons"]),
            "groups": [_tell_group(record[f"persons_{group}"], speaker) for group in groups],
            "district": names.get((finest, str(record[f"district_id_{finest}"])), "") if finest else "",
        }
        for number, (record, name) in enumerate(zip(records, name_gaps(scope.gaps, speaker), strict=True))
    ]


def list_gap_groups(scope: Scope) -> list[str]:
    """Return the groups whose number is told for at least one gap, young before old."""
    return [
        group
        for group in SHOWN_GROUPS
        if f"persons_{group}" in scope.gaps and scope.gaps[f"persons_{group}"].notna().any()
    ]


def _tell_group(persons: float, speaker: Speaker) -> dict[str, Any]:
    # Hidden and unknown look alike: of neither a number is told.
    text = speaker.words.say("gap.group_untold") if math.isnan(persons) else speaker.persons_told(persons)
    return {"text": text, "sort": rank_persons(persons)}
