"""The one search over the register: parcels, addresses, streets, localities and districts, as people type them.

Case, Polish letters and small misspellings do not matter; a number is taken exactly, or as its beginning.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.contrib.gis.geos import GEOSGeometry
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Func, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Greatest, Lower

from data.identifiers import MalformedParcelIdError, ParcelId
from spatial.cadastre.models import AddressPoint, CadastralDistrict, Locality, Parcel, Street
from spatial.errors import Malformed
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


def find(*, query: str, limit: int = 10) -> list[Hit]:
    """Best hits first, at most ``limit``; an empty query finds nothing. Raises Malformed."""
    check(query)
    if identifier := parcel_id(query):
        return parcels_called(identifier, limit=limit)
    words = Words.read(query)
    if not words.number:
        return places(words.place, limit=limit) if words.place else []
    parcels = numbered_parcels(words, limit=limit) if words.may_be_parcel else []
    addresses = numbered_addresses(words, limit=limit) if words.may_be_address and words.place else []
    found = taken_in_turn(parcels, addresses, limit=limit)
    return found or (places(words.place, limit=limit) if words.place else [])


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


def parcels_called(identifier: ParcelId, *, limit: int) -> list[Hit]:
    """The parcel itself, then those whose number begins alike; a parcel that ended stands when none lives."""
    rows = Parcel.objects.filter(district=identifier.district).select_related("district", "municipality")
    exact = Q(identifier=str(identifier))
    living = rows.current().filter(exact | Q(number__startswith=f"{identifier.number}/")).in_natural_order()[:limit]
    return [parcel_hit(parcel) for parcel in living] or [
        parcel_hit(parcel) for parcel in rows.filter(exact).order_by("-valid_to")[:1]
    ]


def numbered_parcels(words: Words, *, limit: int) -> list[Hit]:
    """Parcels of the number in the named districts, or in all; then those whose number begins so."""
    rows = Parcel.objects.current().filter(number__startswith=words.number)
    if words.place:
        districts = similar(CadastralDistrict.objects.all(), key(F("name")), words.place)
        around = similar(Locality.objects.exclude(geom=None), key(F("name")), words.place).values("geom")[:3]
        named = {row.pk for row in districts} | {
            row.pk for place in around for row in CadastralDistrict.objects.filter(geom__intersects=place["geom"])
        }
        # a locality touches its neighbours' districts too: those named alike come first
        rows = rows.filter(district__in=named).annotate(
            place=Case(*(When(district=row, then=Value(row.score)) for row in districts), default=Value(0.0),
                       output_field=FloatField())
        )  # fmt: skip
    rows = rows.annotate(exact=Case(When(number=words.number, then=Value(0)), default=Value(1)))
    order = ["exact", *(["-place"] if words.place else []), "sort_key"]
    return [parcel_hit(row) for row in rows.select_related("district", "municipality").order_by(*order)[:limit]]


def numbered_addresses(words: Words, *, limit: int) -> list[Hit]:
    """Addresses of the number on the named streets and in the named localities."""
    streets = similar(Street.objects.all(), key(Concat("name", Value(" "), "locality__name")), words.place)
    localities = similar(Locality.objects.all(), key(F("name")), words.place)
    score = Case(
        *(When(street=row, then=Value(row.score)) for row in streets),
        *(When(locality=row, then=Value(row.score)) for row in localities),
        default=Value(0.0),
        output_field=FloatField(),
    )
    exact = Case(When(number__iexact=words.number, then=Value(0)), default=Value(1))
    rows = (
        AddressPoint.objects.current()
        .filter(Q(street__in=streets) | Q(locality__in=localities), number__istartswith=words.number)
        .annotate(exact=exact, score=score)
        .select_related("municipality")
        .order_by("exact", "-score", "label")
    )
    return [Hit.of("address", row.label, f"gmina {row.municipality.name}", row.geom) for row in rows[:limit]]


def places(place: str, *, limit: int) -> list[Hit]:
    """Localities, districts and streets named alike, best first."""
    localities = similar(Locality.objects.exclude(geom=None).select_related("municipality"), key(F("name")), place)
    districts = similar(
        CadastralDistrict.objects.exclude(geom=None).select_related("municipality"), key(F("name")), place
    )
    streets = similar(
        Street.objects.exclude(geom=None).select_related("municipality", "locality"),
        key(Concat("name", Value(" "), "locality__name")),
        place,
    )
    scored = [
        *((row.score, Hit.of("locality", row.name, f"{row.kind}, gmina {row.municipality.name}", row.geom))
          for row in localities),
        *((row.score, Hit.of("street", f"{row.name}, {row.locality.name}", f"ulica, gmina {row.municipality.name}",
                             row.geom)) for row in streets),
        *((row.score, Hit.of("district", f"Obręb {row.name}", f"{row.identifier}, gmina {row.municipality.name}",
                             row.geom)) for row in districts),
    ]  # fmt: skip
    return [hit for _, hit in sorted(scored, key=lambda pair: -pair[0])[:limit]]


def key(name: F | Concat) -> Func:
    """The column as search_key sees it, near enough: without case and accents."""
    return Lower(Func(name, function="unaccent", output_field=TextField()))


def similar[M: Model](rows: QuerySet[M], name: Func, place: str) -> list[M]:
    """The ten rows named most like the place, each with its ``score`` from SIMILAR to 2."""
    likeness = Greatest(TrigramSimilarity("key", place), 0.9 * TrigramWordSimilarity(place, "key"))
    beginning = Case(When(key__startswith=place, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    best = rows.annotate(key=name).annotate(score=likeness + beginning).filter(score__gte=SIMILAR)
    return list(best.order_by("-score", "key", "pk")[:10])


def parcel_hit(parcel: Parcel) -> Hit:
    ended = ", już nie istnieje" if parcel.valid_to else ""
    return Hit.of(
        "parcel",
        f"Działka {parcel.number}, {parcel.district.name}",
        f"{parcel.identifier}, gmina {parcel.municipality.name}{ended}",
        parcel.geom,
        parcel=parcel.identifier,
    )


def taken_in_turn(parcels: Iterable[Hit], addresses: Iterable[Hit], *, limit: int) -> list[Hit]:
    """Half of each where both are many, so that neither hides the other."""
    parcels, addresses = list(parcels), list(addresses)
    most = max(limit - len(addresses), (limit + 1) // 2)
    return [*parcels[:most], *addresses][:limit]
