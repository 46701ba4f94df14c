"""From blocks and cutting lines to faces that share each vertex: node once on a 1 cm grid, polygonize, tidy, bend."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, STRtree

from data.demo.blocks import Block, Layout
from data.demo.ground import bend_polygons
from data.demo.shapes import polygons_of

GRID_M = 0.01
#: Faces smaller than this many square metres join a neighbour.
SMALLEST = {"spine": 240, "town": 110, "field": 650, "meadow": 400, "forest": 1500, "road": 60, "field-road": 60}

type Ints = NDArray[np.int64]


@dataclass(slots=True)
class Face:
    """A parcel to be: its shape and the block that it was cut from."""

    shape: Polygon  #: on the bent ground, EPSG:2178, rounded to 1 cm
    straight: Polygon  #: as laid out, before bending
    block: Block


def faces_of(lines: Iterable[shapely.Geometry]) -> list[Polygon]:
    """Faces between lines; crossings and near misses are noded on a 1 cm grid."""
    noded = shapely.union_all(np.array(list(lines), dtype=object), grid_size=GRID_M)
    return list(shapely.get_parts(shapely.polygonize([noded])))


def tile(plan: Layout) -> list[Face]:
    """All faces of a municipality."""
    outlines: list[shapely.Geometry] = [b.shape.boundary for b in plan.blocks]
    shapes = faces_of([*outlines, *plan.cuts])
    shapes, owners = _owned(shapes, plan.blocks)
    shapes, owners = _tidied(shapes, owners, plan.blocks)
    bent = bend_polygons(shapes)
    if not (sound := shapely.is_valid(bent)).all():  # a neck under a centimetre closed by rounding
        shapes, owners = _joined(shapes, owners, _targets(shapes, owners, plan.blocks, ~sound))
        bent = bend_polygons(shapes)
    return [Face(b, s, plan.blocks[o]) for b, s, o in zip(bent, shapes, owners, strict=True)]


def _owned(shapes: list[Polygon], blocks: list[Block]) -> tuple[list[Polygon], Ints]:
    """The block of each face, by a point inside; land outside the municipality is left out."""
    tree = STRtree([b.shape for b in blocks])
    spots = shapely.point_on_surface(np.array(shapes, dtype=object))
    (face, block), away = tree.query_nearest(spots, return_distance=True, all_matches=False)
    ours = face[away < 0.05]
    return [shapes[i] for i in ours], block[away < 0.05]


def shared_edges(shapes: list[Polygon]) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Pairs of faces that share an edge, and the length of that edge."""
    coords = shapely.get_coordinates(shapely.boundary(np.array(shapes, dtype=object)))
    whole = np.round(coords * 100).astype(np.int64)
    parts, owner = shapely.get_parts(shapely.boundary(np.array(shapes, dtype=object)), return_index=True)
    ring = np.repeat(np.arange(len(parts)), shapely.get_num_coordinates(parts))
    real = ring[:-1] == ring[1:]
    start, end, face = whole[:-1][real], whole[1:][real], owner[ring[:-1][real]]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    edges = np.hstack([np.where(flip[:, None], end, start), np.where(flip[:, None], start, end)])
    order = np.lexsort(edges.T)
    twin = np.flatnonzero((edges[order][:-1] == edges[order][1:]).all(axis=1))
    first, second = order[twin], order[twin + 1]
    lengths = np.hypot(*(edges[first, 2:] - edges[first, :2]).T) / 100
    return face[first], face[second], lengths


def _is_small(shapes: list[Polygon], owners: Ints, blocks: list[Block]) -> NDArray[np.bool_]:
    areas, rims = shapely.area(shapes), shapely.length(shapes)
    least = np.array([SMALLEST.get(blocks[o].kind, 40) for o in owners])
    roads = np.array([blocks[o].kind in ("road", "field-road", "stream", "square") for o in owners])
    thin = 2 * areas / rims < np.where(roads, 0.6, 2.2)
    small: NDArray[np.bool_] = (areas < least) | thin
    return small


def _tidied(shapes: list[Polygon], owners: Ints, blocks: list[Block]) -> tuple[list[Polygon], Ints]:
    """Join small faces to the neighbour with the longest common edge, best in the same block; twice."""
    for _ in range(4):
        target = _targets(shapes, owners, blocks, _is_small(shapes, owners, blocks))
        if not (target != np.arange(len(shapes))).any():
            break
        shapes, owners = _joined(shapes, owners, target)
    return shapes, owners


def _targets(shapes: list[Polygon], owners: Ints, blocks: list[Block], small: NDArray[np.bool_]) -> Ints:
    """For each face the face that it joins (itself: it stays)."""
    first, second, lengths = shared_edges(shapes)
    left, right = np.concatenate([first, second]), np.concatenate([second, first])
    score = np.concatenate([lengths, lengths])
    score = score + 1e5 * (owners[left] == owners[right])
    district = np.unique([b.district for b in blocks], return_inverse=True)[1]
    same_district = district[owners[left]] == district[owners[right]]
    passable = np.array([b.kind not in ("road", "stream", "square") for b in blocks])[owners[right]]
    score = score + np.where(passable, 2e4, 0)
    usable = small[left] & same_district & (~small[right] | (right < left))
    left, right, score = left[usable], right[usable], score[usable]
    target = np.arange(len(shapes))
    order = np.lexsort((right, score))
    target[left[order]] = right[order]
    return _settled(target)


def _settled(target: Ints) -> Ints:
    """Follow chains to the face that stays; links always end because they lead to a kept or a lower face."""
    for _ in range(40):
        following = target[target]
        if (following == target).all():
            break
        target = following
    return target


def _joined(shapes: list[Polygon], owners: Ints, target: Ints) -> tuple[list[Polygon], Ints]:
    groups: dict[int, list[int]] = {}
    for face, keeper in enumerate(target):
        groups.setdefault(int(keeper), []).append(face)
    joined = [_union([shapes[i] for i in group]) for group in groups.values()]
    return joined, owners[list(groups)]


def _union(shapes: list[Polygon]) -> Polygon:
    return shapes[0] if len(shapes) == 1 else polygons_of(shapely.union_all(shapes))[0]
