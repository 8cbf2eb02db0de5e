# SPDX-License-Identifier: MIT
"""What changed between two sites of a city: what the runs were made from, and coverage."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

Cause = Literal["data", "parameters", "program"]

_DECIMALS = 4
_RULES = "rules."
# What a page looks like or who publishes it changes no figure.
_APPEARANCE = ("publisher.", "online_maps.", "city.name", "city.is_invented")
_PEOPLE_KINDS = ("kind", "basis", "weights", "is_group_scaled", "has_total")
_KEY = ["level", "district_id", "profile", "threshold_min"]
_FIGURES = ("persons", "persons_covered", "covered_share")


class RunInput(Protocol):
    """One input file of a run."""

    @property
    def role(self) -> str:
        """What the file is for."""

    @property
    def file(self) -> str:
        """Its name."""

    @property
    def data_date(self) -> str:
        """Its date, may be empty."""

    @property
    def sha256(self) -> str:
        """Its checksum."""


class RunRecord(Protocol):
    """What a run was made from."""

    @property
    def version(self) -> str:
        """Version of the program."""

    @property
    def program_sha256(self) -> str:
        """Checksum of its code, empty where the run did not write it."""

    @property
    def inputs(self) -> Iterable[RunInput]:
        """Files."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The profile."""

    @property
    def people(self) -> Mapping[str, Any]:
        """Where the numbers of people come from."""


@dataclass(frozen=True, eq=False)
class Origins:
    """
    What two runs were made from, as far as it differs.

    Attributes
    ----------
    inputs
        `role`, `change` (added, removed, changed), `file_before`, `file_after`, `date_before`,
        `date_after`; rules of the program's `config/` folder are not among them.
    parameters
        `key`, `before`, `after`, and `is_appearance` where no figure depends on it.
    program
        Version before and after, empty where the program is the same.
    """

    inputs: pd.DataFrame
    parameters: pd.DataFrame
    program: tuple[str, ...]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What can have changed a figure."""
        found: list[tuple[Cause, bool]] = [
            ("data", len(self.inputs) > 0),
            ("parameters", bool((~self.parameters["is_appearance"]).any())),
            ("program", bool(self.program)),
        ]
        return tuple(cause for cause, is_changed in found if is_changed)


def compare_origins(before: RunRecord, after: RunRecord) -> Origins:
    """Return in what data, parameters and program two runs differ."""
    files = [{item.role: item for item in record.inputs} for record in (before, after)]
    rows, rules = [], []
    for role in sorted({*files[0], *files[1]}):
        old, new = files[0].get(role), files[1].get(role)
        if old and new and old.sha256 == new.sha256:
            continue
        change = "changed" if old and new else "added" if new else "removed"
        names = [item.file if item else "" for item in (old, new)]
        if role.startswith(_RULES):
            rules.append((f"config/{names[1] or names[0]}", _shorten(old), _shorten(new)))
        else:
            rows.append((role, change, *names, *(item.data_date if item else "" for item in (old, new))))
    columns = ["role", "change", "file_before", "file_after", "date_before", "date_after"]
    is_same_code = before.program_sha256 == after.program_sha256 or not (
        before.program_sha256 and after.program_sha256
    )
    is_same = before.version == after.version and is_same_code
    return Origins(
        inputs=pd.DataFrame(rows, columns=columns, dtype="str"),
        parameters=_compare_parameters(before, after, rules=rules),
        program=() if is_same else (before.version, after.version),
    )


def compare_coverage(before: pd.DataFrame, after: pd.DataFrame, *, round_to: int) -> pd.DataFrame:
    """
    Return the coverage of every district and of the city before and after.

    Published counts of a district of the finest level are off by less than `round_to`, those
    of a district of n finest ones (on average of its level) by less than about that times
    the root of n (decision 0017). A difference that two such errors can make is not
    distinguishable from none.

    Parameters
    ----------
    before, after
        Columns `level`, `district_id`, `name`, `profile`, `threshold_min`, `persons`,
        `persons_covered`, `covered_share`; null where hidden. Level `city` is the whole city.
    round_to
        The coarser of both sites' `publication.round_to`.

    Returns
    -------
    differences
        One row a district, profile and threshold of both sites, in the order of `after`:
        each figure `_before` and `_after`, `share_change` (null where either is), and
        `is_distinguishable`: people or people covered, or the share, differ by more than that.
    """
    columns = [*_KEY, *_FIGURES]
    joined = after[[*columns, "name"]].merge(before[columns], on=_KEY, suffixes=("_after", "_before"))
    sizes = after.groupby("level")["district_id"].nunique()
    finest = float(sizes.drop("city", errors="ignore").max()) if len(sizes) > 1 else 1.0
    pieces = np.ceil(joined["level"].map((finest / sizes).to_dict()).to_numpy(dtype=np.float64))
    error = 2 * round_to * np.sqrt(np.maximum(pieces, 1.0))
    change = joined["covered_share_after"] - joined["covered_share_before"]
    # Shares of very different numbers of people: the smaller base has the larger error.
    base = joined[["persons_before", "persons_after"]].min(axis=1)
    differs = change.abs() * base > error
    for name in ("persons", "persons_covered"):
        known = joined[f"{name}_after"].fillna(0.0) - joined[f"{name}_before"].fillna(0.0)
        is_hidden_now = joined[f"{name}_after"].isna() != joined[f"{name}_before"].isna()
        differs |= known.abs() > error + np.where(is_hidden_now, 2 * round_to, 0)
    names = [f"{figure}_{time}" for figure in _FIGURES for time in ("before", "after")]
    told = joined.assign(share_change=change.round(_DECIMALS), is_distinguishable=differs)
    return told[[*_KEY, "name", *names, "share_change", "is_distinguishable"]]


def flatten(parameters: Mapping[str, Any], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Return every parameter by its dotted key as text, lists as one value."""
    for key, value in sorted(parameters.items(), key=lambda item: str(item[0])):
        if isinstance(value, Mapping):
            yield from flatten(value, prefix=f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _tell(value)


def _compare_parameters(
    before: RunRecord, after: RunRecord, *, rules: list[tuple[str, str, str]]
) -> pd.DataFrame:
    old, new = (
        dict(flatten(record.parameters))
        | {f"people.{key}": _tell(record.people[key]) for key in _PEOPLE_KINDS if key in record.people}
        for record in (before, after)
    )
    # What only one program writes of the people is no difference of the runs.
    both = [key for key in {*old, *new} if not key.startswith("people.") or (key in old and key in new)]
    rows = [(key, old.get(key, ""), new.get(key, "")) for key in sorted(both) if old.get(key) != new.get(key)]
    table = pd.DataFrame([*rows, *rules], columns=["key", "before", "after"], dtype="str")
    return table.assign(is_appearance=table["key"].map(lambda key: key.startswith(_APPEARANCE)).astype(bool))


def _shorten(item: RunInput | None) -> str:
    return item.sha256[:12] if item else ""


def _tell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_tell(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_tell(item)}" for key, item in sorted(value.items())) + "}"
    return str(value)
