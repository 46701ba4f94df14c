"""Metryka sprawy (KPA art. 66a), for people (PDF) and for programs (XML); unsealed, see documents.seal.

Each step with its day, person, post and documents; notes of the office are steps too. Schema: ``course.xsd``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone

from planning.extracts.order import Office
from services.cases.models import Case
from services.catalogue import xml
from services.catalogue.xml import Writer
from services.documents import letters as paper
from services.identity.models import StaffRole

SCHEMA = Path(__file__).with_name("course.xsd")

#: steps that issue documents
ENDS = frozenset({Case.Status.ISSUED, Case.Status.REFUSED})

write = Writer("urn:miedza:metryka:1")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the metryka; what the system did by itself has no person."""

    at: datetime
    person: str
    post: str
    action: str
    documents: tuple[str, ...]  #: codes of those issued by it

    @property
    def doer(self) -> str:
        return ", ".join(filter(None, (self.person, self.post))) or "system"


def steps_of(case: Case) -> Iterator[Step]:
    """In the order they were taken. A document belongs to the step that issued it, taken in the same moment."""
    roles = StaffRole.objects.filter(municipality=case.municipality).order_by("-pk")
    posts = dict(roles.values_list("user", "job_title"))
    codes: dict[tuple[datetime, int | None], list[str]] = {}
    for document in case.documents.order_by("pk"):
        codes.setdefault((document.issued_at, document.issued_by_id), []).append(document.code)
    for event in case.events.select_related("actor").order_by("at", "pk"):
        person = event.actor.display_name if event.actor else ""
        issued = codes.get((event.at, event.actor_id), []) if event.kind in ENDS else []
        yield Step(event.at, person, posts.get(event.actor_id or 0, ""), event.text, tuple(issued))


def as_pdf(case: Case, *, on: date) -> bytes:
    letter = paper.Letter(
        office=Office.of(case.municipality), case_number=case.number, addressee=case.title, title="Metryka sprawy",
        written_on=on, text="Sporządzono z dziennika czynności na podstawie art. 66a KPA.",
        facts=tuple(row(step) for step in steps_of(case)),
    )  # fmt: skip
    return paper.pdf(letter)[0]


def row(step: Step) -> tuple[str, str]:
    """When and who; what, with the documents below."""
    told = "\n".join([step.action, *(f"Dokument {code}" for code in step.documents)])
    return f"{timezone.localtime(step.at):%Y-%m-%d %H:%M}, {step.doer}", told


def as_xml(case: Case, *, at: datetime) -> bytes:
    """UTF-8. at: when it is made."""
    root = write.root("Metryka")
    write.text(root, "Urzad", case.municipality.office_name, teryt=case.municipality_id)
    write.text(root, "ZnakSprawy", case.number)
    write.text(root, "Tytul", case.title)
    write.moment(root, "Sporzadzono", at)
    for step in steps_of(case):
        told = write.part(root, "Czynnosc")
        write.moment(told, "Data", step.at)
        if step.person:
            write.text(told, "Osoba", step.person)
        if step.post:
            write.text(told, "Stanowisko", step.post)
        write.text(told, "Opis", step.action)
        for code in step.documents:
            write.text(told, "Dokument", code)
    return xml.packed(root)
