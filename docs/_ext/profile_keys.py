# SPDX-License-Identifier: MIT
"""All keys of a profile: from the models, with defaults and reasons of `config/defaults.toml`."""

import re
import tomllib
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from begegnung_geo.config import find_config_dir
from begegnung_geo.profile import Profile

_MEANINGS = Path(__file__).parents[1] / "reference" / "profile_keys.toml"
_LINE = re.compile(r"^(?:# )?(?P<key>[a-z_][a-z0-9_]*) = (?:\"[^\"]*\"|[^\"#]|\"[^\"]*)*?#\s*(?P<text>.+)$")
_TABLE = re.compile(r"^\[(?P<path>[a-z0-9_.]+)\]")


@dataclass(frozen=True)
class ProfileKey:
    """One key: where it stands, what it may be, what it is where nobody sets it, and what it means."""

    model: str
    name: str
    values: str
    default: str
    meaning: str


@dataclass(frozen=True)
class ProfileTable:
    """One table of the profile: its path, what its model says about it, and its own keys."""

    path: str
    about: str
    keys: tuple[ProfileKey, ...]
    shipped: tuple[str, ...] = ()


def list_tables() -> list[ProfileTable]:
    """Return every table of a profile in the order of the models; keys of all sources once."""
    defaults = (find_config_dir() / "defaults.toml").read_text(encoding="utf-8")
    reader = _Reader(tomllib.loads(defaults), _read_comments(defaults), read_meanings())
    tables = list(reader.walk(Profile, ""))
    source = typing.get_type_hints(Profile)["sources"].model_fields["osm"].annotation
    return [*tables, reader.describe(source, "sources.<any>", own=set(source.model_fields))]


def read_meanings() -> dict[str, dict[str, str]]:
    """Return model -> key -> meaning, of the keys that `defaults.toml` does not explain."""
    return tomllib.loads(_MEANINGS.read_text(encoding="utf-8"))


def describe() -> str:
    """Return all tables as Markdown."""
    return "\n\n".join(_describe_table(table) for table in list_tables())


def _describe_table(table: ProfileTable) -> str:
    rows = [f"| `{key.name}` | {key.values} | {key.default} | {key.meaning} |" for key in table.keys]
    lines = [f"## `[{table.path}]`", "", table.about, "", "| key | values | default | meaning, reason |"]
    shipped = ["", f"Shipped: {', '.join(f'`{name}`' for name in table.shipped)}."] if table.shipped else []
    return "\n".join([*lines, "|---|---|---|---|", *rows, *shipped])


class _Reader:
    def __init__(
        self, defaults: dict[str, Any], comments: dict[str, str], meanings: dict[str, dict[str, str]]
    ) -> None:
        self._defaults, self._comments, self._meanings = defaults, comments, meanings

    def walk(self, model: type[BaseModel], path: str) -> Iterator[ProfileTable]:
        own = {name for name in model.model_fields if name in model.__annotations__}
        leaves = {name for name in own if not _find_model(model.model_fields[name].annotation)}
        if leaves:
            yield self.describe(model, path, own=leaves)
        for name in model.model_fields:
            below = _find_model(model.model_fields[name].annotation)
            if name in own and below:
                yield from self.walk(below, f"{path}.{name}".lstrip(".") + _mark(model.model_fields[name]))

    def describe(self, model: type[BaseModel], path: str, *, own: set[str]) -> ProfileTable:
        keys = tuple(
            ProfileKey(
                model.__name__,
                name,
                _describe_values(field),
                self._describe_default(path, name, field),
                self._comments.get(f"{path}.{name}", "")
                or self._meanings.get(model.__name__, {}).get(name, ""),
            )
            for name, field in model.model_fields.items()
            if name in own
        )
        about = " ".join((model.__doc__ or "").split())
        return ProfileTable(path, about, keys, self._list_shipped(path))

    def _describe_default(self, path: str, name: str, field: FieldInfo) -> str:
        table = self._find(path)
        if isinstance(table, dict) and name in table:
            return f"`{_write(table[name])}`"
        if field.is_required():
            return "required"
        return "none" if field.default in (None, "", ()) else f"`{_write(field.default)}`"

    def _list_shipped(self, path: str) -> tuple[str, ...]:
        parent, _, last = path.partition(".<key>")
        table = self._find(parent)
        return tuple(table) if last == "" and parent != path and isinstance(table, dict) else ()

    def _find(self, path: str) -> Any:  # noqa: ANN401 - whatever TOML holds
        value: Any = self._defaults
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value


def _read_comments(text: str) -> dict[str, str]:
    comments, table = {}, ""
    for line in text.splitlines():
        if header := _TABLE.match(line):
            table = header["path"]
        elif found := _LINE.match(line):
            comments[f"{table}.{found['key']}"] = found["text"].replace("|", "\\|").replace("<", "&lt;")
    return comments


def _find_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for part in typing.get_args(annotation) if (m := _find_model(part))), None)


def _mark(field: FieldInfo) -> str:
    text = str(field.annotation)
    return ".<key>" * text.count("dict[") + ("[]" if "tuple[" in text else "")


def _describe_values(field: FieldInfo) -> str:
    text = str(field.annotation)
    kinds = [
        ("dict[", "table of numbers"), ("bool", "true or false"), ("Literal", ""), ("int", "whole number"),
        ("float", "number"), ("str", "text"),
    ]  # fmt: skip
    word = next(name for sign, name in kinds if sign in text)
    if not word:
        word = " ".join(f"`{value}`" for value in _list_literals(field.annotation) if value)
    if "tuple[" in text:
        word = f"list: {word}"
    limits = [
        f"{sign} {getattr(rule, name)}"
        for rule in field.metadata
        for name, sign in _LIMITS
        if hasattr(rule, name)
    ]
    return f"{word} ({', '.join(limits)})" if limits else word


_LIMITS = (("gt", "more than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most"))


def _list_literals(annotation: object) -> list[str]:
    parts = typing.get_args(annotation)
    return [str(part) for part in parts if isinstance(part, str)] or [
        v for p in parts for v in _list_literals(p)
    ]


def _write(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_write, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_write(entry)}' for key, entry in value.items())}}}"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f'"{value}"'
        if isinstance(value, str)
        else str(value)
    )
