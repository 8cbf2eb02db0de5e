# SPDX-License-Identifier: MIT
"""Where names stand in a still picture: none covers another, and none covers a gap if it can help it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from begegnung_geo.render.geometry import Geometries, find_label_points

_STEPS = 9  # candidates a side of a district's bounding box
_FAR_COST = (
    0.25  # leaving the middle by the picture's whole width costs as much as covering a quarter of a gap
)
_OUTSIDE_COST = 2.0  # a name half outside its district is worse than one on a gap
_OUTSIDE_MAX = 0.12  # of a name: a letter over the border is still read as the district's name


class Spot(NamedTuple):
    """The middle of a name, and which of its forms stands there."""

    x: float
    y: float
    form: int


def place_names(
    areas: Geometries,
    forms: Sequence[Sequence[tuple[float, float]]],
    *,
    avoid: Geometries,
    width: float,
    height: float,
) -> list[Spot | None]:
    """
    Return where each name stands and in which form, None where there is no room.

    The first form that stands free within its own district is taken. Only the last
    one, a mere number say, may reach beyond the border.

    Parameters
    ----------
    areas
        Polygon a name, in units of the picture; the smallest choose first.
    forms
        Width and height of each form of each name in the same units, the best one first.
    avoid
        Polygons better left free.
    width, height
        Of the picture: no name leaves it.
    """
    middles = shapely.get_coordinates(find_label_points(areas))
    blocked = shapely.union_all(avoid) if len(avoid) else shapely.Polygon()
    shapely.prepare(blocked)
    taken: list[shapely.Polygon] = []
    spots: list[Spot | None] = [None] * len(areas)
    for row in np.argsort(shapely.area(areas), kind="stable").tolist():
        for number, size in enumerate(forms[row]):
            xy = _list_candidates(areas[row], middles[row], size, frame=(width, height))
            boxes = _box(xy, size)
            outside = 1 - shapely.area(shapely.intersection(boxes, areas[row])) / shapely.area(boxes)
            is_last = number == len(forms[row]) - 1
            is_free = np.full(len(boxes), is_last) | (outside <= _OUTSIDE_MAX)
            for other in taken:
                is_free &= ~shapely.intersects(boxes, other)
            if not is_free.any():
                continue
            xy, boxes = xy[is_free], boxes[is_free]
            cost = _OUTSIDE_COST * outside[is_free]
            cost += _judge(boxes, xy, middle=middles[row], blocked=blocked, width=width)
            best = int(np.argmin(cost))
            taken.append(boxes[best])
            spots[row] = Spot(float(xy[best, 0]), float(xy[best, 1]), number)
            break
    return spots


def _list_candidates(
    area: BaseGeometry,
    middle: npt.NDArray[np.float64],
    size: tuple[float, float],
    *,
    frame: tuple[float, float],
) -> npt.NDArray[np.float64]:
    west, south, east, north = area.bounds
    across, down = np.meshgrid(np.linspace(west, east, _STEPS), np.linspace(south, north, _STEPS))
    xy = np.vstack([middle, np.column_stack([across.ravel(), down.ravel()])])
    half = np.asarray(size) / 2 + 2
    inside: npt.NDArray[np.float64] = np.clip(xy, half, np.maximum(np.asarray(frame) - half, half))
    return inside


def _judge(
    boxes: Geometries,
    xy: npt.NDArray[np.float64],
    *,
    middle: npt.NDArray[np.float64],
    blocked: BaseGeometry,
    width: float,
) -> npt.NDArray[np.float64]:
    covered = shapely.area(shapely.intersection(boxes, blocked)) / shapely.area(boxes)
    far = np.hypot(*(xy - middle).T) / width
    cost: npt.NDArray[np.float64] = covered + _FAR_COST * far
    return cost


def _box(xy: npt.NDArray[np.float64], size: tuple[float, float]) -> Geometries:
    half_width, half_height = size[0] / 2, size[1] / 2
    return np.asarray(
        shapely.box(
            xy[:, 0] - half_width, xy[:, 1] - half_height, xy[:, 0] + half_width, xy[:, 1] + half_height
        ),
        dtype=object,
    )
