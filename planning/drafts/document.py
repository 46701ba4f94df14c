"""A plan with its parts as JSON and back: what a draft keeps. Geometry is WKB in hexadecimal, EPSG:2178."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAliasType, get_args

import shapely
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from data.readers.provisions import Resolution
from planning.content import PlanContent
from planning.sheets import FOLDER, CheckedSheet


def to_document(content: PlanContent) -> dict[str, Any]:
    return dict(_converter().unstructure(content))


def from_document(document: dict[str, Any]) -> PlanContent:
    """Drawings are looked for below MEDIA_ROOT, by their hash."""
    return _converter().structure(document, PlanContent)


def resolution_document(resolution: Resolution) -> dict[str, Any]:
    return dict(_converter().unstructure(resolution))


def resolution_of(document: dict[str, Any]) -> Resolution:
    return _converter().structure(document, Resolution)


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook_func(_is_geometry, lambda shape: shapely.to_wkb(shape, hex=True))
    converter.register_structure_hook_func(_is_geometry, lambda text, _: shapely.from_wkb(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    without_path = make_dict_unstructure_fn(CheckedSheet, converter, path=override(omit=True))
    converter.register_unstructure_hook(CheckedSheet, without_path)
    converter.register_structure_hook(CheckedSheet, lambda said, _: _sheet(said, converter))
    return converter


def _sheet(said: dict[str, Any], converter: Converter) -> CheckedSheet:
    points = converter.structure(said["control_points"], tuple[tuple[float, float, float, float], ...])
    path = Path(settings.MEDIA_ROOT) / FOLDER / f"{said['sha256']}.tif"
    footprint = shapely.from_wkb(said["footprint"])
    return CheckedSheet(**said | {"path": path, "control_points": points, "footprint": footprint})


def _is_geometry(kind: Any) -> bool:
    """Whether the type is of shapely, or a union of such types."""
    if isinstance(kind, TypeAliasType):
        return _is_geometry(kind.__value__)
    if members := get_args(kind):
        return all(map(_is_geometry, members))
    return isinstance(kind, type) and issubclass(kind, BaseGeometry)
