"""A WFS 2.0 of a county (MapServer, simple schema): strict about names, versions, boxes; silent where it matters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import shapely
from pyproj import Transformer

from tests.simulators.base import EXCEPTION, Reply, Simulator

XML = "text/xml; charset=UTF-8"
KNOWN = {"service", "version", "request", "typenames", "count", "startindex", "bbox", "srsname", "filter",
         "outputformat"}  # fmt: skip


@dataclass(frozen=True)
class HeldFeature:
    """An object with its properties as the service names them; EPSG:2178, east first."""

    shape: shapely.Polygon
    properties: Mapping[str, str]


@dataclass
class WfsSimulator(Simulator):
    features: dict[str, list[HeldFeature]] = field(default_factory=dict)
    most: int = 1000  #: objects in one answer, whatever is asked
    states_most: bool = True  #: says so in its capabilities
    matched: str = "unknown"  #: "unknown" or "exact"
    pages: str = "yes"  #: "yes", "ignored" (the first page again), "refused" (an exception)
    #: form of srsName in answers; None: the one that was asked for
    answers_in: str | None = None
    #: order of axes in answers; None: that of the form
    axes: str | None = None
    has_collection_envelope: bool = False  #: the system stands in the collection only
    namespace: str = "http://mapserver.gis.umn.edu/mapserver"

    def answer(self, params):
        asked = {name.lower(): value for name, value in params.items()}
        if set(asked) - KNOWN or asked.get("service", "").upper() != "WFS":
            return self._exception("MissingParameterValue", "service")
        request = asked.get("request")
        if request != "GetCapabilities" and asked.get("version") != "2.0.0":
            return self._exception("InvalidParameterValue", "version")
        if request == "GetCapabilities":
            return Reply(self._capabilities().encode(), content_type=XML)
        answers = {"DescribeFeatureType": self._description, "GetFeature": self._features}
        if asked.get("typenames") not in self.features or request not in answers:
            return self._exception("InvalidParameterValue", "typename or request")
        return answers[request](asked)

    def _exception(self, code, locator):
        return Reply(EXCEPTION.body.replace(b"NoApplicableCode", code.encode()).replace(b"Query", locator.encode()),
                     content_type=XML)  # fmt: skip

    # --- features ---

    def _features(self, asked):
        start = int(asked.get("startindex", "0"))
        if start and self.pages == "refused":
            return self._exception("InvalidParameterValue", "startindex")
        held = self._within(self.features[asked["typenames"]], asked.get("bbox"))
        held = self._filtered(held, asked.get("filter"))
        first = 0 if self.pages == "ignored" else start
        page = held[first : first + min(int(asked.get("count", "10")), self.most)]
        system = self.answers_in or asked.get("srsname", "urn:ogc:def:crs:EPSG::2180")
        members = "".join(self._member(asked["typenames"], one, system, number) for number, one in enumerate(page))
        matched = str(len(held)) if self.matched == "exact" else "unknown"
        envelope = (
            f'<wfs:boundedBy><gml:Envelope srsName="{system}"><gml:lowerCorner>0 0</gml:lowerCorner>'
            "<gml:upperCorner>1 1</gml:upperCorner></gml:Envelope></wfs:boundedBy>"
            if self.has_collection_envelope
            else ""
        )
        text = (
            "<?xml version='1.0' encoding=\"UTF-8\" ?>\n"
            f'<wfs:FeatureCollection xmlns:ms="{self.namespace}" xmlns:gml="http://www.opengis.net/gml/3.2" '
            f'xmlns:wfs="http://www.opengis.net/wfs/2.0" timeStamp="2026-11-20T10:00:{len(self.questions) % 60:02d}" '
            f'numberMatched="{matched}" numberReturned="{len(page)}">{envelope}{members}</wfs:FeatureCollection>\n'
        )
        return Reply(text.encode(), content_type=XML)

    def _within(self, held, bbox):
        """Numbers are read in the order that the form of the system means; a wrong order finds nothing."""
        if not bbox:
            return held
        *sides, system = bbox.split(",")
        low_a, low_b, high_a, high_b = map(float, sides)
        box = shapely.box(low_a, low_b, high_a, high_b)
        if not system.startswith("EPSG:"):
            box = shapely.box(low_b, low_a, high_b, high_a)
        epsg = int(system.rpartition(":")[2])
        transformer = Transformer.from_crs(2178, epsg, always_xy=True)
        return [one for one in held if self._moved(one.shape, transformer).intersects(box)]

    @staticmethod
    def _filtered(held, fes):
        """PropertyIsLike on one property; names and values are case-sensitive."""
        if not fes:
            return held
        name = re.search(r"ValueReference>([^<]*)<", fes)[1].rpartition("/")[2].rpartition(":")[2]
        text = re.search(r"Literal>([^<]*)<", fes)[1].strip("%")
        return [one for one in held if text in one.properties.get(name, "")]

    def _member(self, type_name, one, system, number):
        properties = "".join(f"<ms:{name}>{escape(value)}</ms:{name}>" for name, value in one.properties.items())
        local = type_name.rpartition(":")[2]
        shape = self._geometry(one.shape, system)
        return f"<wfs:member><ms:{local} gml:id='{local}.{number}'>{shape}{properties}</ms:{local}></wfs:member>"

    def _geometry(self, shape, system):
        epsg = int(re.split(r"[:/#]", system)[-1])
        moved = self._moved(shape, Transformer.from_crs(2178, epsg, always_xy=True))
        is_north_first = not system.startswith("EPSG:") if self.axes is None else self.axes == "north-east"
        pairs = " ".join(
            f"{north:.4f} {east:.4f}" if is_north_first else f"{east:.4f} {north:.4f}"
            for east, north in shapely.get_coordinates(moved.exterior)
        )
        named = "" if self.has_collection_envelope else f' srsName="{system}"'
        return (
            f"<ms:msGeometry><gml:Polygon gml:id='g.{len(self.questions)}'{named}><gml:exterior><gml:LinearRing>"
            f"<gml:posList>{pairs}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ms:msGeometry>"
        )

    @staticmethod
    def _moved(shape, transformer):
        pairs = shapely.get_coordinates(shape.exterior)
        east, north = transformer.transform(pairs[:, 0], pairs[:, 1])
        return shapely.Polygon(list(zip(east, north, strict=True)))

    # --- documents ---

    def _capabilities(self):
        types = "".join(
            f"<wfs:FeatureType><wfs:Name>{name}</wfs:Name><wfs:Title>{name}</wfs:Title>"
            "<wfs:DefaultCRS>urn:ogc:def:crs:EPSG::2180</wfs:DefaultCRS>"
            "<wfs:OtherCRS>urn:ogc:def:crs:EPSG::2178</wfs:OtherCRS><ows:WGS84BoundingBox>"
            "<ows:LowerCorner>19 50</ows:LowerCorner><ows:UpperCorner>20 51</ows:UpperCorner>"
            "</ows:WGS84BoundingBox></wfs:FeatureType>"
            for name in self.features
        )
        limit = (
            f'<ows:Constraint name="CountDefault"><ows:NoValues/><ows:DefaultValue>{self.most}</ows:DefaultValue>'
            "</ows:Constraint>"
            if self.states_most
            else ""
        )
        return (
            '<?xml version="1.0"?><wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" '
            f'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'xmlns:ms="{self.namespace}"><ows:ServiceIdentification><ows:Title>EGiB</ows:Title>'
            '</ows:ServiceIdentification><ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:DCP><ows:HTTP>'
            '<ows:Get xlink:href="http://169.254.169.254/never"/></ows:HTTP></ows:DCP></ows:Operation>'
            '<ows:Constraint name="ImplementsResultPaging"><ows:NoValues/><ows:DefaultValue>TRUE</ows:DefaultValue>'
            f"</ows:Constraint>{limit}</ows:OperationsMetadata><wfs:FeatureTypeList>{types}</wfs:FeatureTypeList>"
            "</wfs:WFS_Capabilities>"
        )

    def _description(self, asked):
        type_name = asked["typenames"]
        one = self.features[type_name][0]
        properties = "".join(f'<element name="{name}" type="string" minOccurs="0"/>' for name in one.properties)
        local = type_name.rpartition(":")[2]
        text = (
            f'<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{self.namespace}">'
            f'<element name="{local}" type="ms:{local}Type"/><complexType name="{local}Type"><complexContent>'
            '<extension base="gml:AbstractFeatureType"><sequence>'
            f'<element name="msGeometry" type="gml:SurfacePropertyType"/>{properties}'
            "</sequence></extension></complexContent></complexType></schema>"
        )
        return Reply(text.encode(), content_type=XML)
