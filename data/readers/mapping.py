"""Declared mapping of a flat file: which column holds what, in which unit. One TOML file per kind of source."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from data.records import UnreadableFileError

PRESETS = Path(__file__).parent / "mappings"
_COLUMNS = ("identifier", "area", "area_precision", "register_group", "land_uses", "land_book")
_UNITS = ("ha", "m2")


class MappingError(ValueError):
    """The mapping itself is wrong; message in Polish."""


def presets() -> tuple[str, ...]:
    """Names of the mappings that come with the project."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*.toml")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelMapping:
    """Columns of a parcel file. Each is a list of names tried in order, without regard to case."""

    title: str
    identifier: tuple[str, ...]
    area_unit: str  #: "ha" or "m2"; declared, never guessed
    area: tuple[str, ...] = ()
    area_precision: tuple[str, ...] = ()
    register_group: tuple[str, ...] = ()
    land_uses: tuple[str, ...] = ()
    land_book: tuple[str, ...] = ()
    layer: str | None = None  #: None: the only layer of the file
    encoding: str | None = None  #: of a shapefile; None: .cpg, else by Polish letters
    epsg: int | None = None  #: only for a file that names no system

    @classmethod
    def preset(cls, name: str) -> Self:
        """One of the mappings that come with the project: "uldk", "simple-wfs", "own-export"."""
        known = presets()
        if name not in known:
            raise MappingError(f"Nie ma mapowania „{name}”. Dostępne: {', '.join(known)}.")
        return cls.from_toml(PRESETS / f"{name}.toml")

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read a mapping; an unknown key is refused, because a misspelt one would be silently ignored."""
        file = Path(path)
        try:
            said = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise MappingError(f"Mapowanie „{file.name}” nie jest poprawnym plikiem TOML: {fault}.") from None
        return cls._checked(said, file.name)

    @classmethod
    def _checked(cls, said: dict[str, Any], name: str) -> Self:
        unknown = sorted(set(said) - set(cls.__dataclass_fields__))
        if unknown:
            raise MappingError(f"Mapowanie „{name}” ma nieznane klucze: {', '.join(unknown)}. Usuń je lub popraw.")
        if not said.get("identifier"):
            raise MappingError(f"Mapowanie „{name}” nie podaje kolumny identyfikatora działki (identifier).")
        if said.get("area_unit") not in _UNITS:
            raise MappingError(f"Mapowanie „{name}” musi podać jednostkę powierzchni area_unit: „ha” albo „m2”.")
        for key in _COLUMNS:
            value = said.get(key, [])
            said[key] = (value,) if isinstance(value, str) else tuple(value)
            if not all(isinstance(column, str) for column in said[key]):
                raise MappingError(f"W mapowaniu „{name}” {key} ma być nazwą kolumny albo listą nazw.")
        said.setdefault("title", name)
        return cls(**said)

    def column(self, field: str, found: list[str]) -> str | None:
        """Name, as the file spells it, of the column that holds the field; None when the file has none."""
        spelled = {name.lower(): name for name in found}
        wanted: tuple[str, ...] = getattr(self, field)
        return next((spelled[name.lower()] for name in wanted if name.lower() in spelled), None)

    def refuse_missing(self, found: list[str]) -> None:
        """Raise when a column that cannot be done without is missing."""
        if self.column("identifier", found) is None:
            raise UnreadableFileError(
                "missing-column",
                f"W pliku nie ma kolumny z identyfikatorem działki ({' lub '.join(self.identifier)}). "
                f"Kolumny pliku: {', '.join(found) or 'żadnych'}. Wybierz inne mapowanie albo popraw nazwę kolumny.",
            )
