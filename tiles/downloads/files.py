"""Making the files. Each is written beside and put in place whole, so that nobody takes half of one."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.ogc.formats.files import write_layer
from spatial.ogc.formats.rows import MOST
from spatial.ogc.open_data import reading
from spatial.ogc.questions import Question
from spatial.ogc.records.catalogue import Access
from spatial.ogc.reference_systems import SYSTEMS
from spatial.ogc.registry import Collection, collections
from spatial.ogc.text import DESCRIPTION, TITLE
from tiles.matrix import WEB_MERCATOR_QUAD
from tiles.mvt.queries import Address, tile

#: zooms of the PMTiles; clients enlarge the last
ZOOMS = range(8, 16)
MEDIA = {"gpkg": "application/geopackage+sqlite3", "pmtiles": "application/vnd.pmtiles"}
PL_1992 = SYSTEMS["http://www.opengis.net/def/crs/EPSG/0/2180"]

type Notice = Callable[[str], None]


def folder() -> Path:
    return Path(settings.MAP_FOLDER) / "downloads"


def path_of(teryt: str, form: str) -> Path:
    return folder() / f"{teryt}.{form}"


def make_all(notice: Notice = lambda _: None) -> None:
    """Both files of every municipality, and no file of one that is gone."""
    folder().mkdir(parents=True, exist_ok=True)
    for office in Municipality.objects.order_by("teryt"):
        for form, make in (("gpkg", make_geopackage), ("pmtiles", make_pmtiles)):
            made = folder() / f".{office.teryt}.{form}"
            made.unlink(missing_ok=True)
            number = make(office, made)
            made.replace(path_of(office.teryt, form))
            notice(f"{office.name}: {form}, {number} {'obiektów' if form == 'gpkg' else 'kafli'}")
    held = {f"{teryt}.{form}" for teryt in Municipality.objects.values_list("pk", flat=True) for form in MEDIA}
    for file in folder().iterdir():
        if file.name not in held:
            file.unlink()


def make_geopackage(office: Municipality, path: Path) -> int:
    """All open collections in EPSG:2180, a layer each; the number of objects."""
    target = path.with_suffix(".tmp.gpkg")
    target.unlink(missing_ok=True)
    written = sum(write_layer(target, one, chosen(one, office)) for one in collections)
    target.replace(path)
    return written


def chosen(one: Collection, office: Municipality) -> Question:
    equal = {"municipality": office.teryt} if "municipality" in one.fields else None
    return Question(limit=MOST, equal=equal, system=PL_1992)


def make_pmtiles(office: Municipality, path: Path) -> int:
    """All vector tiles over the municipality; the number of those that hold something."""
    layers = [one for one in collections if one.tile_fields]
    written = 0
    with path.open("wb") as file, reading() as ask:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]
        for zxy in sorted(addresses(office), key=lambda place: int(zxy_to_tileid(*place))):
            body = b"".join(tile(one, WEB_MERCATOR_QUAD, zxy, ask=ask) for one in layers)
            if body:
                writer.write_tile(zxy_to_tileid(*zxy), gzip.compress(body, 6, mtime=0))
                written += 1
        writer.finalize(header(office), metadata(layers))
    return written


def addresses(office: Municipality) -> Iterator[Address]:
    box = office.boundary.transform(crs.WEB_MERCATOR, clone=True).extent
    for zoom in ZOOMS:
        columns, rows = WEB_MERCATOR_QUAD.tiles(box, zoom, margin=0)
        yield from (Address(zoom, column, row) for column in columns for row in rows)


def header(office: Municipality) -> dict[str, Any]:
    west, south, east, north = office.boundary.transform(crs.WGS84, clone=True).extent
    return {
        "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
        "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
        "center_zoom": 12, "center_lon_e7": int((west + east) * 5e6), "center_lat_e7": int((south + north) * 5e6),
    }  # fmt: skip


def metadata(layers: list[Collection]) -> dict[str, Any]:
    return {
        "name": TITLE.pl,
        "description": DESCRIPTION.pl,
        "vector_layers": [
            {
                "id": one.id, "minzoom": max(one.min_zoom, ZOOMS[0]), "maxzoom": ZOOMS[-1],
                "fields": {name: "Number" if one.fields[name].type in ("integer", "number") else "String"
                           for name in one.tile_fields},
            }
            for one in layers
        ],
    }  # fmt: skip


def ways(_one: Collection, office: Municipality, site: str) -> Iterator[Access]:
    """For the catalogue: the files that are there."""
    for form, media_type in MEDIA.items():
        if path_of(office.teryt, form).exists():
            yield Access(f"{site}/pobierz/{office.teryt}.{form}", media_type, f"Cała gmina ({form})")
