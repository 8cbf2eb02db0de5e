# SPDX-License-Identifier: MIT
"""Texts that stand in the source and nowhere else: issue codes and errors, read from the syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from begegnung_geo import errors

ERRORS = tuple(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.BegegnungError)
)


@dataclass(frozen=True)
class ErrorText:
    """One error as the code raises it; `…` stands for what is filled in."""

    what: str
    cure: str
    place: str


def read_issue_texts(path: Path) -> dict[str, tuple[str, str]]:
    """Return code -> what happened, what to do; from the text below each member of `IssueCode`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    body = next(
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "IssueCode"
    )
    texts = {}
    for member, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name):
            text = " ".join(_read_text(below.value).split()) if isinstance(below, ast.Expr) else ""
            meaning, _, cure = text.partition("Next: ")
            texts[member.targets[0].id] = (_escape(meaning.strip()), _escape(cure.strip()))
    return texts


def read_errors(package: Path) -> dict[str, list[ErrorText]]:
    """Return kind of error -> its texts, in the order of the modules."""
    found: dict[str, list[ErrorText]] = {kind: [] for kind in ERRORS}
    for path in sorted(package.rglob("*.py")):
        if path.name == "errors.py":
            continue
        for call in _find_calls(ast.parse(path.read_text(encoding="utf-8"))):
            what = _read_text(call.args[0]) if call.args else ""
            cure = next((_read_text(word.value) for word in call.keywords if word.arg == "hint"), "")
            place = f"{path.relative_to(package)}:{call.lineno}"
            # A call that only hands on the parts of another error has no text of its own.
            if set(what) - {"…", " "}:
                found[_name(call)].append(ErrorText(_escape(what), _escape(cure), place))
    return {kind: texts for kind, texts in found.items() if texts}


def _find_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in ERRORS:
            yield node


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _read_text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_read_text(part) for part in parts)
        case ast.IfExp(body=yes, orelse=no):
            return f"{_read_text(yes)} / {_read_text(no)}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _read_text(left) + _read_text(right)
        case _:
            return "…"


def _escape(text: str) -> str:
    # One cell of a Markdown table: no column sign, no HTML.
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
