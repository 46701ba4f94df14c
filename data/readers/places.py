"""Places from CSV, GeoJSON or waypoints of GPX."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError, refused, stored_point
from data.readers.amounts import decimal_of
from data.readers.archives import Unpacked
from data.readers.columns import Columns
from data.readers.delimited import open_table
from data.readers.geojson import WGS84, read_collection
from data.readers.teryt import day_of
from data.readers.tracks import read_tracks
from data.readers.words import clean, formulas, identifier_of, short
from data.records import Problem, Reading, UnreadableFileError
from data.records.tourism import CONFIDENCES, PLACE_KINDS, PlaceRecord

SUFFIXES = (".csv", ".txt", ".geojson", ".json", ".gpx")
MAX_BYTES = 20 << 20
PL_1992 = 2180
COLUMNS = Columns(
    {
        "id": ("id", "identyfikator", "identifier", "slug"),
        "name": ("name_pl", "nazwa", "nazwa_pl", "name"),
        "kind": ("kind", "rodzaj", "typ", "kategoria"),
        "lon": ("lon", "longitude", "dlugosc_geo", "dlugosc_geograficzna", "długość", "dlugosc"),
        "lat": ("lat", "latitude", "szerokosc_geo", "szerokosc_geograficzna", "szerokość", "szerokosc"),
        "east": ("x_1992_easting", "east", "wschod"),
        "north": ("y_1992_northing", "north", "polnoc"),
        "municipality": ("gmina", "municipality", "teryt"),
        "name_en": ("name_en", "nazwa_en"),
        "name_uk": ("name_uk", "nazwa_uk"),
        "description": ("description_pl", "opis", "opis_pl", "description"),
        "description_en": ("description_en", "opis_en"),
        "confidence": ("source_confidence", "confidence", "pewnosc", "pewność"),
        "address": ("address", "adres"),
        "phone": ("phone", "telefon"),
        "url": ("url", "www", "website", "strona"),
        "opening_hours": ("opening_hours", "godziny"),
        "monument_number": ("monument_register_no", "rejestr_zabytkow", "nr_rejestru"),
        "osm_id": ("osm_id",),
        "wikidata": ("wikidata",),
        "source": ("source", "zrodlo", "źródło"),
        "licence": ("licence", "license", "licencja"),
        "verified_on": ("verified_on", "sprawdzono"),
        "verified_by": ("verified_by", "sprawdzil", "sprawdził"),
    },
    required=("name", "kind"),
)
#: field and the width of its column
_LIMITS = {
    "name_en": 200, "name_uk": 200, "confidence_note": 300, "address": 200, "phone": 60, "opening_hours": 300,
    "monument_number": 60, "osm_id": 40, "wikidata": 20, "source": 300, "licence": 100, "verified_by": 100,
}  # fmt: skip
_POLISH_KINDS = {word: code for code, words in PLACE_KINDS.items() for word in words.split(" lub ")}


@dataclass(frozen=True, slots=True)
class _Said:
    """One place as the file has it: texts, and a geometry or why there is none."""

    values: Mapping[str, str]
    geometry: BaseGeometry | None
    epsg: int
    row: int
    fault: GeometryRefusedError | None = None


def read_places(path: str | Path) -> Reading[PlaceRecord]:
    """Raises UnreadableFileError: missing-column, no-objects and those of tables, GeoJSON, tracks and archives."""
    source = Unpacked.of(path, suffixes=SUFFIXES, max_bytes=MAX_BYTES)
    reading: Reading[PlaceRecord] = Reading(iter(()))
    with source.path.open("rb") as stream:
        start = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    read = _of_geojson if start.startswith(b"{") else _of_gpx if start.startswith(b"<") else _of_table
    found = list(read(source.path, reading.problems))
    reading.records = _records(found, reading)
    if source.folder is not None:
        source.folder.cleanup()
    return reading


def _records(found: list[_Said], reading: Reading[PlaceRecord]) -> Iterator[PlaceRecord]:
    for said in found:
        reading.read += 1
        record = _place(said, reading.problems)
        if record is not None:
            yield record


def _of_table(path: Path, problems: list[Problem]) -> Iterator[_Said]:
    table = open_table(path, max_bytes=MAX_BYTES)
    held = COLUMNS.found(table.columns)
    is_metric = "lon" not in held and {"east", "north"} <= held.keys()
    if not is_metric:
        Columns(COLUMNS.names, ("lon", "lat")).found(table.columns)
    if table.remark:
        problems.append(Problem("encoding-guessed", "warning", "", table.remark))
    for line in table.lines():
        if not line.is_whole:
            message = f"Wiersz {line.number} ma inną liczbę kolumn niż nagłówek. Sprawdź cudzysłowy i średniki."
            problems.append(Problem("table-row-length", "warning", f"wiersz {line.number}", message))
        values = {name: line.cells.get(column, "") for name, column in held.items()}
        east, north = (values.get(name, "") for name in (("east", "north") if is_metric else ("lon", "lat")))
        yield _Said(values, _point(east, north), PL_1992 if is_metric else WGS84, line.number)


def _point(east: str, north: str) -> shapely.Point | None:
    """Decimal point or comma."""
    x, y = decimal_of(east), decimal_of(north)
    return shapely.Point(float(x), float(y)) if x is not None and y is not None else None


def _of_geojson(path: Path, _problems: list[Problem]) -> Iterator[_Said]:
    collection = read_collection(path, max_bytes=MAX_BYTES)
    for row, feature in enumerate(collection.features, 1):
        held = Columns(COLUMNS.names).found(list(feature.values))
        values = {name: feature.values[column] for name, column in held.items()}
        try:
            yield _Said(values, feature.geometry(), collection.epsg, row)
        except GeometryRefusedError as fault:
            yield _Said(values, None, collection.epsg, row, fault)


def _of_gpx(path: Path, problems: list[Problem]) -> Iterator[_Said]:
    found = read_tracks(path)
    if found.remark:
        problems.append(Problem("encoding-guessed", "warning", "", found.remark))
    if not found.waypoints:
        raise UnreadableFileError(
            "no-objects", "W pliku nie ma ani jednego punktu (wpt). Ślady wczytuje się źródłem „trails”."
        )
    for row, point in enumerate(found.waypoints, 1):
        values = {"name": point.name, "kind": point.kind, "description": point.description, "url": point.link}
        yield _Said(values, shapely.Point(point.lon, point.lat), WGS84, row)


# --- one place ------------------------------------------------------------------------------------------------


def _place(said: _Said, problems: list[Problem]) -> PlaceRecord | None:
    values = {name: clean(text) for name, text in said.values.items()}
    name = values.get("name", "")
    identifier = identifier_of(values.get("id", ""), name) or f"wiersz {said.row}"
    before = len(problems)
    if not name:
        message = f"Miejsce w wierszu {said.row} nie ma nazwy. Uzupełnij ją."
        problems.append(Problem("place-incomplete", "error", identifier, message))
    kind = kind_of(values.get("kind", ""))
    if kind is None:
        message = (
            f"Rodzaj miejsca „{values.get('kind', '')[:40]}” jest nieznany. Podaj jeden z: {', '.join(PLACE_KINDS)}."
        )
        problems.append(Problem("place-kind-unknown", "error", identifier, message))
    point = _stored(said, identifier, problems)
    if kind is None or point is None or any(one.severity == "error" for one in problems[before:]):
        return None
    level, _, note = values.get("confidence", "").partition("|")
    problems.extend(formulas((text for key, text in values.items() if key != "phone"), identifier))
    texts = values | {"confidence_note": note.replace("|", ", ")}
    return PlaceRecord(
        identifier=identifier,
        name=short(name, 200, identifier, problems),
        kind=kind,
        geometry=point,
        located_in=_municipalities(values.get("municipality", ""), identifier, problems),
        description=values.get("description", ""),
        description_en=values.get("description_en", ""),
        confidence=level.strip().lower() if level.strip().lower() in CONFIDENCES else "",
        url=_address_of_page(values.get("url", ""), identifier, problems),
        verified_on=day_of(values.get("verified_on", "")),
        **{field: short(texts.get(field, ""), longest, identifier, problems) for field, longest in _LIMITS.items()},
    )


def kind_of(said: str) -> str | None:
    """Code of a kind from its code or its Polish word."""
    word = said.strip().lower()
    return word if word in PLACE_KINDS else _POLISH_KINDS.get(word)


def _stored(said: _Said, identifier: str, problems: list[Problem]) -> shapely.Point | None:
    if said.geometry is None:
        message = "Miejsce nie ma poprawnych współrzędnych. Podaj je w stopniach, np. 19,8300 i 50,2119."
        problems.append(
            refused(said.fault, identifier) if said.fault else Problem("geometry-empty", "error", identifier, message)
        )
        return None
    return stored_point(said.geometry, epsg=said.epsg, name=identifier, problems=problems)


def _municipalities(text: str, identifier: str, problems: list[Problem]) -> tuple[str, ...]:
    """First six digits of each TERYT; a joint place has several."""
    codes = [word.strip() for word in text.replace(",", ";").split(";") if word.strip()]
    good = tuple(code[:6] for code in codes if code.isdecimal() and len(code) in (6, 7))
    if len(good) < len(codes):
        message = f"Gmina „{text[:40]}” nie jest kodem TERYT; gminę wskaże położenie. Wpisz kod, np. 120610."
        problems.append(Problem("place-municipality-unreadable", "warning", identifier, message))
    return good


def _address_of_page(text: str, identifier: str, problems: list[Problem]) -> str:
    """Only http and https: an address of another kind may run something."""
    if not text or (text.startswith(("https://", "http://")) and len(text) <= 500 and " " not in text):
        return text
    message = f"„{text[:60]}” nie jest adresem strony (https://…); pominięto go."
    problems.append(Problem("place-link-refused", "warning", identifier, message))
    return ""
