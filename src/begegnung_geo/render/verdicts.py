# SPDX-License-Identifier: MIT
"""What is said of a district's supply: the verdict, why in one sentence, and how stable it is."""

import math
from typing import Any

import pandas as pd

from begegnung_geo.render.figures import Reach, find_reach
from begegnung_geo.render.need import format_need
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import clean_text
from begegnung_geo.table_columns import VARIANT_DIMENSIONS

_CASES_MAX = 4


def judge_district(level: str, district_id: str, speaker: Speaker) -> dict[str, Any]:
    """
    Return what a page says of one district.

    Returns
    -------
    verdict
        `verdict` (not conspicuous, underserved with why, not assessed with why),
        `why` (one sentence with the figures; empty unless underserved), `stability`
        (how many variants agree and which do not; empty where not assessed),
        `is_underserved`.
    """
    words, content = speaker.words, speaker.content
    found = _select(content.underserved, level, district_id)
    reach = _find_reach_of_rule(level, district_id, speaker)
    if not found:
        verdict = words.say("verdict.not_assessed_plain")
        return {"verdict": verdict, "why": "", "stability": "", "is_underserved": False}
    flag = found[0]
    if flag["stability"] == "not_assessable":
        verdict = words.say("verdict.not_assessed", reasons=_explain_not_assessed(flag, reach, speaker))
        return {"verdict": verdict, "why": "", "stability": "", "is_underserved": False}
    stability = say_stability(flag, _select(content.underserved_variants, level, district_id), speaker)
    if not flag["is_underserved"]:
        verdict = words.say("verdict.served")
        return {"verdict": verdict, "why": "", "stability": stability, "is_underserved": False}
    why = say_why(flag, reach, speaker)
    verdict = words.say("verdict.underserved_because", why=why)
    return {"verdict": verdict, "why": why, "stability": stability, "is_underserved": True}


def say_why(flag: dict[Any, Any], reach: Reach, speaker: Speaker) -> str:
    """Return one sentence with the figures that made the first rule that holds flag the district."""
    words, rule = speaker.words, speaker.content.profile.underserved
    code = next((code for code in flag["reasons"] if words.has(f"why.{code}")), "other")
    conditions = rule.rules.get(code, {})
    limit = conditions["covered_share"].below if "covered_share" in conditions else None
    need = float(flag["need_index"])
    has_need = not math.isnan(need) and words.has(f"why.{code}_need")
    return words.say(
        f"why.{code}_need" if has_need else f"why.{code}",
        share=speaker.share_in_sentence(reach),
        need=format_need(need, need, words=words),
        minutes=words.number(rule.threshold_min),
        beyond=speaker.persons_prose(float(flag["persons_beyond"])),
        limit=words.share(limit or 0.0),
        median=words.share(float(flag["level_median_share"])),
    )


def say_stability(flag: dict[Any, Any], variants: list[dict[Any, Any]], speaker: Speaker) -> str:
    """Return how many variants give the same answer, and which do not."""
    words, count = speaker.words, int(flag["variants_count"])
    if not count:
        return words.say("stability.untested")
    others = sorted(
        (variant for variant in variants if not variant["is_same_answer"]),
        key=lambda variant: (VARIANT_DIMENSIONS.index(variant["dimension"]), variant["value"]),
    )
    cases = [_say_case(variant, speaker) for variant in others[:_CASES_MAX]]
    more = len(others) - len(cases)
    if more:
        cases.append(words.say("variant.more", count=more))
    return words.say(
        f"stability.{flag['stability']}",
        count=count,
        agree=words.number(int(flag["variants_agree"])),
        cases="; ".join(cases),
    )


def _say_case(variant: dict[Any, Any], speaker: Speaker) -> str:
    words, dimension, value = speaker.words, variant["dimension"], float(variant["value"])
    if dimension == "speed":
        key = "variant.speed_faster" if value > 1 else "variant.speed_slower"
        return words.say(key, change=words.share(abs(value - 1)))
    if dimension == "threshold":
        return words.say("variant.threshold", minutes=words.number(value))
    if dimension == "leg":
        return words.say("variant.leg", distance=words.number(value))
    if dimension == "missing_places":
        return words.say("variant.missing_places", count=round(value))
    return words.say(f"variant.{dimension}")


def _explain_not_assessed(flag: dict[Any, Any], reach: Reach, speaker: Speaker) -> str:
    codes = set(flag["reasons"])
    limit = speaker.words.number(speaker.content.profile.underserved.persons_min)
    for code in ("partial_people", "no_people", "unknown_share", "extract_edge", "few_people"):
        if code in codes:
            return speaker.words.say(f"reason.{code}", persons=limit)
    return speaker.words.say("reason.no_people" if reach.status == "no_people" else "reason.not_known")


def _find_reach_of_rule(level: str, district_id: str, speaker: Speaker) -> Reach:
    content, rule = speaker.content, speaker.content.profile.underserved
    is_own = (content.coverage["level"] == level) & (content.coverage["district_id"] == district_id)
    return find_reach(content.coverage[is_own], (rule.profile, rule.threshold_min), profile=content.profile)


def _select(rows: pd.DataFrame, level: str, district_id: str) -> list[dict[Any, Any]]:
    is_own = (rows["level"] == level) & (rows["district_id"] == district_id)
    return rows[is_own].to_dict("records")


def list_underserved(names: dict[tuple[str, str], str], speaker: Speaker) -> list[str]:
    """
    Return one sentence a flagged district: its name, why, and how stable that is.

    Parameters
    ----------
    names
        Level and id -> name, in the order in which they are to be told.
    """
    sentences = []
    for (level, district_id), name in names.items():
        said = judge_district(level, district_id, speaker)
        if said["is_underserved"]:
            values = {"name": clean_text(name), "why": said["why"], "stability": said["stability"]}
            sentences.append(speaker.words.say("notable.underserved_why", **values))
    return sentences
