"""Records from the registry and the municipalities; nothing is kept, so nothing can be out of date."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.ogc.formats import FORMATS
from spatial.ogc.reference_systems import Box
from spatial.ogc.registry import Collection, Theme, collections
from spatial.ogc.text import DESCRIPTION, TITLE, Text

ID = "catalogue"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
#: topic categories of ISO 19115 by theme
TOPICS = {
    Theme.PLANNING: "planningCadastre", Theme.CADASTRE: "planningCadastre", Theme.NATURE: "environment",
    Theme.UTILITIES: "utilitiesCommunication", Theme.TOURISM: "society",
}  # fmt: skip
#: themes of INSPIRE as the Polish act on spatial information infrastructure calls them
INSPIRE = {
    "ad": Text("Adresy", "Addresses"),
    "bu": Text("Budynki", "Buildings"),
    "cp": Text("Działki ewidencyjne", "Cadastral parcels"),
    "lu": Text("Zagospodarowanie przestrzenne", "Land use"),
    "ps": Text("Obszary chronione", "Protected sites"),
    "tn": Text("Sieci transportowe", "Transport networks"),
    "us": Text("Usługi użyteczności publicznej i służby państwowe", "Utility and governmental services"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """A way to the data."""

    href: str
    media_type: str
    title: str
    rel: str = "item"
    protocol: str = "WWW:LINK-1.0-http--link"


@dataclass(frozen=True, slots=True)
class Record:
    id: str
    type: str  #: ``dataset`` or ``service``
    title: Text
    description: Text
    keywords: tuple[str, ...]
    publisher: str
    box: Box  #: degrees, lon-lat
    day: date  #: of the state: registers are shown as they stand
    topic: str = "planningCadastre"
    inspire: str = ""
    time: tuple[str | None, str | None] | None = None
    access: tuple[Access, ...] = field(default=())
    service_type: str = ""  #: ``view``, ``download`` of INSPIRE, for services


#: ways to the data of a collection and a municipality that other apps know
WAYS: list[Callable[[Collection, Municipality, str], Iterator[Access]]] = []


def records(site: str) -> list[Record]:
    """``site`` is scheme and host."""
    offices = list(Municipality.objects.order_by("teryt"))
    found = [data_set(one, office, site) for office in offices for one in collections]
    return [*found, *services(offices, site)]


def data_set(one: Collection, office: Municipality, site: str) -> Record:
    return Record(
        id=f"{one.id}-{office.teryt}",
        type="dataset",
        title=Text(f"{one.title.pl}: {office.name}", f"{one.title.en}: {office.name}"),
        description=one.description,
        keywords=(*one.keywords, office.name),
        publisher=office.office_name,
        box=box_of(office),
        day=timezone.localdate(),
        topic=TOPICS[one.theme],
        inspire=one.inspire,
        time=(None, None) if one.time else None,
        access=tuple(ways(one, office, site)),
    )


def ways(one: Collection, office: Municipality, site: str) -> Iterator[Access]:
    home = f"{site}/ogc/collections/{one.id}"
    chosen = f"municipality={office.teryt}" if "municipality" in one.fields else "f=json"
    yield Access(f"{home}/items?{chosen}", "application/geo+json", "OGC API Features", protocol="OGC API - Features")
    for name, written in FORMATS.items():
        yield Access(f"{home}/items?{chosen}&f={name}".replace("f=json&", ""), written.media_type, written.title)
    if one.drawing:
        yield Access(
            f"{site}/wms?SERVICE=WMS&REQUEST=GetCapabilities", "text/xml", f"WMS: {one.id}", protocol="OGC:WMS"
        )
    yield Access(f"{site}/wfs?SERVICE=WFS&REQUEST=GetCapabilities", "text/xml", f"WFS: {one.id}", protocol="OGC:WFS")
    for others in WAYS:
        yield from others(one, office, site)


def services(offices: list[Municipality], site: str) -> Iterator[Record]:
    if not offices:
        return
    boxes = [box_of(office) for office in offices]
    whole = tuple(choose(edge) for choose, edge in zip((min, min, max, max), zip(*boxes, strict=True), strict=True))
    told = {
        "wms": ("view", "WMS", f"{site}/wms?SERVICE=WMS&REQUEST=GetCapabilities", "OGC:WMS"),
        "wmts": ("view", "WMTS", f"{site}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities", "OGC:WMTS"),
        "wfs": ("download", "WFS", f"{site}/wfs?SERVICE=WFS&REQUEST=GetCapabilities", "OGC:WFS"),
        "ogc-api": ("download", "OGC API", f"{site}/ogc/", "OGC API - Features"),
    }
    for name, (kind, title, href, protocol) in told.items():
        yield Record(
            id=name,
            type="service",
            title=Text(f"{TITLE.pl} ({title})", f"{TITLE.en} ({title})"),
            description=DESCRIPTION,
            keywords=("usługa", "service", title),
            publisher=", ".join(office.office_name for office in offices),
            box=(whole[0], whole[1], whole[2], whole[3]),
            day=timezone.localdate(),
            access=(Access(href, "application/json" if name == "ogc-api" else "text/xml", title, protocol=protocol),),
            service_type=kind,
        )


def box_of(office: Municipality) -> Box:
    shape = office.boundary.transform(crs.WGS84, clone=True)
    west, south, east, north = (round(edge, 5) for edge in shape.extent)
    return west, south, east, north
