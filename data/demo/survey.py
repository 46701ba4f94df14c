"""Plots: faces with a parcel number, in the order of the register. Everything else of the demo is read off them."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from shapely import LineString, Polygon

from data.demo.blocks import Block, layout
from data.demo.chance import dice
from data.demo.ground import bend_line
from data.demo.tiling import Face, tile
from data.demo.town import town_streets


@dataclass(slots=True)
class Plot:
    """One parcel with what the demo knows of its making."""

    identifier: str
    shape: Polygon  #: EPSG:2178
    kind: str  #: of the block, except "lot": has or may have a house by its street
    block: Block
    family: int = 0  #: parcels n/1, n/2 ... that came of one parcel have the same number above 0

    @property
    def district(self) -> str:
        """Identifier of the district."""
        return self.block.district

    @property
    def main_number(self) -> str:
        """Number without the part after the slash."""
        return self.identifier.rsplit(".", 1)[1].split("/")[0]


@cache
def survey(teryt: str) -> tuple[Plot, ...]:
    """All plots of a municipality, district by district in the order of their numbers."""
    plan = layout(teryt)
    faces = tile(plan)
    plots: list[Plot] = []
    for district in sorted(plan.districts):
        own = [f for f in faces if f.block.district == district]
        plots += _numbered(district, _in_order(own))
    return tuple(plots)


@cache
def streets_of_town() -> tuple[tuple[str, LineString], ...]:
    """Named centre lines of the old town, bent."""
    return tuple((name, bend_line(line)) for name, line in town_streets())


_bent_spines: dict[int, tuple[LineString, LineString]] = {}  #: by id of the straight line, which is kept too


def bent_spine(block: Block) -> LineString:
    """Centre line of the block's street on the bent ground."""
    if block.spine is None:
        raise ValueError(f"a block of kind {block.kind} has no spine")
    key = id(block.spine)
    if key not in _bent_spines:
        _bent_spines[key] = (block.spine, bend_line(block.spine))
    return _bent_spines[key][1]


def _in_order(faces: list[Face]) -> list[Face]:
    """Blocks in a serpentine of 600 m bands, plots along the street or across the strips."""
    centres = shapely.get_coordinates(shapely.centroid([f.straight for f in faces]))
    keys = []
    for face, (east, north) in zip(faces, centres, strict=True):
        block = face.block
        middle = block.shape.centroid
        band = int(middle.y // 600)
        side = middle.x if band % 2 else -middle.x
        across = -east * np.sin(block.angle) + north * np.cos(block.angle)
        if block.spine is not None:
            across = block.spine.project(face.straight.centroid)
        along = east * np.cos(block.angle) + north * np.sin(block.angle)
        keys.append((-band, side, id_of(block.shape), round(across / 6), along))
    return [faces[i] for i in sorted(range(len(faces)), key=lambda i: keys[i])]


def id_of(shape: Polygon) -> tuple[float, ...]:
    """Something stable that tells two blocks apart."""
    return tuple(round(v, 2) for v in shape.bounds)


def _numbered(district: str, faces: list[Face]) -> list[Plot]:
    """Numbers 1, 2, 3/1, 3/2, 4 ... where a run of neighbours came of one old parcel."""
    chance, plots, number, place = dice("numbers", district), [], 0, 0
    while place < len(faces):
        number += 1
        run = _run(faces, place, int(chance.integers(2, 5)) if chance.random() < 0.085 else 1)
        for part, face in enumerate(run, start=1):
            suffix = f"/{part}" if len(run) > 1 else ""
            family = number if len(run) > 1 else 0
            name = f"{district}.{number}{suffix}"
            plots.append(Plot(name, face.shape, _kind(face), face.block, family))
        place += len(run)
    return plots


def _run(faces: list[Face], place: int, length: int) -> list[Face]:
    """Up to so many faces that follow each other in one block and touch."""
    run = [faces[place]]
    for face in faces[place + 1 : place + length]:
        same = face.block is run[0].block and face.block.kind in ("spine", "field", "town")
        if not same or face.straight.intersection(run[-1].straight).length < 1:
            break
        run.append(face)
    return run


def _kind(face: Face) -> str:
    block = face.block
    if block.kind == "town":
        return "lot"
    if block.kind == "spine" and block.spine is not None:
        return "lot" if face.straight.distance(block.spine) < 10 else "strip"
    return block.kind
