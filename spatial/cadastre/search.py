"""The one search over the register: parcels, addresses, streets, localities and districts, as people type them.

Case, Polish letters and small misspellings do not matter; a number is taken exactly, or as its beginning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.contrib.gis.geos import GEOSGeometry
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Func, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Greatest, Lower

from data.identifiers import MalformedParcelIdError, ParcelId
from spatial.cadastre.models import AddressPoint, CadastralDistrict, Locality, Parcel, Street
from spatial.errors import Malformed
from spatial.versions import VersionedQuerySet
from spatial.words import search_key

LONGEST_QUERY = 200
#: two words are the same place, misspelt, above this share of common groups of three letters
SIMILAR = 0.35
_NUMBER = re.compile(r"[0-9]+(?:/[0-9]+|[a-z]{1,2})?")
#: words that say what kind of number or street follows
_FILLERS = frozenset(
    {"dz", "dzialka", "dzialki", "nr", "numer", "obreb", "ul", "ulica", "os", "al", "aleja", "pl", "gm"}
)
_LOOKS_LIKE_IDENTIFIER = re.compile(r"\s*[\"'„]?[0-9]{6}_")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; ``extent`` is west, south, east, north in EPSG:2178."""

    kind: str  #: parcel, address, street, locality, district
    label: str
    detail: str
    extent: tuple[float, float, float, float]
    parcel: str | None = None  #: identifier, for a parcel only

    @classmethod
    def of(cls, kind: str, label: str, detail: str, geom: GEOSGeometry, *, parcel: str | None = None) -> Self:
        west, south, east, north = geom.extent
        return cls(kind, label, detail, (west, south, east, north), parcel)


@dataclass(frozen=True, slots=True)
class Words:
    """A query taken apart: the place, and the number in it."""

    place: str  #: search key, "" when only a number was typed
    number: str  #: "123/4", "12a", "" when only a place was typed

    @classmethod
    def read(cls, query: str) -> Self:
        words = [word for word in search_key(query).split() if word not in _FILLERS]
        numbers = [word for word in words if _NUMBER.fullmatch(word)]
        number = numbers[-1] if numbers else ""
        return cls(" ".join(word for word in words if word != number), number)

    @property
    def may_be_parcel(self) -> bool:
        return bool(self.number) and not self.number[-1].isalpha()

    @property
    def may_be_address(self) -> bool:
        return bool(self.number) and "/" not in self.number


#: how well it fits (0 the very number, 1 its beginning), and what
type Ranked = tuple[int, Hit]
#: how like the name is (from SIMILAR to 2), and the row
type Scored[M: Model] = tuple[float, M]


def find(*, query: str, limit: int = 10, on: date | None = None) -> list[Hit]:
    """Best hits first, at most ``limit``, as the register was on the day; without one, as it is in its last delivery.

    An empty query finds nothing. Raises Malformed.
    """
    check(query)
    if identifier := parcel_id(query):
        return parcels_called(identifier, limit=limit, on=on)
    words = Words.read(query)
    named = Named.alike(words.place) if words.place else Named()
    found: list[Ranked] = []
    if words.may_be_parcel:
        found += numbered_parcels(words, named, limit=limit, on=on)
    if words.may_be_address:
        found += numbered_addresses(words, named, limit=limit, on=on)
    if not found:
        return [hit for _, hit in named.hits()[:limit]]
    return [hit for _, hit in sorted(found, key=lambda pair: pair[0])[:limit]]


def check(query: str) -> None:
    """Raises Malformed for what nobody types on purpose."""
    if len(query) > LONGEST_QUERY:
        raise Malformed(f"Zapytanie jest za długie. Wpisz najwyżej {LONGEST_QUERY} znaków.")
    if any(not sign.isprintable() and not sign.isspace() for sign in query):
        raise Malformed("Zapytanie zawiera znaki, których nie umiemy odczytać. Wpisz je jeszcze raz z klawiatury.")


def nothing_found(query: str) -> str:
    """Why the list is empty, and the way out."""
    if not query.strip():
        return "Wpisz miejscowość i numer działki, pełny identyfikator albo adres."
    if _LOOKS_LIKE_IDENTIFIER.match(query):
        try:
            identifier = ParcelId.parse(query)
        except MalformedParcelIdError as error:
            return str(error)
        return f"Nie znaleźliśmy działki {identifier}. Sprawdź numer obrębu albo wskaż działkę na mapie."
    return f"Nie znaleźliśmy „{query.strip()}”. Sprawdź pisownię albo wskaż miejsce na mapie."


def parcel_id(query: str) -> ParcelId | None:
    try:
        return ParcelId.parse(query)
    except MalformedParcelIdError:
        return None


def parcels_called(identifier: ParcelId, *, limit: int, on: date | None) -> list[Hit]:
    """The parcel itself, then those whose number begins alike; a parcel that ended stands when none lives."""
    rows = Parcel.objects.known().filter(district=identifier.district).select_related("district", "municipality")
    exact = Q(identifier=str(identifier))
    living = alive(rows, on).filter(exact | Q(number__startswith=f"{identifier.number}/")).in_natural_order()[:limit]
    return [parcel_hit(parcel) for parcel in living] or [
        parcel_hit(parcel) for parcel in rows.filter(exact).order_by("-valid_to")[:1]
    ]


@dataclass(frozen=True, slots=True)
class Named:
    """Places whose names are like the words of a query; those far behind the best are left out."""

    districts: Sequence[Scored[CadastralDistrict]] = ()
    localities: Sequence[Scored[Locality]] = ()
    streets: Sequence[Scored[Street]] = ()

    @classmethod
    def alike(cls, place: str) -> Self:
        districts = similar(CadastralDistrict.objects.select_related("municipality"), key(F("name")), place)
        localities = similar(Locality.objects.select_related("municipality"), key(F("name")), place)
        streets = similar(
            Street.objects.select_related("municipality", "locality"),
            key(Concat("name", Value(" "), "locality__name")),
            place,
        )
        best = max((score for score, _ in (*districts, *localities, *streets)), default=0.0)
        return cls(near(best, districts), near(best, localities), near(best, streets))

    def hits(self) -> list[tuple[float, Hit]]:
        """Each place as an answer of its own, best first."""
        pairs = [
            *((score, place_hit("locality", row.name, row.kind, row)) for score, row in self.localities),
            *((score, place_hit("street", str(row), "ulica", row)) for score, row in self.streets),
            *(
                (score, place_hit("district", f"Obręb {row.name}", row.identifier, row))
                for score, row in self.districts
            ),
        ]
        return sorted(((score, hit) for score, hit in pairs if hit), key=lambda pair: -pair[0])

    def parcel_districts(self) -> dict[str, float]:
        """Scores of districts; where none is named so, of those that the named localities lie in."""
        if self.districts:
            return {row.pk: score for score, row in self.districts}
        return {
            row.pk: score
            for score, locality in self.localities
            if locality.geom
            for row in CadastralDistrict.objects.filter(geom__intersects=locality.geom)
        }


def numbered_parcels(words: Words, named: Named, *, limit: int, on: date | None) -> list[Ranked]:
    """Parcels of the number in the named districts, or in all; then those whose number begins so."""
    rows = alive(Parcel.objects.all(), on).filter(number__startswith=words.number)
    score: Case | Value = Value(0.0)
    if words.place:
        scores = named.parcel_districts()
        if not scores:
            return []
        score = Case(*(When(district=pk, then=Value(points)) for pk, points in scores.items()))
        rows = rows.filter(district__in=scores)
    exact = Case(When(number=words.number, then=Value(0)), default=Value(1))
    best = rows.annotate(exact=exact, score=score).order_by("exact", "-score", "sort_key")
    return [
        (rank(row.number, words), parcel_hit(row)) for row in best.select_related("district", "municipality")[:limit]
    ]


def numbered_addresses(words: Words, named: Named, *, limit: int, on: date | None) -> list[Ranked]:
    """Addresses of the number on the named streets and in the named localities."""
    when = [
        *(When(street=row, then=Value(score)) for score, row in named.streets),
        *(When(locality=row, then=Value(score)) for score, row in named.localities),
    ]
    if not when:
        return []
    exact = Case(When(number__iexact=words.number, then=Value(0)), default=Value(1))
    rows = (
        alive(AddressPoint.objects.all(), on)
        .filter(
            Q(street__in=[row for _, row in named.streets]) | Q(locality__in=[row for _, row in named.localities]),
            number__istartswith=words.number,
        )
        .annotate(exact=exact, score=Case(*when))
        .select_related("municipality")
        .order_by("exact", "-score", "label")
    )
    return [
        (rank(row.number, words), Hit.of("address", row.label, f"adres, gmina {row.municipality.name}", row.geom))
        for row in rows[:limit]
    ]


def alive[Rows: VersionedQuerySet[Any]](rows: Rows, on: date | None) -> Rows:
    return rows.on(on) if on else rows.current()


def key(name: F | Concat) -> Func:
    """The column as search_key sees it, near enough: without case and accents."""
    return Lower(Func(name, function="unaccent", output_field=TextField()))


def rank(number: str, words: Words) -> int:
    return 0 if number.lower() == words.number else 1


def near[M: Model](best: float, rows: Sequence[Scored[M]]) -> list[Scored[M]]:
    return [(score, row) for score, row in rows if score >= 0.6 * best]


def similar[M: Model](rows: QuerySet[M], name: Func, place: str) -> list[Scored[M]]:
    """The ten rows named most like the place."""
    likeness = Greatest(TrigramSimilarity("key", place), 0.9 * TrigramWordSimilarity(place, "key"))
    beginning = Case(When(key__startswith=place, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    best = rows.annotate(key=name).annotate(score=likeness + beginning).filter(score__gte=SIMILAR)
    return [(vars(row)["score"], row) for row in best.order_by("-score", "key", "pk")[:10]]


def parcel_hit(parcel: Parcel) -> Hit:
    ended = ", już nie istnieje" if parcel.valid_to else ""
    return Hit.of(
        "parcel",
        f"Działka {parcel.number}, {parcel.district.name}",
        f"{parcel.identifier}, gmina {parcel.municipality.name}{ended}",
        parcel.geom,
        parcel=parcel.identifier,
    )


def place_hit(kind: str, label: str, what: str, row: Any) -> Hit | None:
    """None for a place whose border or axis no delivery has brought."""
    return Hit.of(kind, label, f"{what}, gmina {row.municipality.name}", row.geom) if row.geom else None
