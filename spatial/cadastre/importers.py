"""Cadastre and addresses into the registers: which record goes to which table.

Names (units, districts, localities, streets) are kept up to date in place; objects are versioned by
``spatial.imports.staging``. A class of objects that the delivery does not contain at all stays as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from data.identifiers import ParcelId
from data.readers.egib import read_egib
from data.readers.egib_owners import read_owners
from data.readers.flat import read_flat
from data.readers.joining import joined
from data.readers.mapping import MappingError, ParcelMapping, presets
from data.records import (
    AddressRecord,
    BuildingRecord,
    CadastreRecord,
    DistrictRecord,
    LandUseRecord,
    Line,
    LocalityRecord,
    ParcelRecord,
    Reading,
    RetiredParcelRecord,
    StreetRecord,
    UnitRecord,
)
from data.records.owners import OWNERS_RECORDS
from spatial import crs
from spatial.cadastre.models import (
    AddressPoint,
    Building,
    CadastralDistrict,
    CadastralUnit,
    LandUse,
    Locality,
    Parcel,
    Street,
)
from spatial.cadastre.topology import Aligned, DistrictGround, Ground, Summary, defects
from spatial.imports.plain import keep
from spatial.imports.registry import Argument, Delivery, Published, Source, WrongUse, register
from spatial.imports.staging import Counts, Stage, array_of, fingerprints, many
from spatial.owners.grounds import KEEPING_GROUNDS
from spatial.owners.publishing import PRIVATE_TABLES, OwnersPublisher, refuse_unfounded
from spatial.words import search_key

LOCALITY = "{row}.locality_id"  #: scope of addresses


def publish_cadastre(records: Iterable[CadastreRecord], delivery: Delivery) -> Published:
    """Stage the records, then publish table by table; names first, because objects point at them."""
    publisher = _Publisher(delivery)
    for record in records:
        publisher.take(record)
    return publisher.publish()


@dataclass(slots=True)
class _Publisher:
    delivery: Delivery
    units: dict[str, UnitRecord] = field(default_factory=dict)
    districts: dict[str, DistrictRecord] = field(default_factory=dict)
    localities: dict[str, LocalityRecord] = field(default_factory=dict)
    streets: dict[tuple[str, str], StreetRecord] = field(default_factory=dict)
    addresses: list[AddressRecord] = field(default_factory=list)
    retired: list[RetiredParcelRecord] = field(default_factory=list)
    owners: OwnersPublisher = field(init=False)
    parcels: Stage = field(init=False)
    land_uses: Stage = field(init=False)
    buildings: Stage = field(init=False)
    points: Stage = field(init=False)
    takers: dict[type[Any], Callable[[Any], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.owners = OwnersPublisher(self.delivery)
        self.parcels = Stage(Parcel, derived=("sort_key", "successors"))
        self.land_uses = Stage(LandUse)
        self.buildings = Stage(Building)
        self.points = Stage(AddressPoint, scope=LOCALITY, derived=("search_key", "street_id"))
        self.takers = {
            UnitRecord: lambda unit: self.units.update({unit.identifier: unit}),
            DistrictRecord: lambda district: self.districts.update({district.identifier: district}),
            LocalityRecord: lambda locality: self.localities.update({locality.simc: locality}),
            StreetRecord: lambda street: self.streets.update({(street.simc, street.ulic): street}),
            AddressRecord: self.addresses.append,
            RetiredParcelRecord: self.retired.append,
            ParcelRecord: self.take_parcel,
            LandUseRecord: self.take_land_use,
            BuildingRecord: self.take_building,
            **dict.fromkeys(OWNERS_RECORDS, self.owners.take),
        }

    # --- taking ---

    def take(self, record: CadastreRecord) -> None:
        self.takers[type(record)](record)

    def take_parcel(self, record: ParcelRecord) -> None:
        self.parcels.add(record.identifier, record.geometry, **parcel_values(record))
        if record.land_book:
            self.owners.take_land_book(record.identifier, record.land_book)

    def take_land_use(self, record: LandUseRecord) -> None:
        values = {"ofu": record.ofu, "ozu": record.ozu or "", "ozk": record.ozk or ""}
        self.land_uses.add(record.identifier, record.geometry, **values)

    def take_building(self, record: BuildingRecord) -> None:
        self.buildings.add(
            record.identifier,
            record.geometry,
            kind=record.kind or "",
            floors_above=record.floors_above,
            floors_below=record.floors_below,
        )

    # --- publishing ---

    def publish(self) -> Published:
        self.refuse_duplicates()
        parcel_districts = self.parcels.scopes()
        districts = parcel_districts | self.districts.keys() | self.buildings.scopes() | self.land_uses.scopes()
        counts = self.publish_names(parcel_districts | self.districts.keys())
        self.stage_addresses()
        self.check_ground()
        for stage in (self.parcels, self.land_uses, self.buildings):
            if not stage.is_empty:
                counts[stage.name] = stage.publish(self.delivery, districts)
        if not self.points.is_empty:
            # Addresses missing from a locality are gone only if the source speaks of the locality as such.
            localities = self.points.scopes() | self.localities.keys()
            counts[self.points.name] = self.points.publish(self.delivery, localities, is_partial=not self.localities)
        counts["retired"] = publish_retired(self.retired, self.delivery)
        link_successors(self.delivery)
        counts |= self.owners.publish(districts=districts, parcels=self.parcels.identifiers())
        return self.published(counts, districts)

    def refuse_duplicates(self) -> None:
        for stage in (self.parcels, self.land_uses, self.buildings):
            for identifier in stage.duplicates():
                self.delivery.refuse(
                    "duplicate-id",
                    identifier,
                    "Identyfikator powtarza się w dostawie. Nie wiadomo, który obiekt jest właściwy, więc odrzucono "
                    "wszystkie. Wyjaśnij to z prowadzącym rejestr.",
                )

    def check_ground(self) -> None:
        """Findings about objects that do not fit together, district by district."""
        boundaries = {
            row.identifier: shapely.from_wkb(bytes(row.geom.wkb))
            for row in CadastralDistrict.objects.filter(municipality=self.delivery.municipality)
            if row.geom is not None
        }
        buildings = Aligned(self.buildings.shapes_by_scope())
        land_uses = Aligned(self.land_uses.shapes_by_scope("s.ozu = ''"))
        summary = Summary()
        for district, names, shapes in self.parcels.shapes_by_scope():
            ground = DistrictGround(
                district=district,
                parcels=Ground(names, shapes),
                buildings=buildings.of(district),
                land_uses=land_uses.of(district),
                boundary=boundaries.get(district),
                is_whole=not self.delivery.terms.is_partial,
            )
            self.delivery.problems.extend(summary.limited(defects(ground)))
        self.delivery.problems.extend(summary.rest())

    def publish_names(self, districts: set[str]) -> dict[str, Counts]:
        """Units and districts (also those known only from identifiers), localities, streets."""
        teryt = self.delivery.municipality.pk
        self.refuse_foreign_localities()
        units = {district[:8] for district in districts} | self.units.keys()
        keep(
            CadastralUnit,
            ("identifier",),
            [unit_values(name, None) for name in units - self.units.keys()],
            self.delivery,
        )
        implied = sorted(districts - self.districts.keys())
        keep(CadastralDistrict, ("identifier",), [self.implied_district(name) for name in implied], self.delivery)
        units_said = [unit_values(name, record) for name, record in self.units.items()]
        districts_said = [district_values(record) for record in self.districts.values()]
        localities_said = [locality_values(record) for record in self.localities.values()]
        counts = {
            "unit": keep(CadastralUnit, ("identifier",), units_said, self.delivery),
            "district": keep(CadastralDistrict, ("identifier",), districts_said, self.delivery),
            "locality": keep(Locality, ("simc",), localities_said, self.delivery),
        }
        known = set(Locality.objects.filter(municipality=teryt).values_list("simc", flat=True))
        streets = [street_values(row) for row in self.streets.values() if self.is_known(row.simc, known, row.name)]
        counts["street"] = keep(Street, ("locality_id", "ulic"), streets, self.delivery)
        return counts

    def refuse_foreign_localities(self) -> None:
        held = Locality.objects.filter(pk__in=self.localities).exclude(municipality=self.delivery.municipality)
        for locality in held:
            del self.localities[locality.simc]
            self.delivery.refuse(
                "other-municipality",
                locality.simc,
                f"Miejscowość {locality.name} należy do gminy {locality.municipality_id}. Sprawdź kod SIMC i gminę.",
            )

    def implied_district(self, identifier: str) -> dict[str, Any]:
        """A district known only from the identifiers of its parcels."""
        if not CadastralDistrict.objects.filter(pk=identifier).exists():
            self.delivery.warn(
                "district-name-missing",
                identifier,
                "Plik nie podaje nazwy ani granicy obrębu; nazwano go identyfikatorem. Zamów eksport z klasą "
                "EGB_ObrebEwidencyjny.",
            )
        return {"identifier": identifier, "unit_id": identifier[:8]}

    def is_known(self, simc: str, known: set[str], name: str) -> bool:
        if simc in known:
            return True
        self.delivery.warn(
            "locality-missing",
            name,
            f"Nie znamy miejscowości SIMC {simc}, więc pominięto ten obiekt. Wczytaj najpierw miejscowości.",
        )
        return False

    def stage_addresses(self) -> None:
        teryt = self.delivery.municipality.pk
        localities = dict(Locality.objects.filter(municipality=teryt).values_list("simc", "name"))
        rows = Street.objects.filter(municipality=teryt).values_list("locality_id", "ulic", "pk", "name")
        streets = {(simc, ulic): (pk, name) for simc, ulic, pk, name in rows}
        for record in self.addresses:
            if not self.is_known(record.simc, localities.keys() | set(), record.identifier):
                continue
            street = streets.get((record.simc, record.ulic)) if record.ulic else (None, "")
            if street is None:
                self.delivery.warn(
                    "street-missing",
                    record.identifier,
                    f"Nie znamy ulicy {record.ulic} w miejscowości {localities[record.simc]}, więc pominięto adres. "
                    "Wczytaj najpierw ulice.",
                )
                continue
            self.stage_address(record, street, localities[record.simc])
        for identifier in self.points.duplicates():
            self.delivery.refuse("duplicate-id", identifier, "Adres powtarza się w dostawie; odrzucono wszystkie.")

    def stage_address(self, record: AddressRecord, street: tuple[int | None, str], locality: str) -> None:
        self.points.add(record.identifier, record.geometry, **address_values(record, street, locality))

    def published(self, counts: dict[str, Counts], districts: set[str]) -> Published:
        scope = [
            f"{stage.name}:{district}"
            for stage in (self.parcels, self.land_uses, self.buildings)
            if not stage.is_empty
            for district in sorted(districts)
        ]
        if not self.points.is_empty:
            scope += [f"{self.points.name}:{simc}" for simc in sorted(self.points.scopes())]
        scope += self.owners.scope(districts)
        stages = (self.parcels, self.land_uses, self.buildings, self.points)
        moves_state = any(not stage.is_empty and stage.last_state != self.delivery.state_on for stage in stages)
        moves_state |= self.owners.moves_state()
        return Published(
            counts={name: count.as_dict() for name, count in counts.items() if count != Counts()},
            written=sum(count.added + count.changed for name, count in counts.items() if name not in PRIVATE_TABLES),
            scope=scope,
            is_unchanged=not moves_state and not any(count.has_changes for count in counts.values()),
        )


# --- values of rows -------------------------------------------------------------------------------------------


def parcel_values(record: ParcelRecord | RetiredParcelRecord) -> dict[str, Any]:
    """Columns of a parcel; a retired one says less."""
    parsed = ParcelId.parse(record.identifier)
    values: dict[str, Any] = {
        "district_id": parsed.district,
        "number": parsed.number,
        "sheet": parsed.sheet or "",
        "sort_key": parsed.sort_key,
        "registered_area_m2": record.registered_area_m2,
        "area_precision": None,
        "register_group": "",
        "land_uses": [],
        "predecessors": [],
        "successors": [],
    }
    if isinstance(record, RetiredParcelRecord):
        return values | {"successors": list(record.successors)}
    return values | {
        "area_precision": record.area_precision,
        "register_group": record.register_group or "",
        "land_uses": [
            {"ofu": part.ofu, "ozu": part.ozu, "ozk": part.ozk, "area_m2": part.area_m2} for part in record.land_uses
        ],
        "predecessors": list(record.predecessors),
    }


def unit_values(identifier: str, record: UnitRecord | None) -> dict[str, Any]:
    return {"identifier": identifier} | ({"name": record.name} if record else {})


def district_values(record: DistrictRecord) -> dict[str, Any]:
    values = {"identifier": record.identifier, "unit_id": record.identifier[:8], "name": record.name}
    return values | stored("geom", record.geometry and many(record.geometry))


def locality_values(record: LocalityRecord) -> dict[str, Any]:
    surface = record.geometry and many(record.geometry)
    return {"simc": record.simc, "name": record.name, "kind": record.kind} | stored("geom", surface)


def street_values(record: StreetRecord) -> dict[str, Any]:
    line = record.geometry and many_lines(record.geometry)
    return {"locality_id": record.simc, "ulic": record.ulic, "name": record.name} | stored("geom", line)


def address_values(record: AddressRecord, street: tuple[int | None, str], locality: str) -> dict[str, Any]:
    """Columns of an address; street: primary key and name, (None, "") where the locality has no streets."""
    label = f"{street[1]} {record.number}, {locality}" if street[1] else f"{locality} {record.number}"
    return {
        "locality_id": record.simc,
        "street_id": street[0],
        "number": record.number,
        "postcode": record.postcode or "",
        "label": label,
        "search_key": search_key(label),
    }


def many_lines(line: Line) -> MultiLineString:
    return line if isinstance(line, MultiLineString) else MultiLineString([line])


def stored(column: str, geometry: BaseGeometry | None) -> dict[str, GEOSGeometry]:
    """The geometry as GeoDjango writes it; a source that gives none does not take away the one we hold."""
    if geometry is None:
        return {}
    return {column: GEOSGeometry(memoryview(geometry.wkb), srid=crs.PL_2000_7)}


# --- links of parcels through time ------------------------------------------------------------------------------


def publish_retired(records: list[RetiredParcelRecord], delivery: Delivery) -> Counts:
    """Parcels of the past: closed versions with successors, added where our own history has none of that time."""
    identifiers = [record.identifier for record in records]
    held: dict[str, list[Parcel]] = {}
    for row in Parcel.objects.of(delivery.municipality).known().filter(identifier__in=identifiers):
        held.setdefault(row.identifier, []).append(row)
    added: list[Parcel] = []
    changed: list[Parcel] = []
    for record in records:
        same_time = [row for row in held.get(record.identifier, []) if _overlaps(row, record)]
        if not same_time:
            added.append(_retired_row(record, delivery))
        for row in same_time:
            if row.valid_to == delivery.state_on != record.valid_to and not row.successors:
                row.valid_to, row.successors = record.valid_to, list(record.successors)
                changed.append(row)
    Parcel.objects.bulk_create(added, batch_size=1000)
    Parcel.objects.bulk_update(changed, ["valid_to", "successors"], batch_size=500)
    return Counts(added=len(added), changed=len(changed), unchanged=len(records) - len(added) - len(changed))


def _overlaps(row: Parcel, record: RetiredParcelRecord) -> bool:
    return row.valid_from < record.valid_to and (row.valid_to is None or row.valid_to > record.valid_from)


def _retired_row(record: RetiredParcelRecord, delivery: Delivery) -> Parcel:
    values = parcel_values(record)
    said = [values[name] for name in sorted(values) if name not in {"sort_key", "successors"}]
    geometry = many(record.geometry)
    (mark,) = fingerprints(array_of([geometry]), [said])
    return Parcel(
        municipality=delivery.municipality,
        snapshot=delivery.snapshot,
        identifier=record.identifier,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        fingerprint=mark,
        **values,
        **stored("geom", geometry),
    )


def link_successors(delivery: Delivery) -> None:
    """Closed parcels learn which parcels of this delivery name them as predecessors; no child is older than that."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH born AS (
                SELECT id, unnest(predecessors) AS parent
                FROM cadastre_parcel
                WHERE snapshot_id = %(snapshot)s AND valid_to IS NULL AND superseded_at IS NULL),
            births AS (
                SELECT born.id, max(old.valid_to) AS day
                FROM born JOIN cadastre_parcel old
                    ON old.identifier = born.parent AND old.id <> born.id AND old.superseded_at IS NULL
                GROUP BY born.id)
            UPDATE cadastre_parcel child SET valid_from = births.day
            FROM births WHERE child.id = births.id AND child.valid_from < births.day
            """,
            {"snapshot": delivery.snapshot.pk},
        )
        cursor.execute(
            """
            WITH born AS (
                SELECT identifier AS child, unnest(predecessors) AS parent
                FROM cadastre_parcel
                WHERE snapshot_id = %(snapshot)s AND valid_to IS NULL AND superseded_at IS NULL),
            heirs AS (
                SELECT parent, array_agg(DISTINCT child ORDER BY child) AS children
                FROM born WHERE parent <> child GROUP BY parent)
            UPDATE cadastre_parcel old SET successors = heirs.children
            FROM heirs
            WHERE old.identifier = heirs.parent AND old.municipality_id = %(municipality)s AND old.successors = '{}'
            AND old.superseded_at IS NULL
            AND old.valid_to = (SELECT max(valid_to) FROM cadastre_parcel last
                WHERE last.identifier = old.identifier AND last.superseded_at IS NULL)
            """,
            {"snapshot": delivery.snapshot.pk, "municipality": delivery.municipality.pk},
        )


# --- declarations ---------------------------------------------------------------------------------------------


OWNERS = Argument(
    "owners",
    "wczytaj też właścicieli i udziały; podaj podstawę: register-keeping albo tax",
    choices=tuple(KEEPING_GROUNDS),
)


def read_egib_files(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[CadastreRecord]:
    """Classes that describe people are opened only when somebody says on which ground the office may keep them."""
    if ground := options.get(OWNERS.name):
        refuse_unfounded(ground)
    readings = [read_egib(str(path)) for path in paths]
    if ground:
        readings += [cast(Reading[CadastreRecord], read_owners(path)) for path in paths]
    return joined(readings)


def read_parcel_files(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[CadastreRecord]:
    """Flat files (GeoPackage, Shapefile, GeoJSON, WFS GML) by a declared mapping."""
    mapping = parcel_mapping(str(options["mapping"]))
    if axes := options.get("axes"):
        mapping = replace(mapping, axes=axes)
    return joined([read_flat(path, mapping=mapping) for path in paths])


def parcel_mapping(name: str) -> ParcelMapping:
    """A preset by its name or a TOML file by its path. Raises WrongUse."""
    try:
        return ParcelMapping.from_toml(name) if name.endswith(".toml") else ParcelMapping.preset(name)
    except (MappingError, OSError) as fault:
        raise WrongUse(f"Mapowania „{name}” nie da się użyć: {fault}") from None


def municipality_of(record: CadastreRecord) -> str | None:
    """First six digits of the unit; localities, streets and addresses have numbers of other registers."""
    if isinstance(record, LocalityRecord | StreetRecord | AddressRecord):
        return None
    return record.identifier[:6] if record.identifier[:6].isdigit() else None


def name_of(record: CadastreRecord) -> str:
    return record.simc if isinstance(record, LocalityRecord | StreetRecord) else record.identifier


register(
    Source(
        code="egib",
        title="Ewidencja gruntów i budynków (GML 2021 i 2013)",
        read=read_egib_files,
        publish=publish_cadastre,
        municipality_of=municipality_of,
        name_of=name_of,
        arguments=(OWNERS,),
    )
)
register(
    Source(
        code="parcels",
        title="Działki i budynki z pliku wektorowego (GPKG, SHP, GeoJSON, GML z WFS)",
        read=read_parcel_files,
        publish=publish_cadastre,
        municipality_of=municipality_of,
        name_of=name_of,
        arguments=(
            Argument(
                "mapping",
                "mapowanie kolumn: uldk, simple-wfs, own-export albo plik .toml",
                is_required=True,
                choices=presets(),
            ),
            Argument(
                "axes",
                "kolejność osi w GML, który podaje układ skrótem EPSG:2180: east-north albo north-east",
                choices=("east-north", "north-east"),
            ),
        ),
    )
)
