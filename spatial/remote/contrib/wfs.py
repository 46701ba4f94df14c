"""WFS 2.0: capabilities, description of a type, pages of objects kept as files.

Capabilities are parsed by OWSLib from the bytes that we fetched; addresses that they name are never asked.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from owslib.wfs import WebFeatureService

from data.geometry import Box, swapped_box
from data.readers.xml import local_name, read_objects
from data.records import UnreadableFileError
from spatial.remote.asking import ask
from spatial.remote.base import Answer, Body
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed

VERSION = "2.0.0"
_HEAD_BYTES = 65_536
_NUMBER = re.compile(r'\bnumber(Matched|Returned)="([^"]*)"')
_EXCEPTIONS = frozenset({"ExceptionReport", "ServiceExceptionReport", "OWSException", "oms_error"})


@dataclass(frozen=True, slots=True)
class FeatureType:
    name: str
    title: str
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service says it can do."""

    title: str
    types: tuple[FeatureType, ...]
    most: int | None  #: objects in one answer, where the service says
    has_paging: bool

    def names(self) -> set[str]:
        return {one.name for one in self.types}

    def snapshot(self) -> dict[str, Any]:
        """What must not change unnoticed, and a digest of it."""
        types = {one.name: sorted(one.systems) for one in sorted(self.types, key=lambda one: one.name)}
        digest = hashlib.sha256(repr((types, self.most, self.has_paging)).encode()).hexdigest()
        return {"types": types, "most": self.most, "has_paging": self.has_paging, "digest": digest[:16]}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer on disk. ``matched`` is None where the service does not count ("unknown")."""

    file: Path
    returned: int
    matched: int | None
    digest: str  #: of the objects; two pages of equal objects mean that paging does not work


@dataclass(frozen=True, slots=True)
class Wfs:
    endpoint: Endpoint

    def capabilities(self) -> Answer[Capabilities]:
        params = {"service": "WFS", "version": VERSION, "request": "GetCapabilities"}
        return ask(self.endpoint, "GetCapabilities", params, _read_capabilities)

    def describe(self, type_name: str) -> Answer[Mapping[str, str]]:
        """Properties of a type with the names of their XML types."""
        params = {"service": "WFS", "version": VERSION, "request": "DescribeFeatureType", "typeNames": type_name}
        return ask(self.endpoint, "DescribeFeatureType", params, _read_description)

    def page(
        self,
        type_name: str,
        file: Path,
        *,
        start: int = 0,
        count: int | None = None,
        box: Box | None = None,
        filter_xml: str | None = None,
    ) -> Answer[Page]:
        """Objects from ``start`` on, kept in ``file``; a page without objects is found and empty.

        box: EPSG:2178, east first; sent in the order of axes that the service expects.
        """
        params = {
            "service": "WFS", "version": VERSION, "request": "GetFeature", "typeNames": type_name,
            "srsName": self.endpoint.srs_name, "count": str(count or self.endpoint.page_size),
        }  # fmt: skip
        if start:
            params["startIndex"] = str(start)
        if box is not None:
            params["bbox"] = self.bbox(box)
        if filter_xml is not None:
            params["filter"] = filter_xml
        return ask(self.endpoint, f"GetFeature {type_name}", params, lambda body: read_page(body, file))

    def bbox(self, box: Box) -> str:
        """The box with the system it is written in; a wrong order finds nothing and says no word of it."""
        ordered = swapped_box(box) if self.endpoint.bbox_axes == "north-east" else box
        return ",".join([*(f"{side:.2f}" for side in ordered), self.endpoint.srs_name])


# --- reading ----------------------------------------------------------------------------------------------------


def read_page(body: Body, file: Path) -> Page:
    """Keeps the answer and counts its objects. Raises ServiceFailed for what is no whole collection.

    The content decides, not the content type: services call GML text/html and errors text/xml.
    """
    _refuse_exception(body)
    file.write_bytes(body.content)
    returned, digest = 0, hashlib.sha256()
    try:
        for element in read_objects(file):
            returned += 1
            digest.update(etree.tostring(element, method="text", encoding="utf-8"))
    except UnreadableFileError as fault:
        file.unlink()
        raise ServiceFailed.of_file(fault) from None
    said = dict(_NUMBER.findall(_head(body)))
    stated = _count(said.get("Returned"))
    if stated is not None and returned < stated:
        file.unlink()
        raise ServiceFailed(Reason.INCOMPLETE, f"{returned} objects of {stated}")
    return Page(file, returned, _count(said.get("Matched")), digest.hexdigest())


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _head(body: Body) -> str:
    """Start tag of the root."""
    text = re.sub(r"<!--.*?-->", "", body.content[:_HEAD_BYTES].decode("utf-8", errors="replace"), flags=re.DOTALL)
    found = re.search(r"<[A-Za-z_][^>]*>", text)
    return found[0] if found else ""


def _refuse_exception(body: Body) -> None:
    """An exception comes with HTTP 200. Raises ServiceFailed."""
    root = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", _head(body))
    if root is None:
        raise ServiceFailed(Reason.MALFORMED, body.content[:80].decode("utf-8", errors="replace"))
    if root[1] in _EXCEPTIONS:
        text = re.sub(r"<[^>]*>", " ", body.content[:4096].decode("utf-8", errors="replace"))
        raise ServiceFailed(Reason.EXCEPTION, text)


def parsed(body: Body) -> etree._Element:
    """A small XML answer whole. Raises ServiceFailed: exception, malformed (a DOCTYPE too), cut off."""
    _refuse_exception(body)
    if b"<!DOCTYPE" in body.content[:_HEAD_BYTES]:
        raise ServiceFailed(Reason.MALFORMED, "DOCTYPE")
    try:
        return etree.fromstring(body.content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as fault:
        raise ServiceFailed(Reason.CUT_OFF, str(fault)) from None


def _read_capabilities(body: Body) -> Capabilities:
    return capabilities_of(parsed(body))


def capabilities_of(root: etree._Element) -> Capabilities:
    """Raises ServiceFailed for another document."""
    if local_name(root) != "WFS_Capabilities":
        raise ServiceFailed(Reason.MALFORMED, local_name(root))
    try:
        told = WebFeatureService("", version=VERSION, xml=etree.tostring(root))
    except (AttributeError, ValueError, KeyError, TypeError) as fault:
        raise ServiceFailed(Reason.MALFORMED, str(fault)) from None
    types = tuple(
        FeatureType(str(name), str(one.title or ""), tuple(system.getcode() for system in one.crsOptions or ()))
        for name, one in told.contents.items()
    )
    limits = _constraints(root)
    most = _count(limits.get("CountDefault"))
    has_paging = limits.get("ImplementsResultPaging") == "TRUE"
    return Capabilities(str(told.identification.title or ""), types, most, has_paging)


def _constraints(root: etree._Element) -> dict[str, str]:
    """Defaults of the constraints, wherever a server puts them."""
    return {
        str(node.get("name")): (node.findtext("{*}DefaultValue") or "").strip()
        for node in root.iterfind(".//{*}Constraint")
    }


def _read_description(body: Body) -> dict[str, str]:
    root = parsed(body)
    if local_name(root) != "schema":
        raise ServiceFailed(Reason.MALFORMED, local_name(root))
    found = {str(node.get("name")): str(node.get("type", "")) for node in root.iterfind(".//{*}sequence/{*}element")}
    if not found:
        raise ServiceFailed(Reason.MALFORMED, "no properties")
    return found
