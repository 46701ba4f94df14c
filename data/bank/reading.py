"""A file of statements, whatever a bank's export has made of it: told by its content, never by its name."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.bank.camt import read_camt
from data.bank.elixir import FIRST, read_elixir
from data.bank.lines import StatementRecord
from data.bank.mt940 import read_mt940
from data.readers.encoding import best_encoding
from data.readers.xml import refuse_missing_or_empty
from data.records import UnreadableFileError

MAX_BYTES = 32 << 20  #: a statement of 10 000 lines in XML has about 12 MB
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1250": "Windows-1250",
    "iso-8859-2": "ISO-8859-2",
    "cp852": "CP852",
    "mazovia": "Mazovia",
}
_ASCII = bytes(range(128))


@dataclass(frozen=True, slots=True)
class BankFile:
    """Statements of one file, and the encoding they were read with as people call it."""

    statements: tuple[StatementRecord, ...]
    encoding: str


def read_bank_file(path: Path) -> BankFile:
    """Raises UnreadableFileError, in Polish and with the place, for whatever is no statement of a bank."""
    refuse_missing_or_empty(path, max_bytes=MAX_BYTES)
    raw = path.read_bytes()
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or raw.startswith((b"<\0", b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return _filled(read_camt(raw), "XML")
    text, encoding = decoded(raw)
    if FIRST.match(text):
        return _filled(read_elixir(text), encoding)
    if ":20:" in text and ":25:" in text:
        return _filled(read_mt940(text), encoding)
    raise UnreadableFileError(
        "unsupported-format",
        "To nie jest wyciąg bankowy. Przyjmujemy MT940 (plik .sta albo .940), camt.053 (XML) i Elixir-O. "
        "Wybierz jeden z nich w banku.",
    )


def decoded(raw: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8 where it is that, else the one whose letters are Polish."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in raw:
        raise binary()
    else:
        encoding = "utf-8" if _is_utf8(raw) else best_encoding(raw.translate(None, delete=_ASCII))
    text = raw.decode(encoding, errors="replace").removeprefix("\ufeff")
    if "\0" in text:
        raise binary()
    return text, ENCODINGS[encoding]


def binary() -> UnreadableFileError:
    return UnreadableFileError("unsupported-format", "To nie jest wyciąg bankowy: plik zawiera dane binarne.")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _filled(statements: Iterable[StatementRecord], encoding: str) -> BankFile:
    found = tuple(statements)
    if not found:
        raise UnreadableFileError("bank-statement-incomplete", "W pliku nie ma żadnego wyciągu. Pobierz go ponownie.")
    return BankFile(found, encoding)
