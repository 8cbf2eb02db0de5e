# SPDX-License-Identifier: MIT
"""What tags tell about a place, and who is believed."""

import json
from typing import Any

import pandas as pd
import pytest

from attribute_rows import read_rules
from begegnung_geo.analysis.attributes import assign_attributes, build_attributes, build_place_claims
from begegnung_geo.schema import conform_table
from inventory_rows import build_places, conflate


def claim(**row: Any) -> dict[str, str]:
    """Return the attributes of one record as the rules read them."""
    place = {"place_id": "osm:node/1", **row, "fields": json.dumps(row.get("fields", {}))}
    claims, _ = build_place_claims(build_places(place), read_rules())
    return dict(zip(claims["attribute"], claims["value"], strict=True))


def claim_osm(**tags: str) -> dict[str, str]:
    fields = {key.replace("__", ":"): value for key, value in tags.items()}
    return claim(
        name="Treff", fields=fields, operator=tags.get("operator"), wheelchair=tags.get("wheelchair")
    )


def test_without_tags_nothing_is_claimed_and_everything_is_unknown() -> None:
    assert claim_osm() == {}
    places = build_places({"place_id": "osm:node/1", "name": "Treff"})
    begegnungsorte, _ = conflate(places)
    attributes = build_attributes(begegnungsorte, build_place_claims(places, read_rules())[0])
    described = assign_attributes(begegnungsorte, attributes, read_rules())
    row = described.iloc[0]
    assert {row[a.key] for a in read_rules().list_columns() if a.kind == "choice"} == {"unknown"}
    assert row[["rooms_count", "capacity_persons", "provider", "funder"]].isna().all()


@pytest.mark.parametrize(
    ("tags", "attribute", "value"),
    [
        ({"wheelchair": "designated"}, "step_free", "full"),
        ({"wheelchair": "limited"}, "step_free", "limited"),
        ({"wheelchair": "no"}, "step_free", "none"),
        ({"toilets__wheelchair": "limited"}, "accessible_wc", "partly"),
        ({"audio_loop": "yes"}, "hearing_support", "yes"),
        ({"access": "permissive"}, "open_to", "everyone"),
        ({"access": "private"}, "openness", "no"),
        ({"community_centre__for": "senior;juvenile"}, "open_to", "target_group"),
        ({"fee": "no"}, "cost", "free"),
        ({"fee": "yes"}, "low_threshold", "partly"),
        ({"reservation": "required"}, "registration", "yes"),
        ({"capacity__persons": "80"}, "capacity_persons", "80"),
        ({"operator__type": "cooperative"}, "participation", "self_managed"),
    ],
)
def test_proxies_of_the_domain_table(tags: dict[str, str], attribute: str, value: str) -> None:
    assert claim_osm(**tags)[attribute] == value


@pytest.mark.parametrize(
    ("operator", "kind"),
    [
        ("Stadt Dortmund", "municipal"),
        ("AWO Unterbezirk Dortmund", "awo"),
        ("Caritasverband Dortmund e.V.", "caritas"),
        ("Diakonisches Werk gGmbH", "diakonie"),
        ("DRK Ortsverein Brackel", "drk"),
        ("Der Paritätische NRW", "paritaetischer"),
        ("Jüdische Kultusgemeinde Groß-Dortmund", "jewish_community"),
        ("Ev. Kirchengemeinde Hörde", "parish"),
        ("Kath. Pfarrei St. Ewaldi", "parish"),
        ("Bürgerverein Deusen e.V.", "association"),
        ("Bürgerhaus-Genossenschaft eG", "cooperative"),
        ("DOGEWO21", "housing_company"),
        ("Spar- und Bauverein eG", "housing_company"),
        ("Muster Gastro GmbH", "private"),
    ],
)
def test_kind_of_body_from_the_operator(operator: str, kind: str) -> None:
    assert claim_osm(operator=operator)["traeger_typ"] == kind


def test_kind_of_body_is_not_guessed() -> None:
    assert "traeger_typ" not in claim_osm(operator="Sonnenhaus gGmbH")
    assert claim(name="AWO Begegnungsstätte Asseln")["traeger_typ"] == "awo"


def test_an_operator_that_was_withheld_as_a_person_gives_no_provider() -> None:
    # place_rows leaves the column empty where the operator is like a person's name.
    claims = claim(name="Treff", operator=None, fields={"operator": "Erika Muster e.V."})
    assert not {"provider", "traeger_typ"} & set(claims)


def test_a_number_that_is_none_is_an_issue_and_stays_unknown() -> None:
    place = {"place_id": "osm:node/1", "fields": json.dumps({"capacity:persons": "viele"})}
    claims, issues = build_place_claims(build_places(place), read_rules())
    assert "capacity_persons" not in set(claims["attribute"])
    assert issues["code"].tolist() == ["ATTRIBUTE_VALUE_INVALID"]


def test_a_list_is_read_by_its_german_headers_and_no_better_than_its_grade() -> None:
    place = {
        "place_id": "stadt:1",
        "evidence": "D",
        "fields": json.dumps({"Plätze": "40", "objektzusa": "Nette Toilette", "Bestätigung": "unbestätigt"}),
    }
    claims, _ = build_place_claims(build_places(place), read_rules())
    found = claims.set_index("attribute")
    assert found.loc["capacity_persons", "value"] == "40"
    assert found.loc["public_toilet", ["value", "evidence"]].tolist() == ["yes", "D"]
    assert found.loc["confirmation", "value"] == "unconfirmed"


def hand(**row: str) -> dict[str, str]:
    base = {
        "begegnungsort_id": "b1", "attribute": "cost", "value": "free", "evidence": "A", "source": "answer",
        "source_id": "answers.csv:2", "basis": "Rolle", "date": "2026-01-01",
    }  # fmt: skip
    return {**base, **row}


def choose(*lines: dict[str, str]) -> str:
    places = pd.DataFrame({"begegnungsort_id": ["b1"], "place_ids": [["osm:node/1", "stadt:1"]]})
    machine = [
        {"place_id": "stadt:1", "attribute": "cost", "value": "donation", "evidence": "C", "source": "stadt"},
        {"place_id": "osm:node/1", "attribute": "cost", "value": "fee", "evidence": "C", "source": "osm"},
    ]
    claims = pd.DataFrame(machine).assign(basis="x", date=["2026-05-05", "2019-01-01"]).astype("str")
    attributes = conform_table(build_attributes(places, claims, pd.DataFrame(lines)), "attributes")
    assert len(attributes) == len(machine) + len(lines)
    assert attributes["is_chosen"].sum() == 1
    return str(attributes.loc[attributes["is_chosen"], "value"].iloc[0])


def test_the_leading_record_speaks_before_others_of_its_grade() -> None:
    assert choose() == "fee"


def test_people_are_believed_before_machines_and_the_later_day_before_the_earlier() -> None:
    later = hand(value="consumption", date="2026-02-01", source_id="answers.csv:1")
    assert choose(hand()) == "free"
    assert choose(hand(), later) == "consumption"
    assert choose(later, hand()) == "consumption"


def test_on_one_day_a_correction_outranks_an_answer_and_the_last_line_its_earlier_one() -> None:
    correction = hand(value="donation", source="correction", source_id="corrections.csv:2")
    again = hand(value="fee", source_id="answers.csv:3")
    assert choose(correction, hand()) == "donation"
    assert choose(hand(), again) == "fee"
