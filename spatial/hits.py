"""What the searches find, in one shape: the register's, that of the collections, and coordinates."""

from dataclasses import dataclass
from typing import Self

from django.contrib.gis.geos import GEOSGeometry

from spatial.errors import Malformed

LONGEST_QUERY = 200
#: two words are the same place, misspelt, above this share of common groups of three letters
SIMILAR = 0.35

type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found."""

    kind: str  #: parcel, address, street, locality, district, coordinates, or what a collection says
    label: str
    detail: str
    extent: Box  #: west, south, east, north in EPSG:2178
    parcel: str | None = None  #: identifier, for a parcel only
    #: how well it fits: likeness of the words up to 1, one more where they begin alike; NUMBERED with its number
    score: float = 0.0
    collection: str | None = None  #: where the object is published
    id: str | None = None  #: its id there

    @classmethod
    def of(
        cls, kind: str, label: str, detail: str, geom: GEOSGeometry, *, parcel: str | None = None, score: float = 0.0
    ) -> Self:
        west, south, east, north = geom.extent
        return cls(kind, label, detail, (west, south, east, north), parcel, score)


#: of the very number asked for; one less where it only begins so
NUMBERED = 4.0


def check(query: str) -> None:
    """Raises Malformed for what nobody types on purpose."""
    if len(query) > LONGEST_QUERY:
        raise Malformed(f"Zapytanie jest za długie. Wpisz najwyżej {LONGEST_QUERY} znaków.")
    if any(not sign.isprintable() and not sign.isspace() for sign in query):
        raise Malformed("Zapytanie zawiera znaki, których nie umiemy odczytać. Wpisz je jeszcze raz z klawiatury.")
