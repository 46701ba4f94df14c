"""What a line pays for, in the order of what is sure: an individual account, a number in the title, likeness.

Only the first two are booked; likeness is a suggestion. All lines of a statement are matched at once, in a handful of
questions to the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.payments.ledger.models import BankAccount, Charge
from services.payments.statements import tokens
from services.payments.statements.models import IndividualAccount, LineCharge, StatementLine
from spatial.words import search_key

State, Reason = StatementLine.State, StatementLine.Reason

#: kinds that are paid whole or not at all (stamp-duty act, art. 6); of others a part may be paid
PAID_WHOLE = frozenset({"stamp-duty"})


@dataclass(frozen=True, slots=True)
class Clue:
    """Charges that a line names, in the order in which they are paid."""

    reason: StatementLine.Reason
    charges: tuple[Charge, ...]
    alone: frozenset[int] = frozenset()  #: keys of those that numbers of one charge name; they come first


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a line: which charges it pays, and what is left for a person."""

    state: StatementLine.State
    reason: StatementLine.Reason
    charges: tuple[Charge, ...] = ()


def verdict(amount_gr: int, clue: Clue, left: Mapping[int, int]) -> Verdict:
    """``left`` is what is owed of each charge, in grosze."""
    unpaid = tuple(charge for charge in clue.charges if left[charge.pk] > 0)
    if not unpaid:
        return Verdict(State.EXCEPTION, Reason.NOTHING_OWED)
    total = sum(left[charge.pk] for charge in unpaid)
    if amount_gr > total:
        return Verdict(State.EXCEPTION, Reason.SURPLUS, unpaid)
    if amount_gr == total:
        return Verdict(State.MATCHED, clue.reason, unpaid)
    if exact := exactly(amount_gr, unpaid, left):
        return Verdict(State.MATCHED, clue.reason, exact)
    if any(charge.kind in PAID_WHOLE for charge in unpaid):
        return Verdict(State.EXCEPTION, Reason.PART)
    return Verdict(State.MATCHED, clue.reason, unpaid)


def exactly(amount_gr: int, charges: Sequence[Charge], left: Mapping[int, int]) -> tuple[Charge, ...]:
    """One charge of just this amount, else the oldest ones that sum to it."""
    for charge in charges:
        if left[charge.pk] == amount_gr:
            return (charge,)
    total = 0
    for count, charge in enumerate(charges, 1):
        total += left[charge.pk]
        if total == amount_gr:
            return tuple(charges[:count])
    return ()


def clues(lines: Sequence[StatementLine]) -> dict[int, Clue]:
    """By the position of the line in the sequence; lines that name nothing known are left out."""
    if not lines:
        return {}
    municipality = lines[0].municipality_id
    by_account = named_by_account(lines)
    titles = {place: line.title for place, line in enumerate(lines) if place not in by_account}
    by_title = tokens.charges_of(municipality, titles)
    alone = tokens.charges_of(municipality, titles, named_alone=True)
    keys = {key for found in (by_account, by_title) for charges in found.values() for key in charges}
    rows = {row.pk: row for row in Charge.objects.filter(municipality=municipality, pk__in=keys)}
    found = {}
    for reason, named in ((Reason.ACCOUNT, by_account), (Reason.TITLE, by_title)):
        for place, charges in named.items():
            known = sorted((rows[key] for key in charges if key in rows), key=lambda charge: (charge.due_on, charge.pk))
            first = frozenset(alone.get(place, ())) if reason == Reason.TITLE else frozenset()
            ordered = [row for row in known if row.pk in first] + [row for row in known if row.pk not in first]
            found[place] = Clue(reason, tuple(ordered), first)
    return found


def named_by_account(lines: Sequence[StatementLine]) -> dict[int, list[int]]:
    """Charges of individual accounts: the one charge, or all that the person owes to that bank account."""
    wanted = {line.credited_nrb for line in lines if line.credited_nrb}
    rows = IndividualAccount.objects.filter(nrb__in=wanted, mask__municipality=lines[0].municipality_id)
    accounts = {row.nrb: row for row in rows.select_related("mask__bank_account")}
    payers = {row.payer_id for row in accounts.values() if row.payer_id}
    owed: dict[tuple[int, str], list[int]] = {}
    unpaid = Charge.objects.unpaid().filter(municipality=lines[0].municipality_id, payer__in=payers)
    usual = usual_accounts(lines[0].municipality_id, max(line.booked_on for line in lines)) if payers else {}
    for charge in unpaid.select_related("bank_account"):
        nrb = charge.bank_account.nrb if charge.bank_account else usual.get(charge.kind, "")
        owed.setdefault((charge.payer_id or 0, nrb), []).append(charge.pk)
    found = {}
    for place, line in enumerate(lines):
        if account := accounts.get(line.credited_nrb):
            whose, nrb = account.payer_id or 0, account.mask.bank_account.nrb
            either = [*owed.get((whose, nrb), ()), *owed.get((whose, ""), ())]
            found[place] = [account.charge_id] if account.charge_id else either
    return found


def usual_accounts(municipality: str, day: date) -> dict[str, str]:
    """Numbers of accounts by the kind of charges that are paid there, as ``Charge.account_on`` chooses them."""
    rows = BankAccount.objects.valid(day).filter(municipality=municipality).order_by("valid_from", "-pk")
    return dict(rows.values_list("purpose", "nrb"))


def suggestions(lines: Sequence[StatementLine]) -> dict[int, Charge]:
    """By the position of the line: the oldest unpaid charge of the same amount and the same payer."""
    if not lines:
        return {}
    amounts = {line.amount_gr for line in lines}
    by_amount: dict[int, list[Charge]] = {}
    for charge in Charge.objects.unpaid().filter(municipality=lines[0].municipality_id, amount_gr__in=amounts):
        by_amount.setdefault(charge.left, []).append(charge)
    known = payers_of(lines)
    found = {}
    for place, line in enumerate(lines):
        alike = (one for one in by_amount.get(line.amount_gr, ()) if is_payer(one, line, known))
        if first := next(alike, None):
            found[place] = first
    return found


def payers_of(lines: Sequence[StatementLine]) -> dict[str, set[int]]:
    """People whose charges were paid before from the same accounts."""
    accounts = {line.payer_nrb for line in lines if line.payer_nrb}
    paid = LineCharge.objects.filter(line__municipality=lines[0].municipality_id, line__payer_nrb__in=accounts)
    found: dict[str, set[int]] = {}
    for nrb, payer in paid.exclude(charge__payer=None).values_list("line__payer_nrb", "charge__payer").distinct():
        found.setdefault(nrb, set()).add(payer)
    return found


def is_payer(charge: Charge, line: StatementLine, known: Mapping[str, set[int]]) -> bool:
    """By the account that paid before, or by each word of the name."""
    if charge.payer_id in known.get(line.payer_nrb, ()):
        return True
    words = search_key(charge.payer_name).split()
    return bool(words) and set(words) <= set(search_key(line.payer).split())
