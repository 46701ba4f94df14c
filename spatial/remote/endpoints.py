"""Where a service is asked and how patiently: as the system knows it (services.toml), above it the office's rows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import httpx

from spatial.errors import ServiceError
from spatial.remote.models import RemoteService

type Kind = Literal["uldk", "uug", "egib-wfs", "app-wfs", "picture", "shown", "heights", "operator"]
type Axes = Literal["east-north", "north-east"]

DECLARED = Path(__file__).parent / "services.toml"


class UnknownService(ServiceError):
    """No such service, or its settings cannot be used."""

    code = "unknown-service"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One service as it is asked today."""

    code: str
    kind: Kind
    title: str
    url: str
    is_enabled: bool = False
    known_from: str = ""  #: how sure the address is
    area: str = ""  #: beginning of TERYT that the service covers; "" is the country
    timeout_s: float = 30  #: for one attempt, from the name to the last byte
    connect_timeout_s: float = 10
    max_bytes: int = 50_000_000
    attempts: int = 3
    first_wait_s: float = 1  #: before the second attempt; doubles, with chance
    failures_to_rest: int = 5
    rest_s: float = 120
    legacy_tls: bool = False  #: old ciphers and TLS 1.0, for services that know no better; certificates still count
    private_network: bool = False  #: an address inside the office's own network is meant
    axes: Axes = "east-north"  #: of answers that name their system shortly, "EPSG:2180"
    bbox_axes: Axes = "north-east"  #: of the box in a question, in the form of ``srs_name``
    srs_name: str = "urn:ogc:def:crs:EPSG::2178"
    page_size: int = 1000
    types: Mapping[str, str] = field(default_factory=dict)  #: what we want -> name of the feature type

    def __post_init__(self) -> None:
        """Raises UnknownService for an address that is none."""
        address = httpx.URL(self.url)
        if address.scheme not in {"http", "https"} or not address.host or address.userinfo:
            raise UnknownService(f"Adres usługi {self.code} musi zaczynać się od https:// i nie może zawierać hasła.")


#: what a row of the office may change
_OPTIONS = {item.name for item in fields(Endpoint)} - {"code", "kind", "title", "url", "is_enabled", "known_from"}


@cache
def declared() -> Mapping[str, Endpoint]:
    """Services that come with the system; none is on."""
    said: dict[str, dict[str, Any]] = tomllib.loads(DECLARED.read_text(encoding="utf-8"))
    return {code: Endpoint(code=code, **values) for code, values in said.items()}


def endpoints(*, on: date) -> list[Endpoint]:
    """All services, with the office's own addresses and settings where it has some."""
    rows = {row.code: row for row in RemoteService.objects.on(on)}
    return [_with(known, rows.get(code)) for code, known in sorted(declared().items())]


def endpoint(code: str, *, on: date) -> Endpoint:
    """Raises UnknownService."""
    try:
        known = declared()[code]
    except KeyError:
        raise UnknownService(f"Nie znamy usługi „{code}”. Znane: {', '.join(sorted(declared()))}.") from None
    return _with(known, RemoteService.objects.on(on).filter(code=code).first())


def enabled(kind: Kind, *, on: date, area: str = "") -> Endpoint | None:
    """The service of the kind that is on and covers the area, the most local one; None where none is."""
    found = [one for one in endpoints(on=on) if one.kind == kind and one.is_enabled and area.startswith(one.area)]
    return max(found, key=lambda one: len(one.area), default=None)


def _with(known: Endpoint, row: RemoteService | None) -> Endpoint:
    if row is None:
        return known
    refuse_unknown_options(row.code, row.options)
    return replace(known, url=row.url, is_enabled=row.is_enabled, **row.options)


def refuse_unknown_options(code: str, options: Mapping[str, Any]) -> None:
    """Raises UnknownService: a misspelt setting would be silently ignored."""
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise UnknownService(
            f"Usługa {code} ma nieznane ustawienia: {', '.join(unknown)}. Znane: {', '.join(sorted(_OPTIONS))}."
        )
