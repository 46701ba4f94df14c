"""How a case of any service ends: with an answer or a refusal, each a letter of the office."""

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import close, lock_running
from services.catalogue.charging import owe_missing, refuse_unpaid
from services.catalogue.declaration import Hand, Letters
from services.catalogue.models import Filing
from services.correspondence.services import sent
from services.documents.models import IssuedDocument
from services.documents.services import store
from services.documents.writing import written
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
        title = letters.answer if is_positive else letters.refusal
        made = [written(case, title, text, clerk=hand.clerk, at=hand.at, site=hand.site)]
    documents = [store(one, case=case, issued_by=hand.clerk, at=hand.at) for one in made]
    titles = ", ".join(dict.fromkeys(document.title for document in documents))
    status = Case.Status.ISSUED if is_positive else Case.Status.REFUSED
    close(case, status=status, text=f"Wydano: {titles}.", actor=hand.clerk, at=hand.at)
    owe_missing(case, made, letters=letters, hand=hand)
    for document in documents:
        sent(case, subject=document.title, clerk=hand.clerk, document=document, at=hand.at)
    return documents


def newest(case: Case) -> int:
    """Names what has been seen of the case."""
    return case.events.order_by("-pk").values_list("pk", flat=True).first() or 0
