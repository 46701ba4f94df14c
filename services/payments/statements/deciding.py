"""What a person decides about a line. Each step locks the line; pressed twice it is done once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from services.identity.models import User
from services.payments.ledger.books import account, book, confirm, lock, settle
from services.payments.ledger.models import Charge, LedgerAccount, Operation
from services.payments.models import Refund
from services.payments.statements.matching import Clue, verdict
from services.payments.statements.models import LineCharge, PayoutPart, StatementLine
from services.payments.statements.payouts import BY_HAND, Announced, operator_of, parts_of, sum_of, waiting_of
from services.payments.statements.posting import voucher
from spatial.errors import Conflict, Malformed
from spatial.words import polish_money

Account, State, Reason = LedgerAccount.Kind, StatementLine.State, StatementLine.Reason

#: money of these reasons is no payment to the office
_NEVER_PAYS = frozenset({Reason.DEBIT, Reason.CURRENCY, Reason.TOO_LARGE})


@transaction.atomic
def explain(line: StatementLine, charges: Sequence[Charge], *, by: User, at: datetime) -> StatementLine:
    """The rest of the line pays the charges; what is more than they need stays to be explained.

    Raises Conflict for a line that is decided, charges of another office or paid already, and a part of a charge that
    is paid whole.
    """
    line = locked(line)
    refuse_strangers(line, charges)
    found = verdict(line.left_gr, Clue(Reason.HAND, tuple(charges)), lock(charges))
    if found.reason == Reason.NOTHING_OWED:
        raise Conflict(_("Ta należność jest już rozliczona. Wybierz inną albo zwróć wpłatę."))
    if found.reason == Reason.PART:
        raise Conflict(_("Tę opłatę płaci się w całości, a wpłata jest niższa. Zwróć ją albo wezwij do dopłaty."))
    kind = Account.UNEXPLAINED if line.is_booked else Account.BANK
    into = account(line.municipality_id, kind, None if line.is_booked else line.bank_account)
    said = voucher(line, at=at, by=by, step=f":left:{line.left_gr}")
    settled = settle(found.charges, line.left_gr, voucher=said, into=into)
    for key, part in settled.parts:
        LineCharge.objects.update_or_create(
            line=line, charge_id=key, defaults={"amount_gr": F("amount_gr") + part}, create_defaults={"amount_gr": part}
        )
    line.left_gr, line.is_booked, line.suggestion = settled.surplus_gr, True, None
    line.state, line.reason = found.state, found.reason
    return signed(line, by=by, at=at)


@transaction.atomic
def take_payout(
    line: StatementLine, chosen: Collection[int], *, commission_gr: int, by: User, at: datetime
) -> StatementLine:
    """The line brought what is chosen (keys of operations that wait for it) less the commission of the operator.

    Raises Malformed where nothing is chosen and where the sums differ, Conflict for a line that is decided and for
    what another payout has brought.
    """
    line = locked(line)
    if not chosen:
        raise Malformed(_("Zaznacz, co przyniosła ta wypłata."))
    found = [one for one in waiting_for(line, hold=True) if one.operation in chosen]
    if len(found) != len(set(chosen)):
        raise Conflict(_("Część zaznaczonych wpłat rozliczono już w innej wypłacie. Zaznacz jeszcze raz."))
    if (net_gr := sum_of(found) - commission_gr) != line.left_gr:
        said = _("Zaznaczone wpłaty bez prowizji dają %(net)s, a wypłata to %(left)s. Popraw wybór albo prowizję.")
        raise Malformed(said % {"net": polish_money(net_gr), "left": polish_money(line.left_gr)})
    confirm(
        line.left_gr, commission_gr=commission_gr, bank_account=line.bank_account,
        voucher=voucher(line, at=at, by=by, step=BY_HAND),
        into=account(line.municipality_id, Account.UNEXPLAINED) if line.is_booked else None,
    )  # fmt: skip
    PayoutPart.objects.bulk_create(parts_of(line, found))
    line.suggestion = None
    return signed(line, by=by, at=at)


def waiting_for(line: StatementLine, *, hold: bool = False) -> list[Announced]:
    """What the line may bring as a payout: of its bank account, and of the operator that it names, else of any."""
    if line.reason in _NEVER_PAYS or line.left_gr <= 0:
        return []
    waiting, nrb = waiting_of(line.municipality_id, hold=hold), line.bank_account.nrb
    sent_by = operator_of(line, waiting)
    return [one for one in waiting if one.nrb == nrb and sent_by in {one.operator, ""}]


@transaction.atomic
def ask_back(line: StatementLine, *, note: str, by: User, at: datetime) -> Refund:
    """The rest is to go back to who sent it, when another person approves (``services.payments.refunds``).

    Raises Malformed without a note, Conflict for money not in the books.
    """
    line = locked(line)
    line.note = given(note)
    if not line.is_booked:
        raise Conflict(_("Tej pozycji nie ma w księgach, więc nie ma czego zwrócić. Możesz ją pominąć."))
    line.state = State.RETURNING
    signed(line, by=by, at=at)
    return Refund.objects.create(
        municipality=line.municipality, line=line, amount_gr=line.left_gr, ground=Refund.Ground.UNEXPLAINED,
        reason=line.note, asked_by=by, asked_at=at,
    )  # fmt: skip


@transaction.atomic
def ignore(line: StatementLine, *, note: str, by: User, at: datetime) -> StatementLine:
    """No payment to the office: what was booked is taken off. Raises Malformed without a note, Conflict otherwise."""
    line = locked(line)
    line.note = given(note)
    if line.parts.exists():
        raise Conflict(_("Część tej wpłaty już coś opłaciła. Resztę zwróć albo rozlicz."))
    if line.is_booked:
        bank = account(line.municipality_id, Account.BANK, line.bank_account)
        unexplained = account(line.municipality_id, Account.UNEXPLAINED)
        sides = [(unexplained, line.left_gr, None), (bank, -line.left_gr, None)]
        said = voucher(line, at=at, by=by, step=":ignored")
        book(Operation.Kind.TRANSFER, line.municipality_id, said, sides)
    line.state, line.left_gr = State.IGNORED, 0
    return signed(line, by=by, at=at)


def locked(line: StatementLine) -> StatementLine:
    """Raises Conflict for a line that somebody has decided."""
    rows = StatementLine.objects.select_related("statement", "bank_account").select_for_update(of=("self",))
    found = rows.get(pk=line.pk)
    if not found.is_open:
        raise Conflict(_("Tę pozycję już rozstrzygnięto. Odśwież stronę."))
    return found


def refuse_strangers(line: StatementLine, charges: Sequence[Charge]) -> None:
    if line.reason in _NEVER_PAYS or not line.left_gr:
        raise Conflict(_("Tej pozycji nie można rozliczyć z należnością. Możesz ją pominąć i podać powód."))
    if not charges or any(charge.municipality_id != line.municipality_id for charge in charges):
        raise Conflict(_("Wybierz należność tego urzędu."))


def given(note: str) -> str:
    """Raises Malformed."""
    if not note.strip():
        raise Malformed(_("Napisz, dlaczego tak rozstrzygasz."))
    return note.strip()[:300]


def signed(line: StatementLine, *, by: User, at: datetime) -> StatementLine:
    line.decided_by, line.decided_at = by, at
    line.save()
    return line
