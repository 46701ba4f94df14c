"""Plain paragraphs of a document: DOCX, PDF with text, HTML as old word processors save it, TXT.

A file is known by its first bytes, not by its ending. Layout, pictures and scripts are left out; words are not changed.
"""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from string import ascii_lowercase

import docx
import lxml.html
import pypdf
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree
from pypdf.errors import DependencyError, PyPdfError

from data.readers.docx_text import lines_of
from data.readers.encoding import best_encoding, polish_score
from data.readers.xml import refuse_missing_or_empty
from data.records import UnreadableFileError

MAX_BYTES = 20 << 20
MAX_UNPACKED_BYTES = 200 << 20
MAX_PAGES = 2_000
_SAMPLE_BYTES = 1 << 20
_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "table", "dt", "dd"}
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
#: a line that begins a unit of law, and no page number
_UNIT = re.compile(
    r"§|[0-9]{1,3}[a-z]{0,2}(?:\)|\.\s+\D)|[a-z]{1,2}\)|[-–—•]\s+[a-ząćęłńóśźż]|Rozdział|DZIAŁ", re.IGNORECASE
)
_DIVIDED = re.compile(r"([^\W\d_]*[a-ząćęłńóśźż])-$")
_REST = re.compile(r"[a-ząćęłńóśźż]+")
_STEMS = (
    "północno", "południowo", "wschodnio", "zachodnio", "mieszkaniowo", "usługowo", "produkcyjno", "techniczno",
    "architektoniczno", "rekreacyjno", "wypoczynkowo", "magazynowo", "handlowo", "pieszo", "rowerowo", "budowlano",
    "konserwatorsko", "rolniczo", "leśno", "wodno", "społeczno", "gospodarczo", "kulturowo", "sportowo", "składowo",
)  # fmt: skip
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
    # printers and mail put lines before the mark; readers of PDF look for it in the first 1024 bytes
    if b"%PDF-" in content[:1024]:
        return _pdf(content)
    _refuse_other_kinds(content)
    text = _decoded(content)
    return _html(text) if _HTML.search(text[:4096]) else text.splitlines()


def _refuse_other_kinds(content: bytes) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf_16_le") in content:
            raise _encrypted("Dokument jest zabezpieczony hasłem. Zapisz go bez hasła.")
        raise _unreadable("To stary plik DOC. Zapisz go jako DOCX albo PDF.")
    if content.startswith(b"{\\rtf"):
        raise _unreadable("To plik RTF. Zapisz go jako DOCX albo PDF.")
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("To nie jest dokument tekstowy. Wczytaj DOCX, PDF, HTML albo TXT.")


def _clean(line: str) -> str:
    """One line of words: no soft hyphens, no invisible signs, one space between words."""
    visible = "".join(sign for sign in line.replace("\u00ad", "") if sign.isprintable() or sign.isspace())
    return " ".join(visible.replace("\ufeff", "").split())


def _unreadable(why: str) -> UnreadableFileError:
    return UnreadableFileError("document-unreadable", why)


def _encrypted(why: str) -> UnreadableFileError:
    return UnreadableFileError("document-encrypted", why)


# --- kinds ------------------------------------------------------------------------------------------------------


def _docx(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_other_archives(archive)
        return list(lines_of(docx.Document(io.BytesIO(content))))
    # an encrypted member is a RuntimeError of zipfile, an unknown way of packing a NotImplementedError
    except (zipfile.BadZipFile, zlib.error, PackageNotFoundError, etree.LxmlError, LookupError, ValueError, EOFError,
            RuntimeError, AttributeError, TypeError) as fault:  # fmt: skip
        raise _unreadable("To nie jest poprawny plik DOCX. Otwórz go w edytorze i zapisz ponownie.") from fault


def _refuse_other_archives(archive: zipfile.ZipFile) -> None:
    if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise _unreadable("Dokument po rozpakowaniu jest za duży. Zapisz go bez obrazów.")
    names = set(archive.namelist())
    if "mimetype" in names:
        raise _unreadable("To plik ODT. Zapisz go jako DOCX albo PDF.")
    if "word/document.xml" not in names:
        raise _unreadable("To archiwum ZIP, a nie dokument. Rozpakuj je i wczytaj sam dokument DOCX albo PDF.")


def _pdf(content: bytes) -> list[str]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _encrypted("PDF jest zabezpieczony hasłem. Zapisz go bez hasła.")
        if len(reader.pages) > MAX_PAGES:
            raise _unreadable(f"PDF ma ponad {MAX_PAGES} stron. Wydziel z niego samą uchwałę.")
        pages = [_clean_page(page.extract_text()) for page in reader.pages]
    except DependencyError as fault:
        raise _encrypted("PDF jest zaszyfrowany. Wydrukuj go do nowego pliku PDF i wczytaj ten plik.") from fault
    # what pypdf lets through on damaged files
    except (PyPdfError, zlib.error, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, AssertionError,
            RuntimeError, OSError, struct.error, MemoryError) as fault:  # fmt: skip
        raise _unreadable("PDF jest uszkodzony. Otwórz go i zapisz ponownie.") from fault
    return list(_joined_words([line for page in _without_running_titles(pages) for line in page]))


def _clean_page(text: str) -> list[str]:
    return [line for line in map(_clean, text.splitlines()) if line]


def _without_running_titles(pages: list[list[str]]) -> Iterator[list[str]]:
    """Lines that stand first or last on most pages, with other numbers in them, are headers and footers."""
    edges = Counter(shape for page in pages for shape in {_shape(line) for line in (*page[:2], *page[-2:])})
    # a page that begins with a provision has no header there
    repeated = {shape for shape, count in edges.items() if len(pages) > 1 and count > len(pages) / 2}
    for page in pages:
        last = len(page) - 2
        yield [
            line
            for place, line in enumerate(page)
            if 2 <= place < last or _shape(line) not in repeated or _UNIT.match(line)
        ]


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _joined_words(lines: Sequence[str]) -> Iterator[str]:
    """A word divided at the end of a line is put together, "północno-zachodni" with its hyphen."""
    written = set(re.findall(r"\w+(?:-\w+)*", "\n".join(lines).lower()))
    before: str | None = None
    for line in lines:
        divided = _DIVIDED.search(before) if before is not None else None
        if before is not None and divided is not None and (rest := _REST.match(line)) is not None:
            is_compound = _is_compound(divided[1].lower(), rest[0].lower(), written)
            before = (before if is_compound else before[:-1]) + line
            continue
        if before is not None:
            yield before
        before = line
    if before is not None:
        yield before


def _is_compound(first: str, rest: str, written: Collection[str]) -> bool:
    """By the same words elsewhere in the document, else by stems that plans put before a hyphen."""
    if f"{first}-{rest}" in written or first + rest in written:
        return f"{first}-{rest}" in written
    return first.endswith(_STEMS)


def _html(text: str) -> list[str]:
    try:
        root = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.LxmlError, ValueError) as fault:
        raise _unreadable("Strony HTML nie da się odczytać. Zapisz uchwałę jako DOCX, PDF albo TXT.") from fault
    if root.find(".//input[@type='password']") is not None:
        raise _unreadable("To strona logowania, a nie uchwała. Zaloguj się i zapisz sam dokument.")
    etree.strip_elements(root, "script", "style", "head", "noscript", "template", with_tail=False)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    return _html_lines(root)


def _html_lines(root: lxml.html.HtmlElement) -> list[str]:
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        is_block = isinstance(node.tag, str) and node.tag in _BLOCKS
        drawn = _list_number(node) if event == "start" and node.tag == "li" else ""
        pieces += ["\n" if is_block else "", drawn, _flat(node.text if event == "start" else node.tail)]
    return "".join(pieces).splitlines()


def _list_number(item: lxml.html.HtmlElement) -> str:
    """What a browser draws before an item: "2. ", in a list within a list "2) " or "b) "."""
    above = item.getparent()
    if above is None or above.tag != "ol":
        return "– " if above is not None and above.tag == "ul" else ""
    start = int(above.get("start")) if re.fullmatch("[0-9]{1,4}", above.get("start") or "") else 1
    place = start + sum(1 for _ in item.itersiblings("li", preceding=True))
    if (above.get("type") or "").lower() == "a" and place <= len(ascii_lowercase):
        return f"{ascii_lowercase[place - 1]}) "
    return f"{place}) " if next(above.iterancestors("ol"), None) is not None else f"{place}. "


def _flat(text: str | None) -> str:
    """A line break of the source is a space of the page, also where a tag follows it."""
    return re.sub(r"\s+", " ", text or "")


def _decoded(content: bytes) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    likely = best_encoding(content[:_SAMPLE_BYTES])
    declared = _CHARSET.search(content[:4096])
    if declared is None or likely == "utf-8":
        return content.decode(likely, errors="replace")
    try:
        said = content.decode(declared[1].decode())
    except (LookupError, UnicodeDecodeError):
        return content.decode(likely, errors="replace")
    # pages saved by Windows under a name of ISO
    guessed = content.decode(likely, errors="replace")
    return guessed if polish_score(guessed) > polish_score(said) else said
