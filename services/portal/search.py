"""The one search: registers, collections and coordinates, best first."""

from collections.abc import Iterator
from datetime import date

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from spatial import crs
from spatial.cadastre import search as register
from spatial.coordinates import are_coordinates, spots
from spatial.errors import ServiceError
from spatial.hits import NUMBERED, Hit, check
from spatial.municipalities.models import Municipality
from spatial.ogc import search as published
from spatial.ogc.open_data import reading
from spatial.remote.base import Answer, Failed, Found, mapped
from spatial.remote.contrib.uldk import Place, Uldk
from spatial.remote.contrib.uug import Address, Uug
from spatial.remote.endpoints import enabled

#: hits of one kind, and all together
OF_KIND, MOST = 6, 14
#: beside the very parcel or address that was asked for, only what begins with the words
CLEAR = 1.0


def find(*, query: str, on: date) -> list[Hit]:
    """Raises Malformed."""
    check(query)
    if places := coordinates(query):
        return places
    found = register.find(query=query, on=on)
    if any(hit.score >= NUMBERED - 1 for hit in found) and register.parcel_id(query):
        return found
    with reading() as ask:
        others = published.find(query=query, ask=ask, limit=OF_KIND)
    least = CLEAR if any(hit.score >= NUMBERED - 1 for hit in found) else 0.6 * best([*found, *others])
    found += [hit for hit in others if hit.score >= least]
    return by_kind(found)[:MOST]


def best(hits: list[Hit]) -> float:
    return max((hit.score for hit in hits), default=0.0)


def by_kind(hits: list[Hit]) -> list[Hit]:
    """Kinds in the order of their best hits, each together."""
    kinds: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: -hit.score):
        kinds.setdefault(hit.kind, []).append(hit)
    return [hit for held in kinds.values() for hit in held[:OF_KIND]]


def coordinates(query: str) -> list[Hit]:
    """Where both orders of a pair lie in Poland, only those in a municipality of ours, if there are such."""
    found = [spot.hit() for spot in spots(query)]
    ours = [hit for hit in found if is_ours(hit)]
    return ours or found


def is_ours(hit: Hit) -> bool:
    west, south, *_rest = hit.extent
    return Municipality.objects.filter(boundary__covers=Point(west, south, srid=crs.PL_2000_7)).exists()


def in_country(query: str, *, on: date) -> list[Hit]:
    """Parcels and addresses that national services know, where the office has switched them on. Raises Malformed, and
    ServiceSilent where none of those asked gave an answer.
    """
    check(query)
    answers = list(asked_in_country(query, on))
    found = [hit for answer in answers if isinstance(answer, Found) for hit in answer.value]
    if not found and answers and all(isinstance(answer, Failed) for answer in answers):
        raise ServiceSilent(_("Usługi krajowe teraz nie odpowiadają. Spróbuj za chwilę."))
    return found[:MOST]


def asked_in_country(query: str, on: date) -> Iterator[Answer[list[Hit]]]:
    words = register.Words.read(query)
    if (uldk := enabled("uldk", on=on)) and (words.may_be_parcel or register.parcel_id(query)):
        yield mapped(Uldk(uldk).parcels_by_id_or_number(query.strip()), lambda found: [parcel_of(one) for one in found])
    if uug := enabled("uug", on=on):
        city, _comma, rest = query.partition(",")
        street = rest.strip() or None
        yield mapped(
            Uug(uug).addresses(city=city.strip(), street=street), lambda found: [address_of(one) for one in found]
        )


def parcel_of(place: Place) -> Hit:
    """A parcel of ULDK; it opens no card, because our register does not know it."""
    west, south, east, north = place.geometry.bounds
    label = f"Działka {place.parcel or ''}, {place.region or ''}".strip(", ")
    return Hit("country", label, f"{place.identifier} · ULDK", (west, south, east, north), score=NUMBERED)


def address_of(address: Address) -> Hit:
    label = " ".join(filter(None, (address.street or address.city, address.number)))
    spot = (address.east, address.north) * 2
    return Hit("country", f"{label}, {address.city}" if address.street else label, "UUG", spot, score=NUMBERED)


class ServiceSilent(ServiceError):
    code = "service-silent"
    status = 502


def offers_country(on: date) -> bool:
    return bool(enabled("uldk", on=on) or enabled("uug", on=on))


def nothing_found(query: str) -> str:
    """Why the list is empty, and the way out."""
    if are_coordinates(query):
        return _("Te współrzędne leżą poza Polską. Podaj stopnie (50,22 19,85), PL-1992 albo PL-2000 strefy 7.")
    return register.nothing_found(query)


def kind_name(kind: str) -> str:
    """Heading of the hits of a kind."""
    names = {
        "parcel": _("Działki"),
        "address": _("Adresy"),
        "street": _("Ulice"),
        "locality": _("Miejscowości"),
        "district": _("Obręby"),
        "coordinates": _("Współrzędne"),
        "place": _("Miejsca"),
        "trail": _("Trasy"),
        "plan": _("Plany miejscowe"),
        "zone": _("Tereny planów"),
        "protected-area": _("Obszary chronione"),
        "country": _("W całym kraju"),
    }
    return names[kind]
