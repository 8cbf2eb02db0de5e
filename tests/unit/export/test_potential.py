# SPDX-License-Identifier: MIT
"""The file of what an opening would bring: nothing hidden is told, doubt is named."""

import numpy as np

from begegnung_geo.export.potential import build_potential_rows
from begegnung_geo.export.words import UNCONFIRMED
from small_town import build_town, list_potential


def _build(town):
    return build_potential_rows(
        town.siting_gains, town.siting_ranks, town.begegnungsorte, class_labels=town.class_labels
    )


def test_every_room_has_a_row_a_profile_and_time():
    town = build_town()
    rows = _build(town)
    walking = town.profile.walking
    assert len(rows) == 2 * len(walking.profiles) * len(walking.thresholds_min)
    assert set(rows["begegnungsort_id"]) == set(list_potential())
    assert list(rows.columns[6:9]) == ["persons_added", "persons_added_65_plus", "persons_own"]


def test_hidden_numbers_are_a_dot_and_nobody_is_a_zero():
    rows = _build(build_town()).set_index(["begegnungsort_id", "profile", "threshold_min"])
    told = rows.loc[list_potential()[0], "persons_added"]["senior"].to_dict()
    assert told == {5: ".", 10: 300.0, 15: 0.0}


def test_a_room_that_nobody_confirmed_says_so():
    town = build_town()
    places = town.begegnungsorte
    graded = places.assign(evidence=np.where(places["begegnungsort_id"] == list_potential()[0], "E", "B"))
    rows = build_potential_rows(town.siting_gains, town.siting_ranks, graded, class_labels={})
    notes = rows.groupby("begegnungsort_id")["note"].first().to_dict()
    assert notes == dict(zip(list_potential(), [UNCONFIRMED, ""], strict=True))


def test_names_from_outside_are_cleaned():
    town = build_town()
    places = town.begegnungsorte.assign(name="Haus\u202e\n=1+1 mail@example.org")
    rows = build_potential_rows(town.siting_gains, town.siting_ranks, places, class_labels={})
    assert not rows["name"].str.contains("@|\u202e|\n").any()
