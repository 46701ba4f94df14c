"""A scan of a drawing gets its place from points that are known on both: fit, residuals, and a GeoTIFF in EPSG:2178.

The scan is kept as it came; what is made from it lies straight on the grid, so that an extract keeps its scale.
"""

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from django.conf import settings
from rasterio import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.transform import array_bounds
from rasterio.warp import reproject

from data.records import UnreadableFileError
from planning.sheets import SheetRefusedError
from spatial import crs

SCANS = "plan-scans"  #: below MEDIA_ROOT
LEAST_POINTS = 4  #: three fix the place and leave nothing to judge it by
#: residuals on paper above which the place is doubtful: what a careful hand sees on a drawing
DOUBTFUL_ON_PAPER_M = 0.0005
MAX_PIXELS = 400_000_000
DRIVERS = ("GTiff", "PNG", "JPEG")


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """The same place on the scan (pixels from the upper left corner) and in EPSG:2178."""

    column: float
    row: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Fit:
    """Affine transformation of pixels to EPSG:2178 by least squares."""

    points: tuple[ControlPoint, ...]
    transform: Affine
    residuals_m: tuple[float, ...]  #: of each point

    @property
    def rmse_m(self) -> float:
        """Root mean square with as many degrees of freedom as the points leave: 2n equations, 6 unknowns."""
        squares = sum(residual**2 for residual in self.residuals_m)
        return float(np.sqrt(squares / (len(self.points) - 3)))

    @property
    def pixel_m(self) -> float:
        """Side of a square of the area of one pixel."""
        return float(abs(self.transform.determinant) ** 0.5)

    def is_doubtful(self, scale: int) -> bool:
        return self.rmse_m > DOUBTFUL_ON_PAPER_M * scale


class ControlPointsError(ValueError):
    """Points that give no place; message in Polish."""


# --- points -----------------------------------------------------------------------------------------------------


def read_points(text: str) -> list[ControlPoint]:
    """Points of QGIS (.points), or lines "kolumna; wiersz; wschód; północ" with any usual separator.

    Raises ControlPointsError with the number of the line.
    """
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip() and not line.startswith("#")]
    if lines and "mapX" in lines[0]:
        return _of_qgis(lines)
    return [_of_line(number, line) for number, line in enumerate(lines, start=1)]


def _of_qgis(lines: Sequence[str]) -> list[ControlPoint]:
    """QGIS counts rows downwards from zero as negative numbers."""
    found = []
    for number, said in enumerate(csv.DictReader(lines), start=2):
        if said.get("enable") == "0":
            continue
        column, row = (said.get(f"source{axis}") or said.get(f"pixel{axis}") for axis in "XY")
        try:
            east, north = float(said["mapX"]), float(said["mapY"])
            found.append(ControlPoint(float(column or ""), -float(row or ""), east, north))
        except (KeyError, ValueError, TypeError):
            raise ControlPointsError(
                f"W wierszu {number} nie ma czterech liczb. Zapisz punkty w QGIS ponownie."
            ) from None
    return found


def _of_line(number: int, line: str) -> ControlPoint:
    parts = [part for part in re.split(r"[;\t ]+" if ";" in line or "\t" in line else r"[, ]+", line.strip()) if part]
    try:
        values = [float(part.replace(",", ".")) for part in parts]
    except ValueError:
        values = []
    if len(values) != 4 or not all(np.isfinite(values)):
        raise ControlPointsError(
            f"Wiersz {number} („{line.strip()[:40]}”) nie ma czterech liczb. Wpisz: kolumna; wiersz; wschód; północ."
        )
    return ControlPoint(*values)


# --- fit --------------------------------------------------------------------------------------------------------


def fit(points: Sequence[ControlPoint]) -> Fit:
    """Raises ControlPointsError for too few points, points on one line, a mirrored or a stretched drawing."""
    if len(points) < LEAST_POINTS:
        raise ControlPointsError(
            f"Podaj co najmniej {LEAST_POINTS} punkty (jest {len(points)}): z mniejszej liczby nie da się ocenić błędu."
        )
    pixels = np.array([(point.column, point.row, 1.0) for point in points])
    places = np.array([(point.east, point.north) for point in points])
    origin = places.mean(axis=0)
    centred = pixels - [*pixels[:, :2].mean(axis=0), 0.0]
    if np.linalg.matrix_rank(centred, tol=1e-6 * max(np.abs(centred).max(), 1.0)) < 3:
        raise ControlPointsError("Punkty leżą na jednej prostej albo się powtarzają. Rozłóż je po całym rysunku.")
    solved, *_ = np.linalg.lstsq(pixels, places - origin, rcond=None)
    (a, d), (b, e), (c, f) = solved
    transform = Affine(a, b, c + origin[0], d, e, f + origin[1])
    _refuse_impossible(transform)
    residuals = np.linalg.norm(pixels @ solved + origin - places, axis=1)
    return Fit(tuple(points), transform, tuple(float(one) for one in residuals))


def _refuse_impossible(transform: Affine) -> None:
    if transform.determinant >= 0:
        raise ControlPointsError(
            "Z punktów wychodzi odbicie lustrzane. Sprawdź, czy nie zamieniono osi albo kolumn z wierszami."
        )
    across, down = np.hypot(transform.a, transform.d), np.hypot(transform.b, transform.e)
    if max(across, down) > 1.05 * min(across, down):
        raise ControlPointsError(
            f"Rysunek wychodzi rozciągnięty (piksel {across:.3f} m na {down:.3f} m). Któryś punkt ma złe współrzędne."
        )


# --- making the drawing -----------------------------------------------------------------------------------------


def place_scan(scan: Path, found: Fit, target: Path) -> None:
    """Write the scan as a GeoTIFF that lies straight on the grid, at its own resolution; what is beyond it is white.

    Raises UnreadableFileError (scan-unreadable), SheetRefusedError (scan-too-large).
    """
    try:
        for driver in DRIVERS:
            if _opens(scan, driver):
                _warp(scan, driver, found, target)
                return
    except (RasterioError, OSError) as fault:
        raise _unreadable(scan) from fault
    raise _unreadable(scan)


def _unreadable(scan: Path) -> UnreadableFileError:
    message = f"Skanu {scan.name} nie da się odczytać. Zapisz go jako TIFF, PNG albo JPEG i prześlij ponownie."
    return UnreadableFileError("scan-unreadable", message)


def _opens(scan: Path, driver: str) -> bool:
    try:
        with rasterio.open(scan, driver=driver):
            return True
    except RasterioError:
        return False


def _warp(scan: Path, driver: str, found: Fit, target: Path) -> None:
    with rasterio.open(scan, driver=driver) as source:
        grid, width, height = _grid(found, source.width, source.height)
        if max(width * height, source.width * source.height) * source.count > MAX_PIXELS:
            raise SheetRefusedError("scan-too-large", "Skan jest za duży. Podziel rysunek na arkusze.")
        palette = source.colormap(1) if source.count == 1 and source.colorinterp[0].name == "palette" else None
        pixels = source.read()
        white = _white(str(pixels.dtype), palette)
        made: npt.NDArray[np.generic] = np.full((source.count, height, width), white, dtype=pixels.dtype)
        reproject(
            pixels,
            made,
            src_transform=found.transform,
            src_crs=crs.PL_2000_7,
            dst_transform=grid,
            dst_crs=crs.PL_2000_7,
            resampling=Resampling.nearest if palette else Resampling.cubic,
            init_dest_nodata=False,
        )
        profile = {
            "driver": "GTiff", "width": width, "height": height, "count": source.count, "dtype": pixels.dtype,
            "crs": f"EPSG:{crs.PL_2000_7}", "transform": grid, "compress": "deflate", "tiled": True,
            "blockxsize": 512, "blockysize": 512,
        }  # fmt: skip
        with rasterio.open(target, "w", **profile) as result:
            result.write(made)
            if palette:
                result.write_colormap(1, palette)


def _white(kind: str, palette: dict[int, tuple[int, ...]] | None) -> int:
    """The value of white paper: the lightest colour of a palette, the greatest number otherwise."""
    if palette:
        return max(palette, key=lambda index: sum(palette[index][:3]))
    return {"uint8": 255, "uint16": 65_535}.get(kind, 1)


def _grid(found: Fit, width: int, height: int) -> tuple[Affine, int, int]:
    """A grid of square pixels, north up, that covers the placed scan; its corner on whole pixels of its own size."""
    size = found.pixel_m
    corners = [found.transform @ corner for corner in ((0, 0), (width, 0), (width, height), (0, height))]
    easts, norths = zip(*corners, strict=True)
    west, north = np.floor(min(easts) / size) * size, np.ceil(max(norths) / size) * size
    columns, rows = int(np.ceil((max(easts) - west) / size)), int(np.ceil((north - min(norths)) / size))
    return Affine(size, 0, west, 0, -size, north), columns, rows


def footprint(found: Fit, width: int, height: int) -> tuple[float, float, float, float]:
    """West, south, east, north of the placed scan, EPSG:2178."""
    grid, columns, rows = _grid(found, width, height)
    west, south, east, north = array_bounds(rows, columns, grid)
    return west, south, east, north


def keep_scan(scan: Path) -> str:
    """Copy the bytes below MEDIA_ROOT unless they are there; returns their SHA-256."""
    with scan.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    target = Path(settings.MEDIA_ROOT) / SCANS / digest
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".part")
        unfinished.write_bytes(scan.read_bytes())
        unfinished.replace(target)
    return digest
