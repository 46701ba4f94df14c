"""Writing in the books. Each function is one transaction; a voucher told twice is booked once.

Plus is debit. What is owed stands on RECEIVABLE, each entry with its charge:

| operation | debit | credit |
|---|---|---|
| ``assess``, ``add`` | RECEIVABLE | INCOME |
| ``write_off`` | INCOME | RECEIVABLE |
| ``settle`` | where the money came | RECEIVABLE, the rest UNEXPLAINED |
| ``confirm`` | BANK, and EXPENSE for what the operator kept | ANNOUNCED |
| ``give_back`` | RECEIVABLE, then INCOME | where it is paid out of, then RECEIVABLE |
| ``give_back_surplus`` | UNEXPLAINED | where it is paid out of |
| ``redate`` | as it was booked, and on the old day the other way round | |
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from services.identity.models import User
from services.payments.ledger.models import BankAccount, Charge, Entry, LedgerAccount, Operation
from services.payments.news import settled
from spatial.errors import Conflict
from spatial.municipalities.models import Municipality

Account, Kind = LedgerAccount.Kind, Operation.Kind

type Side = tuple[LedgerAccount, int, Charge | None]  #: account, signed grosze, whose charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """What an operation is booked from (dowód księgowy)."""

    key: str  #: of the event, unique in the municipality
    source: str  #: who says so, for people: "kasa", "Przelewy24", "wyciąg 12/2026"
    value_date: date  #: when the payer's account was charged, or the day of the office's act
    at: datetime
    by: User | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that came, for charges in the order in which it goes to them."""

    voucher: Voucher
    amount_gr: int
    into: LedgerAccount
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a receipt."""

    operation: Operation
    parts: tuple[tuple[int, int], ...]  #: charge's key and grosze that went to it
    surplus_gr: int
    paid_up: tuple[int, ...]  #: keys of the charges that it settled
    is_new: bool  #: False where the voucher had been booked before


def account(
    municipality: Municipality | str, kind: LedgerAccount.Kind, bank_account: BankAccount | None = None
) -> LedgerAccount:
    """Opened when it is first needed. Bank accounts have an ANNOUNCED and a BANK account each.

    Rows of one number for several purposes are one account of the bank.
    """
    teryt = municipality if isinstance(municipality, str) else municipality.pk
    if bank_account:
        same = BankAccount.objects.filter(municipality=bank_account.municipality_id, nrb=bank_account.nrb)
        opened = LedgerAccount.objects.filter(municipality=teryt, kind=kind, bank_account__in=same)
        if found := opened.order_by("pk").first():
            return found
        bank_account = same.order_by("pk").first()
    return LedgerAccount.objects.get_or_create(municipality_id=teryt, kind=kind, bank_account=bank_account)[0]


@transaction.atomic
def assess(charge: Charge, *, voucher: Voucher) -> Charge:
    """Somebody owes it from now on (przypis). The same reference again gives the charge that there is."""
    names = ("kind", "title", "payer_id", "party_id", "payer_name", "amount_gr", "due_on", "bank_account_id")
    found, is_new = Charge.objects.get_or_create(
        municipality_id=charge.municipality_id,
        reference=charge.reference,
        defaults={name: getattr(charge, name) for name in names},
    )
    if is_new:
        add(found, found.amount_gr, voucher=voucher)
    return found


@transaction.atomic
def add(charge: Charge, amount_gr: int, *, voucher: Voucher, kind: Operation.Kind = Kind.ASSESSMENT) -> Operation:
    """More is owed: a further przypis, interest, a cost of collecting."""
    teryt = charge.municipality_id
    owed, income = account(teryt, Account.RECEIVABLE), account(teryt, Account.INCOME)
    return book(kind, teryt, voucher, [(owed, amount_gr, charge), (income, -amount_gr, charge)])


@transaction.atomic
def write_off(charge: Charge, *, voucher: Voucher) -> int:
    """What is left is not owed any more (odpis), in grosze; 0 where nothing was left."""
    left_gr = lock([charge])[charge.pk]
    if left_gr:
        add(charge, -left_gr, voucher=voucher, kind=Kind.WRITE_OFF)
    return left_gr


def settle(charges: Iterable[Charge], amount_gr: int, *, voucher: Voucher, into: LedgerAccount) -> Settled:
    """Money came: to the charges in their order, each up to what is left; the rest goes to UNEXPLAINED.

    ``into`` says where it is: ANNOUNCED, BANK, CASH, or UNEXPLAINED for money that was there and is explained now.
    Raises Conflict for a key that was booked with another amount.
    """
    return settle_all([Receipt(voucher=voucher, amount_gr=amount_gr, into=into, charges=tuple(charges))])[0]


def settle_all(receipts: Sequence[Receipt]) -> list[Settled]:
    """Many at once, of one municipality, in a handful of questions: a bank statement. Raises Conflict as ``settle``."""
    try:
        return _settle_all(receipts)
    except IntegrityError:  # another transaction has booked the same key meanwhile; now it is found
        return _settle_all(receipts)


@transaction.atomic
def _settle_all(receipts: Sequence[Receipt]) -> list[Settled]:
    left = lock(charge for receipt in receipts for charge in receipt.charges)
    done = booked_before(receipts)
    fresh = {receipt.voucher.key: receipt for receipt in receipts if receipt.voucher.key not in done}
    done |= {key: planned(receipt, left) for key, receipt in fresh.items()}
    book_receipts(list(fresh.values()), done)
    return [done[receipt.voucher.key] for receipt in receipts]


def planned(receipt: Receipt, left: dict[int, int]) -> Settled:
    """``left`` is lowered by what goes to the charges."""
    rest, parts, paid_up = receipt.amount_gr, [], []
    for charge in receipt.charges:
        if part := min(rest, left[charge.pk]):
            parts.append((charge.pk, part))
            rest, left[charge.pk] = rest - part, left[charge.pk] - part
            if not left[charge.pk]:
                paid_up.append(charge.pk)
    teryt, voucher = receipt.into.municipality_id, receipt.voucher
    operation = operation_of(Kind.PAYMENT, teryt, voucher)
    return Settled(operation, tuple(parts), surplus_gr=rest, paid_up=tuple(paid_up), is_new=True)


def book_receipts(receipts: Sequence[Receipt], done: Mapping[str, Settled]) -> None:
    if not receipts:
        return
    teryt = receipts[0].into.municipality_id
    owed, unexplained = account(teryt, Account.RECEIVABLE), account(teryt, Account.UNEXPLAINED)
    Operation.objects.bulk_create(done[receipt.voucher.key].operation for receipt in receipts)
    entries = []
    for receipt in receipts:
        one = done[receipt.voucher.key]
        entries.append(Entry(operation=one.operation, account=receipt.into, amount_gr=receipt.amount_gr))
        entries += [Entry(operation=one.operation, account=owed, charge_id=pk, amount_gr=-gr) for pk, gr in one.parts]
        if one.surplus_gr:
            entries.append(Entry(operation=one.operation, account=unexplained, amount_gr=-one.surplus_gr))
    Entry.objects.bulk_create(entries)
    paid_up = [
        (charge, one.operation)
        for receipt in receipts
        for one in (done[receipt.voucher.key],)
        for charge in receipt.charges
        if charge.pk in one.paid_up
    ]
    if paid_up:
        settled.send(Charge, payments=paid_up)


def booked_before(receipts: Sequence[Receipt]) -> dict[str, Settled]:
    """By the key. Raises Conflict where the same key has another amount."""
    amounts = {receipt.voucher.key: receipt.amount_gr for receipt in receipts}
    teryt = receipts[0].into.municipality_id if receipts else ""
    rows = Operation.objects.filter(municipality=teryt, key__in=amounts).prefetch_related("entries__account")
    found = {row.key: as_booked(row) for row in rows}
    for key, one in found.items():
        if sum(part for _, part in one.parts) + one.surplus_gr != amounts[key]:
            raise Conflict(gettext("Ta wpłata jest już zapisana z inną kwotą."))
    return found


def as_booked(operation: Operation) -> Settled:
    entries = list(operation.entries.all())
    parts = tuple((one.charge_id, -one.amount_gr) for one in entries if one.charge_id is not None)
    surplus = (one for one in entries if one.account.kind == Account.UNEXPLAINED and one.amount_gr < 0)
    return Settled(operation, parts, surplus_gr=-sum(one.amount_gr for one in surplus), paid_up=(), is_new=False)


@transaction.atomic
def confirm(
    amount_gr: int,
    *,
    bank_account: BankAccount,
    voucher: Voucher,
    commission_gr: int = 0,
    into: LedgerAccount | None = None,
) -> Operation:
    """The bank shows money that the operator had announced for the account, less the commission that it kept.

    ``into``: UNEXPLAINED for money that was in the books and is explained now; None: BANK.
    """
    teryt = bank_account.municipality_id
    announced = account(teryt, Account.ANNOUNCED, bank_account)
    into = into or account(teryt, Account.BANK, bank_account)
    sides: list[Side] = [(into, amount_gr, None), (announced, -amount_gr, None)]
    if commission_gr:
        sides += [(account(teryt, Account.EXPENSE), commission_gr, None), (announced, -commission_gr, None)]
    return book(Kind.TRANSFER, teryt, voucher, sides)


@transaction.atomic
def give_back(charge: Charge, amount_gr: int, *, voucher: Voucher, out_of: LedgerAccount) -> Operation:
    """Money that was paid for the charge goes back and is not owed any more (zwrot, odpis).

    Raises Conflict for more than was paid for it.
    """
    lock([charge])
    teryt = charge.municipality_id
    if found := Operation.objects.filter(municipality=teryt, key=voucher.key).first():
        return found
    if not 0 < amount_gr <= charge.paid_gr:
        raise Conflict(gettext("Nie można zwrócić więcej, niż wpłacono."))
    owed = account(teryt, Account.RECEIVABLE)
    made = book(Kind.REFUND, teryt, voucher, [(owed, amount_gr, charge), (out_of, -amount_gr, None)])
    add(charge, -amount_gr, voucher=replace(voucher, key=f"{voucher.key}:write-off"), kind=Kind.WRITE_OFF)
    return made


@transaction.atomic
def give_back_surplus(amount_gr: int, *, voucher: Voucher, out_of: LedgerAccount) -> Operation:
    """Money that fitted nothing goes back. Raises Conflict for more than lies there."""
    teryt = out_of.municipality_id
    unexplained = account(teryt, Account.UNEXPLAINED)
    LedgerAccount.objects.select_for_update().get(pk=unexplained.pk)
    if found := Operation.objects.filter(municipality=teryt, key=voucher.key).first():
        return found
    if not 0 < amount_gr <= -balance(unexplained):
        raise Conflict(gettext("Nie można zwrócić więcej, niż wpłacono."))
    return book(Kind.REFUND, teryt, voucher, [(unexplained, amount_gr, None), (out_of, -amount_gr, None)])


@transaction.atomic
def redate(operation: Operation, *, voucher: Voucher) -> Operation:
    """It counts on the day of the voucher: taken off on its old day, booked again on the new one. Balances stay."""
    rows = operation.entries.select_related("account", "charge").order_by("pk")
    sides: list[Side] = [(one.account, one.amount_gr, one.charge) for one in rows]
    back: list[Side] = [(into, -amount_gr, charge) for into, amount_gr, charge in sides]
    why = f"nie tego dnia, {voucher.source}"[:60]
    off = replace(voucher, key=f"{voucher.key}:off", source=why, value_date=operation.value_date)
    book(Kind.TRANSFER, operation.municipality_id, off, back)
    return book(Kind.TRANSFER, operation.municipality_id, voucher, sides)


def balance(of: LedgerAccount) -> int:
    """In grosze; what people owe and what lies in the bank is plus, income and the unexplained minus."""
    return int(of.entries.aggregate(sum=Coalesce(Sum("amount_gr"), 0))["sum"])


def lock(charges: Iterable[Charge]) -> dict[int, int]:
    """Nobody else books on them until the transaction ends; what is left of each in grosze."""
    keys = {charge.pk for charge in charges}
    if not keys:
        return {}
    list(Charge.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    return {charge.pk: charge.left for charge in Charge.objects.with_left().filter(pk__in=keys)}


def book(kind: Operation.Kind, teryt: str, voucher: Voucher, sides: Sequence[Side]) -> Operation:
    """The operation of the voucher, as it stands when it was booked before."""
    values = {
        "kind": kind,
        "source": voucher.source,
        "value_date": voucher.value_date,
        "at": voucher.at,
        "by": voucher.by,
    }
    made, is_new = Operation.objects.get_or_create(municipality_id=teryt, key=voucher.key, defaults=values)
    if is_new:
        Entry.objects.bulk_create(
            Entry(operation=made, account=into, amount_gr=amount_gr, charge=charge) for into, amount_gr, charge in sides
        )
    return made


def operation_of(kind: Operation.Kind, teryt: str, voucher: Voucher) -> Operation:
    return Operation(
        municipality_id=teryt, kind=kind, key=voucher.key, source=voucher.source, value_date=voucher.value_date,
        at=voucher.at, by=voucher.by,
    )  # fmt: skip
