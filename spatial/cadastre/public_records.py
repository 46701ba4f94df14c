"""The cadastre of one day as records again, for exports: public attributes only, streamed in a stable order.

What is private (land books, owners, shares) lies in other tables, and nothing here reads them.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any, cast

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Min, OuterRef, QuerySet, Subquery

from data.records import BuildingRecord, DistrictRecord, LandUsePart, LandUseRecord, ParcelRecord, Surface, UnitRecord
from data.writers.egib import Dated
from spatial.cadastre.models import Building, CadastralDistrict, LandUse, Parcel
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality
from spatial.versions import Versioned

BATCH = 2_000


def districts_of(municipality: Municipality, chosen: Collection[str] | None = None) -> list[CadastralDistrict]:
    """Districts of the municipality in their order; only the chosen ones, where some are."""
    rows = CadastralDistrict.objects.filter(municipality=municipality).select_related("unit").order_by("identifier")
    return list(rows.filter(identifier__in=chosen) if chosen is not None else rows)


def state_day(districts: Collection[CadastralDistrict], *, on: date) -> date:
    """Day of the newest delivery that spoke of the parcels of a district by that day; the day itself without any."""
    scopes = [f"parcel:{district.identifier}" for district in districts]
    told = Snapshot.objects.standing().filter(scope__overlap=scopes, state_on__lte=on).order_by("-state_on").first()
    return told.state_on if told else on


def has_objects(municipality: Municipality, *, on: date) -> bool:
    """Whether any parcel, contour or building of the day is known; names of districts alone are no register."""
    return any(_rows(model, municipality, on=on).exists() for model, _, _ in _KINDS)


def public_objects(municipality: Municipality, *, on: date, chosen: Collection[str] | None = None) -> Iterator[Dated]:
    """Units and districts, then parcels, contours and buildings that were valid on the day.

    chosen: districts; without it everything of the municipality, also objects whose names tell no district.
    """
    districts = districts_of(municipality, chosen)
    since = state_day(districts, on=on)
    for name, unit in {district.unit_id: district.unit.name for district in districts}.items():
        yield Dated(UnitRecord(name, unit), since, since)
    for district in districts:
        yield Dated(DistrictRecord(district.identifier, district.name, _shape(district.geom)), since, since)
    for model, order, record in _KINDS:
        rows = _rows(model, municipality, on=on)
        for part in [rows] if chosen is None else [_within(rows, district) for district in districts]:
            for row in part.order_by(*order).iterator(chunk_size=BATCH):
                yield Dated(record(row), row.valid_from, row.begun_on)


def _rows(model: type[Versioned], municipality: Municipality, *, on: date) -> QuerySet[Any]:
    """Versions of one day with ``begun_on``, the day since when there is the object."""
    rows = cast(Any, model)._default_manager
    history = rows.known().filter(identifier=OuterRef("identifier")).order_by().values("identifier")
    begun_on = Subquery(history.annotate(first=Min("valid_from")).values("first"))
    return cast(QuerySet[Any], rows.on(on).of(municipality).annotate(begun_on=begun_on))


def _within(rows: QuerySet[Any], district: CadastralDistrict) -> QuerySet[Any]:
    return rows.filter(identifier__startswith=f"{district.identifier}.")


def _parcel(row: Parcel) -> ParcelRecord:
    return ParcelRecord(
        identifier=row.identifier,
        geometry=_surface(row.geom),
        registered_area_m2=row.registered_area_m2,
        area_precision=row.area_precision,
        register_group=row.register_group or None,
        land_uses=tuple(LandUsePart(use["ofu"], use["ozu"], use["ozk"], use["area_m2"]) for use in row.land_uses),
        predecessors=tuple(row.predecessors),
    )


def _land_use(row: LandUse) -> LandUseRecord:
    return LandUseRecord(row.identifier, row.ofu, row.ozu or None, row.ozk or None, _surface(row.geom))


def _building(row: Building) -> BuildingRecord:
    return BuildingRecord(
        row.identifier, _surface(row.geom), row.kind or None, row.floors_above, row.floors_below
    )  # fmt: skip


_KINDS: tuple[tuple[type[Versioned], tuple[str, ...], Callable[[Any], Any]], ...] = (
    (Parcel, ("sort_key", "identifier"), _parcel),
    (LandUse, ("identifier",), _land_use),
    (Building, ("identifier",), _building),
)


def _surface(geometry: GEOSGeometry) -> Surface:
    """The polygon of a multipolygon of one, as the source had it."""
    shape = cast(shapely.MultiPolygon, shapely.from_wkb(bytes(geometry.wkb)))
    return shape.geoms[0] if len(shape.geoms) == 1 else shape


def _shape(geometry: GEOSGeometry | None) -> Surface | None:
    return None if geometry is None else _surface(geometry)
