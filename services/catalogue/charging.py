"""What must be paid before the office issues what was asked for (act on stamp duty, art. 6; KPA art. 261)."""

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import lock_running, record
from services.catalogue.declaration import Hand, Letters, Papers
from services.catalogue.models import Filing
from services.documents.services import Made
from services.fees.services import duty_title, goes_back, owe_document
from spatial.errors import Conflict
from spatial.words import polish_money

#: kind of the event that says how much is to be paid
CHARGED = "fee-charged"


class Unpaid(Conflict):
    """The duty of what would be issued is not paid."""

    code = "unpaid"


@transaction.atomic
def charge(case: Case, *, letters: Letters, hand: Hand) -> int:
    """Counts the duty on the documents as they would be today; the people of the case are told. Grosze in all.

    Raises Conflict where nothing is counted or it has been counted already, and what the papers raise.
    """
    case = lock_running(case)
    if letters.papers is None or not letters.papers.are_charged:
        raise Conflict(_("W tej sprawie nie nalicza się opłaty od dokumentu."))
    if is_charged(case):
        raise Conflict(_("Opłata w tej sprawie jest już naliczona."))
    total = owe_missing(case, counted(letters.papers, case, hand), letters=letters, hand=hand)
    text = f"Naliczono opłatę skarbową: {polish_money(total)}. Dokument wydamy, gdy ją zapłacisz."
    record(case, kind=CHARGED, text=text if total else "Dokument jest wolny od opłaty.", actor=hand.clerk, at=hand.at)
    return total


def counted(papers: Papers, case: Case, hand: Hand) -> list[Made]:
    """The documents as they would be; nothing is stored."""
    return papers.make(Filing.objects.get(case=case), hand)


def is_charged(case: Case) -> bool:
    return case.events.filter(kind=CHARGED).exists()


def owe_missing(case: Case, documents: list[Made], *, letters: Letters, hand: Hand) -> int:
    """What the documents cost above what the case was charged for them before and has not got back. Grosze in all."""
    cost = sum(int(document.inputs.get("fee_gr") or 0) for document in documents)
    before = case.dues.filter(title=duty_title(letters.answer))
    charged = before.aggregate(sum=Sum(F("amount_gr") - F("refunded_gr")))["sum"] or 0
    if cost > charged:
        owe_document(case, title=letters.answer, amount_gr=cost - charged, at=hand.at)
    return cost


def obstacle(case: Case, letters: Letters) -> str:
    """Why what was asked for cannot be issued yet; empty where it can."""
    if not letters.waits_for_payment:
        return ""
    if letters.papers and letters.papers.are_charged and not is_charged(case):
        return _("Najpierw nalicz opłatę: wnioskodawca dostanie wiadomość i będzie mógł zapłacić.")
    dues = list(case.dues.all())
    if any(not due.is_settled for due in dues):
        return _("Opłata nie jest jeszcze zapłacona.")
    if any(due.is_refunded for due in dues):
        return _("Opłata została zwrócona, więc nie jest zapłacona.")
    if any(goes_back(due) for due in dues):
        return _("Zwrot opłaty czeka na decyzję. Najpierw go rozstrzygnij na stronie płatności.")
    return ""


def refuse_unpaid(case: Case, letters: Letters, *, despite: str, hand: Hand) -> None:
    """``despite``: why it is issued all the same (KPA art. 261 § 4), written in the case. Raises Unpaid without."""
    reason = obstacle(case, letters)
    if not reason:
        return
    if not despite.strip():
        raise Unpaid(reason)
    text = f"Wydano mimo braku wpłaty: {despite.strip()[:500]}"
    record(case, kind="issued-unpaid", text=text, actor=hand.clerk, at=hand.at, is_public=False)
