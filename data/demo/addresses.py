"""Localities, streets and house numbers."""

from collections.abc import Iterator
from functools import cache

import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry as Geometry

from data.demo.blocks import route_line
from data.demo.buildings import HOUSING, SCHOOL, TRADE, House, houses
from data.demo.chance import dice
from data.demo.ground import bend_line
from data.demo.places import ROADS, SKALA_SIMC, SULOSZOWA_SIMC, VILLAGES, WIELMOZA_SIMC, Village
from data.demo.shapes import joined, line_of
from data.demo.survey import streets_of_town, survey
from data.records import AddressRecord, LocalityRecord, StreetRecord, Surface

WITH_STREETS = (SKALA_SIMC, SULOSZOWA_SIMC, WIELMOZA_SIMC)
NAMELESS = "ul. Graniczna"  #: name for a street that the list of roads leaves without
POSTCODES = {"120610": "32-043", "120613": "32-045"}
NUMBERED_KINDS = (HOUSING, TRADE, SCHOOL)


def localities(teryt: str) -> Iterator[LocalityRecord]:
    """One per SIMC code; Sułoszowa is three districts and one locality."""
    done: set[str] = set()
    for village in VILLAGES[teryt]:
        if village.simc not in done:
            done.add(village.simc)
            name = village.name.removesuffix(" I")
            yield LocalityRecord(village.simc, name, village.kind, locality_area(teryt, village.simc))


@cache
def locality_area(teryt: str, simc: str) -> Surface:
    """Area of a locality, the districts with its code."""
    own = {v.district for v in VILLAGES[teryt] if v.simc == simc}
    return joined([p.shape for p in survey(teryt) if p.district in own])


@cache
def _villages(teryt: str) -> dict[str, Village]:
    return {v.district: v for v in VILLAGES[teryt]}


@cache
def streets(teryt: str) -> tuple[StreetRecord, ...]:
    """Streets of the localities that have them; ULIC codes are sample numbers."""
    lines: dict[tuple[str, str], list[Geometry]] = {}
    named = [(r.street or NAMELESS, bend_line(route_line(r, teryt))) for r in ROADS[teryt] if r.has_houses]
    named += list(streets_of_town()) if teryt == "120610" else []
    for simc in (v.simc for v in VILLAGES[teryt] if v.simc in WITH_STREETS):
        for name, line in named:
            inside = shapely.intersection(line, locality_area(teryt, simc))
            if inside.length > 60:
                lines[simc, name] = [*lines.get((simc, name), []), inside]
    return tuple(
        StreetRecord(f"{90001 + n}", simc, name, line_of(shapely.line_merge(shapely.union_all(parts))))
        for n, ((simc, name), parts) in enumerate(sorted(_used(teryt, lines).items()))
    )


def _used(teryt: str, lines: dict[tuple[str, str], list[Geometry]]) -> dict[tuple[str, str], list[Geometry]]:
    """Drop the street without a name where no house needs it."""
    needed = {(simc, street) for simc, street, _ in _numbered_houses(teryt)}
    return {k: v for k, v in lines.items() if k in needed or k[1] != NAMELESS}


@cache
def _numbered_houses(teryt: str) -> tuple[tuple[str, str | None, House], ...]:
    """SIMC, street and house of each building with a number; town lots before those of villages."""
    found = []
    for house in houses(teryt):
        if house.record.kind in NUMBERED_KINDS and house.line is not None:
            simc = _villages(teryt)[house.plot.district].simc
            found.append((simc, (house.street or NAMELESS) if simc in WITH_STREETS else None, house))
    return tuple(found)


def addresses(teryt: str) -> Iterator[AddressRecord]:
    """Odd numbers on the left and even on the right of a street; villages count through."""
    codes = {(s.simc, s.name): s.ulic for s in streets(teryt)}
    groups: dict[tuple[str, str], list[House]] = {}
    for simc, street, house in _numbered_houses(teryt):
        groups.setdefault((simc, street or ""), []).append(house)
    for (simc, street), own in sorted(groups.items()):
        ulic = codes.get((simc, street))
        for number, house in _with_numbers(own, is_street=bool(street)):
            yield _address(teryt, simc, ulic, number, house)


def _address(teryt: str, simc: str, ulic: str | None, number: str, house: House) -> AddressRecord:
    point = house.record.geometry.point_on_surface()
    postcode = "32-045" if simc == "9900009" else POSTCODES[teryt]  # Ojców has its post in Sułoszowa
    place = Point(round(point.x, 2), round(point.y, 2))
    return AddressRecord(f"{simc}.{ulic or '00000'}.{number}", simc, ulic, number, postcode, place)


def _with_numbers(own: list[House], *, is_street: bool) -> Iterator[tuple[str, House]]:
    """Pairs of number and house, in walking order; now and then a letter instead of a new number."""
    last = {True: -1, False: 0} if is_street else {True: 0}
    letters = dict.fromkeys(last, "")
    for house in sorted(own, key=_station):
        side = _is_left(house) if is_street else True
        if last[side] > 0 and letters[side] < "C" and dice("letter", house.record.identifier).random() < 0.05:
            letters[side] = chr(ord(letters[side] or "@") + 1)
        else:
            last[side], letters[side] = last[side] + len(last), ""
        yield f"{last[side]}{letters[side]}", house


def _line(house: House) -> LineString:
    if house.line is None:
        raise ValueError(f"{house.record.identifier} stands on no street")
    return house.line


def _station(house: House) -> tuple[tuple[float, ...], float]:
    line = _line(house)
    return line.bounds, line.project(house.record.geometry.centroid)


def _is_left(house: House) -> bool:
    line, centre = _line(house), house.record.geometry.centroid
    station = min(line.project(centre), line.length - 1)
    a, b = line.interpolate(station), line.interpolate(station + 1)
    return bool((b.x - a.x) * (centre.y - a.y) - (b.y - a.y) * (centre.x - a.x) > 0)
