"""Parcels, buildings, districts and contours from flat files (Shapefile, GeoPackage, GeoJSON, WFS GML) by a mapping."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from data.geometry import STORAGE, Box, GeometryRefusedError, refused, stored_surface, to_storage
from data.identifiers import (
    BUILDING_RE,
    DISTRICT_RE,
    LandBookNumber,
    MalformedLandBookError,
    MalformedParcelIdError,
    ParcelId,
)
from data.readers import land_use
from data.readers.amounts import decimal_of, is_exact, polish, square_metres
from data.readers.egib import area_difference
from data.readers.egib_build import BUILDING_KINDS
from data.readers.egib_index import register_group
from data.readers.flat_layers import FlatLayer, FlatRow, layers_of
from data.readers.mapping import Kind, ObjectColumns, ParcelMapping
from data.readers.vector import several_layers
from data.records import (
    BuildingRecord,
    CadastreRecord,
    DistrictRecord,
    LandUsePart,
    LandUseRecord,
    ParcelRecord,
    Problem,
    Reading,
    Surface,
    UnitRecord,
)

#: register area : area of the shape, when one of them is in hectares and the other in square metres
_WRONG_UNIT = (5_000, 20_000)
_NAMED = {"parcel": "Działka", "building": "Budynek", "district": "Obręb", "land-use": "Kontur"}


def read_flat(path: str | Path, *, mapping: ParcelMapping, bounds: Box | None = None) -> Reading[CadastreRecord]:
    """Objects of one file, in batches.

    bounds: the municipality in EPSG:2178; off by default, see ``data.geometry.to_storage``.
    Raises UnreadableFileError at once: unsupported-format, missing-column, no-crs, several-layers, unreadable-file,
    service-exception and their kin; axes-swapped and wrong-zone when the first object already shows them.
    """
    layers = layers_of(path, mapping)
    reading: Reading[CadastreRecord] = Reading(iter(()))
    parts = _parts(layers, mapping, reading)
    for layer, _ in parts:
        if layer.remark:
            reading.problems.append(Problem("encoding-guessed", "warning", "", layer.remark))
    reading.problems.extend(_absent_columns(parts, mapping))
    days = [layer.state_on for layer, _ in parts if layer.state_on is not None]
    reading.state_on = min(days, default=None)
    reading.records = _records(parts, _Builder(mapping, reading, bounds))
    return reading


# --- which layer holds what -------------------------------------------------------------------------------------


def _parts(
    layers: Sequence[FlatLayer], mapping: ParcelMapping, reading: Reading[CadastreRecord]
) -> list[tuple[FlatLayer, Kind | None]]:
    """Layers to read with the kind of their objects; None where every row tells its own."""
    parts: list[tuple[FlatLayer, Kind | None]] = []
    for layer in layers:
        kind = mapping.kind_of(layer.title, layer.columns)
        if mapping.class_column in layer.columns:
            parts.append((layer, None))
        elif kind is not None:
            parts.append((layer, kind))
    if not parts:
        raise mapping.missing(layers[0].columns)
    if any(count > 1 for count in Counter(kind for _, kind in parts).values()):
        raise several_layers([layer.title for layer, _ in parts])
    read = {id(layer) for layer, _ in parts}
    if unread := [layer.title for layer in layers if id(layer) not in read]:
        message = f"Pominięto warstwy, których to mapowanie nie zna: {', '.join(unread)}. To nie jest błąd."
        reading.problems.append(Problem("layer-not-read", "info", "", message))
    return parts


def _absent_columns(parts: Sequence[tuple[FlatLayer, Kind | None]], mapping: ParcelMapping) -> Iterator[Problem]:
    for layer, kind in parts:
        for field_name in ("area", "register_group", "land_uses") if kind == "parcel" else ():
            wanted = mapping.parcels.names[field_name]
            if wanted and mapping.column(field_name, layer.columns) is None:
                yield Problem(
                    "missing-column",
                    "warning",
                    "",
                    f"W pliku nie ma kolumny {' lub '.join(wanted)}; wczytano działki bez tej danej. "
                    f"Kolumny pliku: {', '.join(layer.columns)}.",
                )


def _records(parts: Sequence[tuple[FlatLayer, Kind | None]], builder: "_Builder") -> Iterator[CadastreRecord]:
    for layer, kind in parts:
        builder.count_identifiers(layer, kind)
    for layer, kind in parts:
        for row in layer.rows():
            builder.reading.read += 1
            yield from builder.records(row, layer, kind)
    for layer, _ in parts:
        layer.close()
    builder.sum_up()


# --- records ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Seen:
    """One row with what its layer says of its columns."""

    row: FlatRow
    held: ObjectColumns
    columns: list[str]
    name: str = ""

    def value(self, field_name: str) -> str | None:
        column = self.held.column(field_name, self.columns)
        return self.row.values.get(column) if column is not None else None

    def values(self, field_name: str) -> list[str]:
        """What stands in every column that may hold the field."""
        found = (self.row.values.get(column) for column in self.held.all_columns(field_name, self.columns))
        return [value for value in found if value is not None]


@dataclass(slots=True)
class _Builder:
    """Records of the rows; duplicated identifiers are counted before, so that all of them are refused."""

    mapping: ParcelMapping
    reading: Reading[CadastreRecord]
    bounds: Box | None
    repeated: set[tuple[Kind, str]] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    unreadable_labels: list[str] = field(default_factory=list)
    areas: Counter[bool] = field(default_factory=Counter)  #: parcels with an area; True: in another unit, it seems

    def count_identifiers(self, layer: FlatLayer, kind: Kind | None) -> None:
        """Every identifier of the layer; two spellings of one parcel count as the same."""
        held = self.mapping.objects()["parcel" if kind is None else kind]
        column = held.column("identifier", layer.columns)
        classes: Iterator[str | None] | None = None
        if kind is None and self.mapping.class_column is not None:
            classes = layer.values(self.mapping.class_column)
        if column is None:
            return
        counts: Counter[tuple[Kind | None, str]] = Counter()
        for said in layer.values(column):
            own = kind if classes is None else self.kind_named(next(classes))
            counts[own, _normalised(said) or ""] += 1
        for (own, name), count in sorted(counts.items(), key=str):
            if count > 1 and name and own is not None:
                self.repeated.add((own, name))
                self._report(
                    "duplicate-id",
                    "error",
                    name,
                    f"{_NAMED[own]} występuje w pliku {count} razy. Nie wiadomo, który wiersz jest właściwy, "
                    "więc odrzucono wszystkie. Usuń zbędne wiersze.",
                )

    def kind_named(self, said: str | None) -> Kind | None:
        return next((kind for kind, held in self.mapping.objects().items() if held.holds_layer(said or "")), None)

    def records(self, row: FlatRow, layer: FlatLayer, kind: Kind | None) -> Iterator[CadastreRecord]:
        if kind is None:
            said = row.values.get(self.mapping.class_column or "")
            kind = self.kind_named(said)
            if kind is None:
                message = f"Obiekt klasy „{said}” nie jest żadnym z tych, które znamy. Usuń go albo popraw klasę."
                self._report("class-unknown", "error", self._label(None), message)
                return
        seen = _Seen(row, self.mapping.objects()[kind], layer.columns)
        builders: dict[Kind, Callable[[_Seen], CadastreRecord | None]] = {
            "parcel": self.parcel, "building": self.building, "district": self.district, "land-use": self.contour,
        }  # fmt: skip
        if kind == "district" and (unit := self.unit(seen)) is not None:
            yield unit
        record = builders[kind](seen)
        if record is not None:
            yield record

    # --- kinds ---

    def parcel(self, seen: _Seen) -> ParcelRecord | None:
        said = seen.value("identifier")
        try:
            seen.name = str(ParcelId.parse(said or ""))
        except MalformedParcelIdError as fault:
            self._report("parcel-id-malformed", "error", self._label(said), str(fault))
            return None
        surface = self.surface(seen, "parcel")
        if surface is None:
            return None
        if surface.geom_type == "MultiPolygon":
            message = "Działka składa się z kilku rozłącznych części. Sprawdź ją w ewidencji."
            self._report("multipart-parcel", "warning", seen.name, message)
        area = self._area(seen)
        self._compare(surface, area, seen.name)
        return ParcelRecord(
            identifier=seen.name,
            geometry=surface,
            registered_area_m2=area,
            area_precision=self._precision(seen),
            register_group=register_group(seen.value("register_group")),
            land_uses=self._land_uses(seen),
            land_book=self._land_book(seen),
            predecessors=tuple(filter(None, (seen.value("predecessors") or "").split(";"))),
        )

    def building(self, seen: _Seen) -> BuildingRecord | None:
        said = seen.value("identifier")
        if said is None:
            self._report("building-id-missing", "error", self._label(None), "Budynek nie ma identyfikatora. Podaj go.")
            return None
        seen.name = _normalised(said) or said
        if not BUILDING_RE.fullmatch(seen.name):
            message = "Identyfikator budynku ma mieć postać 120610_5.0007.12_BUD."
            self._report("building-id-malformed", "warning", seen.name, message)
        surface = self.surface(seen, "building")
        if surface is None:
            return None
        above, below = self._floors(seen, "floors_above"), self._floors(seen, "floors_below")
        return BuildingRecord(seen.name, surface, self._kind(seen), above, below)

    def unit(self, seen: _Seen) -> UnitRecord | None:
        """The unit of a district, once."""
        identifier, name = (seen.value("identifier") or "")[:8], seen.value("unit_name")
        if name is None or identifier in self.units:
            return None
        self.units.add(identifier)
        return UnitRecord(identifier, name)

    def district(self, seen: _Seen) -> DistrictRecord | None:
        seen.name = said = seen.value("identifier") or ""
        if not DISTRICT_RE.fullmatch(said):
            message = "Identyfikator obrębu ma mieć postać 120610_5.0007."
            self._report("district-id-malformed", "error", self._label(said or None), message)
            return None
        has_shape = seen.row.geometry is not None or seen.row.fault is not None
        if ("district", said) in self.repeated:
            return None
        return DistrictRecord(said, seen.value("name") or said, self.surface(seen, "district") if has_shape else None)

    def contour(self, seen: _Seen) -> LandUseRecord | None:
        seen.name = seen.value("identifier") or self._label(None)
        ofu, ozu, ozk = (seen.value(name) for name in ("ofu", "ozu", "ozk"))
        if ofu is None or seen.value("identifier") is None:
            message = "Kontur użytku nie podaje OFU albo identyfikatora. Uzupełnij go."
            self._report("land-use-missing", "error", seen.name, message)
            return None
        surface = self.surface(seen, "land-use")
        return None if surface is None else LandUseRecord(seen.name, ofu, ozu, ozk, surface)

    # --- fields ---

    def surface(self, seen: _Seen, kind: Kind) -> Surface | None:
        """Shape in storage; None after the refusal was told, and for one of several rows of one identifier."""
        row, problems = seen.row, self.reading.problems
        if (kind, seen.name) in self.repeated:
            return None
        try:
            if row.fault is not None:
                raise row.fault
            if row.geometry is None:
                message = f"{_NAMED[kind]} nie ma geometrii. Uzupełnij ją w źródle."
                raise GeometryRefusedError("geometry-empty", message)
            shape = _single(row.geometry)
            if not self.mapping.has_grid:
                return stored_surface(shape, epsg=row.epsg, name=seen.name, problems=problems, bounds=self.bounds)
            stored = to_storage(shape, epsg=row.epsg, bounds=self.bounds)
        except GeometryRefusedError as refusal:
            problems.append(refused(refusal, seen.name))
            return None
        on_grid = shapely.transform(stored, lambda pairs: np.round(pairs, 4))
        return stored_surface(on_grid, epsg=STORAGE, name=seen.name, problems=problems)

    def _area(self, seen: _Seen) -> int | None:
        text = seen.value("area")
        if text is None:
            return None
        unit = self.mapping.area_unit
        amount: Decimal | None = decimal_of(text)
        area = square_metres(amount, unit) if amount is not None else None
        if amount is None or area is None:
            message = f"Powierzchni „{text[:40]}” ({unit}) nie da się odczytać; działkę wczytano bez niej."
            self._report("area-unreadable", "warning", seen.name, message)
            return None
        if not is_exact(amount, unit):
            message = f"Powierzchnię {text} {unit} zaokrąglono do {polish(area)} m²."
            self._report("area-rounded", "info", seen.name, message)
        return area

    def _compare(self, surface: Surface, area: int | None, name: str) -> None:
        if area is None:
            return
        ratio = max(area / surface.area, surface.area / area)
        self.areas[_WRONG_UNIT[0] < ratio < _WRONG_UNIT[1]] += 1
        difference = area_difference(surface, area, name)
        if difference is not None:
            self.reading.problems.append(difference)

    def _precision(self, seen: _Seen) -> int | None:
        number = decimal_of(seen.value("area_precision") or "")
        return int(number) if number in (1, 2) else None

    def _land_uses(self, seen: _Seen) -> tuple[LandUsePart, ...]:
        text = seen.value("land_uses")
        if text is None:
            return ()
        parts = _labels(text) if not text.startswith("[") else _stated(text)
        read = tuple(part for part in parts if part is not None)
        if len(read) < len(parts):
            self.unreadable_labels.append(text)
            return ()
        for part in read:
            for rule, message in land_use.faults(part.ofu, part.ozu, part.ozk):
                self._report(rule, "warning", seen.name, message)
        return read

    def _land_book(self, seen: _Seen) -> str | None:
        text = seen.value("land_book")
        try:
            return str(LandBookNumber.parse(text)) if text else None
        except MalformedLandBookError:
            message = "Numer księgi wieczystej ma błędną postać lub cyfrę kontrolną; pominięto go. Sprawdź go."
            self._report("land-book-invalid", "warning", seen.name, message)
            return None

    def _kind(self, seen: _Seen) -> str | None:
        """The first column that holds a letter of KŚT; some vendors write the material where others write the kind."""
        said = seen.values("kind")
        kind = next((text for text in said if text in BUILDING_KINDS), None)
        if kind is None and said:
            message = f"Nieznany rodzaj budynku wg KŚT „{said[0][:40]}”; pominięto go."
            self._report("building-kind-unknown", "warning", seen.name, message)
        return kind

    def _floors(self, seen: _Seen, field_name: str) -> int | None:
        text = seen.value(field_name)
        number = decimal_of(text) if text is not None else None
        if text is None or (number is not None and number == number.to_integral_value() and 0 <= number < 200):
            return None if number is None else int(number)
        message = f"Liczba kondygnacji „{text[:40]}” nie jest liczbą; pominięto ją."
        self._report("number-unreadable", "warning", seen.name, message)
        return None

    # --- findings ---

    def sum_up(self) -> None:
        """What is clear only after the last row."""
        if self.unreadable_labels:
            self._report(
                "land-use-unreadable",
                "info",
                "",
                f"Nie odczytano opisu klasoużytków {len(self.unreadable_labels)} działek "
                f"(np. „{self.unreadable_labels[0][:60]}”); działki wczytano bez nich.",
            )
        if self.areas[True] > self.areas[False]:
            self._report(
                "area-unit-mismatch",
                "error",
                "",
                f"Pola ewidencyjne różnią się od geometrii około 10 000 razy ({self.areas[True]} działek): mapowanie "
                f"mówi, że są w {self.mapping.area_unit}, a są w innej jednostce. Popraw area_unit w mapowaniu.",
            )

    def _label(self, said: str | None) -> str:
        return said[:80] if said else f"wiersz {self.reading.read}"

    def _report(self, rule: str, severity: Any, name: str, message: str) -> None:
        self.reading.problems.append(Problem(rule, severity, name, message))


def _single(geometry: BaseGeometry) -> BaseGeometry:
    """The polygon of a collection of one: layers of GeoPackages hold nothing else."""
    return geometry.geoms[0] if isinstance(geometry, MultiPolygon) and len(geometry.geoms) == 1 else geometry


def _labels(text: str) -> list[LandUsePart | None]:
    """ "RIIIa; B", as county services write."""
    return [land_use.read_label(label) for label in re.split(r"[;|]|,(?![0-9])", text) if label.strip()]


def _stated(text: str) -> list[LandUsePart | None]:
    """JSON of our own export."""
    try:
        said = json.loads(text)
        return [LandUsePart(part["ofu"], part["ozu"], part["ozk"], part["area_m2"]) for part in said]
    except (ValueError, TypeError, KeyError):
        return [None]


def _normalised(text: str | None) -> str | None:
    """Identifier in its strict form; one that is no parcel's loses its spaces only."""
    if text is None:
        return None
    try:
        return str(ParcelId.parse(text))
    except MalformedParcelIdError:
        return re.sub(r"\s+", "", text)
