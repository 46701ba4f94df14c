"""The WFS of the Rejestr Urbanistyczny: APP 2.0 objects, ten of them unless more are asked for, filter by namespace."""

import re
from dataclasses import dataclass, field

from lxml import etree

from tests.simulators.base import EXCEPTION, Reply, Simulator

XML = "application/gml+xml; version=3.2"
WFS = "{http://www.opengis.net/wfs/2.0}"
SPACE = "{https://www.gov.pl/static/zagospodarowanieprzestrzenne/schemas/app/2.0}przestrzenNazw"
DEFAULT_COUNT = 10


@dataclass
class AppSimulator(Simulator):
    """documents: data sets that it holds, as bytes of APP GML; prefix: that of its type names."""

    documents: list[bytes] = field(default_factory=list)
    prefix: str = "app-pog"
    missing: frozenset[str] = frozenset()  #: classes that it does not have
    version: str = "2.0"  #: "3.0": the namespace it changed to in 2026

    def answer(self, params):
        asked = {name.lower(): value for name, value in params.items()}
        if asked.get("request") == "GetCapabilities":
            return Reply(self._capabilities().encode(), content_type=XML)
        prefix, _, kind = asked.get("typenames", "").partition(":")
        if prefix != self.prefix or kind in self.missing or f"{self.prefix}:" not in asked.get("filter", ""):
            return Reply(EXCEPTION.body, status=400, content_type="text/xml")
        text = re.search(r"Literal>%([^<]*)%<", asked["filter"])[1]
        held = [
            one for one in self._members() if etree.QName(one).localname == kind and text in one.findtext(f".//{SPACE}")
        ]
        start, count = int(asked.get("startindex", "0")), int(asked.get("count", str(DEFAULT_COUNT)))
        page = held[start : start + count]
        members = b"".join(b"<wfs:member>" + etree.tostring(one) + b"</wfs:member>" for one in page)
        head = (
            '<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
            f'numberMatched="{len(held)}" numberReturned="{len(page)}">'
        )
        body = head.encode() + members + b"</wfs:FeatureCollection>"
        return Reply(body.replace(b"schemas/app/2.0", f"schemas/app/{self.version}".encode()), content_type=XML)

    def _members(self):
        for document in self.documents:
            for member in etree.fromstring(document).findall(f"{WFS}member"):
                yield member[0]

    def _capabilities(self):
        kinds = ["AktPlanowaniaPrzestrzennego", "DokumentFormalny", "RysunekAktuPlanowaniaPrzestrzennego",
                 "StrefaPlanistyczna", "ObszarUzupelnieniaZabudowy", "ObszarZabudowySrodmiejskiej",
                 "ObszarStandardowDostepnosciInfrastrukturySpolecznej"]  # fmt: skip
        types = "".join(
            f"<wfs:FeatureType><wfs:Name>{self.prefix}:{kind}</wfs:Name><wfs:Title>{kind}</wfs:Title>"
            "<wfs:DefaultCRS>urn:ogc:def:crs:EPSG::2180</wfs:DefaultCRS></wfs:FeatureType>"
            for kind in kinds
            if kind not in self.missing
        )
        return (
            '<?xml version="1.0"?><wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" '
            'xmlns:ows="http://www.opengis.net/ows/1.1"><ows:ServiceIdentification><ows:Title>APP</ows:Title>'
            "</ows:ServiceIdentification><ows:OperationsMetadata/>"
            f"<wfs:FeatureTypeList>{types}</wfs:FeatureTypeList></wfs:WFS_Capabilities>"
        )
