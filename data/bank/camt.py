"""camt.053 statements of ISO 20022, versions 001.02 to 001.08 and later, in any namespace of a bank.

A booked entry may be a batch: then each of its payments is a line, where their amounts are given and sum to the entry.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from data.bank.lines import LineRecord, StatementRecord, hundredths, one_line, unreadable
from data.bank.nrb import nrb_of, nrbs_in
from data.readers.xml import child, child_text, children, local_name
from data.records import UnreadableFileError

_NOTHING = frozenset({"", "NOTPROVIDED", "NONREF", "NOTAVAILABLE"})
_WARSAW = ZoneInfo("Europe/Warsaw")
_MONEY = re.compile(r"\d{1,18}(?:\.\d{1,5})?", re.ASCII)


def read_camt(raw: bytes) -> Iterator[StatementRecord]:
    """Statements of the document. Raises UnreadableFileError with the place."""
    document = _document(raw)
    message = child(document, "BkToCstmrStmt")
    if local_name(document) != "Document" or message is None:
        raise UnreadableFileError(
            "unsupported-format", "To plik XML, ale nie wyciąg camt.053. W banku wybierz wyciąg camt.053 albo MT940."
        )
    for number, statement in enumerate(children(message, "Stmt"), 1):
        yield _statement(statement, f"wyciąg {number} w pliku")


def _document(raw: bytes) -> etree._Element:
    if b"<!doctype" in raw.replace(b"\0", b"").lower():
        raise UnreadableFileError(
            "doctype-forbidden",
            "Plik zawiera deklarację DOCTYPE, której wyciąg nie potrzebuje, a której używa się do ataków. "
            "Nie wczytano go; pobierz wyciąg z banku jeszcze raz.",
        )
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        line = getattr(fault, "lineno", None) or 1
        raise UnreadableFileError(
            "not-well-formed", f"Plik XML jest ucięty lub uszkodzony w wierszu {line}. Pobierz go z banku jeszcze raz."
        ) from None


def _statement(said: etree._Element, place: str) -> StatementRecord:
    account = _account(child(said, "Acct"))
    balances = {_at(row, "Tp", "CdOrPrtry", "Cd"): row for row in reversed(children(said, "Bal"))}
    opening, closing = balances.get("OPBD", balances.get("PRCD")), balances.get("CLBD")
    if opening is None or closing is None or not account:
        raise UnreadableFileError(
            "bank-statement-incomplete", f"Brak numeru rachunku albo salda początkowego lub końcowego: {place}."
        )
    to_on = _day(child(closing, "Dt"), place)
    entries = children(said, "Ntry")
    booked = [entry for entry in entries if _status(entry) == "BOOK"]
    lines: list[LineRecord] = []
    for number, entry in enumerate(booked, 1):
        lines.extend(_lines(entry, first=len(lines) + 1, to_on=to_on, place=f"{place}, zapis {number}"))
    days = [line.booked_on for line in lines]
    return StatementRecord(
        form="camt.053",
        number=(child_text(said, "ElctrncSeqNb") or child_text(said, "LglSeqNb") or child_text(said, "Id") or "")[:40],
        from_on=min([to_on, *days]),
        to_on=to_on,
        lines=tuple(lines),
        account=account,
        currency=_currency(closing),
        opening_gr=_money(opening, place),
        closing_gr=_money(closing, place),
        skipped=len(entries) - len(booked),
    )


def _lines(entry: etree._Element, *, first: int, to_on: date, place: str) -> Iterator[LineRecord]:
    whole = _money(entry, place)
    payments = [one for details in children(entry, "NtryDtls") for one in children(details, "TxDtls")]
    currency = _currency(entry)
    amounts = [_part(one, currency, is_debit=whole < 0, place=place) for one in payments]
    known = [amount for amount in amounts if amount is not None]
    if len(payments) > 1 and len(known) == len(payments):
        if sum(known) != whole:
            raise unreadable(place, "kwoty płatności w paczce nie sumują się do kwoty zapisu")
        for index, (one, amount) in enumerate(zip(payments, known, strict=True)):
            yield _line(entry, one, number=first + index, amount_gr=amount, to_on=to_on, place=place)
        return
    only = payments[0] if len(payments) == 1 else None
    yield _line(entry, only, number=first, amount_gr=whole, to_on=to_on, place=place)


def _line(
    entry: etree._Element, payment: etree._Element | None, *, number: int, amount_gr: int, to_on: date, place: str
) -> LineRecord:
    booked_on = _day(child(entry, "BookgDt"), place, to_on)
    side, other = ("Cdtr", "Dbtr") if amount_gr < 0 else ("Dbtr", "Cdtr")
    parties = None if payment is None else child(payment, "RltdPties")
    title = _title(entry, payment)
    payer_nrb = _account(_element(parties, f"{side}Acct"))
    sent_to = (nrb_of(_account(_element(parties, f"{other}Acct"))), *nrbs_in(title))
    return LineRecord(
        number=number,
        amount_gr=amount_gr,
        booked_on=booked_on,
        value_on=_day(child(entry, "ValDt"), place, booked_on),
        currency=_currency(entry),
        payer=(_at(parties, side, "Nm") or _at(parties, side, "Pty", "Nm"))[:300],
        payer_nrb=nrb_of(payer_nrb),
        title=title,
        reference=_reference(entry, payment)[:60],
        credited=tuple(dict.fromkeys(one for one in sent_to if one and one != payer_nrb)),
        doubt="storno banku" if _at(entry, "RvslInd") in {"true", "1"} else "",
    )


def _title(entry: etree._Element, payment: etree._Element | None) -> str:
    told = None if payment is None else child(payment, "RmtInf")
    words = [] if told is None else [one.text or "" for one in children(told, "Ustrd")]
    words.append(_at(told, "Strd", "CdtrRefInf", "Ref"))
    more = (_at(payment, "AddtlTxInf"), _at(entry, "AddtlNtryInf"))
    return one_line(words) or next((one_line([one]) for one in more if one), "")


def _reference(entry: etree._Element, payment: etree._Element | None) -> str:
    """The payment's own, then the entry's: payments of a batch share the latter.

    Banks' references only: what the payer writes (``InstrId``, ``EndToEndId``) many payments may share.
    """
    own = [_at(payment, "Refs", name) for name in ("AcctSvcrRef", "TxId")]
    of_entry = [_at(entry, "AcctSvcrRef"), _at(entry, "NtryRef")]
    return next((one for one in [*own, *of_entry] if one.upper() not in _NOTHING), "")


# --- small readings -------------------------------------------------------------------------------------------


def _element(parent: etree._Element | None, *names: str) -> etree._Element | None:
    for name in names:
        parent = None if parent is None else child(parent, name)
    return parent


def _at(parent: etree._Element | None, *names: str) -> str:
    found = _element(parent, *names)
    return "" if found is None else (found.text or "").strip()


def _account(said: etree._Element | None) -> str:
    number = _at(said, "Id", "IBAN") or _at(said, "Id", "Othr", "Id")
    return nrb_of(number) or number[:34]


def _status(entry: etree._Element) -> str:
    """A word until version 001.06, a code within since."""
    return _at(entry, "Sts") or _at(entry, "Sts", "Cd")


def _currency(said: etree._Element) -> str:
    amount = child(said, "Amt")
    return "" if amount is None else amount.get("Ccy", "")[:3]


def _money(said: etree._Element, place: str) -> int:
    return _signed(_at(said, "Amt"), is_debit=_at(said, "CdtDbtInd") == "DBIT", place=place)


def _part(payment: etree._Element, currency: str, *, is_debit: bool, place: str) -> int | None:
    """Of one payment of a batch; None where the bank gives none, or only one in another currency."""
    holder = payment if child(payment, "Amt") is not None else _element(payment, "AmtDtls", "TxAmt")
    if holder is not None and _currency(holder) != currency:
        return None
    said = _at(holder, "Amt")
    direction = _at(payment, "CdtDbtInd")
    return _signed(said, is_debit=direction == "DBIT" if direction else is_debit, place=place) if said else None


def _signed(said: str, *, is_debit: bool, place: str) -> int:
    if not _MONEY.fullmatch(said):
        raise unreadable(place, "kwota nie jest liczbą")
    amount = hundredths(said, place)
    return -amount if is_debit else amount


def _day(said: etree._Element | None, place: str, default: date | None = None) -> date:
    day, moment = _at(said, "Dt"), _at(said, "DtTm")
    if not day and not moment and default is not None:
        return default
    try:
        if day:
            return date.fromisoformat(day[:10])  # a zone may stand behind
        told = datetime.fromisoformat(moment)
        return (told.astimezone(_WARSAW) if told.tzinfo else told).date()
    except (ValueError, OverflowError):
        raise unreadable(place, "brak daty albo jest zła") from None
