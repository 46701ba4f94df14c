"""The part of the one search that knows the registers: parcels, addresses, streets, localities and districts, as typed.

Case, Polish letters and small misspellings do not matter; a number is taken exactly, or as its beginning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Func, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Greatest, Lower

from data.identifiers import MalformedParcelIdError, ParcelId
from spatial.cadastre.models import AddressPoint, CadastralDistrict, Locality, Parcel, Street
from spatial.hits import NUMBERED, SIMILAR, Hit, check
from spatial.versions import VersionedQuerySet
from spatial.words import search_key

_NUMBER = re.compile(r"[0-9]+(?:/[0-9]+|[a-z]{1,2})?")
#: words that say what kind of number or street follows
_FILLERS = frozenset(
    {"dz", "dzialka", "dzialki", "nr", "numer", "obreb", "ul", "ulica", "os", "al", "aleja", "pl", "gm"}
)
_LOOKS_LIKE_IDENTIFIER = re.compile(r"\s*[\"'„]?[0-9]{6}_")


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
    found: list[Hit] = []
    if words.may_be_parcel:
        found += numbered_parcels(words, named, limit=limit, on=on)
    if words.may_be_address:
        found += numbered_addresses(words, named, limit=limit, on=on)
    if not found:
        return named.hits()[:limit]
    return sorted(found, key=lambda hit: -hit.score)[:limit]


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

    def hits(self) -> list[Hit]:
        """Each place as an answer of its own, best first."""
        found = [
            *(place_hit("locality", row.name, row.kind, row, score) for score, row in self.localities),
            *(place_hit("street", str(row), "ulica", row, score) for score, row in self.streets),
            *(place_hit("district", f"Obręb {row.name}", row.identifier, row, score) for score, row in self.districts),
        ]
        return sorted((hit for hit in found if hit), key=lambda hit: -hit.score)

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


def numbered_parcels(words: Words, named: Named, *, limit: int, on: date | None) -> list[Hit]:
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
        parcel_hit(row, numbered(row.number, words)) for row in best.select_related("district", "municipality")[:limit]
    ]


def numbered_addresses(words: Words, named: Named, *, limit: int, on: date | None) -> list[Hit]:
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
        Hit.of(
            "address", row.label, f"adres, gmina {row.municipality.name}", row.geom, score=numbered(row.number, words)
        )
        for row in rows[:limit]
    ]


def alive[Rows: VersionedQuerySet[Any]](rows: Rows, on: date | None) -> Rows:
    return rows.on(on) if on else rows.current()


def key(name: F | Concat) -> Func:
    """The column as search_key sees it, near enough: without case and accents."""
    return Lower(Func(name, function="unaccent", output_field=TextField()))


def numbered(number: str, words: Words) -> float:
    return NUMBERED if number.lower() == words.number else NUMBERED - 1


def near[M: Model](best: float, rows: Sequence[Scored[M]]) -> list[Scored[M]]:
    return [(score, row) for score, row in rows if score >= 0.6 * best]


def similar[M: Model](rows: QuerySet[M], name: Func, place: str) -> list[Scored[M]]:
    """The ten rows named most like the place."""
    likeness = Greatest(TrigramSimilarity("key", place), 0.9 * TrigramWordSimilarity(place, "key"))
    beginning = Case(When(key__startswith=place, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    best = rows.annotate(key=name).annotate(score=likeness + beginning).filter(score__gte=SIMILAR)
    return [(vars(row)["score"], row) for row in best.order_by("-score", "key", "pk")[:10]]


def parcel_hit(parcel: Parcel, score: float = NUMBERED) -> Hit:
    ended = ", już nie istnieje" if parcel.valid_to else ""
    return Hit.of(
        "parcel",
        f"Działka {parcel.number}, {parcel.district.name}",
        f"{parcel.identifier}, gmina {parcel.municipality.name}{ended}",
        parcel.geom,
        parcel=parcel.identifier,
        score=score,
    )


def place_hit(kind: str, label: str, what: str, row: Any, score: float) -> Hit | None:
    """None for a place whose border or axis no delivery has brought."""
    if not row.geom:
        return None
    return Hit.of(kind, label, f"{what}, gmina {row.municipality.name}", row.geom, score=score)
