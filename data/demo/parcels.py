"""Parcels with their register data, and parcels that were."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import split

from data.demo.chance import dice
from data.demo.shapes import box_corners, polygons_of
from data.demo.survey import Plot
from data.demo.uses import sampled_classes, shares_of
from data.records import LandUsePart, ParcelRecord, RetiredParcelRecord

COURT = "KR1P"
_KW_VALUES = {sign: value for value, sign in enumerate("0123456789XABCDEFGHIJKLMNOPRSTUWYZ")}


def land_book(number: int) -> str:
    """A number of the land-and-mortgage register with its control digit; fictitious in this data."""
    text = COURT + str(number).zfill(8)
    control = sum(_KW_VALUES[sign] * (1, 3, 7)[place % 3] for place, sign in enumerate(text)) % 10
    return f"{COURT}/{number:08d}/{control}"


def registered_area(plot: Plot) -> int:
    """Area of the register: as measured, a little off, or for one in 250 clearly off."""
    chance, measured = dice("area", plot.identifier), plot.shape.area
    kind = chance.random()
    if kind < 0.004 and plot.kind in ("lot", "strip", "field"):
        return round(measured + max(measured * chance.uniform(0.03, 0.08), 26 + 10 * chance.random()))
    if kind < 0.28:
        return max(round(measured + chance.uniform(-1, 1) * min(measured * 0.006, 14)), 1)
    return max(round(measured), 1)


def register_group(plot: Plot) -> str:
    """Who owns the parcel, as a group of owners."""
    if plot.kind not in ("lot", "strip", "field", "meadow"):
        return plot.block.group
    chance = dice("group", plot.identifier).random()
    owners = ((0.93, "7"), (0.965, "4"), (0.975, "1"), (0.985, "15"), (0.992, "9"))
    return next((group for limit, group in owners if chance < limit), "8")


def land_uses(plots: list[Plot]) -> dict[str, tuple[LandUsePart, ...]]:
    """Uses by parcel identifier."""
    classes = sampled_classes([p.shape for p in plots])
    return {p.identifier: shares_of(p, c, registered_area(p)) for p, c in zip(plots, classes, strict=True)}


def parcels(
    plots: list[Plot], uses: dict[str, tuple[LandUsePart, ...]], old: list[RetiredParcelRecord]
) -> Iterator[ParcelRecord]:
    """Parcels of a district; ``old`` are its retired ones."""
    parents: dict[str, list[str]] = {}
    for record in old:
        for heir in record.successors:
            parents.setdefault(heir, []).append(record.identifier)
    for plot in plots:
        chance = dice("book", plot.identifier)
        book = int(chance.integers(100_000, 999_999)) if chance.random() < 0.6 else None
        yield ParcelRecord(
            identifier=plot.identifier,
            geometry=plot.shape,
            registered_area_m2=registered_area(plot),
            area_precision=1,
            register_group=register_group(plot),
            land_uses=uses[plot.identifier],
            land_book=land_book(book) if book else None,
            predecessors=tuple(parents.get(plot.identifier, ())),
        )


def retired(plots: list[Plot]) -> list[RetiredParcelRecord]:
    """Some divided parcels of a district, and one pair that was merged."""
    families: dict[int, list[Plot]] = {}
    for plot in plots:
        if plot.family:
            families.setdefault(plot.family, []).append(plot)
    records = [r for members in families.values() if (r := _divided(members))]
    kept = [r for r in records if dice("kept", r.identifier).random() < 0.12]
    return kept + _merged(plots)


def _day(chance: np.random.Generator, first: int, last: int) -> date:
    return date(first, 1, 1) + timedelta(days=int(chance.integers(0, 365 * (last - first))))


def _divided(members: list[Plot]) -> RetiredParcelRecord | None:
    whole = shapely.coverage_union_all([m.shape for m in members])
    parts = polygons_of(whole)
    if len(parts) != 1:
        return None
    name = f"{members[0].district}.{members[0].main_number}"
    chance = dice("divided", name)
    return RetiredParcelRecord(
        identifier=name,
        geometry=parts[0],
        registered_area_m2=round(parts[0].area),
        valid_from=_day(chance, 1968, 1995),
        valid_to=_day(chance, 1998, 2026),
        successors=tuple(m.identifier for m in members),
    )


def _merged(plots: list[Plot]) -> list[RetiredParcelRecord]:
    """Two halves that were merged into the first strip that a line divides in two."""
    for plot in plots:
        if plot.kind not in ("strip", "field") or not 2000 < plot.shape.area < 9000 or plot.family:
            continue
        halves = polygons_of(split(plot.shape, _middle_line(plot.shape)))
        if len(halves) == 2:
            return [_half(plot, part, half) for part, half in enumerate(halves, start=1)]
    return []


def _middle_line(shape: Polygon) -> LineString:
    box = box_corners(shape)
    if np.hypot(*(box[1] - box[0])) < np.hypot(*(box[2] - box[1])):
        box = np.roll(box[:4], -1, axis=0)
    centre, step = box[:4].mean(axis=0), (box[2] - box[1]) * 1.5
    return LineString([centre - step, centre + step])


def _half(plot: Plot, part: int, half: Polygon) -> RetiredParcelRecord:
    number = plot.main_number
    chance = dice("merged", plot.identifier)
    return RetiredParcelRecord(
        identifier=f"{plot.district}.{number}/{part}",
        geometry=shapely.transform(half, lambda xy: np.round(xy, 2)),
        registered_area_m2=round(half.area),
        valid_from=_day(chance, 1965, 1990),
        valid_to=_day(chance, 2003, 2024),
        successors=(plot.identifier,),
    )
