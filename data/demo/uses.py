"""Land uses: which use and soil class a parcel has, and the contours that they make."""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from data.demo.chance import dice
from data.demo.ground import SOIL_CLASSES, soil_class
from data.demo.shapes import polygons_of
from data.demo.survey import Plot
from data.records import LandUsePart, LandUseRecord

type Label = tuple[str, str | None, str | None]

WITHOUT_CLASS = {
    "road": "dr", "field-road": "dr", "stream": "Wp", "square": "Bi", "church": "Bi", "castle": "Bi",
    "school": "Bi", "cemetery": "Bi", "sport": "Bz", "works": "Ba",
}  # fmt: skip
GRASS_CLASSES = ("II", "III", "III", "IV", "IV", "V", "VI")  #: meadows and forests know no a, b


def sampled_classes(shapes: list[Polygon]) -> NDArray[np.int64]:
    """Soil classes at six points along each parcel, (n, 6)."""
    boxes = shapely.minimum_rotated_rectangle(np.array(shapes, dtype=object))
    corners = shapely.get_coordinates(boxes).reshape(-1, 5, 2)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    is_first = (np.hypot(*first.T) < np.hypot(*second.T))[:, None]
    start = np.where(is_first, corners[:, :2].mean(axis=1), corners[:, 1:3].mean(axis=1))
    end = np.where(is_first, corners[:, 2:4].mean(axis=1), corners[:, 3:5].mean(axis=1))
    shares = (np.arange(6) + 0.5) / 6
    points = start[:, None] + (end - start)[:, None] * shares[:, None]
    return soil_class(points.reshape(-1, 2)).reshape(-1, 6)


def shares_of(plot: Plot, classes: NDArray[np.int64], area: int) -> tuple[LandUsePart, ...]:
    """Uses of a parcel; their areas sum to the registered area."""
    weights: dict[Label, float] = {}
    yard = min(900.0, area * 0.7) if plot.kind == "lot" else 0.0
    if yard:
        weights[_yard_label(plot, int(classes[0]))] = yard
    crop = dice("crop", plot.identifier).random() if plot.kind in ("lot", "strip", "field") else 1.0
    for value in classes:
        label = _open_label(plot, int(value), crop)
        weights[label] = weights.get(label, 0.0) + (area - yard) / len(classes)
    return tuple(
        LandUsePart(ofu, ozu, ozk, part)
        for (ofu, ozu, ozk), part in zip(weights, parted(area, list(weights.values())), strict=True)
        if part > 0
    )


def parted(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in the proportion of the weights that sum to the total (largest remainder)."""
    exact = [total * w / sum(weights) for w in weights]
    parts = [int(e) for e in exact]
    by_rest = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _yard_label(plot: Plot, value: int) -> Label:
    is_farm = plot.block.kind == "spine" and dice("farm", plot.identifier).random() < 0.4
    return ("Br", "R", SOIL_CLASSES[value]) if is_farm else ("B", None, None)


def _open_label(plot: Plot, value: int, crop: float) -> Label:
    if plot.kind in WITHOUT_CLASS:
        return (WITHOUT_CLASS[plot.kind], None, None)
    if use := {"forest": "Ls", "meadow": "Ł"}.get(plot.kind):
        return (use, use, GRASS_CLASSES[value])
    if plot.block.kind == "town":
        return ("B", None, None)
    if crop < 0.08:
        return ("Ps", "Ps", GRASS_CLASSES[value])
    if crop < 0.10:
        return ("S", "R", SOIL_CLASSES[value])
    return ("R", "R", SOIL_CLASSES[value])


def contours(plots: list[Plot], uses: dict[str, tuple[LandUsePart, ...]]) -> Iterator[LandUseRecord]:
    """Contours of one district: neighbouring parcels of the same main use make one."""
    groups: dict[tuple[str, str, str], list[Polygon]] = {}
    for plot in plots:
        main = max(uses[plot.identifier], key=lambda part: part.area_m2 or 0)
        groups.setdefault((main.ofu, main.ozu or "", main.ozk or ""), []).append(plot.shape)
    number = 0
    for (ofu, ozu, ozk), shapes in sorted(groups.items()):
        for shape in polygons_of(shapely.coverage_union_all(shapes)):
            number += 1
            yield LandUseRecord(f"{plots[0].district}.{number}", ofu, ozu or None, ozk or None, shape)
