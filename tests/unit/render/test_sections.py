# SPDX-License-Identifier: MIT
"""What stands out: verdicts, in full and in brief, and "at least" where most walks are unknown."""

from dataclasses import replace

import pytest

from begegnung_geo.render.scopes import build_city_scope
from begegnung_geo.render.sections import build_figures, tell_underserved, tell_underserved_briefly
from begegnung_geo.render.statements import Speaker
from begegnung_geo.render.text import Words
from small_town import build_town, with_unknown


def _flag(content, ids):
    flags = content.underserved
    is_flagged = flags["district_id"].isin(ids)
    reasons = [["share_below_limit"] if flagged else [] for flagged in is_flagged]
    changed = flags.assign(is_underserved=is_flagged, stability="robust", variants_count=4, variants_agree=4)
    return replace(content, underserved=changed.assign(reasons=reasons))


def test_a_brief_verdict_names_those_whose_reasons_it_leaves_out(town):
    content = _flag(town, ["01", "02", "11", "12"])
    scope, speaker = build_city_scope(content), Speaker(content, Words("de"))
    told = tell_underserved_briefly(scope, speaker, most=2)
    assert [line.split(" ist ")[0] for line in told[:2]] == ["Altstadt", "Hafen"]
    assert told[2:] == ["Ebenfalls unterversorgt sind Am Deich, Außenmark."]
    # The page has room for three reasons; of four districts it names all.
    assert tell_underserved(scope, speaker) == [
        "Unterversorgt (Statistische Bezirke): Altstadt, Hafen, Am Deich, Außenmark."
    ]


def test_a_brief_verdict_counts_the_districts_of_a_finer_level(town):
    content = _flag(town, ["0", "1", "11"])
    told = tell_underserved_briefly(build_city_scope(content), Speaker(content, Words("de")), most=2)
    assert [line.split(" ist ")[0] for line in told[:2]] == ["Mitte", "Osterfeld"]
    assert told[2:] == ["Unterversorgt ist auch ein Bezirk (statistischer Bezirk); die Karte nennt ihn."]


@pytest.mark.parametrize(("share", "said"), [(0.0, "mit rund 1.230"), (0.5, "bekannt, mit mindestens 1.235")])
def test_the_people_of_gaps_are_a_least_number_where_no_share_is_told(share, said):
    content = with_unknown(build_town(), share=share)
    scope = build_city_scope(content)
    figure = build_figures(scope, scope, Speaker(content, Words("de")))[3]
    assert figure["note"].replace("\N{NO-BREAK SPACE}", " ") == f"{said} Menschen"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        # Counted are the rows 0, 1, 2 and 5 of six, potential is the fifth of six (small_town.py).
        ([0, 1], "keine weiteren Orte verzeichnet"),
        ([0, 3], "dazu 1 weiterer Ort"),
        ([0, 4], "dazu 1 weiterer Ort, ein Potenzialraum"),
        (range(12), "dazu 4 weitere Orte, unter ihnen Potenzialräume: 2"),
    ],
)
def test_further_places_are_told_in_one_sentence_with_the_potential_ones(town, rows, said):
    content = replace(town, begegnungsorte=town.begegnungsorte.iloc[list(rows)].reset_index(drop=True))
    scope = build_city_scope(content)
    assert build_figures(scope, scope, Speaker(content, Words("de")))[2]["note"] == said
