"""Plain paragraphs of a document: DOCX, PDF with text, HTML as old word processors save it, TXT.

A file is known by its first bytes, not by its ending. Layout, pictures and scripts are left out; words are not changed.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import docx
import lxml.html
import pypdf
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from lxml import etree
from pypdf.errors import PyPdfError

from data.readers.encoding import best_encoding
from data.readers.xml import refuse_missing_or_empty
from data.records import UnreadableFileError

MAX_BYTES = 30 << 20
MAX_UNPACKED_BYTES = 200 << 20
MAX_PAGES = 2_000
_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "table", "dt", "dd"}
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def paragraphs(path: str | Path) -> list[str]:
    """Paragraphs in order, without empty ones.

    Raises UnreadableFileError: empty-file, file-too-large, document-unreadable, document-encrypted, text-not-found.
    """
    file = Path(path)
    refuse_missing_or_empty(file, max_bytes=MAX_BYTES)
    content = file.read_bytes()
    found = [line for line in map(_clean, _read(content)) if line]
    if not found:
        raise UnreadableFileError(
            "text-not-found",
            "W pliku nie ma tekstu. Jeśli to skan, rozpoznaj w nim tekst (OCR) albo wklej tekst uchwały ręcznie.",
        )
    return found


def paragraphs_of_text(text: str) -> list[str]:
    """Paragraphs of pasted text."""
    return [line for line in map(_clean, text.splitlines()) if line]


def _read(content: bytes) -> Iterable[str]:
    if content.startswith(b"PK\x03\x04"):
        return _docx(content)
    if content.lstrip()[:5] == b"%PDF-":
        return _pdf(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable("To stary plik DOC. Zapisz go jako DOCX albo PDF.")
    if _HTML.search(content[:4096]):
        return _html(content)
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("To nie jest dokument tekstowy. Wczytaj DOCX, PDF, HTML albo TXT.")
    return _decoded(content).splitlines()


def _clean(line: str) -> str:
    """One line of words: no soft hyphens, no invisible signs, one space between words."""
    visible = "".join(sign for sign in line.replace("\u00ad", "") if sign.isprintable() or sign.isspace())
    return " ".join(visible.replace("\ufeff", "").split())


def _unreadable(why: str) -> UnreadableFileError:
    return UnreadableFileError("document-unreadable", why)


# --- kinds ------------------------------------------------------------------------------------------------------


def _docx(content: bytes) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise _unreadable("Dokument po rozpakowaniu jest za duży. Zapisz go bez obrazów.")
        document = docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, etree.LxmlError) as fault:
        raise _unreadable("To nie jest poprawny plik DOCX. Otwórz go w edytorze i zapisz ponownie.") from fault
    yield from _blocks(document)


def _blocks(document: Document) -> Iterator[str]:
    """Paragraphs and cells of tables in their order; numbers that Word only draws are no text and are lost."""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = dict.fromkeys(cell.text for cell in row.cells)
                yield " ".join(cells)
        else:
            yield from block.text.splitlines()


def _pdf(content: bytes) -> Iterator[str]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFileError("document-encrypted", "PDF jest zabezpieczony hasłem. Zapisz go bez hasła.")
        if len(reader.pages) > MAX_PAGES:
            raise _unreadable(f"PDF ma ponad {MAX_PAGES} stron. Wydziel z niego samą uchwałę.")
        pages = [_clean_page(page.extract_text()) for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as fault:
        raise _unreadable("PDF jest uszkodzony. Otwórz go i zapisz ponownie.") from fault
    yield from _joined_words(line for page in _without_running_titles(pages) for line in page)


def _clean_page(text: str) -> list[str]:
    return [line for line in map(_clean, text.splitlines()) if line]


def _without_running_titles(pages: list[list[str]]) -> Iterator[list[str]]:
    """Lines that stand first or last on most pages, with other numbers in them, are headers and footers."""
    edges = Counter(_shape(line) for page in pages for line in {*page[:2], *page[-2:]})
    repeated = {shape for shape, count in edges.items() if len(pages) > 2 and count > len(pages) / 2}
    for page in pages:
        inner = page[2:-2] if len(page) > 4 else []
        yield [line for line in page if _shape(line) not in repeated or line in inner]


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _joined_words(lines: Iterable[str]) -> Iterator[str]:
    """A word divided at the end of a line is put together."""
    before: str | None = None
    for line in lines:
        if before is not None and re.search(r"[a-ząćęłńóśźż]-$", before) and re.match(r"[a-ząćęłńóśźż]", line):
            before = before[:-1] + line
            continue
        if before is not None:
            yield before
        before = line
    if before is not None:
        yield before


def _html(content: bytes) -> list[str]:
    text = _decoded(content, declared=_CHARSET.search(content[:4096]))
    try:
        root = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.ParserError, ValueError) as fault:
        raise _unreadable("Strony HTML nie da się odczytać. Zapisz uchwałę jako DOCX, PDF albo TXT.") from fault
    if root.find(".//input[@type='password']") is not None:
        raise _unreadable("To strona logowania, a nie uchwała. Zaloguj się i zapisz sam dokument.")
    etree.strip_elements(root, "script", "style", "head", "noscript", with_tail=False)
    return _html_lines(root)


def _html_lines(root: lxml.html.HtmlElement) -> list[str]:
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        is_block = isinstance(node.tag, str) and node.tag in _BLOCKS
        if event == "start":
            # a line break of the source is a space of the page
            pieces += ["\n" if is_block else "", _flat(node.text)]
        else:
            pieces += ["\n" if is_block else "", _flat(node.tail)]
    return "".join(pieces).splitlines()


def _flat(text: str | None) -> str:
    return " ".join((text or "").splitlines()) if text else ""


def _decoded(content: bytes, declared: re.Match[bytes] | None = None) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    name = declared[1].decode() if declared else best_encoding(content)
    try:
        return content.decode(name)
    except (LookupError, UnicodeDecodeError):
        return content.decode(best_encoding(content), errors="replace")
