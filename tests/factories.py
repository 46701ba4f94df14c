"""Small land, small plans: rectangles in metres from a corner near Skała, so that areas check in one's head."""

from datetime import date
from itertools import count
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from data.identifiers import ParcelId
from planning.models import LocalPlan, PlanAct, PlanOverlay, PlanZone, Provision
from spatial import crs
from spatial.cadastre.models import CadastralDistrict, CadastralUnit, Parcel
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality

EAST, NORTH = 7418000.0, 5566000.0  #: the corner, EPSG:2178
TODAY = date(2026, 11, 23)

OFFICES = {
    "120610": ("Skała", "Urząd Miasta i Gminy w Skale", "Rynek 29", "32-043 Skała", "Burmistrz Miasta i Gminy Skała"),
    "120613": ("Sułoszowa", "Urząd Gminy Sułoszowa", "ul. Krakowska 139", "32-045 Sułoszowa", "Wójt Gminy Sułoszowa"),
}
UNITS = {"120610": "120610_5", "120613": "120613_2"}


def rectangle(*, east: float, north: float, width: float, height: float) -> MultiPolygon:
    """Metres from the corner; EPSG:2178."""
    box = Polygon.from_bbox((EAST + east, NORTH + north, EAST + east + width, NORTH + north + height))
    return MultiPolygon(box, srid=crs.PL_2000_7)


def municipality(teryt: str) -> Municipality:
    name, office, street, post, head = OFFICES[teryt]
    row, _ = Municipality.objects.get_or_create(
        teryt=teryt,
        defaults={
            "name": name,
            "office_name": office,
            "street_address": street,
            "postal_address": post,
            "seat": name,
            "head_title": head,
            "head_title_genitive": head.replace("Burmistrz ", "Burmistrza ").replace("Wójt ", "Wójta "),
            "council": "Rada Miejska w Skale" if teryt == "120610" else "Rada Gminy Sułoszowa",
            "boundary": rectangle(east=-20_000, north=-20_000, width=40_000, height=40_000),
        },
    )
    return row


def snapshot(owner: Municipality, *, source: str = "egib", state_on: date = date(2026, 11, 1)) -> Snapshot:
    row, _ = Snapshot.objects.get_or_create(
        municipality=owner, source=source, state_on=state_on, defaults={"file_name": "test.gml", "sha256": "0" * 64}
    )
    return row


def district(owner: Municipality, *, number: str = "0007", name: str = "Cianowice") -> CadastralDistrict:
    unit, _ = CadastralUnit.objects.get_or_create(
        identifier=UNITS[owner.teryt], defaults={"name": owner.name, "municipality": owner}
    )
    row, _ = CadastralDistrict.objects.get_or_create(
        identifier=f"{unit.identifier}.{number}", defaults={"name": name, "unit": unit, "municipality": owner}
    )
    return row


_numbers = count(1)


def parcel(
    owner: Municipality,
    *,
    east: float = 0,
    north: float = 0,
    side: float = 100,
    width: float | None = None,
    height: float | None = None,
    number: str | None = None,
    **fields: Any,
) -> Parcel:
    """A parcel whose register area equals its geometry unless ``registered_area_m2`` says otherwise."""
    place = district(owner)
    number = number or str(next(_numbers))
    identifier = f"{place.identifier}.{number}"
    width, height = width or side, height or side
    values: dict[str, Any] = {
        "municipality": owner,
        "snapshot": snapshot(owner),
        "identifier": identifier,
        "valid_from": date(2010, 1, 1),
        "fingerprint": "0" * 32,
        "district": place,
        "number": number,
        "sort_key": ParcelId.parse(identifier).sort_key,
        "registered_area_m2": round(width * height),
        "geom": rectangle(east=east, north=north, width=width, height=height),
    }
    return Parcel.objects.create(**values | fields)


def plan(
    owner: Municipality,
    *,
    code: str = "XI-85-15",
    east: float = -500,
    north: float = -500,
    width: float = 2000,
    height: float = 2000,
    **fields: Any,
) -> LocalPlan:
    """A plan in force since 2015 over a rectangle, adopted by resolution XI/85/15 (or the code with slashes)."""
    values: dict[str, Any] = {
        "municipality": owner,
        "snapshot": snapshot(owner, source="app"),
        "code": code,
        "title": f"Miejscowy plan zagospodarowania przestrzennego {code}",
        "drawing_scale": 1000,
        "in_force_from": date(2015, 9, 1),
        "boundary": rectangle(east=east, north=north, width=width, height=height),
    }
    row = LocalPlan.objects.create(**values | fields)
    PlanAct.objects.create(
        plan=row,
        role=PlanAct.Role.ADOPTS,
        title=f"Uchwała nr {code.replace('-', '/')}",
        number=code.replace("-", "/"),
        issuer=owner.council,
        adopted_on=date(2015, 7, 30),
        in_force_on=row.in_force_from,
        journal_year=2015,
        journal_position=4321,
    )
    return row


def zone(
    owner: LocalPlan,
    symbol: str,
    *,
    east: float,
    north: float,
    side: float = 100,
    width: float | None = None,
    height: float | None = None,
    **fields: Any,
) -> PlanZone:
    values: dict[str, Any] = {
        "plan": owner,
        "symbol_raw": symbol,
        "symbol_norm": symbol.upper().replace(" ", ""),
        "name": "tereny zabudowy mieszkaniowej jednorodzinnej",
        "geom": rectangle(east=east, north=north, width=width or side, height=height or side),
    }
    return PlanZone.objects.create(**values | fields)


def overlay(owner: LocalPlan, name: str, geom: GEOSGeometry, **fields: Any) -> PlanOverlay:
    values: dict[str, Any] = {"plan": owner, "key": name[:40], "kind": "protection", "name": name, "geom": geom}
    return PlanOverlay.objects.create(**values | fields)


def provision(
    owner: LocalPlan, number: str, text: str, *, parent: Provision | None = None, kind: str = "paragraph", **fields: Any
) -> Provision:
    position = owner.provisions.count() + 1
    zones = fields.pop("zones", ())
    overlays = fields.pop("overlays", ())
    row = Provision.objects.create(
        plan=owner, parent=parent, key=f"k{position}", kind=kind, number=number, text=text, position=position, **fields
    )
    row.zones.set(zones)
    row.overlays.set(overlays)
    return row
