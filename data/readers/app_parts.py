"""Documents, drawings, base maps and regulations of an APP data set, one object each."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, cast

from lxml import etree

from data.app_schema import FARMSTEADS, REGULATIONS, REQUIRED_STANDARDS, STANDARDS
from data.readers.amounts import decimal_of
from data.readers.app_source import Source, day_of
from data.readers.xml import XLINK_HREF, child_text, children, local_name, text_of
from data.records import ActRecord, Problem, SheetRecord
from data.records.plans import AccessStandards, BaseMapRecord, DrawingRecord

type Role = Literal["initiates", "adopts", "changes", "repeals", "annuls"]

_REFERENCE = re.compile(r"(PL\.ZIPPZP\.[^/]+/[^/]+)/([^/]+)")
_JOURNAL = re.compile(r"z?\s*([12][0-9]{3})\s*(?:r\.?|roku)?[^0-9]{0,20}poz(?:\.|ycja)\s*([0-9]{1,6})", re.IGNORECASE)
_SCALE = re.compile(r"[1-9][0-9]{1,6}")


# --- links ------------------------------------------------------------------------------------------------------


def reference(href: str | None) -> str | None:
    """Namespace and local identifier from the address of an object."""
    found = _REFERENCE.search(href or "")
    return f"{found[1]}/{found[2]}" if found else None


def references(element: etree._Element, tag: str) -> Iterator[str]:
    for node in children(element, tag):
        found = reference(node.get(XLINK_HREF))
        if found is not None:
            yield found


# --- documents --------------------------------------------------------------------------------------------------


def journal_reference(year: int, position: int) -> str:
    """How a place in the voivodeship's journal is written where the source says no more than that."""
    return f"Dz. Urz. z {year} r. poz. {position}"


def act(document: Source, role: Role) -> ActRecord:
    day = next((text_of(node) for node in document.element.iter("{*}Date", "{*}DateTime")), None)
    said = document.text("szczegoloweOdniesienie")
    journal = _JOURNAL.search(said or "")
    place = (int(journal[1]), int(journal[2])) if journal else None
    links = [text for node in children(document.element, "lacze") if (text := text_of(node))]
    return ActRecord(
        role=role,
        title=document.text("tytul") or document.local_id,
        number=document.text("numerIdentyfikacyjny"),
        issuer=document.text("organUstanawiajacy"),
        adopted_on=day_of(day),
        in_force_on=document.day("dataWejsciaWZycie"),
        journal_year=place[0] if place else None,
        journal_position=place[1] if place else None,
        link=links[0] if links else None,
        other_links=tuple(links[1:]),
        code=document.local_id,
        namespace=document.namespace,
        version=document.version,
        short_title=document.text("nazwaSkrocona"),
        repealed_on=document.day("dataUchylenia"),
        reference=None if place and said == journal_reference(*place) else said,
        journal=document.code("dziennikUrzedowy"),
    )


# --- maps and drawings ------------------------------------------------------------------------------------------


def base_maps(element: etree._Element) -> tuple[BaseMapRecord, ...]:
    """Maps with a day; the first edition of 1.0 called it ``aktualnosc``."""
    found = []
    for holder in children(element, "mapaPodkladowa"):
        for said in holder:
            day = day_of(child_text(said, "data") or child_text(said, "aktualnosc"))
            if day is not None:
                found.append(BaseMapRecord(day, child_text(said, "referencja") or "", child_text(said, "lacze")))
    return tuple(found)


def drawing(source: Source) -> DrawingRecord:
    return DrawingRecord(
        code=source.local_id,
        title=source.text("tytul") or source.local_id,
        link=source.text("lacze") or "",
        crs=source.text("ukladOdniesieniaPrzestrzennego") or "",
        scale=scale_of(source),
        namespace=source.namespace,
        version=source.version,
        version_from=source.moment("poczatekWersjiObiektu"),
        legend=source.text("legenda"),
        description=source.text("opis"),
        in_force_from=source.day("obowiazujeOd"),
        in_force_to=source.day("obowiazujeDo"),
    )


def scale_of(source: Source) -> int | None:
    """Denominator that a drawing states."""
    text = source.text("rozdzielczoscPrzestrzenna") or ""
    return int(text) if _SCALE.fullmatch(text) else None


def sheet(source: Source, number: int) -> SheetRecord | None:
    """The drawing's file where it lies beside the GML; never a network address, never a path out of the folder."""
    link = source.text("lacze") or ""
    if not re.fullmatch(r"[\w .\-]+\.tiff?", link, flags=re.IGNORECASE):
        return None
    file: Path = source.folder / link
    return SheetRecord(str(number), str(file), scale_of(source) or 1000) if file.is_file() else None


# --- regulations ------------------------------------------------------------------------------------------------


def regulation_kind(element: etree._Element) -> str:
    return REGULATIONS[local_name(element)]


def standards(source: Source, problems: list[Problem]) -> AccessStandards | None:
    """Standards of an OSD; None, and a finding, when a required one is missing or no number."""
    said = {name: _length(source, tag, problems) for tag, name in STANDARDS.items()}
    missing = [tag for tag in REQUIRED_STANDARDS if said[STANDARDS[tag]] is None]
    excludes = {"true": True, "1": True, "false": False, "0": False}.get((source.text(FARMSTEADS) or "").lower())
    if excludes is None:
        missing.insert(0, FARMSTEADS)
    if missing:
        message = f"Obszar standardów nie podaje: {', '.join(missing)}. Uzupełnij go, bo przepisy tego wymagają."
        problems.append(Problem("standards-incomplete", "error", source.local_id, message))
        return None
    return AccessStandards(excludes_farmsteads=bool(excludes), **cast(dict[str, Any], said))


def _length(source: Source, tag: str, problems: list[Problem]) -> float | None:
    text = source.text(tag)
    if text is None:
        return None
    number = decimal_of(text)
    if number is None or number < 0:
        message = f"Wartość „{text[:40]}” ({tag}) nie jest liczbą; pominięto ją."
        problems.append(Problem("standard-unreadable", "warning", source.local_id, message))
        return None
    return float(number)
