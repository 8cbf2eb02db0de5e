# SPDX-License-Identifier: MIT
"""What a program might run or draw, and what only looks so."""

import pytest

from begegnung_geo.hostile_text import HIDDEN_SIGNS, find_hostility, is_list_sign


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('=HYPERLINK("http://x";"y")', "formula"), ("  =1+1", "formula"), ("@SUM(A1)", "formula"),
        ("＝1+1", "formula"), ("+cmd|' /C calc'!A0", "formula"), ("<b>Treff</b>", "markup"),
        ("</script>", "markup"), ("<!-- x", "markup"), ("Treff <3", ""), ("a < b", ""), ("1=1", ""), ("", ""),
    ],
)  # fmt: skip
def test_formulas_and_markup_are_known_by_their_first_signs(text: str, kind: str) -> None:
    assert find_hostility(text) == kind


@pytest.mark.parametrize(
    "text",
    ["-", "-5", "+49 231 50-0", "-454.4", "- nachmittags", "- Mo (außer Ferien)", "–5 °".replace("–", "-")],
)
def test_a_sign_before_a_number_or_an_item_of_a_list_is_no_formula(text: str) -> None:
    assert is_list_sign(text)


@pytest.mark.parametrize(
    "text",
    [
        "-2+3+cmd|' /C calc'!A0",
        "+SUM(A1)",
        '- HYPERLINK("http://x")',
        "-1+1",
        "+A1",
        "- a|b",
        "=5",
        "@x",
        "-x!A1",
    ],
)
def test_a_sign_before_what_a_spreadsheet_computes_is_one(text: str) -> None:
    assert not is_list_sign(text)


def test_hidden_signs_are_those_nobody_sees() -> None:
    assert all(HIDDEN_SIGNS.search(sign) for sign in "\x00\x07\x1b\u200b\u202e\ufeff")
    assert HIDDEN_SIGNS.search("Straße\nHaus\t12 \u00a0ñ") is None
