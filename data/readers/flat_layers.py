"""Layers of a flat cadastral file, whatever its format: their columns, their rows, and how often an identifier stands.

GML of a WFS is read by our own reader, because GDAL would guess the order of its axes; all else goes through GDAL.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from lxml import etree
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, refuse_unusable_coordinates
from data.readers.egib_index import is_egib, state_on
from data.readers.gml import read_geometry
from data.readers.mapping import ParcelMapping
from data.readers.vector import (
    GEOJSON,
    OpenedVector,
    VectorFiles,
    read_arrays,
    rows_of,
    starts_with,
    text_value,
)
from data.readers.xml import local_name, read_objects, text_of
from data.records import UnreadableFileError

BATCH = 5_000
_STATE = re.compile(rb'"stateOn":\s*"(\d{4}-\d{2}-\d{2})"')
_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")
_EXCEPTIONS = frozenset({"ExceptionReport", "ServiceExceptionReport", "Exception", "ServiceException"})
#: rules that speak of the whole file when already the first object breaks them
_FILE_WIDE = frozenset({"axes-swapped", "wrong-zone", "unsupported-crs", "outside-poland"})


@dataclass(frozen=True, slots=True)
class FlatRow:
    """``values`` by column; ``geometry`` has east first and is in the system ``epsg``; ``fault``: why there is none."""

    values: Mapping[str, str | None]
    geometry: BaseGeometry | None
    epsg: int
    fault: GeometryRefusedError | None = None


class FlatLayer(Protocol):
    """One layer of one kind of file."""

    @property
    def title(self) -> str: ...

    @property
    def columns(self) -> list[str]: ...

    @property
    def remark(self) -> str | None: ...

    @property
    def state_on(self) -> date | None:
        """Day of the state, where the file says one."""
        ...

    def values(self, column: str) -> Iterator[str | None]:
        """What stands in the column, in file order."""
        ...

    def rows(self) -> Iterator[FlatRow]: ...

    def close(self) -> None:
        """Removes what was unpacked for it."""
        ...


def layers_of(path: str | Path, mapping: ParcelMapping) -> list[FlatLayer]:
    """Layers of the file, at least one.

    Raises UnreadableFileError: those of ``open_vector`` and ``read_objects``; service-exception, no-objects, egib-file;
    axes-swapped, wrong-zone and their kin when the first object of a layer already shows them.
    """
    given = VectorFiles.of(Path(path))
    first = given.files[0][1]
    if any(starts_with(first, sign) for sign in _XML):
        found: list[FlatLayer] = list(_gml_layers(first, mapping, given))
    else:
        found = [GdalLayer(source) for source in given.layers(mapping)]
    for layer in found:
        _refuse_wrong_system(layer)
    return found


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _refuse_wrong_system(layer: FlatLayer) -> None:
    """A wrong axis order or zone is a property of the file: say it once, not once per parcel."""
    first = next(layer.rows(), None)
    if first is None or first.geometry is None:
        return
    try:
        refuse_unusable_coordinates(first.geometry, epsg=first.epsg)
    except GeometryRefusedError as refusal:
        if refusal.rule in _FILE_WIDE:
            raise UnreadableFileError(refusal.rule, refusal.message) from None


# --- through GDAL -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class GdalLayer:
    """A layer of a shapefile, GeoPackage or GeoJSON."""

    source: OpenedVector

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def columns(self) -> list[str]:
        return self.source.columns

    @property
    def remark(self) -> str | None:
        return self.source.remark

    @property
    def state_on(self) -> date | None:
        """Our own exports say it: in the metadata of the layer, or beside the features of a GeoJSON."""
        if self.source.driver != GEOJSON:
            return _day(self.source.metadata.get("state_on"))
        with self.source.file.open("rb") as stream:
            found = _STATE.search(stream.read(1024))
        return _day(found[1].decode()) if found else None

    def values(self, column: str) -> Iterator[str | None]:
        _, _, (values,) = read_arrays(self.source, columns=[column], read_geometry=False)
        yield from map(text_value, values)

    def rows(self) -> Iterator[FlatRow]:
        # GDAL parses a whole GeoJSON at every opening, so it is read in one go
        size = self.source.features if self.source.driver == GEOJSON else BATCH
        for first in range(0, self.source.features, max(size, 1)):
            for row, geometry in rows_of(self.source, first=first, count=size):
                values = {name: text_value(value) for name, value in row.items()}
                yield FlatRow(values, geometry, self.source.epsg)

    def close(self) -> None:
        if self.source.unpacked is not None:
            self.source.unpacked.cleanup()


# --- GML of a WFS -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class GmlLayer:
    """Objects of one element name. Columns are those of any object: a server leaves out what is empty."""

    file: Path
    mapping: ParcelMapping
    title: str
    given: VectorFiles  #: keeps the folder of an archive alive as long as the layer
    columns: list[str] = field(default_factory=list)
    remark: str | None = None

    @property
    def state_on(self) -> date | None:
        """Day of the answer."""
        return state_on(self.file)

    def values(self, column: str) -> Iterator[str | None]:
        for element in self._elements():
            yield _leaves(element).get(column)

    def rows(self) -> Iterator[FlatRow]:
        for element in self._elements():
            values = _leaves(element)
            try:
                geometry, epsg = read_geometry(
                    _geometry_property(element), short_order=self.mapping.axes or "east-north", default_srs=self._system
                )
            except GeometryRefusedError as fault:
                yield FlatRow(values, None, 0, fault)
                continue
            yield FlatRow(values, geometry, epsg)

    def close(self) -> None:
        if self.given.unpacked is not None:
            self.given.unpacked.cleanup()

    @property
    def _system(self) -> str | None:
        return f"EPSG:{self.mapping.epsg}" if self.mapping.epsg else None

    def _elements(self) -> Iterator[etree._Element]:
        return (element for element in read_objects(self.file) if local_name(element) == self.title)


def _gml_layers(file: Path, mapping: ParcelMapping, given: VectorFiles) -> Iterator[GmlLayer]:
    columns: dict[str, dict[str, None]] = {}
    for element in read_objects(file):
        if is_egib(element):
            raise UnreadableFileError(
                "egib-file", "To pełny plik EGiB, a nie odpowiedź usługi WFS. Wczytaj go jako źródło „egib”."
            )
        columns.setdefault(local_name(element), {}).update(dict.fromkeys(_leaves(element)))
    if not columns:
        raise _no_objects(file)
    for name, found in columns.items():
        if mapping.layer in (None, name):
            yield GmlLayer(file, mapping, name, given, list(found))


def _no_objects(file: Path) -> UnreadableFileError:
    """A collection without members, or the refusal of a server saved as if it were data."""
    with file.open("rb") as stream:
        root = next(iter(etree.iterparse(stream, events=("start",), resolve_entities=False, no_network=True)))[1]
        if local_name(root) not in _EXCEPTIONS:
            return UnreadableFileError("no-objects", "W pliku GML nie ma żadnego obiektu. Sprawdź zakres zapytania.")
        said = " ".join(
            etree.tostring(
                etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True)),
                method="text",
                encoding="unicode",
            ).split()
        )
    return UnreadableFileError(
        "service-exception",
        f"Plik jest odmową serwera, a nie danymi: „{said[:200]}”. Popraw zapytanie i pobierz dane ponownie.",
    )


def _leaves(element: etree._Element) -> dict[str, str | None]:
    """Texts of the object's simple properties."""
    return {local_name(node): text_of(node) for node in element if len(node) == 0}


def _geometry_property(element: etree._Element) -> etree._Element:
    """The child that holds a geometry. Raises GeometryRefusedError (geometry-empty)."""
    for node in element:
        if len(node) and local_name(node) != "boundedBy":
            return node
    raise GeometryRefusedError("geometry-empty", "Obiekt nie ma geometrii. Uzupełnij ją w źródle.")
