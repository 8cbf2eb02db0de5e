# SPDX-License-Identifier: MIT
"""What opening a Potenzialraum would bring: table, sentences on the best choice, lines of the popups."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from begegnung_geo.profile import Headline
from begegnung_geo.render.figures import rank_persons
from begegnung_geo.render.scopes import Scope, order_levels
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import clean_text

_DOUBTFUL = ("D", "E")  # nobody has confirmed that the room exists
_GROUPS = ("65_plus", "under_18")
_RANK_ENDS = {"rank": "", "low": "_low", "high": "_high"}
_PROVEN = 1e-6  # a smaller gap is float noise of the solver

Row = Mapping[Any, Any]


def build_potential(scope: Scope, speaker: Speaker) -> dict[str, Any]:
    """
    Return the section on the Potenzialräume of an area.

    Returns
    -------
    section
        `rows` (most people first), `columns` of people with their headings, `intro`, `caption`,
        and `choices`: which rooms together, of the whole city only. Empty where the city has no
        Potenzialraum. All figures are those of the published tables.
    """
    words, headlines = speaker.words, speaker.content.profile.coverage.headline[:2]
    if not len(speaker.content.siting_ranks):
        return {}
    first = headlines[0]
    use: dict[str, Any] = {
        "minutes": words.number(first.threshold_min),
        "people": speaker.profile(first.profile),
    }
    groups = [group for group in _GROUPS if f"persons_added_{group}" in speaker.content.siting_gains]
    rows = [_build_row(record, speaker, groups=groups) for record in list_gains(scope, speaker)]
    doubtful = sum(row["is_doubtful"] for row in rows)
    return {
        "rows": rows,
        "caption": words.say("potential.caption", place=scope.name, **use),
        "headings": [_say_heading(headline, speaker) for headline in headlines],
        "groups": [words.say(f"person_group.{group}") for group in groups],
        "choices": _say_choices(speaker, first) if scope.is_city else [],
        "doubt": words.say("potential.doubt_rows", count=doubtful) if doubtful else "",
        "none": words.say("potential.none", place=scope.name),
    }


def list_gains(scope: Scope, speaker: Speaker) -> list[dict[Any, Any]]:
    """
    Return one record a Potenzialraum of an area: place, gain at the first headline, rank.

    Most people first; those of whom the number is hidden after the others, then by id.
    """
    gains = _pick(speaker.content.siting_gains, speaker.content.profile.coverage.headline[0])
    places = pd.DataFrame(scope.begegnungsorte).drop(columns="geometry")
    ranks = speaker.content.siting_ranks.drop(columns=["trials", "trials_agreeing"])
    table = places.merge(gains, on="begegnungsort_id").merge(ranks, on="begegnungsort_id")
    order = {"persons_added": table["persons_added"].fillna(1.0)}  # hidden is more than nobody
    keys = ["persons_added", "rank", "begegnungsort_id"]
    ordered = table.assign(**order).sort_values(keys, ascending=[False, True, True]).index
    records: list[dict[Any, Any]] = table.loc[ordered].to_dict("records")
    return records


def name_room(record: Row, speaker: Speaker) -> str:
    """Return a room's name, or what kind of room it is, and where, if it has none."""
    name = clean_text(record["name"])
    if name:
        return name
    labels = speaker.content.class_labels.get(str(record["class"]), (str(record["class"]),) * 2)
    kind = clean_text(labels[speaker.words.language == "en"])
    district = _name_district(record, speaker)
    if not district:
        return speaker.words.say("potential.unnamed", kind=kind)
    return speaker.words.say("potential.unnamed_in", kind=kind, district=district)


def tell_gains(scope: Scope, speaker: Speaker) -> dict[str, list[Any]]:
    """
    Return what the popup of each Potenzialraum adds: people by profile and time, rank, doubt.

    Returns
    -------
    lines
        `begegnungsort_id` -> lines as `popup.js` takes them.
    """
    content, words = speaker.content, speaker.words
    ranks = content.siting_ranks.set_index("begegnungsort_id").to_dict("index")
    doubtful = set(_find_doubtful(scope.begegnungsorte)["begegnungsort_id"])
    own = content.siting_gains[
        content.siting_gains["begegnungsort_id"].isin(set(scope.begegnungsorte["begegnungsort_id"]))
    ]
    told: dict[str, list[Any]] = {}
    for place_id, rows in own.groupby("begegnungsort_id", sort=True):
        lines: list[Any] = [
            {
                "term": words.say("potential.popup_profile", people=speaker.profile(profile)),
                "text": _say_times(rows[rows["profile"] == profile], speaker),
            }
            for profile in content.profile.walking.profiles
        ]
        rank = {"term": words.say("potential.rank"), "text": _say_rank(ranks[place_id], speaker)}
        doubt = [words.say("potential.popup_doubt")] if place_id in doubtful else []
        told[str(place_id)] = [words.say("potential.popup_title"), *lines, rank, *doubt]
    return told


def _build_row(record: Row, speaker: Speaker, *, groups: Sequence[str]) -> dict[str, Any]:
    content, words = speaker.content, speaker.words
    added = [
        _find_added(record["begegnungsort_id"], h, speaker) for h in content.profile.coverage.headline[:2]
    ]
    added += [record[f"persons_added_{group}"] for group in groups]
    labels = content.class_labels.get(str(record["class"]), (str(record["class"]),) * 2)
    return {
        "id": str(record["begegnungsort_id"]),
        "name": name_room(record, speaker),
        "kind": clean_text(labels[words.language == "en"]) if clean_text(record["name"]) else "",
        "district": _name_district(record, speaker),
        "persons": [{"text": speaker.persons_told(value), "sort": _rank_hidden(value)} for value in added],
        "shared": _say_shared(record, speaker),
        "minutes": words.number(record["minutes_saved"]),
        "minutes_sort": round(record["minutes_saved"]),
        "helped": ", ".join(_name_helped(record["underserved_districts"], speaker)),
        "evidence": words.say(f"evidence.{record['evidence']}"),
        "is_doubtful": record["evidence"] in _DOUBTFUL,
        "rank": _say_rank(record, speaker),
        "rank_sort": int(record["rank"]),
    }


def _say_choices(speaker: Speaker, headline: Headline) -> list[str]:
    # Which rooms together, for one, two ... rooms; then how many are enough.
    words = speaker.words
    choices = _pick(speaker.content.siting_choices, headline).sort_values("place_count")
    use: dict[str, Any] = {
        "minutes": words.number(headline.threshold_min),
        "people": speaker.profile(headline.profile),
    }
    best = [row for row in choices[choices["objective"] == "people"].to_dict("records") if row["gain"] > 0]
    is_plain = all(_is_proven(row) and not _is_greed_worse(row) for row in best)
    sentences = [
        " ".join(
            [
                words.say(
                    "potential.best",
                    count=int(row["place_count"]),
                    names=_join_names(row["begegnungsort_ids"], speaker),
                    persons=speaker.persons_prose(row["gain"]),
                    **use,
                ),
                *([] if is_plain else [_say_gap(row, speaker), *_say_greedy(row, speaker)]),
            ]
        )
        for row in best
    ]
    if best and is_plain:
        sentences.append(words.say("potential.all_proven", count=len(best)))
    for row in choices[choices["objective"] == "fewest"].to_dict("records"):
        if row["gain"] > 0:
            persons, count = speaker.persons_prose(row["gain"]), int(row["place_count"])
            sentences.append(words.say("potential.fewest", count=count, persons=persons, **use))
    if not sentences:
        return [words.say("potential.no_choice", **use)]
    places, used = speaker.content.begegnungsorte, {key for row in best for key in row["begegnungsort_ids"]}
    doubtful = _find_doubtful(places[places["begegnungsort_id"].isin(used)]).to_dict("records")
    return [*sentences, *_say_doubt([name_room(record, speaker) for record in doubtful], speaker)]


def _is_proven(row: Row) -> bool:
    return bool(row["gap"] <= _PROVEN)


def _is_greed_worse(row: Row) -> bool:
    return bool(row["greedy_gain"] < row["gain"])


def _say_gap(row: Row, speaker: Speaker) -> str:
    if _is_proven(row):
        return speaker.words.say("potential.proven")
    more = row["gap"] / (
        1 - row["gap"]
    )  # the gap is a part of the best; the sentence speaks of more than this
    return speaker.words.say("potential.gap", share=speaker.words.share(math.ceil(more * 100) / 100))


def _say_greedy(row: Row, speaker: Speaker) -> list[str]:
    # For a single room both are the same by definition.
    if row["place_count"] <= 1 or math.isnan(row["greedy_gain"]):
        return []
    if not _is_greed_worse(row):
        return [speaker.words.say("potential.greedy_same")]
    persons = speaker.persons_prose(row["greedy_gain"])
    return [speaker.words.say("potential.greedy_less", persons=persons)]


def _say_doubt(names: Sequence[str], speaker: Speaker) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names)
    return [speaker.words.say("potential.doubt", count=len(names), names=shown)]


def _say_heading(headline: Headline, speaker: Speaker) -> str:
    return speaker.words.say(
        "potential.added",
        minutes=speaker.words.number(headline.threshold_min),
        people=speaker.profile(headline.profile),
    )


def _say_times(rows: pd.DataFrame, speaker: Speaker) -> str:
    # One line a profile: 0 in 5 minutes, 35 in 10, 420 in 15.
    ordered = rows.sort_values("threshold_min").to_dict("records")
    words = speaker.words
    return "; ".join(
        words.say(
            "potential.in_minutes",
            persons=speaker.persons_told(row["persons_added"]),
            minutes=words.number(row["threshold_min"]),
        )
        for row in ordered
    )


def _say_rank(record: Row, speaker: Speaker) -> str:
    words = speaker.words
    low, high = int(record["rank_low"]), int(record["rank_high"])
    key = "potential.rank_fixed" if low == high else "potential.rank_range"
    stability = words.say(f"potential.stability_{record['stability']}")
    numbers: dict[str, Any] = {
        name: words.number(int(record[f"rank{end}"])) for name, end in _RANK_ENDS.items()
    }
    return words.say(key, stability=stability, **numbers)


def _say_shared(record: Row, speaker: Speaker) -> dict[str, Any]:
    # Whom another Potenzialraum would reach too. Told as a difference of told numbers.
    shared = record["persons_added"] - record["persons_own"]
    if record["persons_added"] == 0:
        shared = 0.0
    return {"text": speaker.persons_told(shared), "sort": _rank_hidden(shared)}


def _rank_hidden(persons: float) -> int:
    return 1 if math.isnan(persons) else rank_persons(persons)


def _pick(table: pd.DataFrame, headline: Headline) -> pd.DataFrame:
    is_used = (table["profile"] == headline.profile) & (table["threshold_min"] == headline.threshold_min)
    return table[is_used].drop(columns=["profile", "threshold_min"])


def _find_added(place_id: object, headline: Headline, speaker: Speaker) -> float:
    gains = speaker.content.siting_gains
    is_used = (gains["profile"] == headline.profile) & (gains["threshold_min"] == headline.threshold_min)
    return float(gains.loc[is_used & (gains["begegnungsort_id"] == place_id), "persons_added"].iloc[0])


def _find_doubtful(places: pd.DataFrame) -> pd.DataFrame:
    is_room = places["standing"] == "potential"
    return pd.DataFrame(places[is_room & places["evidence"].isin(_DOUBTFUL)])


def _join_names(place_ids: Sequence[str], speaker: Speaker) -> str:
    places = speaker.content.begegnungsorte
    records = places[places["begegnungsort_id"].isin(place_ids)].drop(columns="geometry").to_dict("records")
    return ", ".join(sorted(name_room(record, speaker) for record in records))


def _name_district(record: Row, speaker: Speaker) -> str:
    districts = speaker.content.districts
    for level in reversed(order_levels(districts)):
        name = _find_name(level, record.get(f"district_id_{level}"), speaker)
        if name:
            return name
    return ""


def _name_helped(keys: Sequence[str], speaker: Speaker) -> list[str]:
    split = [key.partition(":") for key in keys]
    return [name for level, _, district_id in split if (name := _find_name(level, district_id, speaker))]


def _find_name(level: str, district_id: object, speaker: Speaker) -> str:
    districts = speaker.content.districts
    is_own = (districts["level"] == level) & (districts["district_id"] == district_id)
    names = districts.loc[is_own, "name"].tolist()
    return clean_text(names[0]) if names else ""
