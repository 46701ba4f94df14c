"""Shapefiles (plain or zipped), GeoPackages and GeoJSON through GDAL: opened safely, read as rows.

The file is recognised by content before GDAL sees it, and GDAL must agree: no VRT, no network, no other driver.
What the rows mean is said in ``data.readers.flat`` (cadastre) and ``data.readers.simple_features``.
"""

import math
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyogrio
import pyogrio.errors
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from data.readers.encoding import MAZOVIA, from_mazovia, shapefile_encoding
from data.readers.vector_archives import unpacked_vectors
from data.readers.xml import NULL_TEXTS, refuse_missing_or_empty
from data.records import UnreadableFileError

SHAPEFILE, GEOPACKAGE, GEOJSON = "ESRI Shapefile", "GPKG", "GeoJSON"
MAX_BYTES = 1 << 30
MAX_GEOJSON_BYTES = 200 << 20  #: GDAL keeps a GeoJSON in memory
_ENDINGS = {b"PK\x03\x04": ".zip", b"SQLite format 3\x00": ".gpkg", b"{": ".geojson"}

#: what pyogrio raises over a damaged file; UnboundLocalError comes from a .prj that GDAL cannot read
_GDAL_FAULTS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, UnboundLocalError)

#: files come from strangers: nothing of what they name is fetched, repaired or loaded
_SAFE_OPTIONS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "64",
    "SHAPE_RESTORE_SHX": "NO",
}


@dataclass(slots=True)
class OpenedVector:
    """A layer that GDAL accepted. ``unpacked`` keeps the folder of an archive alive as long as the reading."""

    file: Path
    driver: str
    layer: str
    columns: list[str]
    epsg: int
    features: int
    encoding: str | None
    remark: str | None
    unpacked: tempfile.TemporaryDirectory[str] | None
    title: str = ""  #: name of the layer for people and mappings: in an archive that of the member
    metadata: Mapping[str, str] = field(default_factory=dict)  #: of the layer, where the format has any


class Opening(Protocol):
    """What has to be said to open a vector file; a mapping says it."""

    @property
    def layer(self) -> str | None: ...

    @property
    def encoding(self) -> str | None: ...

    @property
    def epsg(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class VectorFiles:
    """Names for people and the files: the one that was given, or those of an archive with the folder they lie in."""

    files: list[tuple[str, Path]]
    unpacked: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def of(cls, file: Path) -> "VectorFiles":
        """Raises UnreadableFileError: missing-file, empty-file, file-too-large and those of archives."""
        refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
        ending = next((ending for head, ending in _ENDINGS.items() if starts_with(file, head)), file.suffix.lower())
        if ending == ".zip":
            unpacked = tempfile.TemporaryDirectory(prefix="vector-")
            return cls(unpacked_vectors(file, Path(unpacked.name).resolve()), unpacked)
        if file.suffix.lower() in {ending, ".json"}:
            return cls([(file.stem, file.resolve())])
        # GDAL looks at the ending too; a link gives the file the one that its content has
        unpacked = tempfile.TemporaryDirectory(prefix="vector-")
        link = Path(unpacked.name) / f"dane{ending}"
        link.symlink_to(file.resolve())
        return cls([(file.stem, link)], unpacked)

    def layers(self, mapping: Opening) -> Iterator[OpenedVector]:
        """Every layer (or the named one), opened one after the other. Raises as ``open_vector`` does."""
        for title, file in self.files:
            for name in _layer_names(file, mapping):
                shown = title if len(self.files) > 1 else name
                yield opened(file, name, mapping, title=shown, unpacked=self.unpacked)


def open_vector(file: Path, mapping: Opening) -> OpenedVector:
    """The only layer (or the named one) of a file that GDAL and the file's own first bytes agree about.

    Raises UnreadableFileError: unsupported-format, no-crs, several-layers, unreadable-file and their kin.
    """
    found = list(VectorFiles.of(file).layers(mapping))
    if len(found) != 1:
        raise several_layers([layer.title for layer in found])
    return found[0]


def opened(
    file: Path, layer: str, mapping: Opening, *, title: str, unpacked: tempfile.TemporaryDirectory[str] | None
) -> OpenedVector:
    """One layer. Raises UnreadableFileError."""
    driver = driver_by_content(file)
    encoding, remark = (mapping.encoding, None)
    if driver == SHAPEFILE and encoding is None:
        encoding, remark = shapefile_encoding(file)
    info = _info(file, layer, encoding)
    if info["driver"] != driver:
        raise _unsupported(f"GDAL rozpoznał format {info['driver']}")
    columns = [_signs(str(name), encoding) for name in info["fields"]]
    epsg = _epsg(info["crs"], mapping, driver)
    features = int(info["features"])
    said = info["layer_metadata"] or {}
    return OpenedVector(file, driver, layer, columns, epsg, features, encoding, remark, unpacked, title, said)


def driver_by_content(file: Path) -> str:
    """Raises UnreadableFileError for anything but the three formats."""
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
        "GeoPackage, GeoJSON i GML.",
    )


def several_layers(found: list[str]) -> UnreadableFileError:
    return UnreadableFileError(
        "several-layers",
        f"Plik ma {len(found)} warstw ({', '.join(found)}) i nie wiadomo, którą wczytać. Podaj warstwę w mapowaniu.",
    )


def _layer_names(file: Path, mapping: Opening) -> list[str]:
    driver_by_content(file)
    pyogrio.set_gdal_config_options(_SAFE_OPTIONS)
    try:
        found = [str(row[0]) for row in pyogrio.list_layers(file)]
    except _GDAL_FAULTS as fault:
        raise _unreadable(fault) from None
    if mapping.layer is None:
        return found
    if mapping.layer not in found:
        raise UnreadableFileError(
            "missing-layer", f"W pliku nie ma warstwy „{mapping.layer}”. Warstwy pliku: {', '.join(found)}."
        )
    return [mapping.layer]


def _info(file: Path, layer: str, encoding: str | None) -> dict[str, Any]:
    try:
        info: dict[str, Any] = pyogrio.read_info(
            file, layer=layer, encoding=_for_gdal(encoding), force_feature_count=True
        )
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


def starts_with(file: Path, signature: bytes) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(signature)) == signature


# --- rows ---------------------------------------------------------------------------------------------------


type Row = dict[str, Any]


def rows_of(source: OpenedVector, *, first: int, count: int) -> Iterator[tuple[Row, BaseGeometry | None]]:
    """Columns and geometry (east first, in the file's own system) of a run of objects."""
    names, shapes, columns = read_arrays(source, skip_features=first, max_features=count, force_2d=True)
    for number, shape in enumerate(shapes):
        row = {name: _signs(column[number], source.encoding) for name, column in zip(names, columns, strict=True)}
        yield row, _geometry(shape)


def read_arrays(source: OpenedVector, **options: Any) -> tuple[list[str], Any, Any]:
    """Names of columns, geometries as WKB, and values by column."""
    try:
        meta, _, shapes, columns = pyogrio.raw.read(
            source.file, layer=source.layer, encoding=_for_gdal(source.encoding), datetime_as_string=True, **options
        )
    except _GDAL_FAULTS as fault:
        raise _unreadable(fault) from None
    return [_signs(str(name), source.encoding) for name in meta["fields"]], shapes, columns


def _for_gdal(encoding: str | None) -> str | None:
    return "cp437" if encoding == MAZOVIA else encoding


def _signs(value: Any, encoding: str | None) -> Any:
    """A text of Mazovia with its own letters; anything else as it is."""
    if encoding == MAZOVIA and isinstance(value, str):
        return from_mazovia(value)
    return value


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
