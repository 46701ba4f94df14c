"""Streaming XML of strangers: no DOCTYPE, no entities, no network, and a limit on everything that can grow.

``read_objects`` yields the members of a feature collection one at a time and frees them afterwards, so memory
depends on the largest object, not on the file.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from lxml import etree

from data.records import UnreadableFileError

GML = "http://www.opengis.net/gml/3.2"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

#: literal texts that WFS servers write where they mean nothing
NULL_TEXTS = frozenset({"", "none", "null", "nil", "brak"})

_MEMBERS = frozenset({"featureMember", "featureMembers", "member"})
_COLLECTION = "FeatureCollection"
_PROLOG_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of the reader. A county delivery has 50-500 MB and about 60 bytes an element."""

    bytes: int = 2 << 30
    elements: int = 50_000_000
    depth: int = 64
    object_elements: int = 2_000_000


DEFAULT_LIMITS = Limits()


def read_objects(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[etree._Element]:
    """Members of the collection in file order. An element is valid until the next one is asked for.

    Raises UnreadableFileError: missing-file, empty-file, file-too-large, not-xml (and its kin for archives,
    pages, pictures), doctype-forbidden, not-well-formed, too-deep, too-many-elements.
    """
    file = Path(path)
    refuse_unfit_file(file, limits=limits)
    try:
        with file.open("rb") as stream:
            yield from _members(stream, limits)
    except etree.XMLSyntaxError as fault:
        raise _not_well_formed(fault.position[0], fault.msg or "") from None
    except (LookupError, UnicodeError) as fault:
        raise _unknown_encoding(str(fault)) from None


def _members(stream: BinaryIO, limits: Limits) -> Iterator[etree._Element]:
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    depth = elements = object_depth = object_elements = 0
    for event, element in events:
        if event == "start":
            depth += 1
            elements += 1
            object_elements += 1
            _refuse_excess(depth, elements, object_elements if object_depth else 0, limits)
            if not object_depth and _starts_object(element):
                object_depth, object_elements = depth, 1
            continue
        if depth == object_depth:
            yield element
            object_depth = 0
            _forget(element)
        elif not object_depth and (depth == 2 or local_name(element) in _MEMBERS):
            _forget(element)
        depth -= 1


def _refuse_excess(depth: int, elements: int, object_elements: int, limits: Limits) -> None:
    if depth > limits.depth:
        raise UnreadableFileError(
            "too-deep",
            f"Elementy pliku są zagnieżdżone głębiej niż {limits.depth} poziomy; takie pliki bywają próbą "
            "zablokowania serwera. Wyeksportuj dane ponownie jako zwykły GML.",
        )
    if elements > limits.elements or object_elements > limits.object_elements:
        raise UnreadableFileError(
            "too-many-elements",
            f"Plik ma więcej elementów, niż przyjmujemy ({limits.elements} w pliku, {limits.object_elements} "
            "w jednym obiekcie). Podziel eksport, np. na obręby.",
        )


def _starts_object(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local_name(parent) in _MEMBERS and local_name(element) != _COLLECTION


def _forget(element: etree._Element) -> None:
    """Free an element that was read and the siblings before it.

    Ancestors and envelopes stay: objects inherit the reference system from them. The element itself stays in
    its parent, emptied, because the parser still stands on it.
    """
    if local_name(element) == "boundedBy":
        return
    element.clear()
    parent = element.getparent()
    for sibling in list(element.itersiblings(preceding=True)):
        if parent is not None and local_name(sibling) != "boundedBy":
            parent.remove(sibling)


# --- before parsing -----------------------------------------------------------------------------------------


def refuse_unfit_file(file: Path, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Look at the size, the first bytes and the prolog, and refuse what no reader of ours can use."""
    refuse_missing_or_empty(file, max_bytes=limits.bytes)
    with file.open("rb") as stream:
        head = stream.read(4096)
        _refuse_other_kinds(head)
        stream.seek(0)
        _refuse_doctype(stream.read(_PROLOG_BYTES))


def refuse_missing_or_empty(file: Path, *, max_bytes: int) -> None:
    """Raise UnreadableFileError for a path that is not a file, an empty file and one over the size limit."""
    if not file.is_file():
        raise UnreadableFileError("missing-file", f"Nie ma pliku „{file.name}”. Sprawdź nazwę i wyślij go ponownie.")
    size = file.stat().st_size
    if size == 0:
        raise UnreadableFileError(
            "empty-file", f"Plik „{file.name}” jest pusty (0 bajtów). Wyeksportuj dane jeszcze raz."
        )
    if size > max_bytes:
        raise UnreadableFileError(
            "file-too-large",
            f"Plik „{file.name}” ma {size // 2**20} MB, a przyjmujemy do {max_bytes // 2**20} MB. Podziel eksport.",
        )


def _refuse_other_kinds(head: bytes) -> None:
    """Recognise by content what people send by mistake; a file name proves nothing."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    lowered = start[:512].lower()
    for signature, rule, what in (
        (b"\x1f\x8b", "compressed-file", "to archiwum gzip; rozpakuj je i wyślij plik GML"),
        (b"pk\x03\x04", "compressed-file", "to archiwum ZIP; rozpakuj je i wyślij plik GML"),
        (b"%pdf", "not-xml", "to dokument PDF, a potrzebny jest plik GML"),
        (b"\xff\xd8\xff", "not-xml", "to zdjęcie JPEG, a potrzebny jest plik GML"),
        (b"\x89png", "not-xml", "to obraz PNG, a potrzebny jest plik GML"),
        (
            b"<!doctype html",
            "html-page",
            "to strona internetowa, zapewne komunikat błędu serwera; pobierz dane ponownie",
        ),
        (
            b"<html",
            "html-page",
            "to strona internetowa, zapewne komunikat błędu serwera; pobierz dane ponownie",
        ),
        (b"{", "not-xml", "to plik JSON; wybierz wczytywanie GeoJSON albo wyślij GML"),
    ):
        if lowered.startswith(signature):
            raise UnreadableFileError(rule, f"Plik nie jest plikiem GML: {what}.")
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not (start.startswith(b"<") or utf16):
        raise UnreadableFileError(
            "not-xml",
            "Plik nie jest plikiem GML (nie zaczyna się znacznikiem XML). Sprawdź, czy to właściwy plik.",
        )


class _RootReached(Exception):
    """Raised inside expat when the prolog is over."""


def _refuse_doctype(prolog: bytes) -> None:
    """Stop at a DOCTYPE before anything that it declares can be expanded."""

    def doctype(*_: object) -> None:
        raise UnreadableFileError(
            "doctype-forbidden",
            "Plik zawiera deklarację DOCTYPE, którą można wykorzystać do ataku, dlatego nie został wczytany. "
            "GML jej nie potrzebuje: usuń ją albo wyeksportuj dane ponownie.",
        )

    def root(*_: object) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        with suppress(_RootReached):
            parser.Parse(prolog, False)
            raise UnreadableFileError(
                "not-well-formed", "W pliku nie ma żadnego elementu XML: jest ucięty. Wyślij go ponownie."
            )
    except expat.ExpatError as fault:
        raise _not_well_formed(fault.lineno, expat.ErrorString(fault.code)) from None
    except (LookupError, ValueError) as fault:
        raise _unknown_encoding(str(fault)) from None


def _not_well_formed(line: int, reason: str) -> UnreadableFileError:
    return UnreadableFileError(
        "not-well-formed",
        f"Plik jest ucięty lub uszkodzony: błąd XML w wierszu {line} ({reason}). "
        "Nie wczytano z niego niczego; pobierz lub wyeksportuj plik jeszcze raz.",
    )


def _unknown_encoding(reason: str) -> UnreadableFileError:
    return UnreadableFileError(
        "unknown-encoding", f"Nie da się odczytać kodowania znaków pliku ({reason}). Zapisz plik w UTF-8."
    )


# --- small readings of one element --------------------------------------------------------------------------


def local_name(element: etree._Element) -> str:
    """Tag without the namespace; a comment has a name that no schema uses."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """Namespace of the tag; "" where there is none."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")


def child(element: etree._Element, name: str) -> etree._Element | None:
    """First child with this local name in any namespace."""
    return next((node for node in element if local_name(node) == name), None)


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """All children with this local name."""
    return [node for node in element if local_name(node) == name]


def text_of(element: etree._Element | None) -> str | None:
    """Text of an element, None where the source says nothing: empty, nil, or the literal "None"."""
    if element is None or element.get(XSI_NIL) in ("true", "1"):
        return None
    text = (element.text or "").strip()
    return None if text.lower() in NULL_TEXTS else text


def child_text(element: etree._Element, name: str) -> str | None:
    """Text of the first child with this local name."""
    return text_of(child(element, name))


def child_href(element: etree._Element, name: str) -> str | None:
    """Where the first such child points with xlink:href."""
    found = child(element, name)
    return (found.get(XLINK_HREF) or "").strip() or None if found is not None else None
