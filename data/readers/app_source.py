"""One object of an APP file, with the readings that every class needs."""

import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from lxml import etree

from data.readers.gml import envelope_srs
from data.readers.xml import GML, XLINK_TITLE, child, child_href, child_text, children, text_of


@dataclass(frozen=True, slots=True)
class Source:
    """What all APP objects have in common; the element is a copy that outlives the parser."""

    element: etree._Element
    folder: Path
    namespace: str | None
    local_id: str
    version: str | None

    @classmethod
    def of(cls, element: etree._Element, folder: Path) -> Self:
        """Copy of an object that a parser is about to forget; folder: where its file lies."""
        kept = _detached(element)
        local_id = _identity(kept, "lokalnyId") or kept.get(f"{{{GML}}}id") or "bez identyfikatora"
        return cls(kept, folder, _identity(kept, "przestrzenNazw"), local_id, _identity(kept, "wersjaId"))

    @property
    def key(self) -> str:
        """How others refer to this object: namespace and local identifier, without the version."""
        return f"{self.namespace}/{self.local_id}"

    def text(self, name: str) -> str | None:
        return child_text(self.element, name)

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a property that may repeat."""
        return tuple(text for node in children(self.element, name) if (text := text_of(node)))

    def code(self, name: str) -> str | None:
        """Last part of a code list address."""
        href = child_href(self.element, name)
        return re.split(r"[/#]", href.rstrip("/"))[-1] if href else None

    def title(self, name: str) -> str | None:
        found = child(self.element, name)
        return (found.get(XLINK_TITLE) or "").strip() or None if found is not None else None

    def moment(self, name: str) -> datetime | None:
        """Time of a version; without a zone it is taken as UTC, like the samples of the ministry."""
        text = self.text(name)
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            return None
        return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found

    def day(self, name: str) -> date | None:
        return day_of(self.text(name))


def day_of(text: str | None) -> date | None:
    """Day from an ISO date or moment; None when there is none or it cannot be read."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _detached(element: etree._Element) -> etree._Element:
    """Copy that outlives the parser; the reference system of the collection comes along."""
    kept = deepcopy(element)
    if kept.get("srsName") is None:
        inherited = next((name for around in element.iterancestors() if (name := envelope_srs(around))), None)
        if inherited:
            kept.set("srsName", inherited)
    return kept


def _identity(element: etree._Element, name: str) -> str | None:
    holder = child(element, "idIIP")
    return child_text(holder[0], name) if holder is not None and len(holder) else None
