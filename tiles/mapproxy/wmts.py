"""Parameters of WMTS asked for by query (OGC 07-057r7, clauses 7 and 8): MapProxy reads them, but names no fault of
theirs as the standard does, and knows no versions and no sections of GetCapabilities.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from tiles.mapproxy.configuration import INFO_FORMATS
from tiles.matrix import GRIDS, TILE, Grid

VERSION = "1.0.0"
LAYER_FORMAT, STYLE = "image/png", "default"
OWS, WMTS = "{http://www.opengis.net/ows/1.1}", "{http://www.opengis.net/wmts/1.0}"
#: elements of the metadata document
SECTIONS = {
    "ServiceIdentification": f"{OWS}ServiceIdentification",
    "ServiceProvider": f"{OWS}ServiceProvider",
    "OperationsMetadata": f"{OWS}OperationsMetadata",
    "Contents": f"{WMTS}Contents",
    "Themes": f"{WMTS}Themes",
}
OPERATIONS = {
    "GetCapabilities": (),
    "GetTile": ("layer", "style", "format", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol"),
    "GetFeatureInfo": (
        "layer", "style", "format", "TileMatrixSet", "TileMatrix", "TileRow", "TileCol", "J", "I", "InfoFormat",
    ),
}  # fmt: skip


#: what the codes say to a person
SENTENCES = {
    "MissingParameterValue": "Brak parametru / missing parameter",
    "InvalidParameterValue": "Niedozwolona wartość parametru / value not allowed",
    "VersionNegotiationFailed": f"Jedyna wersja / the only version: {VERSION}",
    "TileOutOfRange": "Kafel poza macierzą / the tile is outside the matrix",
    "PointIJOutOfRange": "Punkt poza kaflem / the point is outside the tile",
}


@dataclass(frozen=True, slots=True)
class Fault(Exception):
    """``code`` as OWS Common 1.1 and WMTS name it, ``locator`` the parameter, empty for a failed negotiation."""

    code: str
    locator: str

    def document(self) -> str:
        place = f" locator={quoteattr(self.locator)}" if self.locator else ""
        text = ": ".join(part for part in (SENTENCES[self.code], self.locator) if part)
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ExceptionReport xmlns="http://www.opengis.net/ows/1.1" '
            f'version="1.1.0" xml:lang="en"><Exception exceptionCode="{self.code}"{place}>'
            f"<ExceptionText>{text}.</ExceptionText></Exception></ExceptionReport>"
        )


def check(asked: Mapping[str, str], layers: Mapping[str, bool]) -> None:
    """``asked`` by names in small letters, ``layers`` with whether they answer GetFeatureInfo.

    Raises Fault for the first parameter that is missing or unfit.
    """
    expect(asked, "service", ("WMTS",))
    expect(asked, "request", OPERATIONS)
    if asked["request"] == "GetCapabilities":
        check_capabilities(asked)
        return
    expect(asked, "version", (VERSION,))
    for name in OPERATIONS[asked["request"]]:
        if not asked.get(name.lower()) and not (name == "style" and "style" in asked):  # many write ``STYLE=``
            raise Fault("MissingParameterValue", name)
    expect(asked, "layer", layers)
    if asked["style"]:
        expect(asked, "style", (STYLE,))
    expect(asked, "format", (LAYER_FORMAT,))
    expect(asked, "TileMatrixSet", GRIDS)
    check_place(asked, GRIDS[asked["tilematrixset"]])
    if asked["request"] == "GetFeatureInfo":
        if not layers[asked["layer"]]:
            raise Fault("InvalidParameterValue", "layer")
        expect(asked, "InfoFormat", INFO_FORMATS.values())
        for name in ("J", "I"):
            if number(asked, name) >= TILE:
                raise Fault("PointIJOutOfRange", name)


def check_capabilities(asked: Mapping[str, str]) -> None:
    versions = [one.strip() for one in asked.get("acceptversions", "").split(",")]
    if "acceptversions" in asked and VERSION not in versions:
        raise Fault("VersionNegotiationFailed", "")
    if not set(sections_of(asked)) <= set(SECTIONS):
        raise Fault("InvalidParameterValue", "Sections")


def check_place(asked: Mapping[str, str], grid: Grid) -> None:
    expect(asked, "TileMatrix", {str(zoom) for zoom in range(grid.picture_zooms)})
    side = 2 ** int(asked["tilematrix"])
    for name in ("TileRow", "TileCol"):
        if number(asked, name) >= side:
            raise Fault("TileOutOfRange", name)


def expect(asked: Mapping[str, str], name: str, allowed: Collection[str]) -> None:
    value = asked.get(name.lower(), "")
    if not value:
        raise Fault("MissingParameterValue", name)
    if value not in allowed:
        raise Fault("InvalidParameterValue", name)


def number(asked: Mapping[str, str], name: str) -> int:
    text = asked[name.lower()]
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Fault("InvalidParameterValue", name)
    return int(text)


def sections_of(asked: Mapping[str, str]) -> list[str]:
    """Sections asked for; empty for the whole document."""
    named = [one.strip() for one in asked.get("sections", "").split(",") if one.strip()]
    return [] if "All" in named else named


def cut(document: bytes, asked: Mapping[str, str]) -> bytes:
    """Metadata document with the sections asked for only."""
    wanted = {SECTIONS[one] for one in sections_of(asked)}
    if not wanted:
        return document
    root = etree.fromstring(document)
    for section in [one for one in root if one.tag in SECTIONS.values() and one.tag not in wanted]:
        root.remove(section)
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return told
