"""What stands round the frame of a wyrys: title, scale, control line, north, signs, sources, index of sheets."""

from django.contrib.gis.geos import Polygon
from reportlab.lib.colors import white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from planning.extracts.pdf import fonts
from planning.extracts.pdf.canvas import INK, SOFT
from planning.extracts.pdf.sheet import GRID_MM, PARCEL, PLAN_LIMIT, Sheet, Subject, grid_lines
from planning.extracts.pdf.tiling import Layout, ground_m
from planning.models import PlanSheet


def write(sheet: Sheet, x: float, y: float, words: str, *, size: float = 8, font: str = fonts.REGULAR) -> None:
    """Millimetres from the lower left corner of the page."""
    sheet.canvas.setFont(font, size)
    sheet.canvas.setFillColor(INK)
    sheet.canvas.drawString(x * mm, y * mm, words)


def draw_frame(sheet: Sheet) -> None:
    sheet.canvas.setStrokeColor(INK)
    sheet.canvas.setLineWidth(0.35 * mm)
    sheet.canvas.rect(*sheet.frame, stroke=1, fill=0)


def draw_grid_labels(sheet: Sheet) -> None:
    """EPSG:2178 as surveyors write it: X north, Y east."""
    west, south, east, north = sheet.tile.box
    step = ground_m(GRID_MM, sheet.layout.scale)
    x, y, _, _ = sheet.frame
    canvas = sheet.canvas
    canvas.setFont(fonts.REGULAR, 6)
    canvas.setFillColor(SOFT)
    for value in grid_lines(west, east, step):
        canvas.drawCentredString(sheet.point(value, south)[0], y - 3 * mm, f"Y {value:.0f}")
    for value in grid_lines(south, north, step):
        canvas.saveState()
        canvas.translate(x - 1.5 * mm, sheet.point(west, value)[1])
        canvas.rotate(90)
        canvas.drawCentredString(0, 0, f"X {value:.0f}")
        canvas.restoreState()


def draw_title(sheet: Sheet, subject: Subject, *, index: int) -> None:
    paper = sheet.layout.paper
    top = paper.height - 16
    write(sheet, paper.left, top, "WYRYS Z RYSUNKU MIEJSCOWEGO PLANU", size=11, font=fonts.BOLD)
    count = len(sheet.layout.tiles)
    sheets = f"arkusz {index + 1} z {count}" if count > 1 else ""
    right = " · ".join(filter(None, ("Załącznik nr 1", sheets)))
    sheet.canvas.setFont(fonts.REGULAR, 9)
    sheet.canvas.drawRightString((paper.width - paper.right) * mm, top * mm, right)
    room = paper.frame_width * mm
    write(sheet, paper.left, top - 5.5, fitted(subject.plans[0].title, room, 8), size=8)
    numbers = ", ".join(parcel.number for parcel in subject.parcels)
    about = f"Działka nr {numbers}, obręb {subject.district}. Granice działek: EGiB na dzień {subject.state_on}."
    write(sheet, paper.left, top - 10, fitted(about, room, 8), size=8)
    scale = f"Skala 1:{sheet.layout.scale}  ·  układ PL-2000, strefa 7 (EPSG:2178)"
    write(sheet, paper.left, top - 14.5, scale, size=8, font=fonts.BOLD)


def fitted(words: str, room: float, size: float) -> str:
    """One line; what does not fit ends with an ellipsis (the whole title stands on page 1)."""
    from_end = words
    while from_end and stringWidth(from_end + "…", fonts.REGULAR, size) > room:
        from_end = from_end[:-1]
    return words if from_end == words else from_end.rstrip() + "…"


def draw_scale(sheet: Sheet) -> None:
    """Five parts of 20 mm, black and white in turn, with ground metres."""
    x, y = sheet.layout.paper.left, 43.0
    canvas = sheet.canvas
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.2 * mm)
    for part in range(5):
        canvas.setFillColor(INK if part % 2 == 0 else white)
        canvas.rect((x + 20 * part) * mm, y * mm, 20 * mm, 1.8 * mm, stroke=1, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(fonts.REGULAR, 6.5)
    for part in range(6):
        metres = ground_m(20 * part, sheet.layout.scale)
        canvas.drawCentredString((x + 20 * part) * mm, (y + 2.6) * mm, f"{metres:.0f}{' m' if part == 5 else ''}")


def draw_control_line(sheet: Sheet) -> None:
    x, y = sheet.layout.paper.left, 38.5
    canvas = sheet.canvas
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.2 * mm)
    canvas.line(x * mm, y * mm, (x + 100) * mm, y * mm)
    for end in (x, x + 100):
        canvas.line(end * mm, (y - 1) * mm, end * mm, (y + 1) * mm)
    write(sheet, x + 2, y - 3, "Odcinek kontrolny 100 mm. Drukuj w skali 100 %, bez dopasowania do strony.", size=6.5)


def draw_north(sheet: Sheet) -> None:
    """Grid north of PL-2000: straight up."""
    paper = sheet.layout.paper
    x, y = (paper.width - paper.right - 6) * mm, 36 * mm
    canvas = sheet.canvas
    canvas.setFillColor(INK)
    canvas.setStrokeColor(INK)
    arrow = canvas.beginPath()
    for index, (dx, dy) in enumerate(((0, 11), (2.6, 0), (0, 2.6), (-2.6, 0))):
        (arrow.lineTo if index else arrow.moveTo)(x + dx * mm, y + dy * mm)
    arrow.close()
    canvas.drawPath(arrow, stroke=1, fill=1)
    canvas.setFont(fonts.BOLD, 8)
    canvas.drawCentredString(x, y + 12 * mm, "N")


def draw_signs(sheet: Sheet) -> None:
    """What our lines mean; the plan's own signs stand in the legend."""
    x, y = sheet.layout.paper.left, 30.5
    canvas = sheet.canvas
    canvas.setStrokeColor(PARCEL)
    canvas.setLineWidth(0.6 * mm)
    canvas.line(x * mm, (y + 1) * mm, (x + 10) * mm, (y + 1) * mm)
    write(sheet, x + 12, y, "granica działki z wniosku", size=7)
    canvas.setStrokeColor(SOFT)
    canvas.setLineWidth(0.15 * mm)
    canvas.line((x + 48) * mm, (y + 1) * mm, (x + 58) * mm, (y + 1) * mm)
    write(sheet, x + 60, y, "działki sąsiednie", size=7)
    canvas.setStrokeColor(INK)
    canvas.saveState()
    canvas.setLineWidth(0.5 * mm)
    canvas.setDash(PLAN_LIMIT)
    canvas.line((x + 85) * mm, (y + 1) * mm, (x + 97) * mm, (y + 1) * mm)
    canvas.restoreState()
    write(sheet, x + 99, y, "granica planu", size=7)


def draw_sources(sheet: Sheet, subject: Subject) -> None:
    """Which rasters these are; all of them with their whole hashes stand in the legend."""
    paper = sheet.layout.paper
    window = Polygon.from_bbox(sheet.tile.box)
    shown = [raster for raster in subject.sheets if raster.footprint.intersects(window)]
    for line, raster in enumerate(shown[:3]):
        words = fitted(source_words(raster, digits=16), paper.frame_width * mm, 6.5)
        write(sheet, paper.left, 25.5 - 3.2 * line, words, size=6.5)


def source_words(raster: PlanSheet, *, digits: int = 64) -> str:
    """Sheet, hash, pixel, accuracy of the georeference."""
    accuracy = f"{metres(raster.rmse_m, 2)} m" if raster.rmse_m is not None else "nie podano"
    digest = raster.sha256 if digits >= len(raster.sha256) else f"{raster.sha256[:digits]}…"
    return (
        f"Rysunek planu, arkusz {raster.number}: SHA-256 {digest}, piksel {metres(raster.pixel_m, 3)} m, "
        f"błąd georeferencji {accuracy}"
    )


def metres(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace(".", ",")


def draw_index(sheet: Sheet, layout: Layout, index: int) -> None:
    """Where this sheet lies among the others; 24 x 14 mm beside the north arrow."""
    boxes = [tile.box for tile in layout.tiles]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    factor = min(26 * mm / (east - west), 13 * mm / (north - south))
    paper = layout.paper
    x0, y0 = (paper.width - paper.right - 42) * mm, 35 * mm
    canvas = sheet.canvas
    canvas.setLineWidth(0.15 * mm)
    canvas.setStrokeColor(INK)
    canvas.setFont(fonts.BOLD, 6)
    for number, box in enumerate(boxes):
        x, y = x0 + (box[0] - west) * factor, y0 + (box[1] - south) * factor
        width, height = (box[2] - box[0]) * factor, (box[3] - box[1]) * factor
        canvas.setFillColor(SOFT if number == index else white)
        canvas.rect(x, y, width, height, stroke=1, fill=1)
        canvas.setFillColor(white if number == index else INK)
        canvas.drawCentredString(x + width / 2, y + height / 2 - 2, str(number + 1))
