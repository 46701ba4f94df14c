"""Exports that ``manage.py export`` knows: the reverse of an import, public attributes only.

Each app declares its own in ``exporters.py``, loaded at first use. A file appears under its name only when it is whole.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.module_loading import autodiscover_modules

from spatial.imports.registry import Argument, WrongUse
from spatial.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written."""

    municipality: Municipality
    on: date  #: the state of this day
    options: Mapping[str, Any] = field(default_factory=dict)  #: values of the export's own arguments


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of register and the forms it can be written in."""

    code: str  #: that of the source which reads the file again
    title: str  #: Polish, for people
    endings: tuple[str, ...]  #: ".gml", ".gpkg": the ending of the file chooses the form
    #: writes the file and returns how many objects are in it; raises ServiceError when something is missing
    write: Callable[[Path, Wanted], int]
    arguments: tuple[Argument, ...] = ()


_exports: dict[str, Export] = {}


def register(export: Export) -> None:
    """Declare an export; two of one code are a mistake of ours."""
    if _exports.get(export.code, export) is not export:
        raise ValueError(f"Export {export.code} is declared twice.")
    _exports[export.code] = export


@cache
def discover() -> None:
    """Loads each app's ``exporters.py`` when an export is first asked for."""
    autodiscover_modules("exporters")


def exports() -> list[Export]:
    discover()
    return [_exports[code] for code in sorted(_exports)]


def run_export(code: str, file: Path, wanted: Wanted) -> int:
    """Writes the file, replacing one that is there, and returns the number of objects.

    Raises WrongUse for an unknown export, ending or folder, and for a register with nothing in it on the day.
    """
    export = _known(code)
    if file.suffix.lower() not in export.endings:
        raise WrongUse(f"Plik „{file.name}” ma nieznaną końcówkę. Podaj jedną z: {', '.join(export.endings)}.")
    if not file.resolve().parent.is_dir():
        raise WrongUse(f"Nie ma folderu {file.parent}. Utwórz go.")
    with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".eksport-") as folder:
        unfinished = Path(folder) / f"dane{file.suffix.lower()}"
        count = export.write(unfinished, wanted)
        if not count:
            raise WrongUse(f"W rejestrze nie ma nic na dzień {wanted.on} dla gminy {wanted.municipality}.")
        os.replace(unfinished, file)
    return count


def _known(code: str) -> Export:
    discover()
    try:
        return _exports[code]
    except KeyError:
        raise WrongUse(f"Nie umiemy wyeksportować „{code}”. Podaj jedno z: {', '.join(sorted(_exports))}.") from None
