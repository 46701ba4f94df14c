"""Letters with words of the office about one case: what a clerk has written, what the course of the case says."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from planning.extracts.order import Office
from services.cases.models import Case, CaseEvent
from services.documents import letters as paper
from services.documents.services import Made, new_code
from services.identity.models import StaffRole, User

#: of letters that tell an event of the case, by its kind
TITLES = {
    "called": "Wezwanie do uzupełnienia", "extended": "Zawiadomienie o nowym terminie",
    "suspended": "Zawieszenie postępowania", "resumed": "Podjęcie postępowania",
}  # fmt: skip


def written(case: Case, title: str, text: str, *, clerk: User, at: datetime, site: str) -> Made:
    """The letter with the clerk's words; ``site``: where anybody will check it."""
    code = new_code()
    content, pages = paper.pdf(letter_of(case, title, text, clerk=clerk, at=at, code=code, site=site))
    return Made(code, content, pages, title, f"Sprawa {case.number}", {"text": text, "title": title})


def retold(event: CaseEvent, *, clerk: User, at: datetime, site: str) -> Made:
    """Words that stand in the course of the case, for whoever does not read them there."""
    return written(event.case, TITLES[event.kind], event.text, clerk=clerk, at=at, site=site)


def letter_of(
    case: Case, title: str, text: str, *, clerk: User, at: datetime, code: str = "", site: str = ""
) -> paper.Letter:
    """Without a code it is a preview."""
    return paper.Letter(
        office=Office.of(case.municipality), case_number=case.number, addressee=case.addressee,
        title=title, text=text, written_on=timezone.localdate(at), signatory=signatory(clerk, case),
        code=code, address=site + reverse("documents:verify", kwargs={"code": code}) if code else "",
        is_preview=not code,
    )  # fmt: skip


def signatory(clerk: User, case: Case) -> str:
    """With the post in the office, where there is one."""
    role = StaffRole.objects.filter(user=clerk, municipality=case.municipality).first()
    return f"{clerk.display_name}, {role.job_title}" if role else clerk.display_name
