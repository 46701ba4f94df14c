"""MapLibre style JSON (version 8) of collections, from the same ``drawing`` as pictures and legends."""

from collections.abc import Iterable, Iterator
from typing import Any

from spatial.ogc.drawing import MAX_ZOOM, Case, Drawing, Hatch, Label, Look
from spatial.ogc.registry import Collection
from tiles.pictures.patterns import pattern_name
from tiles.pictures.stylesheet import FONTS

#: tiles of nearer zooms would show nothing more: clients enlarge these
NEAREST = 18
#: a vector tile is 512 pixels wide, the zooms of drawings count tiles of 256
HALF_SIZE = 1

type Json = dict[str, Any]


def style(title: str, collections: Iterable[Collection], site: str, bounds: list[float]) -> Json:
    """``site`` is scheme and host; the first of the collections lies at the bottom."""
    drawn = [one for one in collections if one.drawing and one.tile_fields]
    west, south, east, north = bounds
    return {
        "version": 8,
        "name": title,
        "center": [round((west + east) / 2, 5), round((south + north) / 2, 5)],
        "zoom": 12,
        "sprite": f"{site}/styles/sprite",
        "glyphs": f"{site}/glyphs/{{fontstack}}/{{range}}.pbf",
        "sources": {one.id: source(one, site, bounds) for one in drawn},
        "layers": [
            {"id": "background", "type": "background", "paint": {"background-color": "#ffffff"}},
            *(layer for one in drawn for layer in shapes(one)),
            *(layer for one in drawn for layer in words(one)),
        ],
    }


def source(one: Collection, site: str, bounds: list[float]) -> Json:
    return {
        "type": "vector",
        "tiles": [f"{site}/tiles/{one.id}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": one.min_zoom,
        "maxzoom": NEAREST,
        "bounds": bounds,
    }


def shapes(one: Collection) -> Iterator[Json]:
    drawing = one.drawing
    assert drawing is not None
    for number, case in enumerate(drawing.cases):
        for kind, paint in paints(one, case.look):
            told = {
                "id": f"{one.id}-{number}-{kind}", "type": kind, "source": one.id, "source-layer": one.id,
                "minzoom": one.min_zoom, "metadata": {"title": case.title.pl}, "paint": paint,
            }  # fmt: skip
            condition = chosen(drawing, case)
            yield told | ({"filter": condition} if condition else {})


def chosen(drawing: Drawing, case: Case) -> list[Any] | None:
    """Objects of the case; without values, those that no other case takes."""
    if not drawing.field:
        return None
    value = ["coalesce", ["get", drawing.field], ""]
    if case.values:
        return ["in", value, ["literal", list(case.values)]]
    others = [one for other in drawing.cases for one in other.values]
    return ["!", ["in", value, ["literal", others]]]


def paints(one: Collection, look: Look) -> Iterator[tuple[str, Json]]:
    """Kinds of layers and their paint, the lower first."""
    if look.radius:
        yield "circle", {
            "circle-radius": look.radius, "circle-color": look.fill,
            "circle-stroke-color": look.stroke, "circle-stroke-width": look.width,
        }  # fmt: skip
        return
    if look.fill and one.geometry_type == "MultiPolygon":
        is_plain = look.hatch == Hatch.NONE
        fill = (
            {"fill-color": look.fill, "fill-opacity": look.opacity}
            if is_plain
            else {"fill-pattern": pattern_name(look)}
        )
        yield "fill", fill
    if look.stroke:
        dash = {"line-dasharray": [round(part / look.width, 2) for part in look.dash]} if look.dash else {}
        yield "line", {"line-color": look.stroke, "line-width": look.width, **dash}


def words(one: Collection) -> Iterator[Json]:
    for number, label in enumerate(one.drawing.labels if one.drawing else ()):
        far = max(label.from_zoom - HALF_SIZE, one.min_zoom)
        near = {"maxzoom": label.to_zoom - HALF_SIZE} if label.to_zoom < MAX_ZOOM else {}
        yield {
            "id": f"{one.id}-label-{number}", "type": "symbol", "source": one.id, "source-layer": one.id,
            "minzoom": far, **near, "layout": layout(one, label),
            "paint": {"text-color": label.colour, "text-halo-color": "#ffffff", "text-halo-width": 1.4},
        }  # fmt: skip


def layout(one: Collection, label: Label) -> Json:
    placed: Json = {"symbol-placement": "line"} if one.geometry_type == "MultiLineString" else {"text-max-width": 9}
    if one.geometry_type == "Point":
        placed |= {"text-anchor": "bottom", "text-offset": [0, -0.5]}
    return {
        "text-field": ["coalesce", ["to-string", ["get", label.field]], ""],
        "text-font": [FONTS[label.bold]],
        "text-size": label.size,
        **placed,
    }
