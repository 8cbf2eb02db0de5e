# SPDX-License-Identifier: MIT
"""The comparison of two sites in words: what differs, what it is due to, places, coverage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import escape

from begegnung_geo.render.text import Words, clean_text

_LISTED = 20
_CITY = "city"
_MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in r"\`*_[]#|~"})


@dataclass(frozen=True, eq=False)
class ChangeContent:
    """
    What the report tells; frames as in `analysis.change` and `analysis.place_changes`.

    Attributes
    ----------
    dates
        Dates of the map data before and after, ISO 8601, may be empty.
    causes
        Of `data`, `parameters`, `program` those that changed.
    uses
        Walking profiles and thresholds to tell, the headlines of the second site.
    class_names
        Class key -> name in the language of the report.
    areas_before, areas_after
        Names of districts that stand on one site only.
    """

    city: str
    dates: tuple[str, str]
    inputs: pd.DataFrame
    parameters: pd.DataFrame
    program: tuple[str, ...]
    causes: tuple[str, ...]
    places: pd.DataFrame
    coverage: pd.DataFrame
    uses: Sequence[tuple[str, int]]
    class_names: Mapping[str, str]
    areas_before: Sequence[str] = ()
    areas_after: Sequence[str] = ()

    @property
    def has_differences(self) -> bool:
        """Whether any figure or place differs."""
        return bool(len(self.places) or self.coverage["is_distinguishable"].any())


Section = tuple[str, list[str]]


def build_sections(content: ChangeContent, *, words: Words) -> list[Section]:
    """Return heading and lines of each part of the report, the title first."""
    before, after = (words.date(date) or words.say("compare.undated") for date in content.dates)
    title = words.say("compare.title", city=clean_text(content.city), before=before, after=after)
    return [
        (title, []),
        (words.say("compare.origins"), _list_origins(content, words)),
        (words.say("compare.attribution"), _list_attribution(content, words)),
        (words.say("compare.places"), _list_places(content, words)),
        (words.say("compare.reach"), _list_reach(content, words)),
    ]


def render_plain(sections: Sequence[Section]) -> str:
    """Return the report as plain text for a terminal."""
    (title, _), *rest = sections
    parts = [title]
    for heading, lines in rest:
        parts += ["", heading, *(f"  {line}" for line in lines)]
    return "\n".join(parts)


def render_markdown(sections: Sequence[Section]) -> str:
    """Return the report as Markdown; names cannot bring signs or tags of their own."""
    (title, _), *rest = sections
    parts = [f"# {_quote(title)}"]
    for heading, lines in rest:
        parts += ["", f"## {_quote(heading)}", ""]
        parts += [f"{'  ' if line.startswith('  ') else ''}- {_quote(line.strip())}" for line in lines]
    return "\n".join(parts) + "\n"


def _quote(text: str) -> str:
    return str(escape(text)).translate(_MARKDOWN_SIGNS)


def _list_origins(content: ChangeContent, words: Words) -> list[str]:
    lines = [_say_input(row, words) for row in content.inputs.to_dict("records")]
    for row in content.parameters.to_dict("records"):
        setting = clean_text(row["key"])
        if row["is_appearance"]:
            lines.append(words.say("compare.appearance", setting=setting))
            continue
        before, after = (clean_text(row[c]) or words.say("compare.empty") for c in ("before", "after"))
        lines.append(words.say("compare.parameter", setting=setting, before=before, after=after))
    if content.program:
        before, after = (clean_text(version) for version in content.program)
        is_same_version = before == after
        lines.append(
            words.say("compare.program_code", before=before)
            if is_same_version
            else words.say("compare.program", before=before, after=after)
        )
    return lines or [words.say("compare.same")]


def _say_input(row: dict[Any, Any], words: Words) -> str:
    role, file = clean_text(row["role"]), clean_text(row["file_after"] or row["file_before"])
    if row["change"] != "changed":
        return words.say(f"compare.data_{row['change']}", role=role, file=file)
    before, after = (
        words.date(row[name]) or words.say("compare.undated") for name in ("date_before", "date_after")
    )
    if before == after:
        return words.say("compare.data_version", role=role, file=file, date=after)
    return words.say("compare.data_changed", role=role, file=file, before=before, after=after)


def _list_attribution(content: ChangeContent, words: Words) -> list[str]:
    if not content.causes:
        if content.has_differences:
            return [words.say("compare.no_cause_but")]
        return [words.say("compare.no_cause")]
    if len(content.causes) == 1:
        return [words.say(f"compare.only_{content.causes[0]}")]
    causes = ", ".join(words.say(f"compare.cause_{cause}") for cause in content.causes)
    return [
        words.say("compare.several", causes=causes),
        words.say(f"compare.separate_{'_'.join(content.causes)}"),
    ]


def _list_places(content: ChangeContent, words: Words) -> list[str]:
    if not len(content.places):
        return [words.say("compare.no_places")]
    lines = []
    for kind, rows in content.places.groupby("kind", sort=False):
        lines.append(f"{words.say(f'compare.kind.{kind}')}: {words.number(len(rows))}")
        lines += [f"  {_say_place(row, content, words)}" for row in rows.head(_LISTED).to_dict("records")]
        if len(rows) > _LISTED:
            more = words.say("compare.more", rest=words.number(len(rows) - _LISTED))
            lines.append(f"  {more}")
    if content.places["kind"].isin(("opened", "closed")).any():
        lines.append(words.say("compare.listed_only"))
    return lines


def _say_place(row: dict[Any, Any], content: ChangeContent, words: Words) -> str:
    name = clean_text(row["name"]) or words.say("place.unnamed")
    kind = str(row["kind"])
    if kind in ("opened", "closed"):
        return words.say(
            "compare.name_kind", name=name, kind=_name_class(row["before"] or row["after"], content)
        )
    if kind == "moved":
        distance = words.number(row["distance_m"])
        if row["is_within_error"]:
            return words.say("compare.moved_within", name=name, distance=distance)
        return words.say("compare.moved_place", name=name, distance=distance)
    if kind in ("counted", "uncounted"):
        return name
    values = [row["before"], row["after"]]
    if kind == "reclassified":
        values = [_name_class(value, content) for value in values]
    if kind == "restanding":
        values = [words.say(f"role.{v}") if words.has(f"role.{v}") else v for v in values]
    before, after = (clean_text(value) or words.say("compare.empty") for value in values)
    return words.say("compare.changed_place", name=name, before=before, after=after)


def _name_class(key: object, content: ChangeContent) -> str:
    return clean_text(content.class_names.get(str(key), key))


def _list_reach(content: ChangeContent, words: Words) -> list[str]:
    lines = []
    for profile, minutes in content.uses:
        is_own = (content.coverage["profile"] == profile) & (content.coverage["threshold_min"] == minutes)
        rows = content.coverage[is_own]
        if len(rows):
            lines += _list_use(rows, words, heading=_name_use(profile, minutes, words))
    for key, names in (("only_before", content.areas_before), ("only_after", content.areas_after)):
        if names:
            lines.append(words.say(f"compare.{key}", names=", ".join(clean_text(name) for name in names)))
    return lines or [words.say("compare.no_common_use")]


def _list_use(rows: pd.DataFrame, words: Words, *, heading: str) -> list[str]:
    is_city = rows["level"] == _CITY
    lines = [heading, *(f"  {_say_area(row, words)}" for row in rows[is_city].to_dict("records"))]
    areas = rows[~is_city]
    told = areas[areas["is_distinguishable"]]
    # Largest change first; one that cannot be told in percent stands behind.
    order = told.assign(size=-told["share_change"].abs().fillna(-1.0)).sort_values(
        ["size", "level", "district_id"], kind="stable"
    )
    lines += [f"  {_say_area(row, words)}" for row in order.head(_LISTED).to_dict("records")]
    if len(order) > _LISTED:
        more = words.say("compare.more", rest=words.number(len(order) - _LISTED))
        lines.append(f"  {more}")
    if len(areas) > len(told):
        others = words.say("compare.other_areas", rest=words.number(len(areas) - len(told)))
        lines.append(f"  {others}")
    return lines


def _say_area(row: dict[Any, Any], words: Words) -> str:
    level = str(row["level"])
    values: dict[str, Any] = {
        "level": _name_level(level, words),
        "name": clean_text(row["name"]),
        "before": _say_share(row["covered_share_before"], words),
        "after": _say_share(row["covered_share_after"], words),
    }
    if not row["is_distinguishable"]:
        return words.say("compare.area_same", **values)
    counts: dict[str, Any] = {
        f"{told}_{time}": _say_persons(row[f"{figure}_{time}"], words)
        for told, figure in (("covered", "persons_covered"), ("persons", "persons"))
        for time in ("before", "after")
    }
    return words.say("compare.area", **values, **counts)


def _name_level(level: str, words: Words) -> str:
    if level == _CITY:
        return words.say("compare.whole_city")
    if words.has(f"level.{level}"):
        name = words.say(f"level.{level}", count=1)
        return name[:1].upper() + name[1:]
    return clean_text(level)


def _name_use(profile: str, minutes: int, words: Words) -> str:
    people = words.say(f"profile.{profile}") if words.has(f"profile.{profile}") else clean_text(profile)
    return words.say("compare.use", people=people, minutes=words.number(minutes))


def _say_share(share: float, words: Words) -> str:
    return words.say("compare.not_told") if pd.isna(share) else words.share(float(share))


def _say_persons(persons: float, words: Words) -> str:
    return words.say("compare.not_told") if pd.isna(persons) else words.number(persons)
