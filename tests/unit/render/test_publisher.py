# SPDX-License-Identifier: MIT
"""Who hands the pages out: links where there are any, and a word on what is not entered."""

import pytest

from begegnung_geo.profile import Publisher
from begegnung_geo.render.publisher import build_publisher, list_missing, mark_contact, say_contact
from begegnung_geo.render.text import Words

GERMAN = Words("de")
NOBODY = Publisher(name="", contact="", imprint_url="", privacy_url="", accessibility_url="")
CITY = Publisher(
    name="Stadt",
    contact="post@stadt.example",
    imprint_url="https://stadt.example/impressum",
    privacy_url="https://stadt.example/datenschutz",
    accessibility_url="https://stadt.example/barrierefrei",
)


def test_a_publisher_without_entries_is_said_to_be_missing_in_one_sentence():
    parts = build_publisher(NOBODY, words=GERMAN)
    assert parts["missing"] == (
        "Noch nicht eingetragen: wer diese Seiten herausgibt, wo man Fehler meldet, das Impressum, "
        "die Hinweise zum Datenschutz, die Erklärung zur Barrierefreiheit."
    )
    assert (parts["name"], parts["contact"], parts["links"]) == ("", "", [])
    assert say_contact(NOBODY, words=GERMAN) == ""


def test_a_whole_publisher_lacks_nothing_and_links_everything():
    parts = build_publisher(CITY, words=GERMAN)
    assert parts["missing"] == ""
    assert [link["name"] for link in parts["links"]] == [
        "Impressum",
        "Datenschutz",
        "Erklärung zur Barrierefreiheit",
    ]
    assert parts["contact"] == ('Fehler melden: <a href="mailto:post@stadt.example">post@stadt.example</a>')


def test_what_is_missing_is_named_by_its_keys():
    assert list_missing(NOBODY.model_copy(update={"name": "Stadt", "contact": " \u200b"})) == [
        "contact",
        "imprint_url",
        "privacy_url",
        "accessibility_url",
    ]


@pytest.mark.parametrize(
    ("contact", "marked"),
    [
        ("https://stadt.example/melden", '<a href="https://stadt.example/melden" rel="noreferrer">'),
        ("0231 500", "0231 500"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('a@b.example"><script>', "a@b.example&#34;&gt;&lt;script&gt;"),
        ("a@b.example?cc=x@y.example", "a@b.example?cc=x@y.example"),
    ],
)
def test_only_a_plain_address_becomes_a_link(contact, marked):
    assert str(mark_contact(contact)).startswith(marked)
    assert ("<a " in mark_contact(contact)) == contact.startswith("https://")
