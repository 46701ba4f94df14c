"""What is asked for, read from the address of the print; its words are those of the map's own address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext as _

from services.mapping.backgrounds import day_of
from services.mapping.layers import OPENING, backgrounds
from services.mapping.prints.papers import ATLAS_PAPERS, MOST_ACROSS, OVERLAP_MM, PAPERS, SCALES, Paper
from services.sharing.services import drawing_at
from spatial import crs
from spatial.cadastre.models import Parcel
from spatial.errors import Malformed
from spatial.ogc.registry import Collection, Theme
from tiles.catalogue import drawn

MOST_PARCELS = 20
LONGEST_TITLE = 120
GRIDS = {"2178": crs.PL_2000_7, "2180": crs.PL_1992}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, ``strength`` from 0 to 1."""

    collection: Collection
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A print. East and north are the middle of the map, EPSG:2178."""

    paper: Paper
    scale: int
    east: float
    north: float
    title: str
    grid: int | None  #: SRID of the crosses; None: no grid
    layers: tuple[Layer, ...]  #: the first at the bottom
    background: str
    day: date | None
    parcels: tuple[Parcel, ...]
    drawing: Mapping[str, Any] | None  #: GeoJSON
    view: str  #: query of the view, for the QR code
    atlas: tuple[int, int] = (1, 1)  #: columns and rows of sheets; east and north are the middle of all
    sheet: str = ""  #: of an atlas: column as a letter, row as a number, from the upper left corner

    @property
    def sheets(self) -> Iterator["Order"]:
        """One order for each sheet, row by row from the north; neighbours share ``OVERLAP_MM`` of the map."""
        columns, rows = self.atlas
        if self.atlas == (1, 1):
            yield self
            return
        _left, _bottom, width, height = self.paper.frame
        across, along = ((side - OVERLAP_MM) / 1000 * self.scale for side in (width, height))
        for row, column in product(range(rows), range(columns)):
            yield replace(
                self, atlas=(1, 1), sheet=f"{ascii_uppercase[column]}{row + 1}",
                east=self.east + (column - (columns - 1) / 2) * across,
                north=self.north - (row - (rows - 1) / 2) * along,
            )  # fmt: skip

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north on the plane of EPSG:2178."""
        _left, _bottom, width, height = self.paper.frame
        across, along = width / 1000 * self.scale, height / 1000 * self.scale
        return self.east - across / 2, self.north - along / 2, self.east + across / 2, self.north + along / 2


def read(asked: Mapping[str, str], view: str) -> Order:
    """Raises Malformed with the name of the part that cannot be read, NotFound for an expired drawing."""
    drawing = asked.get("rysunek")
    return Order(
        paper=Paper(
            one_of(asked, "papier", PAPERS, "A4"), one_of(asked, "uklad", ("pion", "poziom"), "pion") == "poziom"
        ),
        scale=int(one_of(asked, "skala", [str(scale) for scale in SCALES], "1000")),
        east=number(asked, "x", 7_200_000, 7_800_000),
        north=number(asked, "y", 5_300_000, 6_100_000),
        title=title_of(asked.get("tytul", "")),
        grid=GRIDS.get(one_of(asked, "siatka", [*GRIDS, "bez"], "2178")),
        layers=layers_of(asked.get("warstwy")),
        background=one_of(asked, "tlo", [one["id"] for one in backgrounds()], "light"),
        day=day_of(asked.get("dzien", "")),
        parcels=parcels_of(asked.get("dzialka", "")),
        drawing=drawing_at(drawing)[0].content if drawing else None,
        view=view,
        atlas=atlas_of(asked),
    )


def one_of(asked: Mapping[str, str], name: str, known: Any, usual: str) -> str:
    said = asked.get(name, "") or usual
    if said not in known:
        raise Malformed(
            _("Parametr %(name)s może mieć wartość: %(known)s.") % {"name": name, "known": ", ".join(known)}
        )
    return said


def atlas_of(asked: Mapping[str, str]) -> tuple[int, int]:
    """``2x3``: two columns of three sheets."""
    said = asked.get("arkusze", "") or "1x1"
    columns, _sign, rows = said.partition("x")
    known = {str(number): number for number in range(1, MOST_ACROSS + 1)}
    is_small = said == "1x1" or asked.get("papier", "A4") in ATLAS_PAPERS
    if columns not in known or rows not in known or not is_small:
        raise Malformed(
            _("Parametr arkusze ma postać 2x3, najwyżej %(most)dx%(most)d, dla papieru: %(papers)s.")
            % {"most": MOST_ACROSS, "papers": ", ".join(ATLAS_PAPERS)}
        )
    return known[columns], known[rows]


def number(asked: Mapping[str, str], name: str, low: float, high: float) -> float:
    try:
        value = float(asked.get(name, ""))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise Malformed(_("Parametr %(name)s ma być liczbą: współrzędną PL-2000 strefy 7 w metrach.") % {"name": name})
    return value


def title_of(text: str) -> str:
    if len(text) > LONGEST_TITLE or not text.replace("\u00a0", " ").isprintable():
        raise Malformed(_("Tytuł może mieć najwyżej %(most)d znaków i jedną linię.") % {"most": LONGEST_TITLE})
    return text.strip()


def layers_of(text: str | None) -> tuple[Layer, ...]:
    """``plan-zones~60,parcels``; without a word those of the opening view."""
    known = {one.id: one for theme in Theme for one in drawn(theme)}
    if text is None:
        return tuple(Layer(one, 1.0) for one in known.values() if one.id in OPENING)
    found = []
    for part in filter(None, text.split(",")):
        name, _sign, percent = part.partition("~")
        if name not in known or not (percent or "100").isascii() or not (percent or "100").isdecimal():
            raise Malformed(_("Nie znamy warstwy %(name)s.") % {"name": name[:60]})
        found.append(Layer(known[name], min(100, int((percent or "100")[:4])) / 100))
    return tuple(found)


def parcels_of(text: str) -> tuple[Parcel, ...]:
    """Those of the register as it stands; others of the list are left out."""
    names = [one for one in text.split(",") if one][:MOST_PARCELS]
    if any(not name.isprintable() for name in names):
        raise Malformed(_("Nie umiemy odczytać listy działek."))
    return tuple(Parcel.objects.current().filter(identifier__in=names).order_by("sort_key")) if names else ()
