"""Small GeoJSON files of people (places, trails), read whole; what stands in them is checked before it is used."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.geometry import GeometryRefusedError
from data.readers.gml import reference_system
from data.readers.xml import refuse_missing_or_empty
from data.records import UnreadableFileError

WGS84 = 4326


@dataclass(frozen=True, slots=True)
class Feature:
    """One object; ``values`` are texts by name in small letters, what is empty is left out."""

    values: dict[str, str]
    raw: Any

    def geometry(self) -> BaseGeometry:
        """Geometry with east first. Raises GeometryRefusedError."""
        if not isinstance(self.raw, dict) or not self.raw.get("type"):
            raise GeometryRefusedError("geometry-empty", "Obiekt nie ma geometrii. Uzupełnij ją w źródle.")
        try:
            found: BaseGeometry = shapely.force_2d(shape(self.raw))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.GEOSException) as fault:
            raise GeometryRefusedError(
                "geometry-unreadable", f"Nie udało się odczytać geometrii ({str(fault)[:100]}). Popraw obiekt."
            ) from None
        return found


@dataclass(frozen=True, slots=True)
class Collection:
    features: tuple[Feature, ...]
    epsg: int


def read_collection(path: str | Path, *, max_bytes: int) -> Collection:
    """Features of a collection or one feature alone.

    Raises UnreadableFileError: empty-file, file-too-large, not-json, no-objects, unsupported-crs.
    """
    file = Path(path)
    refuse_missing_or_empty(file, max_bytes=max_bytes)
    document = _document(file)
    kind = document.get("type") if isinstance(document, dict) else None
    raw = document.get("features") if kind == "FeatureCollection" else [document] if kind == "Feature" else None
    if not isinstance(raw, list):
        raise _not_json("nie jest kolekcją obiektów (FeatureCollection)")
    features = tuple(_feature(one) for one in raw if isinstance(one, dict))
    if not features:
        raise UnreadableFileError("no-objects", "Plik GeoJSON nie zawiera żadnego obiektu. Sprawdź eksport.")
    return Collection(features, _epsg(document))


def _document(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableFileError("unknown-encoding", "Plik GeoJSON nie jest w UTF-8. Zapisz go w UTF-8.") from None
    except (json.JSONDecodeError, RecursionError, ValueError) as fault:
        raise _not_json(f"jest ucięty lub uszkodzony ({str(fault)[:100]})") from None


def _not_json(why: str) -> UnreadableFileError:
    return UnreadableFileError("not-json", f"Plik GeoJSON {why}. Wyeksportuj go jeszcze raz.")


def _epsg(document: Any) -> int:
    """The old ``crs`` member where there is one; GeoJSON of today is always WGS 84, longitude first."""
    said = document.get("crs")
    name = said.get("properties", {}).get("name") if isinstance(said, dict) else None
    if not isinstance(name, str):
        return WGS84
    try:
        return reference_system(name).epsg
    except GeometryRefusedError as fault:
        raise UnreadableFileError(fault.rule, fault.message) from None


def _feature(raw: dict[str, Any]) -> Feature:
    properties = raw.get("properties")
    said = dict(properties) if isinstance(properties, dict) else {}
    said.setdefault("id", raw.get("id"))
    values = {str(name).strip().lower(): _text(value) for name, value in said.items()}
    return Feature({name: value for name, value in values.items() if value}, raw.get("geometry"))


def _text(value: Any) -> str:
    """A simple value or a list of them as text; an object inside a property says nothing to us."""
    if isinstance(value, bool):
        return "tak" if value else "nie"
    if isinstance(value, list):
        return ";".join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, dict) else str(value).strip()
