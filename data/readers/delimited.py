"""Tables in text (CSV) as Polish offices send them: semicolons or commas, UTF-8 or cp1250, one row at a time."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.readers.encoding import best_encoding
from data.readers.xml import refuse_missing_or_empty
from data.records import UnreadableFileError

MAX_BYTES = 200 << 20
MAX_CELL = 100_000
MAX_COLUMNS = 500
_PIECE = 1 << 20
_DELIMITERS = ";,\t|"
_OTHER_KINDS = (
    (b"PK\x03\x04", "archiwum ZIP albo skoroszyt Excela; rozpakuj je albo zapisz arkusz jako CSV"),
    (b"\xd0\xcf\x11\xe0", "skoroszyt Excela; zapisz arkusz jako CSV"),
    (b"%PDF", "dokument PDF, a potrzebna jest tabela CSV"),
    (b"\x1f\x8b", "archiwum gzip; rozpakuj je"),
    (b"<", "plik XML albo strona internetowa, a potrzebna jest tabela CSV"),
    (b"{", "plik JSON, a potrzebna jest tabela CSV"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the file, cells by column, and whether it had as many cells as the head."""

    number: int
    cells: dict[str, str]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be read from its beginning any number of times."""

    path: Path
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    is_quoted: bool
    remark: str | None  #: Polish, where the encoding was guessed

    def lines(self) -> Iterator[Line]:
        """Rows that are not empty. Raises UnreadableFileError (table-unreadable)."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            rows = _rows(stream, self.delimiter, is_quoted=self.is_quoted)
            next(rows)
            for number, cells in rows:
                if any(cell.strip() for cell in cells):
                    named = dict(zip(self.columns, map(str.strip, cells), strict=False))
                    yield Line(number, named, len(cells) == len(self.columns))


def open_table(path: str | Path, *, is_quoted: bool = True, max_bytes: int = MAX_BYTES) -> Table:
    """Look at the file and its head.

    is_quoted: False for GUS, which writes a name with quotes in it as it is.
    Raises UnreadableFileError: empty-file, file-too-large, unsupported-format, unknown-encoding, table-unreadable.
    """
    file = Path(path)
    refuse_missing_or_empty(file, max_bytes=max_bytes)
    encoding, remark = _encoding(file)
    head = _head(file, encoding)
    delimiter = max(_DELIMITERS, key=head.count)
    _, cells = next(_rows(iter([head]), delimiter, is_quoted=True), (1, []))
    columns = tuple(cell.strip() for cell in cells)
    if len(columns) > MAX_COLUMNS or not any(columns):
        raise _unreadable(1, "w pierwszym wierszu nie ma nazw kolumn")
    return Table(file, columns, encoding, delimiter, is_quoted, remark)


def _head(file: Path, encoding: str) -> str:
    try:
        with file.open(encoding=encoding, newline="") as stream:
            return stream.readline(MAX_CELL)
    except UnicodeError:
        raise _unknown_encoding() from None


def _rows(stream: Iterator[str], delimiter: str, *, is_quoted: bool) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(stream, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise _unreadable(reader.line_num, str(fault)) from None
        except UnicodeError:
            raise _unknown_encoding() from None
        if cells is None:
            return
        yield reader.line_num, cells if is_quoted else [_unquoted(cell) for cell in cells]


def _unquoted(cell: str) -> str:
    """A cell that a spreadsheet wrapped in quotes, without them; a name that only has some stays."""
    stripped = cell.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' and stripped[1:-1].replace('""', "").count('"') == 0:
        return stripped[1:-1].replace('""', '"')
    return cell


def _encoding(file: Path) -> tuple[str, str | None]:
    with file.open("rb") as stream:
        head = stream.read(_PIECE)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, what in _OTHER_KINDS:
        if start.startswith(signature):
            raise UnreadableFileError("unsupported-format", f"To nie jest tabela CSV: {what}.")
    if b"\0" in head:
        raise UnreadableFileError("unsupported-format", "To nie jest tabela CSV: plik zawiera dane binarne.")
    if (odd := _not_utf8(file)) is None:
        return "utf-8-sig", None
    found = best_encoding(odd)
    return found, f"Plik nie jest w UTF-8; po polskich literach przyjęto kodowanie {found}. Sprawdź nazwy."


def _not_utf8(file: Path) -> bytes | None:
    """The first piece of the file that is not UTF-8, None when all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return piece
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return b"\xff"
    return None


def _unknown_encoding() -> UnreadableFileError:
    return UnreadableFileError(
        "unknown-encoding", "Nie da się odczytać kodowania znaków tabeli. Zapisz arkusz jako CSV w UTF-8."
    )


def _unreadable(line: int, reason: str) -> UnreadableFileError:
    return UnreadableFileError(
        "table-unreadable",
        f"Tabeli nie da się odczytać w wierszu {line} ({reason}). Zapisz arkusz jeszcze raz jako CSV w UTF-8.",
    )
