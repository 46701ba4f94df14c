"""MapProxy's configuration from the registry. Its keys are MapProxy's (docs of version 7)."""

from pathlib import Path
from typing import Any

from spatial.ogc.open_data import Ask
from spatial.ogc.registry import THEMES, Collection, Theme
from spatial.ogc.text import DESCRIPTION, TITLE
from tiles.catalogue import drawn
from tiles.matrix import GRIDS, TILE, Grid
from tiles.pictures.renderer import FORMATS, Renderer
from tiles.storage import Bucket, cache_conf

SYSTEMS = ["EPSG:2180", "EPSG:2178", "EPSG:3857", "EPSG:4326", "CRS:84"]
#: extent of the layers in each system, x first
EXTENTS = {
    "EPSG:2180": [100_000, 100_000, 900_000, 900_000],
    "EPSG:2178": [6_700_000, 5_400_000, 7_900_000, 6_200_000],
    "EPSG:3857": [1_500_000, 6_200_000, 2_750_000, 7_400_000],
    "EPSG:4326": [13.5, 48.8, 24.6, 55.2],
    "CRS:84": [13.5, 48.8, 24.6, 55.2],
}
#: pixels of one GetMap
LARGEST = 4096
#: of GetFeatureInfo: suffix of a path, media type
INFO_FORMATS = {"txt": "text/plain", "html": "text/html", "json": "application/json"}
#: what TIME may say of layers that know other days
DAYS = ["1950-01-01/2100-01-01/P1D", "current"]


def configuration(renderer: Renderer, ask: Ask, folder: Path, bucket: Bucket | None = None) -> dict[str, Any]:
    """``folder`` keeps the tiles, unless a bucket does."""
    themes = {theme: drawn(theme) for theme in Theme}
    single = {one.id: [one] for held in themes.values() for one in held}
    many = {str(theme): held for theme, held in themes.items() if held}
    return {
        "globals": {
            "cache": {
                "base_dir": str(folder), "lock_dir": str(folder / "locks"), "meta_size": [4, 4], "meta_buffer": 64,
            },
            # kept by clients, but asked about each time
            "tiles": {"expires_hours": 0},
            "image": {"formats": {name: {"format": name, "mode": "RGBA"} for name in FORMATS}},
        },
        "grids": {name: grid_conf(grid) for name, grid in GRIDS.items()},
        "sources": {
            name: {"type": "collections", "collections": held, "renderer": renderer, "ask": ask}
            for name, held in (single | many).items()
        },
        "caches": {
            f"{name}-tiles": {
                "sources": [name], "grids": list(GRIDS), "format": "image/png", "request_format": "image/png",
                "cache": cache_conf(name, bucket),
                "image": {"transparent": True},
            }
            for name in single | many
        },
        "layers": [{"title": TITLE.pl, "name": "all", "layers": [group(Theme(name), many[name]) for name in many]}],
        "services": services(),
    }  # fmt: skip


def grid_conf(grid: Grid) -> dict[str, Any]:
    side = grid.side(0)
    return {
        "srs": f"EPSG:{grid.srid}", "bbox_srs": f"EPSG:{grid.srid}", "origin": "nw", "tile_size": [TILE, TILE],
        "bbox": [grid.west, grid.north - side, grid.west + side, grid.north],
        "min_res": grid.pixel, "res_factor": 2, "num_levels": grid.picture_zooms,
    }  # fmt: skip


def group(theme: Theme, held: list[Collection]) -> dict[str, Any]:
    return {
        "name": str(theme),
        "title": THEMES[theme].pl,
        "tile_sources": [f"{theme}-tiles"],
        "layers": [layer(one) for one in held],
    }


def layer(one: Collection) -> dict[str, Any]:
    metadata = {"abstract": one.description.pl, "keyword_list": [{"keywords": list(one.keywords)}]}
    return {
        "name": one.id, "title": one.title.pl, "sources": [one.id], "tile_sources": [f"{one.id}-tiles"], "md": metadata,
    }  # fmt: skip


def services() -> dict[str, Any]:
    metadata = {
        "title": TITLE.pl,
        "abstract": DESCRIPTION.pl,
        "fees": "none",
        "access_constraints": "none",
        "contact": {"organization": "Urząd gminy"},
        "keyword_list": [{"keywords": ["MPZP", "EGiB", "działki", "plan miejscowy"]}],
    }
    return {
        "wms": {
            "md": metadata,
            "srs": SYSTEMS,
            "bbox_srs": [{"srs": name, "bbox": box} for name, box in EXTENTS.items()],
            "image_formats": list(FORMATS),
            "featureinfo_types": ["json", "html", "text"],
            "versions": ["1.1.1", "1.3.0"],
            "max_output_pixels": [LARGEST, LARGEST],
            "on_source_errors": "raise",
        },
        "wmts": {
            "kvp": True,
            "restful": True,
            "featureinfo_formats": [{"suffix": suffix, "mimetype": kind} for suffix, kind in INFO_FORMATS.items()],
            "restful_template": "/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}",
        },
        "tms": {"use_grid_names": True, "origin": "nw"},
    }
