# SPDX-License-Identifier: MIT
# ruff: noqa: E501  (a style of the table is one line)
"""Houses along the streets of each block: footprints in the metric CRS, vectorised per kind of quarter."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import shapely

from begegnung_geo.sample.plan import Zone
from begegnung_geo.sample.terrain import Flags, Floats, Ints, Objects

_CLEARANCE_M = 0.35  # neighbours may touch; the overlap test looks this far inside
_ROUNDS = 6
_ENTRANCE_SHARE = 0.15  # of apartment houses have their door drawn
_WING_FROM = 0.72  # the dice above which a house has a wing


@dataclass(frozen=True)
class Style:
    """How a kind of house stands along the edge of its block; lengths in metres."""

    zone: Zone
    kinds: tuple[tuple[str, float], ...]
    setback: float
    depth: tuple[float, float]
    width: tuple[float, float]
    gap: tuple[float, float]
    group: int
    levels: tuple[int, int]
    fill: float
    inset: float = 0.0


@dataclass
class Houses:
    """Footprints and what is known of them, one entry a house."""

    polygons: Objects
    front: Floats
    cell: Ints
    zone: Ints
    kind: Objects
    levels: Ints
    is_dwelling: Flags
    has_entrance: Flags


STYLES = (
    Style(Zone.CORE, (("house", 0.3), ("residential", 0.2), ("retail", 0.1), ("yes", 0.4)), 4.0, (9, 12), (7, 14), (0, 0), 99, (2, 4), 0.95),
    Style(Zone.BLOCKS, (("apartments", 0.75), ("residential", 0.1), ("yes", 0.15)), 7.5, (11, 13), (12, 20), (0, 0), 99, (3, 5), 0.93),
    Style(Zone.ROWS, (("terrace", 0.55), ("house", 0.25), ("yes", 0.2)), 9.0, (10, 11.5), (6, 7.5), (7, 12), 6, (2, 2), 0.95),
    Style(Zone.DETACHED, (("detached", 0.6), ("house", 0.25), ("yes", 0.15)), 9.5, (9, 12), (9, 14), (6, 12), 1, (1, 2), 0.92),
    Style(Zone.VILLAGE, (("house", 0.5), ("farm", 0.2), ("yes", 0.3)), 7.5, (9, 14), (9, 18), (5, 18), 1, (1, 2), 0.85),
    Style(Zone.INDUSTRY, (("industrial", 0.6), ("warehouse", 0.25), ("commercial", 0.15)), 14.0, (25, 55), (30, 90), (12, 30), 1, (1, 2), 0.85),
    Style(Zone.SLABS, (("apartments", 1.0),), 16.0, (11, 12.5), (48, 72), (16, 26), 1, (6, 11), 1.0),
    Style(Zone.SLABS, (("apartments", 1.0),), 62.0, (11, 12.5), (48, 72), (16, 26), 1, (4, 8), 1.0),
    Style(Zone.CIVIC, (("yes", 1.0),), 12.0, (14, 19), (24, 36), (12, 18), 1, (1, 2), 1.0),
    Style(Zone.DETACHED, (("garage", 1.0),), 8.0, (5.5, 6.5), (3, 3.5), (9, 16), 1, (1, 1), 0.35),
    Style(Zone.BLOCKS, (("garage", 0.5), ("yes", 0.5)), 28.0, (5.5, 6.5), (6, 16), (4, 14), 2, (1, 1), 0.25),
    Style(Zone.VILLAGE, (("barn", 0.6), ("shed", 0.4)), 27.0, (8, 13), (10, 22), (14, 30), 1, (1, 1), 0.6),
)  # fmt: skip
NO_DWELLING = ("garage", "shed", "barn", "industrial", "warehouse", "commercial", "retail")


def build_houses(blocks: Objects, zone: Ints, *, rng: np.random.Generator) -> Houses:
    """
    Return the houses of all blocks.

    Parameters
    ----------
    blocks
        Polygons of land use in the metric CRS.
    zone
        Zone of each block.
    """
    parts = [_place_style(style, blocks, zone, rng=rng) for style in STYLES]
    houses = concat_houses(parts)
    return take(houses, _find_free(houses.polygons))


def concat_houses(parts: Sequence[Houses]) -> Houses:
    """Return the houses of all parts, in this order."""
    names = [field.name for field in fields(Houses)]
    return Houses(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def take(houses: Houses, keep: Flags | Ints) -> Houses:
    """Return some of the houses."""
    return Houses(**{name: values[keep] for name, values in vars(houses).items()})


def _place_style(style: Style, blocks: Objects, zone: Ints, *, rng: np.random.Generator) -> Houses:
    cell = np.flatnonzero(zone == style.zone)
    rings, ring_cell = _build_rings(blocks[cell], cell, distance=style.setback)
    ring, along, width = _place_along(style, shapely.length(rings), rng=rng)
    depth = rng.uniform(*style.depth, len(ring))
    polygons, front = _draw_rectangles(rings[ring], along=along, width=width, depth=depth)
    chosen = _choose(style.kinds, len(ring), rng=rng)
    dice = rng.uniform(0, 1, len(ring))
    has_entrance = (chosen == "apartments") & (dice < _ENTRANCE_SHARE)
    has_wing = np.isin(chosen, ("detached", "house", "farm")) & (style.group == 1) & (dice > _WING_FROM)
    polygons = _shape(polygons, front, has_entrance=has_entrance, has_wing=has_wing)
    house_cell = ring_cell[ring]
    inner = shapely.buffer(blocks, -max(style.setback - 2.5, 1.5), quad_segs=1)
    shapely.prepare(inner)
    keep = shapely.contains(inner[house_cell], polygons) & (rng.uniform(0, 1, len(ring)) < style.fill)
    houses = Houses(
        polygons=polygons,
        front=front,
        cell=house_cell,
        zone=np.full(len(ring), int(style.zone)),
        kind=chosen,
        levels=rng.integers(style.levels[0], style.levels[1] + 1, len(ring)),
        is_dwelling=~np.isin(chosen, NO_DWELLING) & (style.zone != Zone.CIVIC) & (width * depth > 45),
        has_entrance=has_entrance,
    )
    return take(houses, keep)


def _shape(polygons: Objects, front: Floats, *, has_entrance: Flags, has_wing: Flags) -> Objects:
    """Give some houses a vertex for their door, others the form of an L."""
    corners = shapely.get_coordinates(polygons).reshape(-1, 5, 2)[:, :4]
    shaped = polygons.copy()
    left, right, back_right, back_left = (corners[:, i] for i in range(4))
    doors = np.stack([left, front, right, back_right, back_left], axis=1)
    step = right + (back_right - right) * 0.6
    inner, outer = left + (step - right) + (right - left) * 0.55, back_left + (right - left) * 0.55
    wings = np.stack([left, right, step, inner, outer, back_left], axis=1)
    shaped[has_entrance] = shapely.polygons(doors[has_entrance])
    shaped[has_wing] = shapely.polygons(wings[has_wing])
    return shaped


def _build_rings(blocks: Objects, cell: Ints, *, distance: float) -> tuple[Objects, Ints]:
    inset = shapely.buffer(blocks, -distance, quad_segs=2)
    parts, index = shapely.get_parts(inset, return_index=True)
    is_filled = (shapely.area(parts) > 60) & (shapely.get_type_id(parts) == 3)
    rings = shapely.get_exterior_ring(shapely.simplify(parts[is_filled], 0.4))
    # The front of a house looks to the street: walk all rings the same way round.
    reverse = shapely.is_ccw(rings)
    rings = np.where(reverse, rings, shapely.reverse(rings))
    return rings, cell[index[is_filled]]


def _place_along(style: Style, lengths: Floats, *, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    smallest = style.width[0] + style.gap[0] / max(style.group, 1)
    slots = np.maximum((lengths / smallest).astype(np.int64), 1)
    ring = np.repeat(np.arange(len(lengths)), slots)
    if not len(ring):
        return ring, np.zeros(0), np.zeros(0)
    first = np.repeat(np.concatenate([[0], np.cumsum(slots)[:-1]]), slots)
    order = np.arange(len(ring)) - first
    width = rng.uniform(*style.width, len(ring))
    gap = np.where(order % style.group == 0, rng.uniform(*style.gap, len(ring)), 0.0)
    if style.group > 1:  # houses of one row are alike
        width = width[first + order // style.group * style.group]
    total = np.cumsum(width + gap)
    along = total - (total[first] - width[first] - gap[first]) - width / 2
    keep = along + width / 2 <= lengths[ring]
    return ring[keep], along[keep], width[keep]


def _draw_rectangles(
    rings: Objects, *, along: Floats, width: Floats, depth: Floats
) -> tuple[Objects, Floats]:
    length = shapely.length(rings)
    left = shapely.get_coordinates(shapely.line_interpolate_point(rings, np.maximum(along - width * 0.45, 0)))
    right = shapely.get_coordinates(
        shapely.line_interpolate_point(rings, np.minimum(along + width * 0.45, length))
    )
    vector = right - left
    tangent = vector / np.maximum(np.hypot(*vector.T), 1e-6)[:, None]
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])  # rings run counterclockwise: inwards
    front = (left + right) / 2
    half = tangent * (width / 2)[:, None]
    back = normal * depth[:, None]
    corners = np.stack([front - half, front + half, front + half + back, front - half + back], axis=1)
    return np.array(shapely.polygons(corners), dtype=object), front


def _choose(kinds: tuple[tuple[str, float], ...], count: int, *, rng: np.random.Generator) -> Objects:
    names = np.array([kind for kind, _ in kinds], dtype=object)
    shares = np.cumsum([share for _, share in kinds])
    return np.asarray(
        names[np.minimum(np.searchsorted(shares, rng.uniform(0, shares[-1], count)), len(names) - 1)]
    )


def _find_free(polygons: Objects) -> Flags:
    """Return which houses stand: the earlier of two that overlap."""
    core = shapely.buffer(polygons, -_CLEARANCE_M, cap_style="square", join_style="mitre", quad_segs=1)
    tree = shapely.STRtree(core)
    first, second = tree.query(core, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    standing = np.ones(len(polygons), dtype=bool)
    for _ in range(_ROUNDS):
        blocked = np.zeros(len(polygons), dtype=bool)
        blocked[second[standing[first]]] = True
        changed = standing != ~blocked
        standing = ~blocked
        if not changed.any():
            break
    blocked = np.zeros(len(polygons), dtype=bool)
    blocked[second[standing[first] & standing[second]]] = True
    return np.asarray(standing & ~blocked)
