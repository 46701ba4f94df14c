"""Features as binary files, by GDAL: GeoPackage and FlatGeobuf."""

import subprocess
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from spatial.ogc.formats.rows import PORTION, geometry_in, rows, selected
from spatial.ogc.open_views import quoted
from spatial.ogc.questions import Question
from spatial.ogc.registry import Collection, FieldSpec

READ = 1 << 16
LONGEST = 120  #: seconds of a conversion


def geopackage(collection: Collection, question: Question) -> Iterator[bytes]:
    """A layer called as the collection. GDAL writes to a file, which is sent and forgotten."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{collection.id}.gpkg"
        write_layer(path, collection, question)
        yield from parts_of(path)


def write_layer(path: Path, collection: Collection, question: Question) -> int:
    """Adds the layer to the GeoPackage; the number of its features."""
    names = selected(collection, question)
    columns = [quoted(name) for name in names]
    columns.append(f"ST_AsBinary({geometry_in(question)})" if question.geometry else "NULL::bytea")
    written, is_first = 0, True
    for portion in batched(rows(collection, question, columns), PORTION * 5, strict=False):
        frame = frame_of(collection, names, portion, question.system.srid)
        write_frame(frame, path, collection, is_first=is_first)
        written, is_first = written + len(portion), False
    if is_first:
        write_frame(frame_of(collection, names, (), question.system.srid), path, collection, is_first=True)
    return written


def write_frame(frame: gpd.GeoDataFrame, path: Path, collection: Collection, *, is_first: bool) -> None:
    pyogrio.write_dataframe(
        frame, path, layer=collection.id, driver="GPKG", append=not is_first, geometry_type=collection.geometry_type,
        promote_to_multi=collection.geometry_type != "Point", layer_options={"DESCRIPTION": collection.title.pl},
    )  # fmt: skip


def frame_of(
    collection: Collection, names: tuple[str, ...], portion: tuple[tuple[object, ...], ...], srid: int
) -> gpd.GeoDataFrame:
    held = list(zip(*portion, strict=True)) if portion else [()] * (len(names) + 1)
    values = {name: series_of(column, collection.fields[name]) for name, column in zip(names, held, strict=False)}
    shapes = np.array([None if one is None else bytes(one) for one in held[-1]], dtype=object)
    return gpd.GeoDataFrame(values, geometry=shapely.from_wkb(shapes), crs=srid)


def series_of(column: tuple[object, ...], spec: FieldSpec) -> pd.Series:
    """With the type of the field also where all values are missing."""
    match spec.type:
        case "integer":
            return pd.Series(column, dtype="Int64")
        case "number":
            return pd.Series([None if one is None else float(str(one)) for one in column], dtype="float64")
        case "date":
            return pd.Series(pd.to_datetime(pd.Series(column, dtype="object")), dtype="datetime64[ms]")
        case _:
            return pd.Series(column, dtype="string")


def flatgeobuf(collection: Collection, question: Question) -> Iterator[bytes]:
    """With an index of places. ST_AsFlatGeobuf of PostGIS 3.3 writes texts that nobody can read, so GDAL converts."""
    with TemporaryDirectory() as folder:
        source, path = Path(folder) / "made.gpkg", Path(folder) / f"{collection.id}.fgb"
        write_layer(source, collection, question)
        subprocess.run(  # noqa: S603 - names of ours
            ["ogr2ogr", "-f", "FlatGeobuf", "-nlt", shape_of(collection), str(path), str(source), collection.id],  # noqa: S607
            check=True, capture_output=True, timeout=LONGEST,
        )  # fmt: skip
        yield from parts_of(path)


def shape_of(collection: Collection) -> str:
    return collection.geometry_type.upper()


def parts_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(READ):
            yield part
