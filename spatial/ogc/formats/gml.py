"""GML 3.2 simple features (OGC 17-069r4, requirements class gmlsf0); the types are those of the WFS."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from spatial.ogc.formats.rows import geometry_in, rows, selected
from spatial.ogc.open_views import KEY, quoted
from spatial.ogc.questions import Question
from spatial.ogc.reference_systems import CRS84
from spatial.ogc.registry import Collection

NAMESPACE = "urn:miedza:open"
GML, SF = "http://www.opengis.net/gml/3.2", "http://www.opengis.net/ogcapi-features-1/1.0/sf"
#: what ST_AsGML is asked: short coordinates, the name of the system as URN, and axes of EPSG where they differ
LONG_NAME, NORTH_FIRST = 1, 16


def gml(collection: Collection, question: Question) -> Iterator[bytes]:
    names = selected(collection, question)
    options = LONG_NAME | (NORTH_FIRST if question.system.north_first else 0)
    shape = f"ST_AsGML(3, {geometry_in(question)}, {question.system.decimals}, {options}, 'gml', 'g.' || {KEY})"
    columns = [f"{KEY}::text", quoted(collection.id_field), *map(quoted, names)]
    if question.geometry:
        columns.append(shape)
    tag = f"open:{collection.id}"
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<sf:FeatureCollection xmlns:sf={quoteattr(SF)} xmlns:gml={quoteattr(GML)} "
        f"xmlns:open={quoteattr(NAMESPACE)}>\n"
    ).encode()
    for key, identifier, *values in rows(collection, question, columns):
        told = "".join(
            f"<open:{name}>{escape(str(value))}</open:{name}>"
            for name, value in zip(names, values, strict=False)
            if value is not None
        )
        place = f"<open:geom>{named(values[-1], question)}</open:geom>" if question.geometry and values[-1] else ""
        yield (
            f"<sf:featureMember><{tag} gml:id={quoteattr(f'{collection.id}.{key}')}>"
            f"<gml:identifier codeSpace={quoteattr(NAMESPACE)}>{escape(str(identifier))}</gml:identifier>"
            f"{told}{place}</{tag}></sf:featureMember>\n"
        ).encode()
    yield b"</sf:FeatureCollection>\n"


def named(text: str, question: Question) -> str:
    """PostGIS knows no CRS84: degrees with east first carry its name."""
    return text.replace("urn:ogc:def:crs:EPSG::4326", CRS84.uri, 1) if question.system is CRS84 else text
