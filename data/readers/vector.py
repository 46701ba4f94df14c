"""Parcels from a shapefile (plain or zipped), GeoPackage or GeoJSON through GDAL, by a declared mapping.

The file is recognised by content before GDAL sees it, and GDAL must agree: no VRT, no network, no other driver.
"""

import math
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import pyogrio
import pyogrio.errors
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from data.geometry import Box, GeometryRefusedError, refuse_unusable_coordinates, stored_surface
from data.identifiers import LandBookNumber, MalformedLandBookError, MalformedParcelIdError, ParcelId
from data.readers import land_use
from data.readers.amounts import decimal_of, is_exact, polish, square_metres
from data.readers.egib import area_difference
from data.readers.egib_index import register_group
from data.readers.encoding import shapefile_encoding
from data.readers.mapping import ParcelMapping
from data.readers.xml import NULL_TEXTS, refuse_missing_or_empty
from data.records import LandUsePart, ParcelRecord, Problem, Reading, UnreadableFileError

SHAPEFILE, GEOPACKAGE, GEOJSON = "ESRI Shapefile", "GPKG", "GeoJSON"
MAX_BYTES = 1 << 30
MAX_GEOJSON_BYTES = 200 << 20  #: GDAL keeps a GeoJSON in memory
MAX_UNPACKED_BYTES = 1 << 30
MAX_ZIP_MEMBERS = 100
BATCH = 5_000
_SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
#: rules that speak of the whole file when already the first object breaks them
_FILE_WIDE = frozenset({"axes-swapped", "wrong-zone", "unsupported-crs", "outside-poland"})

#: what pyogrio raises over a damaged file; UnboundLocalError comes from a .prj that GDAL cannot read
_GDAL_FAULTS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, UnboundLocalError)

#: files come from strangers: nothing of what they name is fetched, repaired or loaded
_SAFE_OPTIONS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "64",
    "SHAPE_RESTORE_SHX": "NO",
}


def read_parcels(path: str | Path, *, mapping: ParcelMapping, bounds: Box | None = None) -> Reading[ParcelRecord]:
    """Parcels of one file, in batches.

    bounds: the municipality in EPSG:2178; off by default, see ``data.geometry.to_storage``.
    Raises UnreadableFileError at once: unsupported-format, missing-column, no-crs, several-layers,
    unreadable-file; axes-swapped and wrong-zone when the first parcel already shows them.
    """
    source = open_vector(Path(path), mapping)
    _refuse_wrong_system(source)
    mapping.refuse_missing(source.columns)
    reading: Reading[ParcelRecord] = Reading(iter(()))
    if source.remark:
        reading.problems.append(Problem("encoding-guessed", "warning", "", source.remark))
    reading.problems.extend(_absent_columns(source, mapping))
    reading.records = _Builder(source, mapping, reading, bounds).records()
    return reading


# --- opening ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class OpenedVector:
    """A file that GDAL accepted. ``unpacked`` keeps the folder of an archive alive as long as the reading."""

    file: Path
    driver: str
    layer: str
    columns: list[str]
    epsg: int
    features: int
    encoding: str | None
    remark: str | None
    unpacked: tempfile.TemporaryDirectory[str] | None


class Opening(Protocol):
    """What has to be said to open a vector file; a mapping says it."""

    @property
    def layer(self) -> str | None: ...

    @property
    def encoding(self) -> str | None: ...

    @property
    def epsg(self) -> int | None: ...


def open_vector(file: Path, mapping: Opening) -> OpenedVector:
    """A shapefile (plain or zipped), GeoPackage or GeoJSON that GDAL and the file's own first bytes agree about.

    Raises UnreadableFileError: unsupported-format, no-crs, several-layers, unreadable-file and their kin.
    """
    refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
    unpacked = None
    if _starts_with(file, b"PK\x03\x04"):
        unpacked = tempfile.TemporaryDirectory(prefix="shapefile-")
        file = _unpacked_shapefile(file, Path(unpacked.name))
    file = file.resolve()
    driver = _driver_by_content(file)
    encoding, remark = (mapping.encoding, None)
    if driver == SHAPEFILE and encoding is None:
        encoding, remark = shapefile_encoding(file)
    pyogrio.set_gdal_config_options(_SAFE_OPTIONS)
    layer = _layer(file, mapping)
    info = _info(file, layer, encoding)
    if info["driver"] != driver:
        raise _unsupported(f"GDAL rozpoznał format {info['driver']}")
    columns = [str(name) for name in info["fields"]]
    epsg = _epsg(info["crs"], mapping, driver)
    return OpenedVector(file, driver, layer, columns, epsg, int(info["features"]), encoding, remark, unpacked)


def _driver_by_content(file: Path) -> str:
    with file.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"\x00\x00\x27\x0a"):
        if not any(part.name.lower() == f"{file.stem}.dbf".lower() for part in file.parent.iterdir()):
            raise UnreadableFileError(
                "incomplete-shapefile", f"Obok „{file.name}” nie ma pliku .dbf z atrybutami. Wyślij komplet plików."
            )
        return SHAPEFILE
    if head.startswith(b"SQLite format 3\x00") and head[68:72] in (b"GPKG", b"GP10", b"GP11"):
        return GEOPACKAGE
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        refuse_missing_or_empty(file, max_bytes=MAX_GEOJSON_BYTES)
        return GEOJSON
    raise _unsupported("zawartość pliku jest innego rodzaju")


def _unsupported(why: str) -> UnreadableFileError:
    return UnreadableFileError(
        "unsupported-format",
        f"Nie wczytamy tego pliku: {why}. Przyjmujemy Shapefile (.shp z .dbf i .prj, także w archiwum ZIP), "
        "GeoPackage i GeoJSON.",
    )


def _layer(file: Path, mapping: Opening) -> str:
    try:
        found = [str(row[0]) for row in pyogrio.list_layers(file)]
    except _GDAL_FAULTS as fault:
        raise _unreadable(fault) from None
    if mapping.layer is not None:
        if mapping.layer not in found:
            raise UnreadableFileError(
                "missing-layer", f"W pliku nie ma warstwy „{mapping.layer}”. Warstwy pliku: {', '.join(found)}."
            )
        return mapping.layer
    if len(found) != 1:
        raise UnreadableFileError(
            "several-layers",
            f"Plik ma {len(found)} warstw ({', '.join(found)}), a powinien mieć jedną. Podaj warstwę w mapowaniu.",
        )
    return found[0]


def _info(file: Path, layer: str, encoding: str | None) -> dict[str, Any]:
    try:
        info: dict[str, Any] = pyogrio.read_info(file, layer=layer, encoding=encoding, force_feature_count=True)
    except _GDAL_FAULTS as fault:
        raise _unreadable(fault) from None
    return info


def _unreadable(fault: Exception) -> UnreadableFileError:
    reason = re.sub(r"'?/[^\s']*/", "", str(fault)).split(";")[0][:200]
    return UnreadableFileError(
        "unreadable-file", f"Nie udało się otworzyć pliku, jest uszkodzony lub niepełny ({reason}). Wyślij go ponownie."
    )


def _epsg(crs: str | None, mapping: Opening, driver: str) -> int:
    if not crs:
        if mapping.epsg is not None:
            return mapping.epsg
        part = "pliku .prj" if driver == SHAPEFILE else "układu współrzędnych"
        raise UnreadableFileError(
            "no-crs",
            f"Plik nie ma {part}, więc nie wiadomo, gdzie leżą obiekty. Zapisz go z układem PL-2000 lub PL-1992.",
        )
    try:
        system = CRS.from_user_input(crs)
    except CRSError:
        system = None
    epsg = system.to_epsg(min_confidence=25) if system is not None else None
    if epsg is None:
        name = system.name if system is not None else str(crs)[:60]
        raise UnreadableFileError(
            "unsupported-crs", f"Nie rozpoznano układu współrzędnych „{name}”. Zapisz plik w PL-2000 lub PL-1992."
        )
    return epsg


def _refuse_wrong_system(source: OpenedVector) -> None:
    """A wrong axis order or zone is a property of the file: say it once, not once per parcel."""
    for _, geometry in rows_of(source, first=0, count=1):
        if geometry is None:
            return
        try:
            refuse_unusable_coordinates(geometry, epsg=source.epsg)
        except GeometryRefusedError as refusal:
            if refusal.rule in _FILE_WIDE:
                raise UnreadableFileError(refusal.rule, refusal.message) from None


def _absent_columns(source: OpenedVector, mapping: ParcelMapping) -> Iterator[Problem]:
    for field_name in ("area", "register_group", "land_uses"):
        wanted: tuple[str, ...] = getattr(mapping, field_name)
        if wanted and mapping.column(field_name, source.columns) is None:
            yield Problem(
                "missing-column",
                "warning",
                "",
                f"W pliku nie ma kolumny {' lub '.join(wanted)}; wczytano działki bez tej danej. "
                f"Kolumny pliku: {', '.join(source.columns)}.",
            )


# --- archives -----------------------------------------------------------------------------------------------


def _unpacked_shapefile(archive: Path, folder: Path) -> Path:
    """Unpack the parts of the one shapefile in a ZIP under their bare names; nothing else leaves the archive."""
    try:
        with zipfile.ZipFile(archive) as content:
            members = _wanted_members(content.infolist())
            for member in members:
                target = folder / f"dane{Path(member.filename).suffix.lower()}"
                with content.open(member) as packed, target.open("wb") as plain:
                    _copy_limited(packed, plain)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as fault:
        raise UnreadableFileError(
            "unreadable-archive",
            f"Archiwum ZIP jest uszkodzone lub zaszyfrowane ({type(fault).__name__}). Wyślij je ponownie, bez hasła.",
        ) from None
    return folder / "dane.shp"


def _wanted_members(members: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    wanted = [member for member in members if Path(member.filename).suffix.lower() in _SHAPEFILE_PARTS]
    shapes = [member for member in wanted if member.filename.lower().endswith(".shp")]
    if len(members) > MAX_ZIP_MEMBERS or sum(member.file_size for member in wanted) > MAX_UNPACKED_BYTES:
        raise UnreadableFileError(
            "archive-too-large", "Archiwum po rozpakowaniu jest za duże lub ma zbyt wiele plików. Podziel je."
        )
    if len(shapes) != 1:
        raise UnreadableFileError(
            "unsupported-format",
            f"Archiwum ZIP powinno zawierać jeden plik .shp, a zawiera ich {len(shapes)}. Spakuj jedną warstwę.",
        )
    stem = shapes[0].filename[:-4].lower()
    return [member for member in wanted if member.filename[:-4].lower() == stem]


def _copy_limited(packed: IO[bytes], plain: IO[bytes]) -> None:
    """Copy a member, never more than the limit: the size that an archive declares may be untrue."""
    left = MAX_UNPACKED_BYTES
    while piece := packed.read(1 << 20):
        left -= len(piece)
        if left < 0:
            raise UnreadableFileError("archive-too-large", "Archiwum po rozpakowaniu jest za duże. Podziel je.")
        plain.write(piece)


def _starts_with(file: Path, signature: bytes) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(signature)) == signature


# --- rows ---------------------------------------------------------------------------------------------------


type Row = dict[str, Any]


def rows_of(source: OpenedVector, *, first: int, count: int) -> Iterator[tuple[Row, BaseGeometry | None]]:
    """Columns and geometry (east first, in the file's own system) of a run of objects."""
    names, shapes, columns = _read(source, skip_features=first, max_features=count, force_2d=True)
    for number, shape in enumerate(shapes):
        row = {name: column[number] for name, column in zip(names, columns, strict=True)}
        yield row, _geometry(shape)


def _read(source: OpenedVector, **options: Any) -> tuple[list[str], Any, Any]:
    """Names of columns, geometries as WKB, and values by column."""
    try:
        meta, _, shapes, columns = pyogrio.raw.read(
            source.file, layer=source.layer, encoding=source.encoding, datetime_as_string=True, **options
        )
    except _GDAL_FAULTS as fault:
        raise _unreadable(fault) from None
    return [str(name) for name in meta["fields"]], shapes, columns


def _geometry(shape: bytes | None) -> BaseGeometry | None:
    if shape is None:
        return None
    with np.errstate(invalid="ignore"):  # NaN is refused later, with words
        found: BaseGeometry | None = shapely.from_wkb(shape, on_invalid="ignore")
    return found


def text_value(value: Any) -> str | None:
    """Value as text; NaN, empty and the literal "None" of WFS servers mean that the source is silent."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    # repr of a float is the shortest text that reads back the same: 0.242 stays 0.242
    text = repr(float(value)) if isinstance(value, float) else str(value).strip()
    return None if text.lower() in NULL_TEXTS else text


# --- records ------------------------------------------------------------------------------------------------


class _Builder:
    """Parcels of an opened file; duplicated identifiers are counted before, so that both are refused."""

    def __init__(
        self, source: OpenedVector, mapping: ParcelMapping, reading: Reading[ParcelRecord], bounds: Box | None
    ) -> None:
        self.source = source
        self.mapping = mapping
        self.reading = reading
        self.bounds = bounds
        self.unreadable_labels: list[str] = []
        names = ("identifier", "area", "area_precision", "register_group", "land_uses", "land_book")
        self.columns = {name: mapping.column(name, source.columns) for name in names}
        self.repeated = self._repeated()

    def records(self) -> Iterator[ParcelRecord]:
        for row, geometry in self._all():
            self.reading.read += 1
            record = self.parcel(row, geometry)
            if record is not None:
                yield record
        if self.unreadable_labels:
            self._report(
                "land-use-unreadable",
                "info",
                "",
                f"Nie odczytano opisu klasoużytków {len(self.unreadable_labels)} działek "
                f"(np. „{self.unreadable_labels[0][:60]}”); działki wczytano bez nich.",
            )
        if self.source.unpacked is not None:
            self.source.unpacked.cleanup()

    def _all(self) -> Iterator[tuple[Row, BaseGeometry | None]]:
        # GDAL parses a whole GeoJSON at every opening, so it is read in one go
        size = self.source.features if self.source.driver == GEOJSON else BATCH
        for first in range(0, self.source.features, max(size, 1)):
            yield from rows_of(self.source, first=first, count=size)

    def _repeated(self) -> frozenset[str]:
        column = self.columns["identifier"]
        _, _, (values,) = _read(self.source, columns=[column], read_geometry=False)
        counts = Counter(_normalised(text_value(value)) for value in values)
        repeated = frozenset(name for name, count in counts.items() if count > 1 and name is not None)
        for name in sorted(repeated):
            self._report(
                "duplicate-id",
                "error",
                name,
                f"Działka występuje w pliku {counts[name]} razy. Nie wiadomo, który wiersz jest właściwy, "
                "więc odrzucono wszystkie. Usuń zbędne wiersze.",
            )
        return repeated

    def parcel(self, row: Row, geometry: BaseGeometry | None) -> ParcelRecord | None:
        said = self._value(row, "identifier")
        try:
            name = str(ParcelId.parse(said or ""))
        except MalformedParcelIdError as fault:
            label = said or f"wiersz {self.reading.read}"
            self._report("parcel-id-malformed", "error", label, str(fault))
            return None
        if name in self.repeated:
            return None
        if geometry is None:
            self._report("geometry-empty", "error", name, "Działka nie ma geometrii. Uzupełnij ją w źródle.")
            return None
        problems = self.reading.problems
        surface = stored_surface(geometry, epsg=self.source.epsg, name=name, problems=problems, bounds=self.bounds)
        if surface is None:
            return None
        if surface.geom_type == "MultiPolygon":
            message = "Działka składa się z kilku rozłącznych części. Sprawdź ją w ewidencji."
            self._report("multipart-parcel", "warning", name, message)
        area = self._area(row, name)
        difference = area_difference(surface, area, name)
        if difference is not None:
            problems.append(difference)
        return ParcelRecord(
            identifier=name,
            geometry=surface,
            registered_area_m2=area,
            area_precision=self._precision(row),
            register_group=register_group(self._value(row, "register_group")),
            land_uses=self._land_uses(row, name),
            land_book=self._land_book(row, name),
        )

    # --- fields ---

    def _value(self, row: Row, field_name: str) -> str | None:
        column = self.columns[field_name]
        return text_value(row[column]) if column is not None else None

    def _area(self, row: Row, name: str) -> int | None:
        text = self._value(row, "area")
        if text is None:
            return None
        unit = self.mapping.area_unit
        amount: Decimal | None = decimal_of(text)
        area = square_metres(amount, unit) if amount is not None else None
        if amount is None or area is None:
            message = f"Powierzchni „{text[:40]}” ({unit}) nie da się odczytać; działkę wczytano bez niej."
            self._report("area-unreadable", "warning", name, message)
            return None
        if not is_exact(amount, unit):
            self._report("area-rounded", "info", name, f"Powierzchnię {text} {unit} zaokrąglono do {polish(area)} m².")
        return area

    def _precision(self, row: Row) -> int | None:
        number = decimal_of(self._value(row, "area_precision") or "")
        return int(number) if number in (1, 2) else None

    def _land_uses(self, row: Row, name: str) -> tuple[LandUsePart, ...]:
        text = self._value(row, "land_uses")
        if text is None:
            return ()
        parts = [land_use.read_label(label) for label in re.split(r"[;|]|,(?![0-9])", text) if label.strip()]
        read = tuple(part for part in parts if part is not None)
        if len(read) < len(parts):
            self.unreadable_labels.append(text)
            return ()
        for part in read:
            for rule, message in land_use.faults(part.ofu, part.ozu, part.ozk):
                self._report(rule, "warning", name, message)
        return read

    def _land_book(self, row: Row, name: str) -> str | None:
        text = self._value(row, "land_book")
        try:
            return str(LandBookNumber.parse(text)) if text else None
        except MalformedLandBookError:
            message = "Numer księgi wieczystej ma błędną postać lub cyfrę kontrolną; pominięto go. Sprawdź go."
            self._report("land-book-invalid", "warning", name, message)
            return None

    def _report(self, rule: str, severity: Any, name: str, message: str) -> None:
        self.reading.problems.append(Problem(rule, severity, name, message))


def _normalised(text: str | None) -> str | None:
    """Identifier in its strict form, so that two spellings of one parcel count as the same."""
    try:
        return str(ParcelId.parse(text)) if text else None
    except MalformedParcelIdError:
        return None
