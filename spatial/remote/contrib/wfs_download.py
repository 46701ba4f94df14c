"""All objects of a type in a municipality: page after page, or tile after tile where a service cannot page.

The end of paging is an empty page, or the number that the service said before; a short page alone may be the server's
own limit. Whatever fails, fails the whole: half a download is never a state of a register.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.geometry import Box
from spatial.remote.base import value_of
from spatial.remote.contrib.wfs import Capabilities, Page, Wfs
from spatial.remote.reasons import Reason, ServiceFailed

MAX_PAGES = 5_000
SMALLEST_TILE_M = 20.0  #: more objects than fit one answer on less ground mean that something is wrong


class NotPaged(ServiceFailed):
    """The service gives the same page again."""


@dataclass(slots=True)
class Download:
    """Pages of one type, kept in a folder."""

    wfs: Wfs
    type_name: str
    folder: Path
    box: Box | None = None  #: EPSG:2178, east first
    filter_xml: str | None = None
    capabilities: Capabilities | None = None
    pages: list[Page] = field(default_factory=list)
    asked: int = 0
    most_seen: int | None = None  #: objects of a page that came again and again: it may be all that fits an answer

    def run(self) -> list[Path]:
        """Files of all pages in order. Raises ServiceFailed, and then no page is worth anything."""
        try:
            self.pages = list(self._by_start())
        except NotPaged:
            if self.box is None:
                raise
            self._forget()
            self.pages = list(self._by_tiles(self.box))
        return [page.file for page in self.pages]

    def _by_start(self) -> Iterator[Page]:
        start, before = 0, ""
        matched: int | None = None
        while True:
            page = self._next(start)
            matched = page.matched if matched is None else matched
            if not page.returned:
                break
            if page.digest == before:
                self.most_seen = page.returned
                raise NotPaged(Reason.NO_PAGING)
            yield page
            before = page.digest
            start += page.returned
            if matched is not None and start >= matched:
                break
        if matched is not None and start < matched:
            raise ServiceFailed(Reason.INCOMPLETE, f"{start} objects of {matched}")

    def _next(self, start: int) -> Page:
        """A service that answers the first page and refuses the second cannot page."""
        try:
            return self._page(start=start, box=self.box)
        except ServiceFailed as fault:
            if not start or fault.reason not in {Reason.EXCEPTION, Reason.REFUSED}:
                raise
            self.most_seen = start
            raise NotPaged(Reason.NO_PAGING, fault.detail) from None

    def _by_tiles(self, box: Box) -> Iterator[Page]:
        """A tile that fills an answer is cut in four; objects on the seams come twice and are told apart later."""
        page = self._page(start=0, box=box)
        if page.returned < self._most():
            if page.returned:
                yield page
            return
        if min(box[2] - box[0], box[3] - box[1]) < SMALLEST_TILE_M:
            raise ServiceFailed(Reason.NO_PAGING, f"more than {page.returned} objects on {box}")
        page.file.unlink()
        for quarter in quarters(box):
            yield from self._by_tiles(quarter)

    def _most(self) -> int:
        """Objects that one answer can hold."""
        stated = self.capabilities.most if self.capabilities else None
        return min(filter(None, (self.wfs.endpoint.page_size, stated, self.most_seen)))

    def _page(self, *, start: int, box: Box | None) -> Page:
        self.asked += 1
        if self.asked > MAX_PAGES:
            raise ServiceFailed(Reason.TOO_LARGE, f"over {MAX_PAGES} pages")
        file = self.folder / f"{self.type_name.rpartition(':')[2]}-{self.asked:05d}.gml"
        answer = self.wfs.page(self.type_name, file, start=start, box=box, filter_xml=self.filter_xml)
        return value_of(answer)

    def _forget(self) -> None:
        for file in self.folder.glob(f"{self.type_name.rpartition(':')[2]}-*.gml"):
            file.unlink()
        self.pages = []


def quarters(box: Box) -> list[Box]:
    """South-west, south-east, north-west, north-east."""
    east, north, east_to, north_to = box
    middle, centre = (east + east_to) / 2, (north + north_to) / 2
    return [
        (east, north, middle, centre),
        (middle, north, east_to, centre),
        (east, centre, middle, north_to),
        (middle, centre, east_to, north_to),
    ]
