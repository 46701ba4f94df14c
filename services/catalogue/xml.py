"""A filing as XML: parts as in "pismo ogólne" (description, data, content), in a namespace of our own.

Fields of the forms of the central repository (CRD) could not be read, so no conformity with them is claimed; the
schema of this one is ``filing.xsd``.
"""

from pathlib import Path

from django.utils import timezone
from lxml import etree

from services.catalogue.declaration import eservices
from services.catalogue.models import Attachment, Filing

NAMESPACE = "urn:miedza:wniosek:1"
SCHEMA = Path(__file__).with_name("filing.xsd")


def as_xml(filing: Filing) -> bytes:
    """UTF-8; the same filing gives the same bytes."""
    root = etree.Element(tag("Dokument"), nsmap={None: NAMESPACE})  # type: ignore[dict-item] # the stubs know no default
    service = eservices.get(filing.case.service)
    told = part(root, "OpisDokumentu")
    text(told, "Usluga", service.card.title.pl if service else filing.case.service, kod=filing.case.service)
    text(told, "WersjaFormularza", filing.form_version)
    data = part(root, "DaneDokumentu")
    text(data, "Adresat", filing.municipality.office_name, teryt=filing.municipality_id)
    text(data, "Nadawca", filing.case.applicant.display_name)
    text(data, "ZnakSprawy", filing.case.number)
    text(data, "Poswiadczenie", filing.receipt)
    text(data, "DataWplywu", timezone.localtime(filing.filed_at).isoformat(timespec="seconds"))
    text(data, "SHA-256", filing.sha256)
    content = part(root, "TrescDokumentu")
    for label, value in filing.told:
        text(content, "Odpowiedz", value, pytanie=label)
    for one in Attachment.objects.filter(draft__case=filing.case).order_by("added_at", "pk"):
        text(content, "Zalacznik", one.name, skrot=one.sha256, bajty=str(one.size), rodzaj=one.media_type)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def part(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, tag(name))


def text(parent: etree._Element, name: str, value: str, **attributes: str) -> None:
    """``value`` holds nothing that XML cannot: forms take printable signs only (``services.forms.questions.clean``)."""
    etree.SubElement(parent, tag(name), attributes).text = value
