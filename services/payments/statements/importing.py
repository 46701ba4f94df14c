"""Statements of a file into the tables: whose account it is, whether the sums are right, what is known already.

A file is refused whole when a sum is wrong or an account is another's; what was told before is skipped and said.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from django.utils import timezone

from data.bank.lines import POLISH, LineRecord, StatementRecord
from data.bank.nrb import number_of, virtual_nrb
from data.records import Problem
from services.identity.models import User
from services.payments.ledger.models import BankAccount
from services.payments.statements.models import (
    AccountMask,
    BankStatement,
    LineCharge,
    PayoutPart,
    StatementLine,
)
from services.payments.statements.payouts import take_payouts, take_written
from services.payments.statements.posting import post
from spatial.imports.registry import Delivery, Published
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

State, Reason = StatementLine.State, StatementLine.Reason

LARGEST_GR = 2**31 - 1  #: that an entry of the books takes


@dataclass(frozen=True, slots=True)
class Accounts:
    """Bank accounts of one municipality, and the masks of their individual accounts."""

    by_nrb: Mapping[str, BankAccount]
    masks: Sequence[AccountMask]

    @classmethod
    def of(cls, municipality: Municipality) -> "Accounts":
        rows = BankAccount.objects.filter(municipality=municipality).order_by("-pk")
        masks = AccountMask.objects.filter(municipality=municipality).select_related("bank_account")
        return cls({row.nrb: row for row in rows}, list(masks))

    def of_line(self, line: LineRecord) -> BankAccount | None:
        """Of a report of payments: where the line's account leads to."""
        for nrb in line.credited:
            if found := self.by_nrb.get(nrb) or next((one.bank_account for one in self.masks_of(nrb)), None):
                return found
        return None

    def masks_of(self, nrb: str) -> Iterator[AccountMask]:
        return (one for one in self.masks if number_of(nrb, one.mask) is not None)

    def individual(self, line: LineRecord, bank: BankAccount) -> str:
        """The individual account that the payer used; "" where none is told."""
        if line.payer_number is not None:
            return next((nrb for one in self.masks if (nrb := given(one, bank, line.payer_number))), "")
        return next((nrb for nrb in line.credited if any(self.masks_of(nrb))), "")


def given(mask: AccountMask, bank: BankAccount, number: int) -> str:
    """The account of a number that the bank cut out; "" for a mask of another account or a number too long."""
    has_room = number < 10 ** (24 - len(mask.mask))
    return virtual_nrb(mask.mask, number) if mask.bank_account_id == bank.pk and has_room else ""


def publish_statements(records: Iterable[StatementRecord], delivery: Delivery) -> Published:
    """Keeps what is new, matches and books it. Everything wrong is said to the delivery, which then keeps nothing."""
    accounts = Accounts.of(delivery.municipality)
    counts: Counter[str] = Counter()
    scope, at = set(), timezone.now()
    by = delivery.snapshot.published_by
    for said in (part for record in records for part in own_parts(record, accounts, delivery)):
        if not is_right(said, delivery):
            continue
        counts["read"] += len(said.lines)
        scope.add(f"statement:{said.account}")
        kept = keep(said, accounts, delivery, at=at, by=by)
        counts.update(kept)
    new = counts["added"]
    told = {"added": new, "unchanged": counts["read"] - new}
    states = {str(state): counts[str(state)] for state in (State.MATCHED, State.SUGGESTED, State.EXCEPTION)}
    return Published(
        counts={"line": told, "match": states} if counts["statements"] else {},
        written=new,
        scope=sorted(scope),
        is_unchanged=not counts["statements"],
    )


def own_parts(record: StatementRecord, accounts: Accounts, delivery: Delivery) -> Iterator[StatementRecord]:
    """The statement, where the account is the municipality's; a report of payments is parted by account."""
    if record.account:
        if record.account in accounts.by_nrb:
            yield record
        else:
            refuse_foreign(record, delivery)
        return
    parts: dict[str, list[LineRecord]] = defaultdict(list)
    for line in record.lines:
        bank = accounts.of_line(line)
        parts[bank.nrb if bank else ""].append(line)
    if "" in parts:
        refuse_foreign(record, delivery)
        return
    for nrb, lines in parts.items():
        yield replace(record, account=nrb, lines=tuple(lines))


def refuse_foreign(record: StatementRecord, delivery: Delivery) -> None:
    delivery.refuse(
        "bank-account-foreign",
        "",
        f"Wyciąg {record.number}: rachunek nie należy do gminy {delivery.municipality.name}. "
        "Sprawdź, czy to właściwy plik, albo dopisz rachunek gminy.",
    )


def is_right(said: StatementRecord, delivery: Delivery) -> bool:
    """Whether balances and lines agree."""
    missing = said.missing_gr
    if missing:
        alike = [str(line.number) for line in said.lines if line.amount_gr in {missing, -missing}]
        place = f" Tyle ma pozycja {', '.join(alike[:3])}." if alike else ""
        delivery.refuse(
            "bank-sums-differ",
            "",
            f"Wyciąg {said.number} z {said.to_on:%d.%m.%Y}: saldo początkowe i pozycje dają inną sumę niż saldo "
            f"końcowe, różnica {polish_money(missing)}.{place} Pobierz wyciąg z banku jeszcze raz.",
        )
    if said.skipped:
        delivery.problems.append(pending(said))
    return not missing


def pending(said: StatementRecord) -> Problem:
    message = f"Wyciąg {said.number}: pominięto zapisy, których bank jeszcze nie zaksięgował: {said.skipped}."
    return Problem("bank-pending", "info", "", message)


def keep(
    said: StatementRecord, accounts: Accounts, delivery: Delivery, *, at: datetime, by: User | None
) -> Counter[str]:
    """Counts of new lines by what became of them; empty for a statement that is kept already."""
    owner, snapshot = delivery.municipality, delivery.snapshot
    known = BankStatement.objects.filter(
        municipality=owner, nrb=said.account, number=said.number, to_on=said.to_on
    ).first()
    if known is not None:
        delivery.problems.append(told_again(known, said))
        return Counter()
    statement = BankStatement.objects.create(
        municipality=owner, nrb=said.account, number=said.number, from_on=said.from_on, to_on=said.to_on,
        currency=said.currency, opening_gr=said.opening_gr, closing_gr=said.closing_gr, turnover=turnover(said),
        form=said.form, file_name=snapshot.file_name, sha256=snapshot.sha256, imported_at=at,
        imported_by=by,
    )  # fmt: skip
    delivery.problems.extend(gap_before(statement))
    lines = new_lines(said, statement, accounts, delivery)
    waiting = [line for line in lines if line.reason == Reason.UNKNOWN]
    others, payouts = take_payouts(waiting, at=at, by=by)
    others, written = take_written(others, at=at, by=by)
    parts = post(others, at=at, by=by)
    StatementLine.objects.bulk_create(lines, batch_size=1000)
    PayoutPart.objects.bulk_create([*payouts, *written])
    LineCharge.objects.bulk_create(parts, batch_size=1000)
    return Counter({"statements": 1, "added": len(lines)}) + Counter(str(line.state) for line in lines)


def told_again(known: BankStatement, said: StatementRecord) -> Problem:
    """The same statement is no news; another one under its number is an error."""
    day = f"{said.to_on:%d.%m.%Y}"
    if (known.opening_gr, known.closing_gr, known.turnover) == (said.opening_gr, said.closing_gr, turnover(said)):
        message = f"Wyciąg {said.number} z {day} jest już wczytany; pominięto go."
        return Problem("bank-statement-known", "info", "", message)
    message = (
        f"Wyciąg {said.number} z {day} jest już wczytany z innymi kwotami. Niczego nie zmieniono. "
        "Zapytaj bank, który jest właściwy."
    )
    return Problem("bank-statement-differs", "error", "", message)


def turnover(said: StatementRecord) -> str:
    """Digest of the amounts in any order: two formats of one statement have the same."""
    amounts = ";".join(str(amount) for amount in sorted(line.amount_gr for line in said.lines))
    return sha256(amounts.encode()).hexdigest()


def gap_before(statement: BankStatement) -> Iterator[Problem]:
    """A warning where the account does not go on from the last statement before."""
    earlier = BankStatement.objects.filter(
        municipality=statement.municipality, nrb=statement.nrb, to_on__lte=statement.to_on, closing_gr__isnull=False
    ).exclude(pk=statement.pk)
    last = earlier.order_by("-to_on", "-pk").first()
    if last is None or statement.opening_gr in {None, last.closing_gr}:
        return
    message = (
        f"Wyciąg {statement.number} z {statement.to_on:%d.%m.%Y} zaczyna się innym saldem, niż kończy się "
        f"poprzedni ({last.number} z {last.to_on:%d.%m.%Y}). Sprawdź, czy nie brakuje wyciągu."
    )
    yield Problem("bank-balance-gap", "warning", "", message)


def new_lines(
    said: StatementRecord, statement: BankStatement, accounts: Accounts, delivery: Delivery
) -> list[StatementLine]:
    """Rows of lines that no other statement has told; not saved."""
    bank = accounts.by_nrb[said.account]
    marks = fingerprints(said)
    rows = StatementLine.objects.filter(municipality=delivery.municipality, fingerprint__in=marks)
    known = set(rows.values_list("fingerprint", flat=True))
    if known:
        message = f"Wyciąg {said.number}: pominięto pozycje, które są już w innym wyciągu: {len(known)}."
        delivery.problems.append(Problem("bank-line-known", "info", "", message))
    fresh = [(line, mark) for line, mark in zip(said.lines, marks, strict=True) if mark not in known]
    alike = Alike.of(statement, [line for line, _ in fresh])
    return [
        row_of(line, statement, bank, mark, reason=reason_to_look(line, alike), to=accounts.individual(line, bank))
        for line, mark in fresh
    ]


def row_of(
    line: LineRecord, statement: BankStatement, bank: BankAccount, mark: str, *, reason: StatementLine.Reason, to: str
) -> StatementLine:
    return StatementLine(
        municipality_id=statement.municipality_id, statement=statement, number=line.number, bank_account=bank,
        amount_gr=line.amount_gr, currency=line.currency, booked_on=line.booked_on, value_on=line.value_on,
        payer=line.payer[:300], payer_nrb=line.payer_nrb, title=line.title, reference=line.reference, credited_nrb=to,
        fingerprint=mark, state=State.EXCEPTION, reason=reason, left_gr=line.amount_gr, is_booked=False,
    )  # fmt: skip


def fingerprints(said: StatementRecord) -> list[str]:
    """Of each line: by the bank's reference, which other statements repeat, else by its place in this one."""
    seen: Counter[tuple[str, int, date]] = Counter()
    marks = []
    for line in said.lines:
        if line.reference:
            movement = (line.reference, line.amount_gr, line.booked_on)
            seen[movement] += 1
            place = f"{line.reference}|{seen[movement]}"
        else:
            place = f"{said.number}|{said.to_on}|{line.number}|"
        text = f"{said.account}|{place}|{line.amount_gr}|{line.booked_on}"
        marks.append(sha256(text.encode()).hexdigest())
    return marks


@dataclass(frozen=True, slots=True)
class Alike:
    """What other statements say of the same days: movements that may be the same although nothing proves it."""

    form: str
    known: Mapping[tuple[date, int, str, str], Sequence[tuple[str, str]]]  #: movement -> (reference, format)

    @classmethod
    def of(cls, statement: BankStatement, lines: Sequence[LineRecord]) -> "Alike":
        days = {line.booked_on for line in lines}
        rows = StatementLine.objects.filter(
            municipality=statement.municipality, statement__nrb=statement.nrb, booked_on__in=days
        ).exclude(statement=statement)
        known = defaultdict(list)
        for day, amount, nrb, title, reference, form in rows.values_list(
            "booked_on", "amount_gr", "payer_nrb", "title", "reference", "statement__form"
        ):
            known[day, amount, nrb, squeezed(title)].append((reference, form))
        return cls(statement.form, known)

    def has(self, line: LineRecord) -> bool:
        """Two references of one format prove that there are two movements."""
        told = self.known.get((line.booked_on, line.amount_gr, line.payer_nrb, squeezed(line.title)), ())
        return any(not reference or not line.reference or form != self.form for reference, form in told)


def squeezed(title: str) -> str:
    """Formats break lines elsewhere."""
    return "".join(title.upper().split())


def reason_to_look(line: LineRecord, alike: Alike) -> StatementLine.Reason:
    """UNKNOWN: none, it may be matched."""
    if line.currency != POLISH:
        return Reason.CURRENCY
    if line.amount_gr < 0:
        return Reason.DEBIT
    if line.doubt or not line.amount_gr:
        return Reason.DOUBT
    if line.amount_gr > LARGEST_GR:
        return Reason.TOO_LARGE
    return Reason.DOUBLED if alike.has(line) else Reason.UNKNOWN
