# SPDX-License-Identifier: MIT
"""The sentences of a page: the answer, what stands out, how sure it is, how it was calculated."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from begegnung_geo.render.content import SiteContent
from begegnung_geo.render.figures import (
    Reach,
    find_given_name,
    find_reach,
    format_part,
    format_persons,
    format_persons_prose,
    format_range,
    format_share,
    format_speed,
    name_walkers,
)
from begegnung_geo.render.need import name_indicators
from begegnung_geo.render.scopes import Scope
from begegnung_geo.render.text import Words, clean_text
from begegnung_geo.table_columns import VARIANT_DIMENSIONS

_WEAK_EVIDENCE = ("D", "E")


@dataclass(frozen=True)
class Speaker:
    """
    The words together with the rules of publication: says figures, never shows raw ones.

    `district_rows` keeps what was told of a district: its row stands on several pages.
    """

    content: SiteContent
    words: Words
    district_rows: dict[tuple[str, str], dict[str, Any]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def headline_reach(self, scope: Scope, *, number: int = 0) -> Reach:
        """Return the statement of one of the profile's headlines for an area."""
        headline = self.content.profile.coverage.headline[number]
        use = (headline.profile, headline.threshold_min)
        return find_reach(scope.coverage, use, profile=self.content.profile)

    def share(self, reach: Reach) -> str:
        """Return the share with its mark of honesty, or why there is none."""
        share = self.plain_share(reach)
        is_marked = self.content.is_estimated and reach.has_share
        return self.words.say("share.estimated", share=share) if is_marked else share

    def share_in_sentence(self, reach: Reach) -> str:
        """Return the share before the words "of the people", its mark of honesty in front."""
        share = self.plain_share(reach)
        is_marked = self.content.is_estimated and reach.has_share
        return self.words.say("share.estimated_before", share=share) if is_marked else share

    def plain_share(self, reach: Reach) -> str:
        """Return the share without a mark, for a sentence that says so itself."""
        return format_share(reach, publication=self.content.profile.publication, words=self.words)

    def unknown_share(self, reach: Reach) -> str:
        """Return the part of the people whose walk is unknown."""
        publication = self.content.profile.publication
        return format_part(reach.persons_unknown, reach.persons, publication=publication, words=self.words)

    def persons(self, persons: float) -> str:
        """Return people for a table."""
        return format_persons(persons, publication=self.content.profile.publication, words=self.words)

    def persons_prose(self, persons: float) -> str:
        """Return people for a sentence."""
        return format_persons_prose(
            persons,
            publication=self.content.profile.publication,
            words=self.words,
            is_estimated=self.content.is_estimated,
        )

    def persons_told(self, persons: float) -> str:
        """Return people in one figure for map, popup, table and list; estimated ones with two digits."""
        return self.persons_prose(persons) if self.content.is_estimated else self.persons(persons)

    def places(self, count: int, *, level: str, district_id: str) -> str:
        """Return a number of places; none found where the map data lacks most of a district is no zero."""
        is_unknown = not count and (level, district_id) in self.content.unmapped_districts
        return self.words.say("place.not_known") if is_unknown else self.words.number(count)

    def profile(self, key: str) -> str:
        """Return the name of a walking profile."""
        return name_walkers(self.content.profile, key, words=self.words)

    def profile_of(self, key: str) -> str:
        """Return the name of a walking profile inside a sentence."""
        given = find_given_name(self.content.profile, key, words=self.words)
        if not given and self.words.has(f"profile_of.{key}"):
            return self.words.say(f"profile_of.{key}")
        return self.words.say("profile_of.other", name=given or clean_text(key))

    def level(self, key: str, *, count: int, number: int) -> str:
        """Return the name of a district level; `number` is its rank from coarse to fine."""
        if self.words.has(f"level.{key}"):
            return self.words.say(f"level.{key}", count=count)
        if number == 1:
            return self.words.say("level.district", count=count)
        return self.words.say("level.numbered", number=self.words.number(number))


def say_headline(scope: Scope, speaker: Speaker) -> str:
    """Return the sentence that answers, without a full stop: the page's first heading."""
    reach, words = speaker.headline_reach(scope), speaker.words
    is_told = reach.status == "no_statement" or (reach.has_share and reach.is_anybody_covered)
    if not len(scope.begegnungsorte) and not is_told:
        return words.say("headline.no_place", place=scope.name)
    if not reach.has_share:
        return words.say(f"headline.{reach.status}", place=scope.name)
    values: dict[str, Any] = {
        "place": scope.name,
        "share": speaker.plain_share(reach),
        "minutes": words.number(reach.threshold_min),
    }
    if speaker.content.is_estimated:
        return words.say("headline.estimated", **values)
    if reach.status == "range":
        return words.say("headline.range", **values)
    return words.say(
        "headline.known_people",
        covered=speaker.persons_prose(reach.persons_covered),
        persons=speaker.persons_prose(reach.persons),
        **values,
    )


def say_date_line(speaker: Speaker) -> str:
    """Return of which day the map data is, or that this is not known."""
    date = speaker.words.date(speaker.content.data_date)
    if not date:
        return speaker.words.say("page.data_date_unknown")
    return speaker.words.say("page.data_date", date=date)


def list_lead(scope: Scope, speaker: Speaker) -> list[str]:
    """Return the sentences under the heading: pace, gaps, doubt."""
    reach, words = speaker.headline_reach(scope), speaker.words
    publication = speaker.content.profile.publication
    sentences = []
    if reach.status == "no_statement":
        return [words.say("lead.no_statement", share=speaker.unknown_share(reach))]
    if not len(scope.begegnungsorte):
        sentences.append(words.say("lead.no_place"))
    elif not scope.begegnungsorte["is_counted"].any():
        sentences.append(words.say("lead.no_counted"))
    if reach.status == "no_people":
        count = len(scope.begegnungsorte)
        return [
            *sentences,
            words.say("lead.places_without_people", count=count),
            words.say("lead.no_people"),
        ][: 3 if count else 2]
    if reach.status == "few_people":
        limit = words.number(publication.share_base_min)
        if speaker.content.is_estimated:
            return [*sentences, words.say("lead.few_houses", limit=limit)]
        return [*sentences, words.say("lead.few_people", limit=limit)]
    sentences += [say_gaps(reach, scope, speaker), _say_pace(reach, speaker)]
    if speaker.content.is_estimated:
        sentences.append(words.say("lead.estimated"))
    if reach.status == "range":
        sentences.append(_say_unknown(reach, speaker))
    return sentences


def say_statement(reach: Reach, speaker: Speaker) -> str:
    """Return the sentence under the map for one choice of who walks and how long."""
    words = speaker.words
    values: dict[str, Any] = {
        "people": speaker.profile(reach.profile),
        "minutes": words.number(reach.threshold_min),
    }
    if not reach.has_share:
        return words.say("map.statement_none", reason=speaker.plain_share(reach), **values)
    share = speaker.plain_share(reach)
    if speaker.content.is_estimated:
        return words.say("map.statement_estimated", share=share, **values)
    if reach.status == "range":
        return words.say("map.statement_range", share=share, **values)
    return words.say(
        "map.statement",
        share=share,
        covered=speaker.persons_prose(reach.persons_covered),
        persons=speaker.persons_prose(reach.persons),
        **values,
    )


def list_certainty(scope: Scope, speaker: Speaker) -> list[str]:
    """Return what is counted, estimated and unknown behind the page's figures."""
    reach, words = speaker.headline_reach(scope), speaker.words
    sentences = []
    if speaker.content.is_estimated or reach.status != "no_people":
        sentences += list_people_kind(speaker)
    if reach.status in ("known", "range", "no_statement"):
        if reach.is_everybody_known:
            sentences.append(words.say("certainty.all_known"))
        else:
            sentences.append(words.say("certainty.unknown", share=speaker.unknown_share(reach)))
    if len(scope.begegnungsorte):
        weak = int(scope.begegnungsorte["evidence"].isin(_WEAK_EVIDENCE).sum())
        sentences.append(words.say("certainty.weak", count=weak))
    return sentences


def list_people_kind(speaker: Speaker) -> list[str]:
    """Return whether people are counted, worked out from official totals, or estimated."""
    words, people = speaker.words, speaker.content.summary.get("population", {})
    source = clean_text(people.get("source", ""))
    if speaker.content.is_estimated:
        return [words.say("certainty.estimated")]
    if people.get("kind") != "scaled":
        by_whom = words.say("certainty.counted_by", source=source) if source else ""
        return [by_whom or words.say("certainty.counted")]
    basis = words.say(f"certainty.basis_{people['basis']}")
    sentences = [words.say(f"certainty.scaled_{people['weights']}", basis=basis, source=source)]
    if people["is_group_scaled"]:
        sentences.append(words.say(f"certainty.groups_scaled_{people['basis']}"))
    return sentences


def list_method(speaker: Speaker) -> list[str]:
    """Return how the figures were calculated, with the numbers of this profile, in ten sentences."""
    words, profile = speaker.words, speaker.content.profile
    headline, study = profile.coverage.headline[0], profile.study
    speeds = [
        words.say("method.speed", people=speaker.profile(key), speed=format_speed(profile, key, words=words))
        for key in profile.walking.profiles
    ]
    border = words.say("method.border", distance=words.number(study.buffer_m))
    return [
        words.say("method.places"),
        words.say("method.counted"),
        words.say("method.walk", speeds="; ".join(speeds)),
        words.say("method.extract_edge") if speaker.content.is_extract_only else border,
        words.say("method.unknown", distance=words.number(profile.walking.snap_distance_m)),
        _say_people(speaker),
        words.say(
            "method.small",
            limit=words.number(profile.publication.suppress_below),
            step=words.number(profile.publication.round_to),
            base=words.number(profile.publication.share_base_min),
        ),
        words.say(
            "method.gaps",
            minutes=words.number(headline.threshold_min),
            people=speaker.profile(headline.profile),
        ),
        _say_underserved(speaker),
        words.say("method.judgement"),
    ]


def _say_people(speaker: Speaker) -> str:
    words, population = speaker.words, speaker.content.summary.get("population", {})
    if speaker.content.is_estimated:
        area = words.number(speaker.content.profile.population.floor_area_per_person_m2)
        return words.say("method.people_estimated", area=area)
    if population.get("kind") == "scaled":
        return words.say("method.people_scaled", weights=words.say(f"method.weights_{population['weights']}"))
    date = words.date(str(population.get("data_date", "")))
    as_of = words.say("method.as_of", date=date) if date else words.say("method.as_of_unknown")
    size_m = float(population.get("cell_size_m", 0.0))
    if not size_m:
        return words.say("method.people_counted", as_of=as_of)
    size = words.number(size_m)
    if population.get("is_spread"):  # over the houses, chapter `counting`
        return words.say("method.people_coarse", size=size, as_of=as_of)
    return words.say("method.people_grid", size=size, as_of=as_of)


def _say_underserved(speaker: Speaker) -> str:
    words, rule = speaker.words, speaker.content.profile.underserved
    beyond = rule.required["persons_beyond"].at_least if "persons_beyond" in rule.required else None
    return words.say(
        "method.underserved",
        persons=words.number(rule.persons_min),
        beyond=words.number(beyond or 1),
        minutes=words.number(rule.threshold_min),
    )


def list_rules(speaker: Speaker) -> list[str]:
    """Return the rules of the assessment and how it was tested: what the ninth sentence leaves out."""
    words, rule = speaker.words, speaker.content.profile.underserved
    sentences = []
    for key, conditions in rule.rules.items():
        share = conditions.get("covered_share")
        if words.has(f"method.rule_{key}") and share is not None and share.below is not None:
            sentences.append(words.say(f"method.rule_{key}", limit=words.share(share.below)))
    indicators = name_indicators(speaker.content, words=words)
    if indicators:
        sentences.append(words.say("method.need", indicators=", ".join(indicators)))
    return [*sentences, *_say_variants(speaker)]


def _say_variants(speaker: Speaker) -> list[str]:
    words, variants = speaker.words, speaker.content.profile.underserved.variants
    tried = set(speaker.content.underserved_variants["dimension"])
    if not tried:
        return []
    names = [words.say(f"dimension.{key}") for key in VARIANT_DIMENSIONS if key in tried]
    share = words.share(variants.likely_agreement_min)
    sentences = [words.say("method.stability", dimensions=", ".join(names), share=share)]
    if "missing_places" in tried:
        sentences.append(words.say("method.missing_drawn", draws=words.number(variants.draws_count)))
    elif not _is_complete(speaker.content.completeness):
        sentences.append(words.say("method.missing_untested"))
    key = "method.hours_open" if "unknown_hours" in tried else "method.hours_untested"
    return [*sentences, words.say(key)]


def _is_complete(completeness: pd.DataFrame) -> bool:
    # Estimable, and nothing missing: then there was nothing to try.
    is_whole = (completeness["level"] == "city") & (completeness["category"] == "established")
    return bool(completeness.loc[is_whole, "is_estimable"].any())


def list_notices(speaker: Speaker) -> list[str]:
    """Return what must be known before any figure is read: data that covers a part only."""
    codes = set(speaker.content.issues["code"])
    return [speaker.words.say("page.covers_part")] if "EXTRACT_COVERS_PART" in codes else []


def say_gaps(reach: Reach, scope: Scope, speaker: Speaker) -> str:
    """Return the sentence on the areas farther away, or on those who live scattered."""
    if not len(scope.gaps) and reach.is_nobody_beyond:
        return speaker.words.say("lead.all_reached")
    if not len(scope.gaps) and reach.are_few_beyond:
        limit = speaker.words.number(speaker.content.profile.publication.suppress_below)
        minutes = speaker.words.number(reach.threshold_min)
        return speaker.words.say("notable.few_beyond", limit=limit, minutes=minutes)
    persons = speaker.persons_prose(float(scope.gaps["persons"].sum()))
    beyond = speaker.persons_prose(reach.persons_beyond)
    return speaker.words.say("lead.gaps", count=len(scope.gaps), persons=persons, beyond=beyond)


def _say_pace(reach: Reach, speaker: Speaker) -> str:
    speed = format_speed(speaker.content.profile, reach.profile, words=speaker.words)
    return speaker.words.say("lead.pace", people=speaker.profile_of(reach.profile), speed=speed)


def _say_unknown(reach: Reach, speaker: Speaker) -> str:
    low, high = format_range(reach, words=speaker.words)
    persons = speaker.persons_prose(reach.persons_unknown)
    return speaker.words.say("lead.unknown", persons=persons, low=low, high=high)
