"""Mapnik's XML of a collection: its drawing as rules, its open table as a datasource."""

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from lxml import etree

from spatial import crs
from spatial.ogc.drawing import MAX_ZOOM, Case, Hatch, Label, Look
from spatial.ogc.open_tables import MERCATOR, ROUGH
from spatial.ogc.open_views import END, GEOMETRY, SCHEMA, START, View, quoted
from spatial.ogc.registry import Collection
from tiles.pictures.patterns import pattern_file

#: scale denominator of zoom 0 of the web map, as WMTS has it (pixels of 0.28 mm at the equator)
ZOOM_0 = 559_082_264.028
#: metres of EPSG:3857 a pixel, from which on the rough outline is drawn: z13
ROUGH_PIXEL = 19.0
EXTENT = "1300000,5900000,3100000,7800000"
FONTS = {False: "DejaVu Sans Book", True: "DejaVu Sans Bold"}
#: width of a letter to its size, and letters before a label is broken
LETTER, LINE = 0.55, 16
#: features of one collection in one picture
MOST = 60_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where the open tables are read, as Mapnik takes it."""

    host: str
    port: str
    name: str
    user: str
    password: str


#: a metre of EPSG:3857 on the ground in Poland
GROUND = 0.64


def stylesheet(
    collections: list[Collection],
    place: Place,
    folder: Path,
    *,
    on_ground: bool = False,
    day: date | None = None,
    strengths: tuple[float, ...] = (),
    dots: float = 1.0,
) -> str:
    """A map of the collections, the first at the bottom. The map's own system and size are set when it is drawn.

    ``on_ground``: for systems whose metre is one on the ground, so that a rule holds at one true scale in all.
    ``day``: collections that know other days are drawn as they stood then. ``strengths``: of each collection.
    ``dots``: pixels in a pixel of 0.28 mm; Mapnik is told the same when it draws.
    """
    stretch = GROUND if on_ground else 1.0
    root = etree.Element("Map", {"srs": f"epsg:{crs.WEB_MERCATOR}", "buffer-size": "64"})
    for collection, strength in zip_longest(collections, strengths, fillvalue=1.0):
        assert isinstance(collection, Collection)
        for style in (style_of(collection, folder, stretch, dots), labels_of(collection, stretch)):
            if strength != 1.0:
                style.set("opacity", f"{strength:g}")
            root.append(style)
    for collection in collections:
        root.append(layer_of(collection, place, day, dots))
    return etree.tostring(root, encoding="unicode")


def style_of(collection: Collection, folder: Path, stretch: float, dots: float) -> etree._Element:
    drawing = collection.drawing
    assert drawing is not None
    style = etree.Element("Style", {"name": collection.id, "filter-mode": "first" if drawing.field else "all"})
    for case in drawing.cases:
        rule = etree.SubElement(style, "Rule")
        limit(rule, collection.min_zoom, MAX_ZOOM, stretch)
        if case.values:
            etree.SubElement(rule, "Filter").text = chosen(drawing.field, case)
        draw(rule, collection, case.look, folder, dots)
    return style


def labels_of(collection: Collection, stretch: float) -> etree._Element:
    style = etree.Element("Style", {"name": f"{collection.id} labels"})
    for label in collection.drawing.labels if collection.drawing else ():
        rule = etree.SubElement(style, "Rule")
        limit(rule, max(label.from_zoom, collection.min_zoom), label.to_zoom, stretch)
        etree.SubElement(rule, "Filter").text = f"[{written(label)}] != ''"
        write(rule, collection, label)
    return style


def limit(rule: etree._Element, from_zoom: int, to_zoom: int, stretch: float) -> None:
    """Scales between a quarter zoom before the first and the last (exclusive)."""
    if to_zoom < MAX_ZOOM:
        etree.SubElement(rule, "MinScaleDenominator").text = f"{scale_of(to_zoom) * stretch:.0f}"
    etree.SubElement(rule, "MaxScaleDenominator").text = f"{scale_of(from_zoom) * stretch:.0f}"


def scale_of(zoom: int) -> float:
    """Scale denominator a quarter zoom before."""
    return float(ZOOM_0 / 2 ** (zoom - 0.25))


def chosen(field: str, case: Case) -> str:
    return " or ".join(f"[{field}] = '{value}'" for value in case.values)


def draw(rule: etree._Element, collection: Collection, look: Look, folder: Path, dots: float) -> None:
    if look.radius:
        side = f"{look.radius * 2:g}"
        etree.SubElement(rule, "MarkersSymbolizer", {
            "width": side, "height": side, "fill": look.fill, "stroke": look.stroke, "stroke-width": f"{look.width:g}",
            "allow-overlap": "true", "ignore-placement": "true",
        })  # fmt: skip
        return
    is_area = collection.geometry_type == "MultiPolygon"
    if look.fill and is_area and look.hatch == Hatch.NONE:
        etree.SubElement(rule, "PolygonSymbolizer", {"fill": look.fill, "fill-opacity": f"{look.opacity:g}"})
    elif look.fill and is_area:
        file = str(pattern_file(look, folder, max(1, round(dots))))
        etree.SubElement(rule, "PolygonPatternSymbolizer", {"file": file, "alignment": "global"})
    if look.stroke:
        line = {"stroke": look.stroke, "stroke-width": f"{look.width:g}", "stroke-linejoin": "round"}
        if look.dash:
            line["stroke-dasharray"] = ", ".join(f"{part:g}" for part in look.dash)
        etree.SubElement(rule, "LineSymbolizer", line)


def written(label: Label) -> str:
    """Column of the label's words, empty where the object has no room for them."""
    return f"{label.field}_written"


def words(collection: Collection, label: Label, dots: float) -> str:
    """SQL of that column: the box of an area must hold the text, that of a line a good part of it."""
    column = quoted(label.field)
    if collection.geometry_type == "Point":
        return f"{column}::text"
    wide, high = (f"(ST_{axis}Max({MERCATOR}) - ST_{axis}Min({MERCATOR}))" for axis in "XY")
    size = f"{label.size * dots:g} * !pixel_width!"
    letters = f"{LETTER} * {size} * least(length({column}::text), {LINE})"
    room = f"{wide} > {letters} AND {high} > {size}"
    if collection.geometry_type == "MultiLineString":
        room = f"{wide} + {high} > {letters}"
    return f"CASE WHEN {room} THEN {column}::text ELSE '' END"


def write(rule: etree._Element, collection: Collection, label: Label) -> None:
    placement = {"Point": "point", "MultiLineString": "line"}.get(collection.geometry_type, "interior")
    text = etree.SubElement(rule, "TextSymbolizer", {
        "face-name": FONTS[label.bold], "size": f"{label.size:g}", "fill": label.colour,
        "halo-fill": "#ffffff", "halo-radius": "1.4", "halo-rasterizer": "fast", "placement": placement,
        "allow-overlap": "false",
        "dy": "-9" if placement == "point" else "0", "wrap-width": "110",
    })  # fmt: skip
    text.text = f"[{written(label)}]"


def layer_of(collection: Collection, place: Place, day: date | None, dots: float) -> etree._Element:
    # cached: both styles draw from one reading
    told = {"name": collection.id, "srs": f"epsg:{crs.WEB_MERCATOR}", "cache-features": "true"}
    layer = etree.Element("Layer", told)
    etree.SubElement(layer, "StyleName").text = collection.id
    if collection.drawing and collection.drawing.labels:
        etree.SubElement(layer, "StyleName").text = f"{collection.id} labels"
    source = etree.SubElement(layer, "Datasource")
    told = {
        "type": "postgis", "host": place.host, "port": place.port, "dbname": place.name, "user": place.user,
        "password": place.password, "table": table_of(collection, day, dots), "geometry_field": "shape",
        "srid": str(crs.WEB_MERCATOR), "extent": EXTENT, "estimate_extent": "false", "row_limit": str(MOST),
        "connect_timeout": "4", "max_size": "4", "persist_connection": "true",
    }  # fmt: skip
    for name, value in told.items():
        etree.SubElement(source, "Parameter", {"name": name}).text = value
    return layer


def table_of(collection: Collection, day: date | None = None, dots: float = 1.0) -> str:
    """The open table as Mapnik reads it; far views take the rough outline. Of another day, the view of all days."""
    assert collection.drawing is not None
    if day is not None and collection.time is not None:
        return table_of_day(collection, day, dots)
    shape = MERCATOR
    if collection.geometry_type != "Point":
        shape = f"CASE WHEN !pixel_width! > {ROUGH_PIXEL / dots:g} THEN {ROUGH} ELSE {MERCATOR} END"
    fields = fields_of(collection, dots)
    table = f'"{SCHEMA}"."{collection.id}"'
    return f"(SELECT {shape} AS shape{fields} FROM {table} WHERE {MERCATOR} && !bbox!) AS drawn"  # noqa: S608


def table_of_day(collection: Collection, day: date, dots: float) -> str:
    table = View(collection, of_now=False).table
    then = f"{START} <= DATE '{day}' AND ({END} IS NULL OR {END} > DATE '{day}')"
    there = f"{GEOMETRY} && ST_Transform(!bbox!, {crs.PL_2000_7})"
    rows = f"SELECT *, ST_Transform({GEOMETRY}, {crs.WEB_MERCATOR}) AS {MERCATOR} FROM {table} WHERE {then} AND {there}"  # noqa: S608
    return f"(SELECT {MERCATOR} AS shape{fields_of(collection, dots)} FROM ({rows} OFFSET 0) AS r) AS drawn"  # noqa: S608


def fields_of(collection: Collection, dots: float) -> str:
    """SQL of what rules and labels read, after a comma."""
    assert collection.drawing is not None
    told = {name: quoted(name) for name in ([collection.drawing.field] if collection.drawing.field else [])}
    told |= {written(label): words(collection, label, dots) for label in collection.drawing.labels}
    return "".join(f", {value} AS {quoted(name)}" for name, value in told.items())
