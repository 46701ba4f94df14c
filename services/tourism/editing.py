"""Places edited one at a time by the staff: each change is a delivery of one place, with its author and its history."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import shapely
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.gis.geos import Point
from django.utils import timezone

from data.records import Reading
from data.records.tourism import PlaceRecord
from services.identity.access import municipalities_of
from services.identity.models import StaffRole, User
from services.tourism.models import Place
from services.tourism.publishing import SAME
from spatial import crs
from spatial.errors import Conflict, Malformed
from spatial.imports import registry
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import Origin, Review, publish, run_import
from spatial.ogc.editing import Edit, Editing

SOURCE = "places"
#: what the public may not see, and an edit therefore keeps
KEPT = ("osm_id", "verified_by")
FIELDS = (
    "slug", "name", "name_en", "name_uk", "kind", "description", "description_en", "confidence", "address", "phone",
    "url", "opening_hours", "monument_number", "wikidata", "source", "licence", "verified_on", "municipality",
)  # fmt: skip


def may(person: AbstractBaseUser) -> frozenset[str]:
    """Where the person keeps the registers."""
    return frozenset(municipalities_of(cast(User, person), StaffRole.Role.REGISTER_KEEPER).values_list("pk", flat=True))


def save(edit: Edit, person: AbstractBaseUser) -> str:
    """Raises Malformed with the findings of the import, Conflict for a slug that is taken."""
    if not isinstance(edit.geometry, Point):
        raise Malformed("geometry: miejsce jest punktem / a place is a Point.")
    values: dict[str, Any] = {name: value for name, value in edit.values.items() if value is not None}
    slug = values.pop("slug", "")
    if edit.item is not None:
        held = Place.objects.current().get(municipality=edit.municipality, identifier=slug_of(edit.item))
        if slug not in ("", held.identifier):
            raise Malformed("slug: identyfikatora się nie zmienia / the identifier stays.")
        slug = held.identifier
        values |= {name: str(getattr(held, name)) for name in KEPT if getattr(held, name)}
    report = brought({"id": slug, **values}, edit, person)
    if edit.item is not None:
        return edit.item
    return f"{edit.municipality}-{report}"


def brought(values: dict[str, Any], edit: Edit, person: AbstractBaseUser) -> str:
    """Through the door of all deliveries, as a file of one place; answers the identifier that it was given."""
    read = registry.source(SOURCE).read
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ogc-api.geojson"
        point = json.loads(edit.geometry.geojson)
        feature = {"type": "Feature", "geometry": point, "properties": values}
        system = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.PL_2000_7}"}}
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": system, "features": [feature]}))
        known = list(read([path], {}).records)
        if edit.item is None and known and is_taken(edit.municipality, known[0].identifier):
            raise Conflict(f"Miejsce {known[0].identifier} już jest / such a place is there already.")
        terms = Terms(municipality=edit.municipality, is_partial=True, is_correction=True)
        report = run_import(
            source=SOURCE, paths=[path], terms=terms, today=timezone.localdate(), review=Review(by=person)
        )
    check(report)
    return str(known[0].identifier)


def delete(municipality: str, item: str, person: AbstractBaseUser) -> None:
    """The list without the place."""
    rest = [record_of(one) for one in Place.objects.current().of(municipality).exclude(identifier=slug_of(item))]
    terms = Terms(municipality=municipality, accept_removals=True, is_correction=True)
    check(
        publish(
            source=registry.source(SOURCE), reading=Reading(iter(rest)), origin=Origin("OGC API", ""), terms=terms,
            today=timezone.localdate(), review=Review(by=person),
        )
    )  # fmt: skip


def check(report: Report) -> None:
    """Raises Malformed with what the import found."""
    if report.outcome not in ("published", "unchanged"):
        raise Malformed(" ".join(one.message for one in report.findings if one.severity == "error")[:1000])


def record_of(place: Place) -> PlaceRecord:
    return PlaceRecord(
        identifier=place.identifier,
        geometry=shapely.Point(place.geom.x, place.geom.y),
        located_in=tuple(place.located_in),
        **{name: getattr(place, name) for name in SAME},
    )


def slug_of(item: str) -> str:
    """``120610-zamek`` names the place ``zamek`` of the municipality 120610."""
    return item.partition("-")[2]


def is_taken(municipality: str, slug: str) -> bool:
    return Place.objects.current().of(municipality).filter(identifier=slug).exists()


PLACES = Editing(fields=FIELDS, required=("name", "kind"), may=may, save=save, delete=delete)
