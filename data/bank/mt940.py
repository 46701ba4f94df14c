"""MT940 statements: the messages by the ``mt-940`` library, ``:86:`` by our own reading of Polish dialects.

Banks divide ``:86:`` into sub-fields by ``~``, ``<``, ``^``, ``?`` or ``+``: 20 to 25 title, 27 to 29 or 32 and 33 the
other side, 30 its bank, 31 or 38 its account, 60 to 63 more words. mBank writes ``; TYT.: ...`` instead.
"""

import logging
import re
from collections.abc import Iterator
from datetime import date
from decimal import InvalidOperation
from typing import Any

import mt940.models
from mt940.options import Options

from data.bank.lines import LineRecord, StatementRecord, hundredths, joined, one_line, unreadable
from data.bank.nrb import is_nrb, nrb_of, nrbs_in
from data.records import UnreadableFileError

# the library logs the fields that it cannot read, with the names and titles in them
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)

_START = re.compile(r"^:20:", re.MULTILINE)
_END = re.compile(r"^:62[FM]?:[^\n]*$", re.MULTILINE)
_LINE = re.compile(r"^:61:", re.MULTILINE)
_DIVIDED = re.compile(r"\s*\d{0,4}\s*([~<^?+])\d\d")
_NAMED = re.compile(r";\s*(ID IPH|Z RACH\.|OD|DLA|TYT\.|TNR):")
_TITLE, _NAME, _MORE = ("20", "21", "22", "23", "24", "25"), ("32", "33"), ("60", "61", "62", "63")
_OLDER_NAME = ("27", "28", "29")
_ACCOUNT_DIGITS = 26  #: a number of a payer is cut out of an account
_REVERSED = "storno banku"
_OPTIONS = Options(reversal_sign=True, case_insensitive_marks=True, unbounded_details=True, strip_bom=True)


def _typed(_all: object, _tag: object, _said: object, result: dict[str, Any]) -> dict[str, Any]:
    """Without a type of transaction the library would write the next line over this one."""
    return {**result, "id": result.get("id") or "NMSC"}


_PROCESSORS = {"post_transaction_details": [], "post_statement": [_typed]}


def read_mt940(text: str) -> Iterator[StatementRecord]:
    """One statement for each ``:20:``. Raises UnreadableFileError with the place in the file."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x01", "").replace("\x03", "")
    starts = [found.start() for found in _START.finditer(lines)]
    if not starts:
        raise UnreadableFileError("bank-statement-incomplete", "W pliku MT940 nie ma żadnego wyciągu (pola :20:).")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _statement(lines[start:end], first_line=lines.count("\n", 0, start) + 1)


def _statement(block: str, *, first_line: int) -> StatementRecord:
    place = f"wyciąg, który zaczyna się w wierszu {first_line} pliku"
    end = _END.search(block)
    if end is None:
        raise UnreadableFileError(
            "bank-statement-incomplete",
            f"Brak salda końcowego (:62F:): {place}. Plik jest ucięty, pobierz go ponownie.",
        )
    if _LINE.search(block, end.end()):
        raise unreadable(place, "operacja :61: stoi za saldem końcowym")
    message = _parsed(block[: end.end()], first_line, place)
    opening, closing = _balance(message.data, "opening", place), _balance(message.data, "closing", place)
    if len(message) != len(_LINE.findall(block)):
        raise unreadable(place, "nie wszystkie operacje :61: dały się odczytać")
    currency = str(closing.amount.currency)
    lines = tuple(_line(number, one.data, currency) for number, one in enumerate(message, 1))
    page = message.data.get("sequence_number")
    return StatementRecord(
        form="mt940",
        number=f"{message.data.get('statement_number') or ''}{f'/{page}' if page else ''}",
        from_on=_day(opening.date),
        to_on=_day(closing.date),
        lines=lines,
        account=_account(str(message.data.get("account_identification") or "")),
        currency=currency,
        opening_gr=hundredths(opening.amount.amount, place),
        closing_gr=hundredths(closing.amount.amount, place),
    )


def _parsed(block: str, first_line: int, place: str) -> mt940.models.Transactions:
    message = mt940.models.Transactions(processors=_PROCESSORS, options=_OPTIONS)
    try:
        message.parse(block)
    except RuntimeError as fault:
        field = str(fault.args[-1])
        line = first_line + block.count("\n", 0, max(block.find(field), 0))
        raise unreadable(f"wiersz {line} pliku", "pole MT940 jest zapisane niezgodnie ze wzorem") from None
    except (ValueError, TypeError, KeyError, InvalidOperation):
        raise unreadable(place, "zła data, kwota albo nieznane pole") from None
    return message


def _balance(said: dict[str, Any], which: str, place: str) -> Any:
    found = (said.get(f"{kind}{which}_balance") for kind in ("final_", "intermediate_", ""))
    balance = next((one for one in found if one is not None and one.amount), None)
    if balance is None:
        raise UnreadableFileError("bank-statement-incomplete", f"Brak salda początkowego albo końcowego: {place}.")
    return balance


def _account(said: str) -> str:
    """Polish banks write the number with or without PL; foreign ones their own, which is no account of an office."""
    return nrb_of(said) or said.strip()[:34]


def _day(said: date) -> date:
    """A plain day: that of the library is of its own class."""
    return date(said.year, said.month, said.day)


def _line(number: int, said: dict[str, Any], currency: str) -> LineRecord:
    details = _details(str(said.get("transaction_details") or ""))
    bank = str(said.get("bank_reference") or "").strip()
    return LineRecord(
        number=number,
        amount_gr=hundredths(said["amount"].amount, f"operacja {number}"),
        booked_on=_day(said.get("entry_date") or said["date"]),
        value_on=_day(said["date"]),
        currency=currency,
        reference=(details.pop("reference", "") or bank)[:60],
        doubt=_REVERSED if str(said.get("status") or "").upper().startswith("R") else "",
        **details,
    )


def _details(said: str) -> dict[str, Any]:
    if found := _DIVIDED.match(said):
        return _divided(said.replace("\n", ""), found[1])
    return _named(one_line([said])) if _NAMED.search(said) else _plain(said)


def _divided(said: str, sign: str) -> dict[str, Any]:
    parts = re.split(rf"{re.escape(sign)}(\d\d)", said)
    fields: dict[str, str] = {}
    for code, words in zip(parts[1::2], parts[2::2], strict=True):
        fields[code] = f"{fields.get(code, '')}{words}"
    bank, account = fields.get("30", ""), fields.get("31", "")
    numbers = (nrb_of(one) for one in (fields.get("38", ""), account, bank + account))
    payer_nrb = next((one for one in numbers if one), "")
    name = _joined(fields, _NAME) or _joined(fields, _OLDER_NAME)
    elsewhere = one_line([words for code, words in fields.items() if code not in {"30", "31", "38"}])
    return {
        "payer": name,
        "payer_nrb": payer_nrb,
        "title": _joined(fields, _TITLE) or _joined(fields, _MORE),
        "credited": tuple(number for number in nrbs_in(elsewhere) if number != payer_nrb),
    }


def _joined(fields: dict[str, str], codes: tuple[str, ...]) -> str:
    return joined([fields.get(code, "") for code in codes])


def _named(said: str) -> dict[str, Any]:
    """mBank Collect: ``ID IPH`` is the payer's number that the office had put into the virtual account."""
    parts = _NAMED.split(said)
    fields = {key: words.strip(" ;") for key, words in zip(parts[1::2], parts[2::2], strict=True)}
    number = re.sub(r"\D", "", fields.get("ID IPH", ""))
    account = fields.get("Z RACH.", "").replace(" ", "")
    return {
        "payer": fields.get("OD", ""),
        "payer_nrb": account if is_nrb(account) else "",
        "title": fields.get("TYT.", ""),
        "reference": fields.get("TNR", "").replace(" ", ""),
        "payer_number": int(number) if 0 < len(number) <= _ACCOUNT_DIGITS else None,
    }


def _plain(said: str) -> dict[str, Any]:
    title = one_line([said])
    return {"title": title, "credited": nrbs_in(title)}
