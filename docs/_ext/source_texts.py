# SPDX-License-Identifier: MIT
"""Texts that stand in the source and nowhere else: issue codes and errors, read from the syntax tree."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from begegnung_geo import errors

ERRORS = tuple(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.BegegnungError)
)
_FILLED_IN = "…"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class ErrorText:
    """One error as the code raises it; `…` stands for what is filled in."""

    what: str
    where: str
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
            text = ast.literal_eval(below.value) if isinstance(below, ast.Expr) else ""
            meaning, _, cure = " ".join(text.split()).partition("Next: ")
            texts[member.targets[0].id] = (_escape(meaning.strip()), _escape(cure.strip()))
    return texts


def read_errors(package: Path) -> dict[str, list[ErrorText]]:
    """Return kind of error -> its texts, in the order of the modules."""
    found: dict[str, list[ErrorText]] = {kind: [] for kind in ERRORS}
    modules = _Modules({p: ast.parse(p.read_text(encoding="utf-8")) for p in sorted(package.rglob("*.py"))})
    for path, tree in modules.trees.items():
        if path.name == "errors.py":
            continue
        for call, function in _list_calls(tree):
            if _name(call) not in ERRORS or _hands_on(call):
                continue
            scope = _Scope(modules, tree, function)
            parts = {word.arg: scope.read(word.value) for word in call.keywords}
            found[_name(call)].append(
                ErrorText(
                    _escape(scope.read(call.args[0]) if call.args else ""),
                    _escape(parts.get("where", "")),
                    _escape(parts.get("hint", "")),
                    f"{path.relative_to(package)}:{call.lineno}",
                )
            )
    return {kind: texts for kind, texts in found.items() if texts}


def _hands_on(call: ast.Call) -> bool:
    # A call that hands on the parts of another error has no text of its own.
    return bool(call.args) and isinstance(call.args[0], ast.Attribute) and call.args[0].attr == "what"


@dataclass(frozen=True)
class _Modules:
    """All modules of the package."""

    trees: Mapping[Path, ast.Module]

    @cached_property
    def calls(self) -> dict[str, list[tuple[ast.Call, _Function | None, ast.Module]]]:
        """Name of a function -> its calls, each with the function and the module it stands in."""
        index: dict[str, list[tuple[ast.Call, _Function | None, ast.Module]]] = {}
        for tree in self.trees.values():
            for call, function in _list_calls(tree):
                index.setdefault(_name(call), []).append((call, function, tree))
        return index

    def list_constants(self, module: ast.Module) -> list[ast.Assign]:
        """Return the assignments of a module, then those of `errors`, whose constants others import."""
        shared = next((tree for path, tree in self.trees.items() if path.name == "errors.py"), module)
        return [node for tree in (module, shared) for node in tree.body if isinstance(node, ast.Assign)]


@dataclass(frozen=True)
class _Scope:
    """Where a text stands: what its names hold, as far as the source tells."""

    modules: _Modules
    module: ast.Module
    function: _Function | None
    depth: int = 0

    def read(self, node: ast.expr) -> str:
        """Return the text of an expression; alternatives with a stroke, unknown parts as `…`."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self.read(part) for part in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.read(left) + self.read(right)
            case ast.FormattedValue(value=value):
                return self._read_filled(value)
            case ast.Name(id=name) if self.depth < len(("local", "caller", "its caller", "constant")):
                return self._join(self._find_values(name)) or self._ask_callers(name)
        return self._join(_list_choices(node)) or _FILLED_IN

    def _read_filled(self, value: ast.expr) -> str:
        # What is filled into a sentence: words where the source has nothing but words for it.
        if isinstance(value, ast.Name):
            choices = self._find_values(value.id)
        else:
            choices = [value] if isinstance(value, ast.IfExp) else []
        is_text = all(isinstance(choice, ast.Constant | ast.JoinedStr | ast.IfExp) for choice in choices)
        text = self._join(choices) if is_text else ""
        return (f"({text})" if " / " in text else text) or _FILLED_IN

    def _join(self, nodes: list[ast.expr]) -> str:
        deeper = _Scope(self.modules, self.module, self.function, self.depth + 1)
        return _join(deeper.read(node) for node in nodes)

    def _find_values(self, name: str) -> list[ast.expr]:
        local = _find_assigned(self.function, name) if self.function else []
        if local or (self.function and name in _list_parameters(self.function)):
            return local
        return [
            value for node in self.modules.list_constants(self.module) for value in _find_assigned(node, name)
        ]

    def _ask_callers(self, name: str) -> str:
        if self.function is None or name not in _list_parameters(self.function):
            return _FILLED_IN
        names = [argument.arg for argument in self.function.args.args]
        position = names.index(name) if name in names else None
        given = [
            _Scope(self.modules, tree, function, self.depth + 1).read(value)
            for call, function, tree in self.modules.calls.get(self.function.name, [])
            for value in _find_given(call, name, position)
        ]
        return _join(given) or _FILLED_IN


def _join(texts: Iterator[str] | list[str]) -> str:
    # Alternatives that say nothing in the source are no alternatives for a reader.
    return " / ".join(dict.fromkeys(text for text in texts if set(text) - {*_FILLED_IN, " "}))


def _list_choices(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.IfExp(body=yes, orelse=no):
            return [yes, no]
        case ast.BoolOp(values=values) | ast.Dict(values=values):
            return values
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, default]):
            return [table, default]
        case ast.Call(func=ast.Attribute(value=text, attr="strip")):
            return [text]
    return []


def _find_given(call: ast.Call, name: str, position: int | None) -> list[ast.expr]:
    named = [word.value for word in call.keywords if word.arg == name]
    return named or (call.args[position : position + 1] if position is not None else [])


def _find_assigned(node: ast.AST, name: str) -> list[ast.expr]:
    values: list[ast.expr] = []
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Assign):
            continue
        for target in inner.targets:
            match target, inner.value:
                case ast.Name(id=found), value if found == name:
                    values.append(value)
                case ast.Tuple(elts=names), ast.Tuple(elts=given):
                    values += [v for n, v in zip(names, given, strict=True) if getattr(n, "id", "") == name]
    return values


def _list_parameters(function: _Function) -> set[str]:
    given = function.args
    return {argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _list_calls(
    tree: ast.AST, function: _Function | None = None
) -> Iterator[tuple[ast.Call, _Function | None]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield node, function
        yield from _list_calls(node, node if isinstance(node, _Function) else function)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _escape(text: str) -> str:
    # One cell of a Markdown table: no column sign, no HTML.
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
