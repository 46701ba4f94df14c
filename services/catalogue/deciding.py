"""How a case of any service ends: with an answer or a refusal, each a letter of the office."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.extracts.order import Office
from services.cases.models import Case
from services.cases.services import close, lock_running
from services.catalogue.charging import owe_missing, refuse_unpaid
from services.catalogue.declaration import Hand, Letters
from services.catalogue.models import Filing
from services.correspondence.services import sent
from services.documents import letters as paper
from services.documents.models import IssuedDocument
from services.documents.services import Made, new_code, store
from services.identity.models import StaffRole, User
from spatial.errors import Conflict, Malformed

SHORTEST = 10  #: letters of a text that says anything


@transaction.atomic
def decide(
    case: Case, *, letters: Letters, is_positive: bool, text: str, hand: Hand, seen: int | None, despite: str = ""
) -> list[IssuedDocument]:
    """Issues what the application asked for, or the refusal, and ends the case; all documents or none.

    seen: the newest event that the clerk looked at; None where nobody looks (the command line).
    despite: why it is issued although its duty is not paid.
    Raises Malformed for a text that says nothing, Conflict when the case has moved on or is closed, Unpaid, and what
    the service's own papers raise.
    """
    papers = letters.papers if is_positive else None
    if papers is None and len(text.strip()) < SHORTEST:
        raise Malformed(_("Napisz treść pisma: co najmniej jedno zdanie, które zrozumie wnioskodawca."))
    case = lock_running(case)
    if seen is not None and seen != newest(case):
        raise Conflict(_("Ktoś zmienił tę sprawę, zanim ją zakończono. Sprawdź ją jeszcze raz i spróbuj ponownie."))
    if is_positive:
        refuse_unpaid(case, letters, despite=despite, hand=hand)
    if papers:
        made = papers.make(Filing.objects.get(case=case), hand)
    else:
        made = [written(case, letters.answer if is_positive else letters.refusal, text, hand)]
    documents = [store(one, case=case, issued_by=hand.clerk, at=hand.at) for one in made]
    titles = ", ".join(dict.fromkeys(document.title for document in documents))
    status = Case.Status.ISSUED if is_positive else Case.Status.REFUSED
    close(case, status=status, text=f"Wydano: {titles}.", actor=hand.clerk, at=hand.at)
    owe_missing(case, made, letters=letters, hand=hand)
    for document in documents:
        sent(case, subject=document.title, clerk=hand.clerk, document=document, at=hand.at)
    return documents


def written(case: Case, title: str, text: str, hand: Hand) -> Made:
    """The letter with the clerk's words."""
    code = new_code()
    content, pages = paper.pdf(letter_of(case, title, text, hand, code=code))
    return Made(code, content, pages, title, f"Sprawa {case.number}", {"text": text, "title": title})


def letter_of(case: Case, title: str, text: str, hand: Hand, *, code: str = "") -> paper.Letter:
    """Without a code it is a preview."""
    return paper.Letter(
        office=Office.of(case.municipality), case_number=case.number, addressee=case.addressee,
        title=title, text=text, written_on=timezone.localdate(hand.at), signatory=signatory(hand.clerk, case),
        code=code, address=hand.site + reverse("documents:verify", kwargs={"code": code}) if code else "",
        is_preview=not code,
    )  # fmt: skip


def newest(case: Case) -> int:
    """Names what has been seen of the case."""
    return case.events.order_by("-pk").values_list("pk", flat=True).first() or 0


def signatory(clerk: User, case: Case) -> str:
    """With the post in the office, where there is one."""
    role = StaffRole.objects.filter(user=clerk, municipality=case.municipality).first()
    return f"{clerk.display_name}, {role.job_title}" if role else clerk.display_name
