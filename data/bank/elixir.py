"""Elixir-O: one order a line, 16 fields parted by commas, texts in quotes, their lines parted by ``|``.

Banks send reports of mass payments so: ``110`` is a transfer, ``210`` a direct debit (its first side is who is
paid), ``510`` a return or a correction, which a person looks at. There are no balances and no numbers of statements;
the number is the day and a digest of the lines, so that the same report is known again.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256

from data.bank.lines import LARGEST_GR, LineRecord, StatementRecord, joined, one_line, unreadable
from data.bank.nrb import nrb_of

TRANSFER, DIRECT_DEBIT, RETURN = "110", "210", "510"
FIRST = re.compile(r"\s*\"?(110|210|510)\"?\s*,\s*\"?\d{8}\"?\s*,", re.ASCII)
_LEAST = 12  #: fields up to the title
_GROSZE = re.compile(r"\d{1,16}", re.ASCII)


def read_elixir(text: str) -> Iterator[StatementRecord]:
    """Lines of each day are a statement. Raises UnreadableFileError with the line."""
    days: dict[date, list[LineRecord]] = {}
    rows = csv.reader(text.replace("\r\n", "\n").splitlines(), strict=True)
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                day = _day(cells, rows.line_num)
                lines = days.setdefault(day, [])
                lines.append(_line(cells, day, number=len(lines) + 1, row=rows.line_num))
    except csv.Error:
        raise unreadable(f"wiersz {rows.line_num}", "cudzysłowy albo przecinki stoją nie na miejscu") from None
    for day, lines in sorted(days.items()):
        yield StatementRecord("elixir-o", f"{day:%Y%m%d}-{_digest(lines)}", day, day, tuple(lines))


def _digest(lines: list[LineRecord]) -> str:
    told = "\n".join(f"{line.amount_gr};{line.payer_nrb};{line.credited};{line.title}" for line in lines)
    return sha256(told.encode()).hexdigest()[:12]


def _day(cells: list[str], row: int) -> date:
    if len(cells) < _LEAST or cells[0].strip() not in {TRANSFER, DIRECT_DEBIT, RETURN}:
        raise unreadable(f"wiersz {row}", "to nie jest zlecenie 110, 210 ani 510")
    try:
        return datetime.strptime(cells[1].strip(), "%Y%m%d").date()  # noqa: DTZ007 - a day of the bank, no moment
    except ValueError:
        raise unreadable(f"wiersz {row}", "zła data") from None


def _line(cells: list[str], day: date, *, number: int, row: int) -> LineRecord:
    amount = cells[2].strip()
    if not _GROSZE.fullmatch(amount) or int(amount) >= LARGEST_GR:
        raise unreadable(f"wiersz {row}", "kwota nie jest liczbą groszy")
    kind = cells[0].strip()
    payer, payee = (6, 5) if kind == DIRECT_DEBIT else (5, 6)
    payee_nrb = nrb_of(cells[payee])
    if not payee_nrb:
        raise unreadable(f"wiersz {row}", "rachunek odbiorcy ma złą liczbę kontrolną")
    return LineRecord(
        number=number,
        amount_gr=int(amount),
        booked_on=day,
        value_on=day,
        payer=one_line(cells[payer + 2].split("|"))[:300],
        payer_nrb=nrb_of(cells[payer]),
        title=joined(cells[11].split("|")),
        reference=cells[15].strip()[:60] if len(cells) > 15 else "",
        credited=(payee_nrb,),
        doubt="zwrot albo korekta w Elixir-O (510)" if kind == RETURN else "",
    )
