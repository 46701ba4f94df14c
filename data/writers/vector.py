"""Cadastre as GeoPackage (a layer for each kind) and GeoJSON (RFC 7946), in columns of the mapping "own-export"."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched, groupby
from pathlib import Path
from typing import Any, Literal, TextIO

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyproj import Transformer
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from data.geometry import STORAGE
from data.records import BuildingRecord, DistrictRecord, LandUseRecord, ParcelRecord, UnitRecord
from data.writers.egib import Dated

type FieldType = Literal["text", "integer"]
type Properties = dict[str, str | int | None]

BATCH = 5_000
LAYERS: Mapping[str, Mapping[str, FieldType]] = {
    "districts": {"identifier": "text", "name": "text", "unit_name": "text"},
    "parcels": {
        "identifier": "text", "registered_area_m2": "integer", "area_precision": "integer", "register_group": "text",
        "land_uses": "text", "predecessors": "text", "valid_from": "text",
    },
    "land_uses": {"identifier": "text", "ofu": "text", "ozu": "text", "ozk": "text", "valid_from": "text"},
    "buildings": {
        "identifier": "text", "kind": "text", "floors_above": "integer", "floors_below": "integer",
        "valid_from": "text",
    },
}  # fmt: skip
CLASSES = {"districts": "district", "parcels": "parcel", "land_uses": "land-use", "buildings": "building"}
STATE_ON = "state_on"  #: metadata of a layer
DEGREE_DECIMALS = 10  #: a hundredth of a millimetre


@dataclass(frozen=True, slots=True)
class Feature:
    layer: str
    properties: Properties
    geometry: BaseGeometry | None  #: EPSG:2178, east first


def features_of(objects: Iterable[Dated]) -> Iterator[Feature]:
    """Features in the order of the objects; a unit gives its name to the districts that come after it."""
    units: dict[str, str] = {}
    for dated in objects:
        record, since = dated.record, dated.valid_from
        if isinstance(record, UnitRecord):
            units[record.identifier] = record.name
        else:
            yield _feature(record, since, units)


def _feature(
    record: DistrictRecord | ParcelRecord | LandUseRecord | BuildingRecord, since: date, units: Mapping[str, str]
) -> Feature:
    said: Properties = {"identifier": record.identifier}
    match record:
        case DistrictRecord():
            said |= {"name": record.name, "unit_name": units.get(record.identifier[:8])}
            return Feature("districts", said, record.geometry)
        case ParcelRecord():
            return Feature("parcels", said | _parcel(record) | {"valid_from": str(since)}, record.geometry)
        case LandUseRecord():
            said |= {"ofu": record.ofu, "ozu": record.ozu, "ozk": record.ozk, "valid_from": str(since)}
            return Feature("land_uses", said, record.geometry)
        case BuildingRecord():
            said |= {"kind": record.kind, "floors_above": record.floors_above, "floors_below": record.floors_below}
            return Feature("buildings", said | {"valid_from": str(since)}, record.geometry)


def _parcel(record: ParcelRecord) -> Properties:
    uses = [
        {"ofu": use.ofu, "ozu": use.ozu, "ozk": use.ozk, "area_m2": use.area_m2} for use in record.land_uses
    ]  # fmt: skip
    return {
        "registered_area_m2": record.registered_area_m2,
        "area_precision": record.area_precision,
        "register_group": record.register_group,
        "land_uses": json.dumps(uses, ensure_ascii=False) if uses else None,
        "predecessors": ";".join(record.predecessors) or None,
    }


# --- GeoJSON ----------------------------------------------------------------------------------------------------


def write_geojson(stream: TextIO, objects: Iterable[Dated], *, state_on: date) -> int:
    """One collection, longitude first, shells counter-clockwise; ``class`` tells the kind. Returns how many."""
    transformer = Transformer.from_crs(STORAGE, 4326, always_xy=True)
    stream.write(f'{{"type": "FeatureCollection", "stateOn": "{state_on}", "features": [')
    count = 0
    for feature in features_of(objects):
        stream.write(",\n" if count else "\n")
        json.dump(_geojson(feature, transformer), stream, ensure_ascii=False)
        count += 1
    stream.write("\n]}\n")
    return count


def _geojson(feature: Feature, transformer: Transformer) -> dict[str, Any]:
    kind = CLASSES[feature.layer]
    return {
        "type": "Feature",
        "id": f"{kind}:{feature.properties['identifier']}",
        "properties": {"class": kind, **feature.properties},
        "geometry": None if feature.geometry is None else mapping(_degrees(feature.geometry, transformer)),
    }


def _degrees(geometry: BaseGeometry, transformer: Transformer) -> BaseGeometry:
    """The shape on its grid of tenths of a millimetre, in degrees."""

    def project(pairs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon, lat = transformer.transform(*np.round(pairs, 4).T)
        return np.round(np.column_stack([lon, lat]), DEGREE_DECIMALS)

    turned: BaseGeometry = shapely.orient_polygons(shapely.transform(geometry, project))
    return turned


# --- GeoPackage -------------------------------------------------------------------------------------------------


def write_geopackage(path: Path, objects: Iterable[Dated], *, state_on: date) -> int:
    """Layers in EPSG:2178 in the order in which their objects come; a file that is there is replaced.

    Raises ValueError where objects of one layer do not come together.
    """
    path.unlink(missing_ok=True)
    # the time of writing stands in the file; equal registers make equal files
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{state_on}T00:00:00.000Z"})
    count, written = 0, set[str]()
    try:
        for layer, features in groupby(features_of(objects), key=lambda feature: feature.layer):
            if layer in written:
                raise ValueError(f"Objects of the layer {layer} come in two places.")
            for batch in batched(features, BATCH, strict=False):
                _write_batch(path, layer, batch, state_on=state_on, is_first=layer not in written)
                written.add(layer)
                count += len(batch)
        for layer in LAYERS.keys() - written:
            _write_batch(path, layer, (), state_on=state_on, is_first=True)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return count


def _write_batch(path: Path, layer: str, features: Sequence[Feature], *, state_on: date, is_first: bool) -> None:
    columns = LAYERS[layer]
    values = [_column([feature.properties[name] for feature in features], kind) for name, kind in columns.items()]
    pyogrio.raw.write(
        path,
        geometry=np.array([_wkb(feature.geometry) for feature in features], dtype=object),
        field_data=[data for data, _ in values],
        field_mask=[mask for _, mask in values],
        fields=np.array(list(columns), dtype=object),
        layer=layer,
        driver="GPKG",
        geometry_type="MultiPolygon",
        crs=f"EPSG:{STORAGE}",
        append=not is_first,
        promote_to_multi=True,
        layer_metadata={STATE_ON: str(state_on)} if is_first else None,
    )


def _column(values: Sequence[str | int | None], kind: FieldType) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Values of a column and which of them are absent."""
    absent = np.array([value is None for value in values], dtype=bool)
    if kind == "integer":
        return np.array([0 if value is None else value for value in values], dtype=np.int64), absent
    return np.array(values, dtype=object), absent


def _wkb(geometry: BaseGeometry | None) -> bytes | None:
    if geometry is None:
        return None
    parts = shapely.get_parts(shapely.transform(geometry, lambda pairs: np.round(pairs, 4)))
    return bytes(shapely.to_wkb(shapely.multipolygons(parts)))
