"""TERYT of GUS: units (TERC), localities (SIMC) and streets (ULIC), from CSV or XML, one row at a time.

Both forms of XML are read: columns as elements and, in older files, ``<col name="NAZWA">``. SOAP answers are not:
the file inside them is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

from data.readers.archives import Unpacked
from data.readers.columns import Columns
from data.readers.delimited import open_table
from data.readers.xml import local_name, read_elements, text_of
from data.records import LocalityRecord, Problem, Reading, StreetRecord, UnreadableFileError
from data.records.candidates import Candidate
from data.records.territory import TercRecord
from data.teryt import LOCALITY_KINDS, SIMC_RE, TERYT_RE, ULIC_RE, street_name, terc

SUFFIXES = (".csv", ".xml", ".txt")
TERC_COLUMNS = ("WOJ", "POW", "GMI", "RODZ", "NAZWA", "NAZWA_DOD")
SIMC_COLUMNS = ("WOJ", "POW", "GMI", "RODZ_GMI", "RM", "NAZWA", "SYM")
ULIC_COLUMNS = ("WOJ", "POW", "GMI", "RODZ_GMI", "SYM", "SYM_UL", "CECHA", "NAZWA_1", "NAZWA_2")

type Row = dict[str, str]


def read_terc(path: str | Path) -> Reading[Candidate[TercRecord]]:
    """Units: of a gmina its own rows (RODZ 1-5), and the rows of its county and voivodeship, which name no gmina.

    Raises UnreadableFileError: missing-column, no-objects and those of tables, XML and archives.
    """
    return _reading(path, TERC_COLUMNS, _terc)


def read_simc(path: str | Path) -> Reading[Candidate[LocalityRecord]]:
    """Localities with the parts of towns and villages."""
    return _reading(path, SIMC_COLUMNS, _locality)


def read_ulic(path: str | Path) -> Reading[Candidate[StreetRecord]]:
    """Streets by locality, without shape."""
    return _reading(path, ULIC_COLUMNS, _street)


def _reading[R](
    path: str | Path, columns: tuple[str, ...], build: Callable[[Row, int], Candidate[R]]
) -> Reading[Candidate[R]]:
    source = Unpacked.of(path, suffixes=SUFFIXES)
    rows = _Rows(source.path, columns)
    state_on = rows.state_on()
    reading: Reading[Candidate[R]] = Reading(iter(()), state_on=state_on)
    if rows.remark:
        reading.problems.append(Problem("encoding-guessed", "warning", "", rows.remark))

    def records() -> Iterator[Candidate[R]]:
        for number, row in rows:
            reading.read += 1
            yield build(row, number)
        if source.folder is not None:
            source.folder.cleanup()

    reading.records = records()
    return reading


@dataclass(slots=True)
class _Rows:
    """Rows of either form with the names of columns in capitals; can be walked again."""

    path: Path
    columns: tuple[str, ...]
    remark: str | None = None

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        with self.path.open("rb") as stream:
            is_xml = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        return self.of_xml() if is_xml else self.of_table()

    def of_table(self) -> Iterator[tuple[int, Row]]:
        table = open_table(self.path, is_quoted=False)
        self.remark = table.remark
        held = Columns({name: (name,) for name in (*self.columns, "STAN_NA")}, self.columns).found(table.columns)
        for line in table.lines():
            yield line.number, {name: line.cells.get(column, "") for name, column in held.items()}

    def of_xml(self) -> Iterator[tuple[int, Row]]:
        for number, element in enumerate(read_elements(self.path, "row"), 1):
            row = dict(map(_cell, element))
            if number == 1:
                Columns({name: (name,) for name in self.columns}, self.columns).found(list(row))
            yield number, {name: row.get(name, "") for name in (*self.columns, "STAN_NA")}

    def state_on(self) -> date | None:
        """The newest STAN_NA. Raises UnreadableFileError (no-objects) for a file without rows."""
        newest, is_empty = "", True
        for _, row in self:
            is_empty = False
            newest = max(newest, row.get("STAN_NA", "")[:10])
        if is_empty:
            raise UnreadableFileError("no-objects", "Plik TERYT nie ma ani jednego wiersza. Pobierz go jeszcze raz.")
        return day_of(newest)


def _cell(node: etree._Element) -> tuple[str, str]:
    name = node.get("name") if local_name(node).lower() == "col" else local_name(node)
    return (name or "").upper(), text_of(node) or ""


def day_of(text: str) -> date | None:
    """ISO day, also written "01.01.2024"; None where it is none."""
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text.strip()):
        text = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


# --- rows to records ------------------------------------------------------------------------------------------


def _owner(row: Row, kind: str) -> tuple[str, str | None]:
    """Code of the unit and its first six digits, None where the code is malformed."""
    code = terc(row["WOJ"], row["POW"], row["GMI"], row[kind])
    return code, code[:6] if TERYT_RE.fullmatch(code) else None


def _malformed(rule: str, number: int, what: str, value: str) -> Problem:
    message = f"Wiersz {number}: {what} „{value[:30]}” ma zły zapis. Pobierz plik TERYT jeszcze raz."
    return Problem(rule, "error", f"wiersz {number}", message)


def _terc(row: Row, number: int) -> Candidate[TercRecord]:
    code = terc(row["WOJ"], row["POW"], row["GMI"], row["RODZ"])
    name = " ".join(row["NAZWA"].split())
    is_good = name and (TERYT_RE.fullmatch(code) if row["GMI"] else re.fullmatch(r"\d{2}(?:\d{2})?", code))
    if not is_good:
        return Candidate(f"wiersz {number}", None, None, (_malformed("terc-malformed", number, "jednostka", code),))
    record = TercRecord(code, name, row["NAZWA_DOD"], day_of(row.get("STAN_NA", "")))
    return Candidate(code, record, code[:6] if row["GMI"] else None)


def _locality(row: Row, number: int) -> Candidate[LocalityRecord]:
    _, owner = _owner(row, "RODZ_GMI")
    simc, name = row["SYM"], " ".join(row["NAZWA"].split())
    if not SIMC_RE.fullmatch(simc) or not name:
        problem = _malformed("simc-malformed", number, "kod SIMC", simc)
        return Candidate(f"wiersz {number}", None, owner, (problem,))
    kind = LOCALITY_KINDS.get(row["RM"].zfill(2))
    if kind is None:
        message = f"Wiersz {number}: rodzaj miejscowości „{row['RM'][:10]}” jest nieznany; przyjęto ją bez rodzaju."
        problems = (Problem("locality-kind-unknown", "warning", simc, message),)
        return Candidate(simc, LocalityRecord(simc, name, ""), owner, problems)
    return Candidate(simc, LocalityRecord(simc, name, kind), owner)


def _street(row: Row, number: int) -> Candidate[StreetRecord]:
    _, owner = _owner(row, "RODZ_GMI")
    simc, ulic = row["SYM"], row["SYM_UL"]
    name = street_name(row["CECHA"], row["NAZWA_1"], row["NAZWA_2"])
    if not SIMC_RE.fullmatch(simc):
        problem = _malformed("simc-malformed", number, "kod SIMC", simc)
        return Candidate(f"wiersz {number}", None, owner, (problem,))
    if not ULIC_RE.fullmatch(ulic) or not name:
        problem = _malformed("ulic-malformed", number, "kod ULIC", ulic)
        return Candidate(f"wiersz {number}", None, owner, (problem,))
    return Candidate(f"{simc}.{ulic}", StreetRecord(ulic, simc, name), owner)
