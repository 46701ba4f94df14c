"""Which column of a flat file holds what: names tried in order, without regard to case, accents kept."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from data.readers.mapping import MappingError
from data.records import UnreadableFileError


@dataclass(frozen=True, slots=True)
class Columns:
    """Names by field; ``required`` fields refuse the file when it has none of their columns."""

    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...] = ()
    layer: str | None = None  #: None: the only layer
    encoding: str | None = None  #: None: found by Polish letters
    epsg: int | None = None  #: only for a file that names no system

    @classmethod
    def from_toml(cls, path: str | Path, *, fields: Sequence[str], required: tuple[str, ...]) -> Self:
        """Read a mapping of a person's own. Raises MappingError, message in Polish."""
        file = Path(path)
        try:
            said = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise MappingError(f"Mapowanie „{file.name}” nie jest poprawnym plikiem TOML: {fault}.") from None
        unknown = sorted(set(said) - {*fields, "title", "layer", "encoding", "epsg"})
        if unknown:
            raise MappingError(f"Mapowanie „{file.name}” ma nieznane klucze: {', '.join(unknown)}. Usuń je lub popraw.")
        names = {name: _names(said[name], name, file.name) for name in fields if name in said}
        return cls(names, required, said.get("layer"), said.get("encoding"), said.get("epsg"))

    def found(self, columns: Sequence[str]) -> dict[str, str]:
        """Field -> column as the file spells it. Raises UnreadableFileError (missing-column)."""
        spelled = {name.strip().lower(): name for name in reversed(columns)}
        held = {
            name: spelled[wanted.lower()]
            for name, wanteds in self.names.items()
            for wanted in reversed(wanteds)
            if wanted.lower() in spelled
        }
        for name in self.required:
            if name not in held:
                raise UnreadableFileError(
                    "missing-column",
                    f"W pliku nie ma kolumny {' lub '.join(self.names[name])}. Kolumny pliku: "
                    f"{', '.join(str(column)[:40] for column in columns[:30]) or 'żadnych'}. Popraw nazwę kolumny.",
                )
        return held


def _names(said: Any, key: str, file: str) -> tuple[str, ...]:
    names = (said,) if isinstance(said, str) else tuple(said) if isinstance(said, list) else ()
    if not names or not all(isinstance(name, str) for name in names):
        raise MappingError(f"W mapowaniu „{file}” {key} ma być nazwą kolumny albo listą nazw.")
    return names
