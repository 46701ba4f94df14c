"""The cadastre out of the system: GML of 2021, GeoPackage, GeoJSON; public attributes only."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

from data.writers.egib import write_egib
from data.writers.vector import write_geojson, write_geopackage
from spatial.cadastre.public_records import districts_of, has_objects, public_objects, state_day
from spatial.imports.exports import Export, Wanted, register
from spatial.imports.registry import Argument, WrongUse
from spatial.municipalities.models import Municipality

DISTRICTS = Argument("districts", "tylko te obręby, oddzielone przecinkami, np. 120610_5.0007")


def write_cadastre(
    path: Path, *, municipality: Municipality, on: date, districts: Collection[str] | None = None
) -> int:
    """Writes the state of the day in the form that the ending names; returns the number of objects."""
    objects = public_objects(municipality, on=on, chosen=districts)
    state_on = state_day(districts_of(municipality, districts), on=on)
    if path.suffix.lower() == ".gpkg":
        return write_geopackage(path, objects, state_on=state_on)
    write = {".gml": write_egib, ".geojson": write_geojson}[path.suffix.lower()]
    with path.open("w", encoding="utf-8") as stream:
        return write(stream, objects, state_on=state_on)


def _write(path: Path, wanted: Wanted) -> int:
    districts = _chosen(wanted.municipality, wanted)
    if not has_objects(wanted.municipality, on=wanted.on):
        return 0
    return write_cadastre(path, municipality=wanted.municipality, on=wanted.on, districts=districts)


def _chosen(municipality: Municipality, wanted: Wanted) -> list[str] | None:
    """Raises WrongUse for a district that the municipality does not have."""
    said = wanted.options.get(DISTRICTS.name)
    if not said:
        return None
    chosen = [name.strip() for name in str(said).split(",") if name.strip()]
    known = {district.identifier for district in districts_of(municipality)}
    if unknown := [name for name in chosen if name not in known]:
        raise WrongUse(f"Nie ma obrębów: {', '.join(unknown)}. Znamy: {', '.join(sorted(known)) or 'żadnych'}.")
    return chosen


register(
    Export(
        code="egib",
        title="Ewidencja gruntów i budynków: dane publiczne (GML 2021, GeoPackage, GeoJSON)",
        endings=(".gml", ".gpkg", ".geojson"),
        write=_write,
        arguments=(DISTRICTS,),
    )
)
