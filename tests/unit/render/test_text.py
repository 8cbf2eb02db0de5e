# SPDX-License-Identifier: MIT
"""Words, plurals, numbers, dates, and text from outside."""

import ast
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from begegnung_geo.issues import IssueCode
from begegnung_geo.render.text import LANGUAGES, Words, clean_text, mark_language, read_phrases

GERMAN, ENGLISH = Words("de"), Words("en")
# Keys that are put together from a table's values; each family is named with its values.
FAMILIES = (
    "access.", "certainty.basis_", "certainty.groups_scaled_", "certainty.scaled_", "compare.cause_",
    "compare.data_", "compare.kind.", "compare.only_", "compare.separate_", "complete.", "detail.",
    "dimension.", "evidence.", "fair.need_", "figure.", "fill.", "group.", "headline.", "hours.",
    "indicator.", "issue.", "legend.", "level.", "method.hours_", "method.rule_", "method.weights_",
    "open.weakest", "person_group.", "position.", "potential.rank_", "potential.stability_",
    "profile.", "profile_of.",
    "publisher.", "reason.", "role.", "scenario.link_", "scenario.new", "scenario.open", "seats.", "share.",
    "sheet.", "spot.coarse_cells", "spot.equal_walks", "spot.few_cells", "spot.long", "spot.short",
    "stability.", "tryout.", "variant.", "why.",
)  # fmt: skip


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(read_phrases()))
def test_every_phrase_exists_in_both_languages_with_the_same_values_and_plural_forms(key):
    phrase = read_phrases()[key]
    assert set(phrase) == set(LANGUAGES)
    forms = [p if isinstance(p, dict) else {"": p} for p in phrase.values()]
    assert set(forms[0]) == set(forms[1])
    texts = [list(form.values()) for form in forms]
    assert all(text.strip() == text and text for both in texts for text in both)
    fields = [set().union(*(_fields(text) for text in both)) for both in texts]
    assert fields[0] == fields[1]


def test_every_phrase_is_used_and_every_used_phrase_exists(project):
    folder = project / "src" / "begegnung_geo" / "render"
    code = "\n".join(
        path.read_text("utf-8") for path in [*folder.glob("*.py"), *folder.glob("assets/*.html")]
    )
    used = set(re.findall(r"""(?:say|has|_say|forms)\(\s*"([a-z_.]+)"(?!\s*~)""", code))
    unknown = {key for key in used if key not in read_phrases()}
    assert not unknown
    unused = {key for key in read_phrases() if key not in used and not key.startswith(FAMILIES)}
    assert not unused


@pytest.mark.parametrize("code", sorted(IssueCode))
def test_every_issue_code_has_plain_words(code):
    assert GERMAN.has(f"issue.{code.value}")


def test_no_word_on_the_pages_is_planners_jargon():
    text = str(read_phrases()).casefold()
    assert not re.search(r"\b(poi|isochron\w*|score|cluster|buffer|snap|null|nan)\b", text)


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [(0, "0", "0"), (999, "999", "999"), (22_000, "22.000", "22,000"), (1_234_567, "1.234.567", "1,234,567")],
)
def test_numbers_are_grouped_as_the_language_does(value, german, english):
    assert GERMAN.number(value) == german
    assert ENGLISH.number(value) == english


def test_decimals_take_the_sign_of_the_language():
    assert GERMAN.number(4.788, decimals=1) == "4,8"
    assert ENGLISH.number(4.788, decimals=1) == "4.8"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.001, "unter 1 %"), (0.614, "61 %"), (0.999, "über 99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_rounded_to_nobody_or_everybody(share, text):
    assert GERMAN.share(share).replace("\N{NO-BREAK SPACE}", " ") == text


def test_dates_are_written_out_per_language_and_other_text_is_kept():
    assert GERMAN.date("2026-07-14T10:00:00Z") == "14.07.2026"
    assert ENGLISH.date("2026-07-14") == "2026-07-14"
    assert GERMAN.date("Sommer 2026") == "Sommer 2026"
    assert not GERMAN.date("")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "Kein Ort passt zum Filter."),
        (1, "Ein Ort von 9 wird gezeigt."),
        (2, "2 von 9 Orten werden gezeigt."),
    ],
)
def test_plural_forms_follow_the_count(count, text):
    assert GERMAN.say("place.shown", count=count, total="9") == text


def test_a_missing_value_or_count_is_a_fault_of_the_program():
    with pytest.raises(KeyError):
        GERMAN.say("page.invented")
    with pytest.raises(KeyError, match="count"):
        GERMAN.say("place.shown", total="9")


def test_a_value_with_braces_is_not_read_as_a_template():
    assert "{place.__class__}" in GERMAN.say("page.invented", place="{place.__class__}")


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_missing_text_is_empty(missing):
    assert not clean_text(missing)


def test_text_that_turns_the_direction_or_hides_is_dropped():
    assert clean_text("Haus\u202e\u200b der\n\tJugend\ufeff") == "Haus der Jugend"


def test_long_text_is_cut_visibly():
    cut = clean_text("x" * 10_000)
    assert len(cut) == 120
    assert cut.endswith("…")


@given(st.text(max_size=300))
def test_cleaned_text_is_one_short_line_and_stays_the_same_when_cleaned_again(text):
    once = clean_text(text)
    assert len(once) <= 120
    assert once == clean_text(once)
    assert not re.search("[\u0000-\u001f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", once)


def test_the_code_holds_no_german_sentence_outside_the_dictionary(project):
    for path in (project / "src" / "begegnung_geo" / "render").glob("*.py"):
        strings = [
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        docstrings = [s for s in strings if "\n" in s or s.endswith((".", ":"))]
        words = [s for s in strings if s not in docstrings and re.search(r"\b(und|der|die|nicht|Karte)\b", s)]
        assert not words, path.name


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.61, 0.61, "61\N{NO-BREAK SPACE}%"),
        (0.608, 0.612, "61\N{NO-BREAK SPACE}%"),
        (0.608, 0.631, "60 bis 64\N{NO-BREAK SPACE}%"),
        (0.0, 0.07, "0 bis 7\N{NO-BREAK SPACE}%"),
        (float("nan"), 0.5, "nicht bestimmbar"),
    ],
)
def test_a_share_between_two_is_told_as_one_where_they_agree_and_never_narrower(low, high, told):
    assert GERMAN.share_range(low, high) == told


@pytest.mark.parametrize(
    ("text", "language", "marked"),
    [
        ("Erfundene Daten", "en", '<span lang="de">Erfundene Daten</span>'),
        ("Erfundene Daten", "de", "Erfundene Daten"),
        ("© OpenStreetMap contributors", "de", '<span lang="en">© OpenStreetMap contributors</span>'),
        ("© OpenStreetMap contributors", "en", "© OpenStreetMap contributors"),
        ("<b>", "en", '<span lang="de">&lt;b&gt;</span>'),
        ("", "en", ""),
    ],
)
def test_text_from_outside_says_its_language_where_it_is_not_the_pages(text, language, marked):
    assert mark_language(text, language) == marked


def test_a_phrase_as_html_escapes_what_is_no_html():
    assert GERMAN.markup_say("map.credits", sources="<i>") == "Karte: &lt;i&gt;."
    marked = mark_language("<i>", "en")
    assert ENGLISH.markup_say("map.credits", sources=marked) == 'Map: <span lang="de">&lt;i&gt;</span>.'
