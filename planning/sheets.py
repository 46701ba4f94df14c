"""Drawings of plans as files: is this GeoTIFF fit to be the legal drawing, and where is it kept.

The file is kept byte for byte at native resolution, named by its hash; it is never resampled or recompressed.
"""

import hashlib
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import rasterio
import shapely
from django.conf import settings
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from data.records import SheetRecord, UnreadableFileError
from spatial import crs

FOLDER = "plan-sheets"
PRINT_DPI = 200  #: least resolution at the scale of the plan that prints readably
METRES_PER_INCH = 0.0254


class SheetRefusedError(ValueError):
    """The drawing cannot be the legal drawing. ``rule`` is a stable name, the message is Polish."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """A drawing that passed; ``path`` is where its bytes are now."""

    number: str
    path: Path
    sha256: str
    scale: int
    rmse_m: float | None
    pixel_m: float
    footprint: shapely.Polygon
    scan_sha256: str = ""  #: of the scan that was given its place here
    control_points: tuple[tuple[float, float, float, float], ...] = ()  #: column, row, east, north

    @property
    def dpi(self) -> float:
        """Resolution on paper at the scale of the drawing."""
        return self.scale * METRES_PER_INCH / self.pixel_m

    @property
    def stored_name(self) -> str:
        """Below MEDIA_ROOT."""
        return f"{FOLDER}/{self.sha256}.tif"


def check_sheet(record: SheetRecord) -> CheckedSheet:
    """Raises SheetRefusedError, and UnreadableFileError for what is no GeoTIFF or a broken one."""
    path = Path(record.path)
    pixel_m, footprint = _placed(path)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return CheckedSheet(record.number, path, sha256, record.scale, record.rmse_m, pixel_m, footprint)


def keep_file(sheet: CheckedSheet, undo: list[Callable[[], None]]) -> str:
    """Copy the bytes below MEDIA_ROOT unless they are there; ``undo`` learns how to take the copy back."""
    target = Path(settings.MEDIA_ROOT) / sheet.stored_name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".part")
        shutil.copyfile(sheet.path, unfinished)
        unfinished.replace(target)
        undo.append(lambda: target.unlink(missing_ok=True))
    return sheet.stored_name


def _placed(path: Path) -> tuple[float, shapely.Polygon]:
    """Pixel size in metres and the footprint in EPSG:2178."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, driver="GTiff") as dataset:
                _refuse_unplaced(dataset)
                _read_ends(dataset)
                return dataset.transform.a, shapely.box(*dataset.bounds)
    except (RasterioError, OSError) as fault:
        raise UnreadableFileError(
            "sheet-unreadable",
            f"Rysunku {path.name} nie da się odczytać jako GeoTIFF: plik jest ucięty, uszkodzony albo innego rodzaju. "
            "Wyeksportuj go ponownie jako GeoTIFF.",
        ) from fault


def _read_ends(dataset: rasterio.DatasetReader) -> None:
    """A truncated file opens well; its last block does not."""
    blocks = [window for _, window in dataset.block_windows(1)]
    for window in (blocks[0], blocks[-1]):
        dataset.read(1, window=window)


def _refuse_unplaced(dataset: rasterio.DatasetReader) -> None:
    transform = dataset.transform
    if dataset.crs is None or transform.is_identity:
        raise SheetRefusedError(
            "sheet-no-georeference",
            "GeoTIFF bez georeferencji: nie wiadomo, jakie miejsce przedstawia, więc nie da się wykonać z niego "
            "wyrysu. Nadaj mu położenie w układzie EPSG:2178 (np. w QGIS: Raster → Georeferencer) i wczytaj ponownie.",
        )
    if dataset.crs.to_epsg() != crs.PL_2000_7:
        found = dataset.crs.to_epsg() or "nieznany"
        raise SheetRefusedError(
            "sheet-wrong-crs",
            f"Rysunek jest w układzie EPSG:{found}, a wyrysy powstają w EPSG:2178. Przekształcenie zmieniłoby piksele "
            "rysunku, więc zrób je świadomie w programie GIS (np. gdalwarp -t_srs EPSG:2178) i wczytaj wynik.",
        )
    if transform.b or transform.d or transform.a <= 0 or abs(transform.a + transform.e) > 1e-6 * transform.a:
        raise SheetRefusedError(
            "sheet-rotated",
            "Rysunek jest obrócony względem siatki albo ma prostokątne piksele; wyrys nie zachowałby skali. "
            "Zapisz go z pikselami kwadratowymi i północą u góry.",
        )
