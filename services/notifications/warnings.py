"""Warnings for everybody: a page, an Atom feed, and CAP 1.2 (OASIS) for programs of others."""

import json
from datetime import datetime

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import QuerySet
from django.utils import feedgenerator, timezone
from django.utils.translation import gettext as _
from lxml import etree

from services.forms.places import parts_of, shape_of
from services.notifications.audience import absolute
from services.notifications.models import Message
from spatial import crs
from spatial.ogc.text import Text

NS = "urn:oasis:names:tc:emergency:cap:1.2"
MOST = 100
COARSE_M = 10  #: how far the boundary of a municipality may be from where it is: programs draw it, nobody measures it
PART = Text("%s, obszar zaznaczony na mapie", "%s, the area drawn on the map")
#: msgType by what the message is for an earlier one
KINDS = {"": "Alert", "over": "Cancel", "mistake": "Cancel", "correction": "Update"}


def active(*, at: datetime) -> QuerySet[Message]:
    return newest_first(Message.objects.public_warnings(at=at))


def ended(*, at: datetime) -> QuerySet[Message]:
    return newest_first(Message.objects.ended(at=at))


def lapsed(*, at: datetime) -> QuerySet[Message]:
    return newest_first(Message.objects.lapsed(at=at).wide())


def newest_first(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("municipality", "follows").order_by("-created_at", "-pk")


def as_atom(rows: QuerySet[Message], *, page: str) -> str:
    """Polish; each entry leads to the page. An end or a correction is the entry of its warning, changed."""
    feed = feedgenerator.Atom1Feed(
        title=_("Ostrzeżenia"), link=page, description=_("Czynne ostrzeżenia urzędu gminy"), language="pl"
    )
    for one in rows[:MOST]:
        feed.add_item(
            title=one.title_pl, link=f"{page}#{one.first.public_id}", description=one.body_pl,
            unique_id=f"{page}{one.first.public_id}", pubdate=one.first.created_at,
            updateddate=one.approved_at or one.created_at, author_name=one.municipality.office_name,
        )  # fmt: skip
    return feed.writeString("utf-8")


def as_cap(message: Message) -> bytes:
    """One alert; ``info`` in each language that the message has."""
    root = etree.Element(etree.QName(NS, "alert"), nsmap={None: NS})  # type: ignore[dict-item]
    sender, identifier, sent = name_of(message)
    put(root, identifier=identifier, sender=sender, sent=sent, status="Actual", msgType=KINDS[message.follow],
        scope="Public", code="miedza")  # fmt: skip
    if message.follow == Message.Follow.MISTAKE:
        put(root, note=message.title_pl)
    if message.follow:
        put(root, references=" ".join(",".join(name_of(one)) for one in reversed(message.earlier)))
    put_info(root, message, "pl")
    if message.title_en:
        put_info(root, message, "en")
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return content


def name_of(message: Message) -> tuple[str, str, str]:
    """By which other alerts refer to this one."""
    identifier = f"{message.municipality_id}-{message.public_id}"
    return absolute("/ostrzezenia/"), identifier, moment(message.approved_at or message.created_at)


def put(parent: etree._Element, **texts: str) -> None:
    """One element each, in this order: the schema has one. What says nothing is left out."""
    for name, text in texts.items():
        if text:
            etree.SubElement(parent, etree.QName(NS, name)).text = text


def put_info(root: etree._Element, message: Message, language: str) -> None:
    info = etree.SubElement(root, etree.QName(NS, "info"))
    warning = message.follows if message.follows and message.is_end else message
    put(
        info, language={"pl": "pl-PL", "en": "en-US"}[language], category=message.category,
        event=warning.title(language), **how(message), severity=message.severity,
        certainty=certainty(message), expires=moment(message.expires_at), senderName=message.municipality.office_name,
        headline=message.title(language), description=message.body(language), web=absolute("/ostrzezenia/"),
    )  # fmt: skip
    put_area(info, message, language)


def put_area(info: etree._Element, message: Message, language: str) -> None:
    """What stands in one area is read as a union: the code of the municipality only where all of it is meant."""
    area, place = etree.SubElement(info, etree.QName(NS, "area")), message.municipality
    if message.area is not None:
        put(area, areaDesc=PART[language] % place.name)
        put_rings(area, message.area)
        return
    put(area, areaDesc=place.name)
    put_rings(area, place.boundary.simplify(COARSE_M, preserve_topology=True))
    put(etree.SubElement(area, etree.QName(NS, "geocode")), valueName="TERYT", value=place.pk)


def put_rings(area: etree._Element, shape: GEOSGeometry) -> None:
    """Outer rings, latitude first; CAP has no holes."""
    for polygon in parts_of(shape_of(json.loads(shape.transform(crs.WGS84, clone=True).json))):
        put(area, polygon=" ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in polygon.exterior.coords))


def how(message: Message) -> dict[str, str]:
    """What to do, and how soon."""
    if message.is_end:
        return {"responseType": "AllClear", "urgency": "Past"}
    return {"urgency": "Immediate" if message.is_danger else "Expected"}


def certainty(message: Message) -> str:
    if message.follow == Message.Follow.MISTAKE:
        return "Unlikely"
    return "Observed" if message.is_danger or message.is_end else "Likely"


def moment(at: datetime) -> str:
    """With the offset of Poland; CAP does not know "Z"."""
    return timezone.localtime(at).isoformat(timespec="seconds")
