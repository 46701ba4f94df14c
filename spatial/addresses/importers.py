"""Sources of addresses: PRG (EMUiA), flat files, and the registers SIMC and ULIC of TERYT."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from data.readers.addresses_flat import FIELDS, REQUIRED, read_flat_addresses, usual_columns
from data.readers.columns import Columns
from data.readers.mapping import MappingError
from data.readers.prg import read_prg
from data.readers.teryt import read_simc, read_ulic
from data.readers.xml import refuse_missing_or_empty
from data.records import Reading
from data.records.addresses import AddressingCandidate
from spatial.addresses.publishing import publish_addressing, publish_localities, publish_streets
from spatial.imports.registry import Argument, Source, WrongUse, register

MAX_BYTES = 8 << 30


def read_addresses(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading[AddressingCandidate]:
    """GML by what stands in it; anything else is a flat file."""
    path = one_file(paths)
    columns = address_columns(options.get("columns"))
    return read_prg(path) if is_gml(path) else read_flat_addresses(path, columns)


def is_gml(path: Path) -> bool:
    """XML, or a ZIP that holds no shapefile."""
    refuse_missing_or_empty(path, max_bytes=MAX_BYTES)
    with path.open("rb") as stream:
        head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        stream.seek(0)
        is_shapefile = head.startswith(b"PK") and b".dbf" in _names_in_archive(path)
    return head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")) or (head.startswith(b"PK") and not is_shapefile)


def _names_in_archive(path: Path) -> bytes:
    """The end of an archive, where its table of names stands."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - (1 << 16)))
        return stream.read().lower()


def address_columns(path: str | None) -> Columns:
    """The usual names of columns, or those of a person's TOML file. Raises WrongUse."""
    if not path:
        return usual_columns()
    try:
        return Columns.from_toml(path, fields=FIELDS, required=REQUIRED)
    except (MappingError, OSError) as fault:
        raise WrongUse(f"Mapowania „{path}” nie da się użyć: {fault}") from None


def one_file(paths: Sequence[Path]) -> Path:
    """Raises WrongUse for more than one file."""
    if len(paths) != 1:
        raise WrongUse("To źródło wczytuje się po jednym pliku.")
    return paths[0]


def _of_one[R](read: Callable[[Path], Reading[R]]) -> Callable[[Sequence[Path], Mapping[str, Any]], Reading[R]]:
    return lambda paths, _options: read(one_file(paths))


register(
    Source(
        code="addresses",
        title="Adresy z PRG/EMUiA (GML 2021 i 2012, także CSV, SHP, GPKG)",
        read=read_addresses,
        publish=publish_addressing,
        municipality_of=lambda candidate: candidate.municipality,
        name_of=lambda candidate: candidate.name,
        arguments=(Argument("columns", "plik .toml z nazwami kolumn pliku CSV, SHP lub GPKG", is_for_pages=False),),
        skips_others=True,
        stays_near=False,
    )
)
register(
    Source(
        code="simc",
        title="TERYT: miejscowości (SIMC)",
        read=_of_one(read_simc),
        publish=publish_localities,
        municipality_of=lambda candidate: candidate.municipality,
        name_of=lambda candidate: candidate.name,
        skips_others=True,
        stays_near=False,
        keeps_latest_only=True,
    )
)
register(
    Source(
        code="ulic",
        title="TERYT: ulice (ULIC)",
        read=_of_one(read_ulic),
        publish=publish_streets,
        municipality_of=lambda candidate: candidate.municipality,
        name_of=lambda candidate: candidate.name,
        skips_others=True,
        stays_near=False,
        keeps_latest_only=True,
    )
)
