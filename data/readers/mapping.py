"""Declared mapping of a flat file: which column holds what, in which unit. One TOML file per kind of source."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, cast

from data.records import UnreadableFileError

type Kind = Literal["parcel", "building", "district", "land-use"]
type Axes = Literal["east-north", "north-east"]

PRESETS = Path(__file__).parent / "mappings"
_COLUMNS = ("identifier", "area", "area_precision", "register_group", "land_uses", "land_book", "predecessors")
_UNITS = ("ha", "m2")
_AXES = ("east-north", "north-east")
#: tables of a mapping beside the parcels, which stand at its top; the first two columns of each are needed
_OTHERS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "buildings": ("building", ("identifier", "kind", "floors_above", "floors_below")),
    "districts": ("district", ("identifier", "name", "unit_name")),
    "land_use_contours": ("land-use", ("identifier", "ofu", "ozu", "ozk")),
}


class MappingError(ValueError):
    """The mapping itself is wrong; message in Polish."""


def presets() -> tuple[str, ...]:
    """Names of the mappings that come with the project."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*.toml")))


@dataclass(frozen=True, slots=True)
class ObjectColumns:
    """Columns of one kind of object. Each is a list of names tried in order, without regard to case.

    layers: names of layers (GML: of elements; with a class column: its values) that hold these objects for sure.
    """

    names: Mapping[str, tuple[str, ...]]
    layers: tuple[str, ...] = ()

    def column(self, field_name: str, found: Sequence[str]) -> str | None:
        """Name, as the file spells it, of the column that holds the field; None when the file has none."""
        return next(iter(self.all_columns(field_name, found)), None)

    def all_columns(self, field_name: str, found: Sequence[str]) -> list[str]:
        """Every column that may hold the field, the likeliest first."""
        spelled = {name.lower(): name for name in found}
        return [spelled[name.lower()] for name in self.names.get(field_name, ()) if name.lower() in spelled]

    def holds_layer(self, layer: str) -> bool:
        return layer.lower() in {name.lower() for name in self.layers}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelMapping:
    """Columns of a parcel file, and of what else may stand in it."""

    title: str
    identifier: tuple[str, ...]
    area_unit: str  #: "ha" or "m2"; declared, never guessed
    area: tuple[str, ...] = ()
    area_precision: tuple[str, ...] = ()
    register_group: tuple[str, ...] = ()
    land_uses: tuple[str, ...] = ()
    land_book: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()  #: names of layers that hold parcels for sure
    layer: str | None = None  #: the one layer to read; None: all that hold objects of the mapping
    class_column: str | None = None  #: column that tells what an object is, where one layer holds several kinds
    encoding: str | None = None  #: of a shapefile; None: .cpg, else by Polish letters
    epsg: int | None = None  #: only for a file that names no system
    axes: Axes | None = None  #: of a GML with short system names ("EPSG:2180"), whose order is its producer's choice
    #: coordinates are whole tenths of a millimetre, lost on the way through degrees and put right again
    has_grid: bool = False
    others: Mapping[Kind, ObjectColumns] = field(default_factory=dict)

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
        others = {kind: _others(said.pop(key), key, name) for key, (kind, _) in _OTHERS.items() if key in said}
        _refuse_unknown(said, set(cls.__dataclass_fields__) - {"others"}, name)
        if not said.get("identifier"):
            raise MappingError(f"Mapowanie „{name}” nie podaje kolumny identyfikatora działki (identifier).")
        if said.get("area_unit") not in _UNITS:
            raise MappingError(f"Mapowanie „{name}” musi podać jednostkę powierzchni area_unit: „ha” albo „m2”.")
        if said.get("axes") not in (None, *_AXES):
            raise MappingError(f"W mapowaniu „{name}” axes może być „east-north” albo „north-east”.")
        for key in (*_COLUMNS, "layers"):
            said[key] = _names(said.get(key, []), key, name)
        said.setdefault("title", name)
        return cls(**said, others=others)

    @property
    def parcels(self) -> ObjectColumns:
        return ObjectColumns({name: cast(tuple[str, ...], getattr(self, name)) for name in _COLUMNS}, self.layers)

    def objects(self) -> dict[Kind, ObjectColumns]:
        """What may stand in the file. A layer of buildings often names the parcel too, so parcels come last."""
        return {**self.others, "parcel": self.parcels}

    def column(self, field_name: str, found: Sequence[str]) -> str | None:
        """Column of a field of parcels."""
        return self.parcels.column(field_name, found)

    def kind_of(self, layer: str, columns: Sequence[str]) -> Kind | None:
        """What a layer holds: told by its name, else by an identifier that no parcel has; else parcels."""
        able = {kind: name for kind, held in self.objects().items() if (name := held.column("identifier", columns))}
        named = next((kind for kind in able if self.objects()[kind].holds_layer(layer)), None)
        own = (kind for kind, name in able.items() if kind == "parcel" or name != able.get("parcel"))
        return named or next(own, None)

    def missing(self, found: Sequence[str]) -> UnreadableFileError:
        """The refusal of a file without a column that cannot be done without."""
        return UnreadableFileError(
            "missing-column",
            f"W pliku nie ma kolumny z identyfikatorem działki ({' lub '.join(self.identifier)}). "
            f"Kolumny pliku: {', '.join(name[:40] for name in found[:30]) or 'żadnych'}. Wybierz inne mapowanie albo "
            "popraw nazwę kolumny.",
        )


def _others(said: Any, key: str, name: str) -> ObjectColumns:
    fields = _OTHERS[key][1]
    if not isinstance(said, dict):
        raise MappingError(f"W mapowaniu „{name}” {key} ma być tabelą, np. [{key}].")
    _refuse_unknown(said, {*fields, "layers"}, f"{name} [{key}]")
    columns = {column: _names(said[column], column, name) for column in fields if column in said}
    if any(not columns.get(needed) for needed in fields[:2]):
        raise MappingError(f"Mapowanie „{name}” nie podaje w [{key}] kolumn: {' i '.join(fields[:2])}.")
    return ObjectColumns(columns, _names(said.get("layers", []), "layers", name))


def _refuse_unknown(said: Mapping[str, Any], known: set[str], name: str) -> None:
    unknown = sorted(set(said) - known)
    if unknown:
        raise MappingError(f"Mapowanie „{name}” ma nieznane klucze: {', '.join(unknown)}. Usuń je lub popraw.")


def _names(said: Any, key: str, file: str) -> tuple[str, ...]:
    names = (said,) if isinstance(said, str) else tuple(said) if isinstance(said, list) else (said,)
    if not all(isinstance(name, str) for name in names):
        raise MappingError(f"W mapowaniu „{file}” {key} ma być nazwą kolumny albo listą nazw.")
    return names
