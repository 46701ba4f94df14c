"""Streaming XML of strangers: no DOCTYPE, no entities, no network, and a limit on everything that can grow.

``read_objects`` yields the members of a feature collection one at a time and frees them afterwards, so memory
depends on the largest object, not on the file.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

from lxml import etree

from data.readers.parts import Part, PartStream
from data.records import UnreadableFileError

GML = "http://www.opengis.net/gml/3.2"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

#: literal texts that WFS servers write where they mean nothing
NULL_TEXTS = frozenset({"", "none", "null", "nil", "brak"})

_MEMBERS = frozenset({"featureMember", "featureMembers", "member"})
_COLLECTION = "FeatureCollection"
_MEMBER_TAGS = tuple(f"{{*}}{name}" for name in sorted(_MEMBERS))
_PROLOG_BYTES = 1 << 20
#: SWDE is text: a header that names itself, or records of segments "SN,...;" "SO,...;" at the beginnings of lines
_SWDE = re.compile(rb"\A\s*SWDE|^(?:SN|SO|ST),[^<\r\n]*;\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of the reader. A county delivery has 50-500 MB and about 60 bytes an element."""

    bytes: int = 8 << 30
    elements: int = 400_000_000
    depth: int = 64
    object_elements: int = 2_000_000
    object_bytes: int = 64 << 20


DEFAULT_LIMITS = Limits()


def read_objects(
    path: str | Path, *, limits: Limits = DEFAULT_LIMITS, part: Part | None = None
) -> Iterator[etree._Element]:
    """Members of the collection in file order. An element is valid until the next one is asked for.

    part: only these members of the file (``data.readers.parts``).
    Raises UnreadableFileError: missing-file, empty-file, file-too-large, not-xml (and its kin for archives,
    pages, pictures), doctype-forbidden, not-well-formed, too-deep, too-many-elements.
    """
    file = Path(path)
    refuse_unfit_file(file, limits=limits)
    try:
        with file.open("rb") as stream:
            if part is None:
                yield from _objects(stream, limits)
            else:
                yield from _of_members(_Watched(part.stream(stream), limits), limits)
    except etree.XMLSyntaxError as fault:
        raise _not_well_formed(fault.position[0], fault.msg or "") from None
    except (LookupError, UnicodeError) as fault:
        raise _unknown_encoding(str(fault)) from None


class _Envelope(Exception):
    """Many objects stand in one ``featureMembers``; ``given`` were read before it."""

    def __init__(self, given: int) -> None:
        super().__init__()
        self.given = given


def _objects(stream: BinaryIO, limits: Limits) -> Iterator[etree._Element]:
    """One member at a time, or, where an envelope holds them all, one object at a time."""
    try:
        yield from _of_members(_Watched(stream, limits), limits)
    except _Envelope as envelope:
        stream.seek(0)
        yield from islice(_of_envelopes(stream, limits), envelope.given, None)


class _Watched:
    """A stream that does not feed one object for ever: in C its elements are counted only once it has ended."""

    def __init__(self, stream: BinaryIO | PartStream, limits: Limits) -> None:
        self.stream = stream
        self.most = limits.object_bytes
        self.since_object = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.since_object += len(chunk)
        if self.since_object > self.most:
            raise UnreadableFileError(
                "too-many-elements",
                f"Plik ma obiekt większy niż {self.most >> 20} MB; takie pliki bywają próbą zablokowania serwera. "
                "Wyeksportuj dane ponownie.",
            )
        return chunk


def _events(stream: BinaryIO | _Watched, tag: Sequence[str] | None) -> Iterator[tuple[str, etree._Element]]:
    """Starts and ends of elements (of the tags only, where given), with everything forbidden that can be."""
    return iter(
        etree.iterparse(
            cast(BinaryIO, stream),
            events=("start", "end"),
            tag=tag,
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            recover=False,
        )
    )


def _of_members(stream: _Watched, limits: Limits) -> Iterator[etree._Element]:
    """Objects of members that hold one each; Python hears of members only, which makes it several times faster."""
    elements = given = 0
    for event, member in _events(stream, _MEMBER_TAGS):
        if event == "start":
            if local_name(member) == "featureMembers":
                raise _Envelope(given)
            continue
        parent = member.getparent()
        if parent is None or (parent.getparent() is not None and local_name(parent) != _COLLECTION):
            continue  # a part of an object that only has the name of a member
        for inside in member:
            if local_name(inside) != _COLLECTION:
                elements += _counted(inside, elements, limits)
                given += 1
                yield inside
        stream.since_object = 0
        _forget(member)


def _counted(inside: etree._Element, before: int, limits: Limits) -> int:
    """Elements of an object. Raises too-deep, too-many-elements."""
    own = int(cast(float, _COUNT(inside))) + 1
    deepest = _depth(inside, limits) if own + _ENVELOPES > limits.depth else 0
    _refuse_excess(deepest, before + own, own, limits)
    return own


def _depth(inside: etree._Element, limits: Limits) -> int:
    """Level of the object, or more than the limit where anything in it lies that deep."""
    level = sum(1 for _ in inside.iterancestors()) + 1
    return limits.depth + 1 if _below(max(1, limits.depth - level + 1))(inside) else level


_ENVELOPES = 8  #: levels that collections in collections may take above an object
_COUNT = etree.XPath("count(.//*)")


@cache
def _below(levels: int) -> etree.XPath:
    """Whether anything lies so many levels below."""
    return etree.XPath(f"boolean({'/'.join('*' * levels)})")


def _of_envelopes(stream: BinaryIO, limits: Limits) -> Iterator[etree._Element]:
    """Objects of any envelope, walking through every element."""
    depth = elements = object_depth = object_elements = 0
    for event, element in _events(stream, None):
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


def read_elements(path: str | Path, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[etree._Element]:
    """Elements with this local name, whatever the case, in a file that is no feature collection (TERYT).

    An element is valid until the next one is asked for; raises as ``read_objects`` does.
    """
    file = Path(path)
    refuse_unfit_file(file, limits=limits)
    depth = elements = 0
    try:
        with file.open("rb") as stream:
            for event, element in _events(stream, None):
                if event == "start":
                    depth += 1
                    elements += 1
                    _refuse_excess(depth, elements, 0, limits)
                    continue
                depth -= 1
                if local_name(element).lower() == name:
                    yield element
                    _forget(element)
    except etree.XMLSyntaxError as fault:
        raise _not_well_formed(fault.position[0], fault.msg or "") from None
    except (LookupError, UnicodeError) as fault:
        raise _unknown_encoding(str(fault)) from None


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
    if _SWDE.search(head):
        raise UnreadableFileError(
            "swde-file",
            "To plik SWDE, format wymiany wycofany w 2013 r. Poproś prowadzącego ewidencję o eksport GML w schemacie "
            "z 2021 r.; starsze oprogramowanie potrafi zapisać też GML z 2013 r.",
        )
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
    return _local(element.tag)


@lru_cache(maxsize=4096)
def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """Namespace of the tag; "" where there is none."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")


def child(element: etree._Element, name: str) -> etree._Element | None:
    """First child with this local name in any namespace."""
    return next(element.iterchildren("{*}" + name), None)


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """All children with this local name."""
    return list(element.iterchildren("{*}" + name))


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
