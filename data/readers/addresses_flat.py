"""Addresses from flat files: CSV, shapefile, GeoPackage or GeoJSON, by a declared mapping of columns.

A flat file names localities and streets by their TERYT codes; the localities and streets themselves come from
SIMC and ULIC.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from data.geometry import refused, stored_point
from data.readers.amounts import decimal_of
from data.readers.columns import Columns
from data.readers.delimited import open_table
from data.readers.prg import house_number, postcode_of
from data.readers.simple_features import MAX_BYTES, open_features
from data.readers.xml import refuse_missing_or_empty
from data.records import AddressRecord, Problem, Reading, UnreadableFileError
from data.records.addresses import AddressingCandidate
from data.records.candidates import Candidate
from data.teryt import SIMC_RE, TERYT_RE, ULIC_RE

FIELDS = ("identifier", "simc", "ulic", "number", "postcode", "teryt", "east", "north")
#: columns of files of GUGiK and of what this system exports; a person's own come in a TOML file
USUAL: Mapping[str, tuple[str, ...]] = {
    "identifier": ("lokalnyId", "lokalny_id", "id_iip", "idIIP", "identifier", "uuid", "id"),
    "simc": ("simc", "simc_id", "identyfikatorSIMC", "city_teryt_id", "kod_simc", "miejscowosc_simc", "sym"),
    "ulic": ("ulic", "ulic_id", "identyfikatorULIC", "street_teryt_id", "kod_ulic", "ulica_ulic", "sym_ul"),
    "number": ("numerPorzadkowy", "numerporz", "numerPorza", "numer_porzadkowy", "number", "numer", "house_number"),
    "postcode": ("kodPocztowy", "kodPocztow", "kod_pocztowy", "postcode", "pna", "kod"),
    "teryt": ("teryt", "TERYTGminy", "teryt_gminy", "municipality", "municipality_teryt_id", "gmina_teryt"),
    "east": ("east", "x_east", "wschod", "wspolrzedna_wschodnia", "y_2180", "lon", "longitude", "dlugosc"),
    "north": ("north", "y_north", "polnoc", "wspolrzedna_polnocna", "x_2180", "lat", "latitude", "szerokosc"),
}
REQUIRED = ("simc", "number")
WGS84 = 4326
_DEGREES = frozenset({"lon", "longitude", "dlugosc", "lat", "latitude", "szerokosc"})


def usual_columns() -> Columns:
    return Columns(USUAL, REQUIRED)


def read_flat_addresses(path: str | Path, columns: Columns) -> Reading[AddressingCandidate]:
    """Addresses of one file.

    A table needs columns with coordinates: degrees by their names, else metres of ``columns.epsg``.
    Raises UnreadableFileError: missing-column, no-crs and those of tables and vector files.
    """
    file = Path(path)
    reading: Reading[AddressingCandidate] = Reading(iter(()))
    read = _of_features if _is_vector(file) else _of_table
    reading.records = read(file, columns, reading)
    return reading


def _is_vector(file: Path) -> bool:
    """Shapefile, GeoPackage, GeoJSON or an archive, by the first bytes."""
    refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
    with file.open("rb") as stream:
        head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"{", b"PK\x03\x04", b"SQLite format 3", b"\x00\x00\x27\x0a"))


def _of_features(file: Path, columns: Columns, reading: Reading[AddressingCandidate]) -> Iterator[AddressingCandidate]:
    opened = open_features(file, columns)
    if opened.remark:
        reading.problems.append(Problem("encoding-guessed", "warning", "", opened.remark))
    for number, feature in enumerate(opened.features, 1):
        reading.read += 1
        values = {name: value or "" for name, value in feature.values.items()}
        problems = [] if feature.fault is None else [refused(feature.fault, _name(values, number))]
        yield _address(values, feature.geometry, feature.epsg, number, problems)


def _of_table(file: Path, columns: Columns, reading: Reading[AddressingCandidate]) -> Iterator[AddressingCandidate]:
    table = open_table(file)
    needing = Columns(columns.names, (*columns.required, "east", "north"), epsg=columns.epsg)
    held = needing.found(table.columns)
    epsg = _system_of(held, columns)
    if table.remark:
        reading.problems.append(Problem("encoding-guessed", "warning", "", table.remark))
    for line in table.lines():
        reading.read += 1
        values = {name: line.cells.get(column, "") for name, column in held.items()}
        yield _address(values, _place(values), epsg, line.number, [])


def _system_of(held: Mapping[str, str], columns: Columns) -> int:
    if {held["east"].lower(), held["north"].lower()} <= _DEGREES:
        return WGS84
    if columns.epsg is not None:
        return columns.epsg
    if held["east"].lower().endswith("_2180"):
        return 2180
    raise UnreadableFileError(
        "no-crs",
        f"Tabela ma współrzędne w kolumnach {held['east']} i {held['north']}, ale nie wiadomo, w jakim układzie. "
        "Podaj go w mapowaniu (epsg = 2180) albo nazwij kolumny lon i lat.",
    )


def _place(values: Mapping[str, str]) -> BaseGeometry | None:
    east, north = decimal_of(values["east"]), decimal_of(values["north"])
    return shapely.Point(float(east), float(north)) if east is not None and north is not None else None


def _name(values: Mapping[str, str], number: int) -> str:
    parts = (values.get("simc", ""), values.get("ulic") or "00000", values.get("number", ""))
    return values.get("identifier") or (".".join(parts) if values.get("simc") else f"wiersz {number}")


def _address(
    values: dict[str, str], geometry: BaseGeometry | None, epsg: int, row: int, problems: list[Problem]
) -> AddressingCandidate:
    name = _name(values, row)
    owner = values.get("teryt", "")[:6] or None
    simc, ulic = _code(values["simc"], 7), _code(values.get("ulic", ""), 5)
    if owner is not None and not TERYT_RE.fullmatch(f"{owner}1"):
        owner = None
    if not SIMC_RE.fullmatch(simc):
        message = f"Kod SIMC „{simc[:20]}” nie ma siedmiu cyfr, więc nie wiadomo, w jakiej miejscowości jest adres."
        problems.append(Problem("simc-malformed", "error", name, message))
    if ulic and not ULIC_RE.fullmatch(ulic):
        message = f"Kod ULIC „{ulic[:20]}” nie ma pięciu cyfr, więc nie wiadomo, przy jakiej ulicy jest adres."
        problems.append(Problem("ulic-malformed", "error", name, message))
    number = house_number(values.get("number"), name, problems)
    point = _stored(geometry, epsg, name, problems)
    if number is None or point is None or any(one.severity == "error" for one in problems):
        return Candidate(name, None, owner, tuple(problems))
    postcode = postcode_of(values.get("postcode") or None, name, problems)
    return Candidate(name, AddressRecord(name, simc, ulic or None, number, postcode, point), owner, tuple(problems))


def _stored(geometry: BaseGeometry | None, epsg: int, name: str, problems: list[Problem]) -> shapely.Point | None:
    if geometry is None:
        if not problems:
            message = "Adres nie ma współrzędnych. Uzupełnij je w źródle."
            problems.append(Problem("geometry-empty", "error", name, message))
        return None
    return stored_point(geometry, epsg=epsg, name=name, problems=problems)


def _code(text: str, digits: int) -> str:
    """A code that a spreadsheet took for a number gets its zeros back; "00000" of PRG means no street."""
    whole = text.strip().removesuffix(".0")
    padded = whole.zfill(digits) if whole.isdecimal() and whole else whole
    return "" if set(padded) == {"0"} else padded
