# SPDX-License-Identifier: MIT
"""The docstrings of the public surface are whole, in the form of numpydoc, functions with an example."""

import inspect

import pytest
from numpydoc.validate import validate

import begegnung_geo as bg

# Types stand in the signature only (PR04), there is no "See Also" (SA01), one line may be all (ES01).
LEFT_TO_THE_HOUSE = {"PR04", "SA01", "ES01"}
FUNCTIONS = [name for name in bg.__all__ if inspect.isfunction(getattr(bg, name))]
METHODS = [f"City.{name}" for name in vars(bg.City) if not name.startswith("_")]


def _find_faults(name: str) -> dict[str, str]:
    found = validate(f"begegnung_geo.api.{name}")["errors"]
    return {code: text for code, text in found if code not in LEFT_TO_THE_HOUSE}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_names_every_parameter_what_it_returns_and_an_example(name: str) -> None:
    assert _find_faults(name) == {}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_names_every_parameter_and_what_it_returns(name: str) -> None:
    assert {code for code in _find_faults(name) if code != "EX01"} == set()


def test_there_are_functions_and_methods_to_look_at() -> None:
    assert len(FUNCTIONS) >= 9
    assert len(METHODS) >= 12
