# SPDX-License-Identifier: MIT
"""Models of the profile's rules: where need is high, and when a district is called under-served."""

from typing import Literal

from pydantic import Field, model_validator

from begegnung_geo.profile_base import Frozen, Key

Measure = Literal["covered_share", "mads_below_median", "persons_beyond", "need_index"]
"""What a condition may look at: a figure of one district."""

UNITS: dict[str, str] = {
    "covered_share": "0-1", "mads_below_median": "MAD", "persons_beyond": "persons", "need_index": "0-1",
}  # fmt: skip
"""Measure -> the unit its threshold must be written in."""


class NeedIndicator(Frozen):
    """How much one age group or district figure weighs in the need index, and why."""

    weight: float = Field(ge=0)
    is_reversed: bool = False
    reason: str = Field(min_length=1)


class Need(Frozen):
    """The need index: which indicators make it, and when they are known well enough."""

    known_share_min: float = Field(gt=0, le=1)
    level_known_share_min: float = Field(gt=0, le=1)
    indicators: dict[Key, NeedIndicator]


class Condition(Frozen):
    """One comparison of a measure with a threshold, and why that threshold."""

    below: float | None = None
    above: float | None = None
    at_least: float | None = None
    unit: str
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "Condition":
        if sum(bound is not None for bound in (self.below, self.above, self.at_least)) != 1:
            raise ValueError("give one of below, above, at_least")
        return self


class Variants(Frozen):
    """Which assumptions are changed, one at a time, to see how stable a flag is."""

    speed_factors: tuple[float, ...]
    thresholds_min: tuple[float, ...]
    snap_distances_m: tuple[float, ...]
    draws_count: int = Field(ge=1, le=1000)
    draws_agree_min: float = Field(gt=0.5, le=1)
    seed: int = Field(ge=0)
    detour_factor: float = Field(ge=1)
    likely_agreement_min: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _check(self) -> "Variants":
        if any(value <= 0 for value in (*self.speed_factors, *self.thresholds_min, *self.snap_distances_m)):
            raise ValueError("speed_factors, thresholds_min and snap_distances_m must be positive")
        return self


class Underserved(Frozen):
    """
    When a district is under-served.

    `required` must hold, and at least one of `rules`; a rule holds where all its conditions do.
    """

    profile: Key
    threshold_min: int
    persons_min: float = Field(ge=0)
    median_districts_min: int = Field(ge=1)
    required: dict[Measure, Condition]
    rules: dict[Key, dict[Measure, Condition]] = Field(min_length=1)
    variants: Variants

    @model_validator(mode="after")
    def _check(self) -> "Underserved":
        for name, conditions in (("required", self.required), *self.rules.items()):
            for measure, condition in conditions.items():
                if condition.unit != UNITS[measure]:
                    raise ValueError(f"{name}.{measure}: the unit is {UNITS[measure]}, not {condition.unit}")
        reaches = [factor * self.threshold_min for factor in self.variants.speed_factors]
        reaches += [float(threshold_min) for threshold_min in self.variants.thresholds_min]
        rounded = [round(reach, 6) for reach in (*reaches, float(self.threshold_min))]
        if len(set(rounded)) != len(rounded):
            raise ValueError("variants: a speed factor and a threshold give the same reach; count it once")
        return self


class HotSpots(Frozen):
    """Where long, or short, walks stand together: the neighbourhood, and what is too little to tell."""

    neighbour_m: float = Field(gt=0, le=5000)
    false_share_max: float = Field(gt=0, lt=1)
    cells_min: int = Field(ge=30)
    cell_max_m: float = Field(gt=0)
    house_cell_m: float = Field(gt=0)
