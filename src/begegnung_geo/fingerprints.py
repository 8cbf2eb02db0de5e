# SPDX-License-Identifier: MIT
"""A hash of the code a function reaches inside this package, so that stale results are seen."""

import ast
import hashlib
import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

PACKAGE = "begegnung_geo"


def hash_code(function: Callable[..., Any]) -> str:
    """Return a hash of a function's source and of every module of this package it reaches."""
    modules: set[str] = set()
    pending = _list_own_names(function)
    digest = hashlib.sha256(inspect.getsource(function).encode())
    for name, target in sorted(pending.items()):
        if getattr(target, "__module__", "") == function.__module__ and inspect.isfunction(target):
            digest.update(hash_code(target).encode())  # a private helper beside the step
        else:
            module = target.__name__ if inspect.ismodule(target) else getattr(target, "__module__", "")
            modules.add(module if str(module).startswith(PACKAGE) else f"{PACKAGE}.{name}")
    paths = _close_over_imports(modules)
    # Templates, words and scripts lie in a folder `assets` beside the modules that use them.
    assets = {asset for path in paths for asset in (path.parent / "assets").rglob("*") if asset.is_file()}
    for path in sorted(paths | assets):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def hash_program() -> str:
    """Return a hash of all code and assets of this package: the program, whatever its version says."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and "_config" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _list_own_names(function: Callable[..., Any]) -> dict[str, Any]:
    def list_names(code: CodeType) -> Iterator[str]:
        yield from code.co_names
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from list_names(constant)

    space = function.__globals__
    named = {name: space[name] for name in list_names(function.__code__) if name in space}
    return {
        name: target
        for name, target in named.items()
        if str(getattr(target, "__module__", "") or getattr(target, "__name__", "")).startswith(PACKAGE)
    }


def _close_over_imports(modules: set[str]) -> set[Path]:
    paths: set[Path] = set()
    pending = set(modules)
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen or not name.startswith(PACKAGE):
            continue
        seen.add(name)
        try:
            source = importlib.import_module(name).__file__
        except ModuleNotFoundError:
            continue  # `from package.module import name`: name is no module
        if source is None:
            continue
        paths.add(Path(source))
        for node in ast.walk(ast.parse(Path(source).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                pending |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                pending |= {alias.name for alias in node.names}
    return paths
