"""Features as text: JSON-FG 1.0 (OGC 21-045r1) and CSV with WKT."""

from collections.abc import Iterator
from csv import writer
from datetime import date
from io import StringIO
from json import dumps

from spatial import crs
from spatial.ogc.formats.rows import PORTION, days, geometry_in, rows, selected
from spatial.ogc.open_tables import DEGREE_DECIMALS, feature_text, on_map
from spatial.ogc.open_views import GEOMETRY, quoted
from spatial.ogc.pages import geojson_of
from spatial.ogc.questions import Question
from spatial.ogc.reference_systems import CRS84
from spatial.ogc.registry import Collection

CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf"
#: JSON-FG's own words for shapes by ours
DIMENSIONS = {"Point": 0, "MultiLineString": 1, "MultiPolygon": 2}


def json_fg(collection: Collection, question: Question) -> Iterator[bytes]:
    """``place`` holds the geometry in the system asked for, ``geometry`` the same in degrees for older readers."""
    elsewhere = question.system is not CRS84 and question.geometry
    degrees = f"ST_AsGeoJSON({on_map(GEOMETRY, crs.WGS84)}, {DEGREE_DECIMALS}, 0)" if question.geometry else "NULL"
    place = geojson_of(question.system) if elsewhere else "NULL"
    text = feature_text(collection, degrees, question.properties)
    head = {
        "type": "FeatureCollection",
        "conformsTo": [f"{CORE}/core", f"{CORE}/types-schemas"],
        "featureType": collection.id,
        "geometryDimension": DIMENSIONS[collection.geometry_type],
        **({"coordRefSys": question.system.uri} if elsewhere else {}),
    }
    yield dumps(head)[:-1].encode() + b', "features": ['
    between = b""
    for feature, place_text, *span in rows(collection, question, [text, place, *days(collection, question)]):
        time = dumps(interval(*span)) if span else "null"
        yield between + feature[:-1].encode() + f',"time":{time},"place":{place_text or "null"}}}'.encode()
        between = b",\n"
    yield b"]}"


def interval(start: date | None, end: date | None) -> dict[str, list[str]] | None:
    if start is None and end is None:
        return None
    return {"interval": [start.isoformat() if start else "..", end.isoformat() if end else ".."]}


def csv(collection: Collection, question: Question) -> Iterator[bytes]:
    """UTF-8, comma, a line of names, the identifier first; the geometry as WKT, axes in the order of the system."""
    names = tuple(dict.fromkeys((collection.id_field, *selected(collection, question))))
    columns = [quoted(name) for name in names]
    shape = geometry_in(question)
    if question.system.north_first:
        shape = f"ST_FlipCoordinates({shape})"
    if question.geometry:
        columns.append(f"ST_AsText({shape}, {question.system.decimals})")
    held = StringIO()
    lines = writer(held, lineterminator="\r\n")
    lines.writerow([*names, *(["geometry"] if question.geometry else [])])
    for number, row in enumerate(rows(collection, question, columns), start=1):
        lines.writerow(row)
        if number % PORTION == 0:
            yield held.getvalue().encode()
            held.seek(0)
            held.truncate()
    yield held.getvalue().encode()
