"""A filing as XML: parts as in "pismo ogólne" (description, data, content), in a namespace of our own.

Fields of the forms of the central repository (CRD) could not be read, so no conformity with them is claimed; the
schema of this one is ``filing.xsd``.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from lxml import etree
from lxml.etree import _Element as Element

from services.catalogue.declaration import eservices
from services.catalogue.models import Attachment, Filing

SCHEMA = Path(__file__).with_name("filing.xsd")
#: no sign of XML 1.0
UNWRITABLE = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes elements of one namespace."""

    namespace: str

    def root(self, name: str) -> Element:
        return etree.Element(self.tag(name), nsmap={None: self.namespace})  # type: ignore[dict-item] # the stubs know no default

    def part(self, parent: Element, name: str) -> Element:
        return etree.SubElement(parent, self.tag(name))

    def text(self, parent: Element, name: str, value: str, **attributes: str) -> None:
        """Without signs that XML cannot hold: forms take none, but accounts and registers may have them."""
        told = {key: writable(one) for key, one in attributes.items()}
        etree.SubElement(parent, self.tag(name), told).text = writable(value)

    def moment(self, parent: Element, name: str, at: datetime) -> None:
        """In the time of Poland, to the second."""
        self.text(parent, name, timezone.localtime(at).isoformat(timespec="seconds"))

    def tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"


def writable(text: str) -> str:
    return UNWRITABLE.sub("", text)


def packed(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


write = Writer("urn:miedza:wniosek:1")


def as_xml(filing: Filing) -> bytes:
    """UTF-8; the same filing gives the same bytes."""
    root = write.root("Dokument")
    service = eservices.get(filing.case.service)
    told = write.part(root, "OpisDokumentu")
    write.text(told, "Usluga", service.card.title.pl if service else filing.case.service, kod=filing.case.service)
    write.text(told, "WersjaFormularza", filing.form_version)
    data = write.part(root, "DaneDokumentu")
    write.text(data, "Adresat", filing.municipality.office_name, teryt=filing.municipality_id)
    write.text(data, "Nadawca", filing.case.addressee)
    write.text(data, "ZnakSprawy", filing.case.number)
    write.text(data, "Poswiadczenie", filing.receipt)
    write.moment(data, "DataWplywu", filing.filed_at)
    write.text(data, "SHA-256", filing.sha256)
    content = write.part(root, "TrescDokumentu")
    for label, value in filing.told:
        write.text(content, "Odpowiedz", value, pytanie=label)
    for one in Attachment.objects.filter(draft__case=filing.case).order_by("added_at", "pk"):
        write.text(content, "Zalacznik", one.name, skrot=one.sha256, bajty=str(one.size), rodzaj=one.media_type)
    return packed(root)
