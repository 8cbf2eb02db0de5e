# SPDX-License-Identifier: MIT
"""Every error of the program says what happened, where, and what to do next."""

import ast
import re
import sys
from pathlib import Path

import begegnung_geo
from begegnung_geo import errors

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))
import source_texts

PACKAGE = Path(begegnung_geo.__file__).parent
TEXTS = [(kind, text) for kind, texts in source_texts.read_errors(PACKAGE).items() for text in texts]

# Checks of the program itself: no file, option or key of a user could be the reason.
FAULTS_OF_THE_PROGRAM = {
    "the books of … sources do not close: a row was lost or counted twice",
    "people were lost or made: … before, … after",
    "table …: the keys of its portions do not rise",
    "there is no reason … to reject a row",
}


def _count_words(text: str) -> int:
    return len(re.findall(r"[^\W\d_]{2,}", text))


def _list_raised(source: str, tmp_path: Path) -> list[source_texts.ErrorText]:
    (tmp_path / "errors.py").write_text("FAULT = 'report it to us'", encoding="utf-8")
    (tmp_path / "probe.py").write_text(source, encoding="utf-8")
    return source_texts.read_errors(tmp_path).get("ConfigError", [])


def test_every_error_says_what_happened_where_and_what_to_do() -> None:
    assert len(TEXTS) > 190
    silent = [
        f"{text.place}: {kind} lacks {part}"
        for kind, text in TEXTS
        for part, is_said in (
            ("what", text.what),
            ("where=", text.where),
            ("hint= with words", _count_words(text.cure) >= 2),
        )
        if not is_said
    ]
    assert silent == []


def test_only_faults_of_the_program_are_cured_by_a_report() -> None:
    reported = {text.what for _, text in TEXTS if "fault of the program" in text.cure}
    assert reported == FAULTS_OF_THE_PROGRAM


def test_every_kind_of_error_is_one_of_the_tree_and_raised_somewhere() -> None:
    elsewhere = [
        f"{path.name}: {node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases} & {*source_texts.ERRORS}
    ]
    assert elsewhere == []
    assert {kind for kind, _ in TEXTS} == {*source_texts.ERRORS}
    tree = errors.__doc__ or ""
    assert [kind for kind in source_texts.ERRORS if kind not in tree] == []


def test_the_reader_of_the_source_sees_a_missing_cure(tmp_path: Path) -> None:
    (found,) = _list_raised('raise ConfigError("it is wrong", where="here")', tmp_path)
    assert (found.what, found.where, found.cure) == ("it is wrong", "here", "")


def test_cures_in_names_constants_and_callers_are_found_and_values_are_dots(tmp_path: Path) -> None:
    source = """
KNOWN = "mend the line"
def fail(path, *, hint):
    raise ConfigError(f"{path} is wrong", where=path, hint=hint)
def first(path):
    fail(path, hint=KNOWN)
def second(path, kind):
    text = "save it" if kind else f"send {kind}"
    fail(path, hint=text)
def third(path):
    raise ConfigError("worse", where=path, hint=FAULT)
def fourth(other):
    raise ConfigError(other.what, where=other.where, hint=other.hint)
def fifth(path):
    raise ConfigError("dark", where=path, hint=str(path))
"""
    assert [(text.what, text.cure) for text in _list_raised(source, tmp_path)] == [
        ("… is wrong", "mend the line / save it / send …"),
        ("worse", "report it to us"),
        ("dark", "…"),
    ]
