"""The cadastre and the addresses of a municipality as records, in the order in which they depend on each other."""

from collections.abc import Iterator

from shapely import Polygon

from data.demo.addresses import addresses, localities, streets
from data.demo.buildings import buildings
from data.demo.districts import UNIT_NAMES
from data.demo.parcels import land_uses, parcels, retired
from data.demo.places import VILLAGES
from data.demo.shapes import joined
from data.demo.survey import Plot, survey
from data.demo.uses import contours
from data.records import CadastreRecord, DistrictRecord, UnitRecord


def cadastre(teryt: str) -> Iterator[CadastreRecord]:
    """Units, districts, localities, streets, parcels, retired parcels, land uses, buildings, addresses."""
    by_district: dict[str, list[Plot]] = {}
    for plot in survey(teryt):
        by_district.setdefault(plot.district, []).append(plot)
    yield from _units(by_district)
    yield from _districts(teryt, by_district)
    yield from localities(teryt)
    yield from streets(teryt)
    uses = {name: land_uses(plots) for name, plots in by_district.items()}
    old = {name: retired(plots) for name, plots in by_district.items()}
    for name, plots in by_district.items():
        yield from parcels(plots, uses[name], old[name])
    for records in old.values():
        yield from records
    for name, plots in by_district.items():
        yield from contours(plots, uses[name])
    yield from buildings(teryt)
    yield from addresses(teryt)


def _units(by_district: dict[str, list[Plot]]) -> Iterator[UnitRecord]:
    shapes: dict[str, list[Polygon]] = {}
    for district, plots in by_district.items():
        shapes.setdefault(district.split(".")[0], []).extend(p.shape for p in plots)
    for unit, own in sorted(shapes.items()):
        yield UnitRecord(unit, UNIT_NAMES[unit], joined(own))


def _districts(teryt: str, by_district: dict[str, list[Plot]]) -> Iterator[DistrictRecord]:
    names = {v.district: v.name for v in VILLAGES[teryt]}
    for district, plots in by_district.items():
        yield DistrictRecord(district, names[district], joined([p.shape for p in plots]))
