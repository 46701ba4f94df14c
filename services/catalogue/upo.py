"""Urzędowe poświadczenie odbioru of a filing, for people (PDF) and for programs (XML); unsealed, see documents.seal.

The XML is the UPP of the central repository (CRD, UPO 2008/05/09): its parts and their order. The schema itself could
not be read; TERYT as the kind of an identifier and the kinds of further information are our own.
"""

from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from planning.extracts.order import Office
from services.catalogue import xml
from services.catalogue.models import Attachment, Filing
from services.catalogue.xml import Writer
from services.documents import letters as paper

write = Writer("http://crd.gov.pl/xml/schematy/UPO/2008/05/09/")


def as_pdf(filing: Filing) -> bytes:
    """Everything that was filed and its hash; the same filing gives the same bytes."""
    case = filing.case
    at = timezone.localtime(filing.filed_at)
    letter = paper.Letter(
        office=Office.of(filing.municipality), case_number=case.number, addressee=case.addressee,
        title="Urzędowe poświadczenie odbioru", written_on=at.date(),
        facts=(
            ("Numer poświadczenia", filing.receipt), ("Sprawa", case.title),
            ("Data i godzina wpływu", f"{at:%Y-%m-%d %H:%M:%S}"), *hashes(filing),
            *((label, value) for label, value in filing.told),
        ),
        text="Poświadczenie wystawiono automatycznie w chwili złożenia wniosku.",
    )  # fmt: skip
    return paper.pdf(letter)[0]


def as_xml(filing: Filing, *, at: datetime) -> bytes:
    """UTF-8. at: when it is made; the same filing and moment give the same bytes."""
    root = write.root("Dokument")
    told = write.part(root, "UPP")
    write.text(told, "IdentyfikatorPoswiadczenia", filing.receipt)
    office = write.part(told, "Adresat")
    write.text(office, "Nazwa", filing.municipality.office_name)
    write.text(office, "IdentyfikatorPodmiotu", filing.municipality_id, TypIdentyfikatora="TERYT")
    write.text(write.part(told, "Nadawca"), "Nazwa", filing.case.addressee)
    write.moment(told, "DataDoreczenia", filing.filed_at)
    write.moment(told, "DataWytworzeniaPoswiadczenia", at)
    write.text(told, "IdentyfikatorDokumentu", filing.case.number)
    for label, value in hashes(filing):
        write.text(told, "InformacjaUzupelniajaca", value, TypInformacjiUzupelniajacej=label)
    return xml.packed(root)


def hashes(filing: Filing) -> list[tuple[str, str]]:
    """SHA-256 of all that was filed, each with what it is of."""
    attachments = Attachment.objects.filter(draft__case=filing.case).order_by("added_at", "pk")
    return [
        ("SHA-256 odpowiedzi", filing.sha256), ("SHA-256 wniosku XML", sha256(xml.as_xml(filing)).hexdigest()),
        *((f"SHA-256 załącznika {one.name}", one.sha256) for one in attachments),
    ]  # fmt: skip
