"""Is each service there, does it answer as its description says, and has the description changed?"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from time import monotonic
from typing import Any

from django.utils import timezone

from spatial.remote.base import Answer, Failed, Found
from spatial.remote.contrib.heights import Heights
from spatial.remote.contrib.offered import offered
from spatial.remote.contrib.pictures import Pictures, tile_at
from spatial.remote.contrib.uldk import Uldk
from spatial.remote.contrib.uug import Uug
from spatial.remote.contrib.wfs import Capabilities, Wfs
from spatial.remote.endpoints import Endpoint, Kind, endpoints
from spatial.remote.models import ServiceHealth, capabilities_of
from spatial.remote.reasons import Reason

#: a point that every installation may ask about: the market square of Skała, EPSG:2178 (dossier 1.5)
_SKALA = (7418209.08, 5566697.33)


@dataclass(frozen=True, slots=True)
class Check:
    """What one service did."""

    code: str
    title: str
    url: str
    known_from: str
    is_enabled: bool
    is_reachable: bool | None = None  #: None: not asked
    is_form_right: bool | None = None
    duration_ms: int | None = None
    fault: str = ""  #: reason, "" when all is well
    message: str = ""  #: Polish
    changes: tuple[str, ...] = ()  #: Polish; against the snapshot of the last check

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"changes": list(self.changes)}

    @property
    def is_well(self) -> bool:
        return not self.is_enabled or not self.fault


def check_services(*, on: date, only: str | None = None) -> list[Check]:
    """Asks every service that is on; the others are listed. Keeps snapshots of capabilities."""
    return [check(one) for one in endpoints(on=on) if only in (None, one.code)]


def check(endpoint: Endpoint) -> Check:
    listed = Check(endpoint.code, endpoint.title, endpoint.url, endpoint.known_from, endpoint.is_enabled)
    if not endpoint.is_enabled:
        return listed
    began = monotonic()
    answer = _QUESTIONS[endpoint.kind](endpoint)
    duration = round(1000 * (monotonic() - began))
    reason = answer.reason if isinstance(answer, Failed) else None
    return Check(
        **{name: value for name, value in asdict(listed).items() if name in _LISTED},
        is_reachable=reason not in _NOT_REACHED,
        is_form_right=reason is None,
        duration_ms=duration,
        fault=reason or "",
        message=answer.message if isinstance(answer, Failed) else "",
        changes=_kept(endpoint, answer.value) if isinstance(answer, Found) and endpoint.kind in _WITH_SNAPSHOT else (),
    )


_NOT_REACHED = {
    Reason.UNREACHABLE, Reason.TIMEOUT, Reason.BROKEN, Reason.CERTIFICATE, Reason.FORBIDDEN, Reason.RESTING,
}  # fmt: skip
_LISTED = {"code", "title", "url", "known_from", "is_enabled"}
_WITH_SNAPSHOT = {"egib-wfs", "app-wfs"}
_QUESTIONS: dict[Kind, Callable[[Endpoint], Answer[Any]]] = {
    "uldk": lambda endpoint: Uldk(endpoint).parcel_at(*_SKALA),
    "uug": lambda endpoint: Uug(endpoint).addresses(city="Skała"),
    "egib-wfs": lambda endpoint: Wfs(endpoint).capabilities(),
    "app-wfs": lambda endpoint: Wfs(endpoint).capabilities(),
    "picture": lambda endpoint: Pictures(endpoint).tile(*tile_at(*_SKALA, zoom=14)),
    "shown": offered,
    "heights": lambda endpoint: Heights(endpoint).at([_SKALA]),
}


def _kept(endpoint: Endpoint, now: Capabilities) -> tuple[str, ...]:
    """What differs from the last snapshot; the new one takes its place."""
    before, after = capabilities_of(endpoint.code), now.snapshot()
    ServiceHealth.objects.update_or_create(
        pk=endpoint.code, defaults={"capabilities": after, "seen_at": timezone.now()}
    )
    missing = [name for name in endpoint.types.values() if name not in now.names()]
    told = [f"brak klasy {name}, której używamy" for name in missing]
    return (*told, *(_differences(before, after) if before else ()))


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    if before.get("digest") == after["digest"]:
        return []
    old, new = before["types"], after["types"]
    told = [f"zniknęła klasa {name}" for name in sorted(old.keys() - new.keys())]
    told += [f"doszła klasa {name}" for name in sorted(new.keys() - old.keys())]
    told += [f"{name}: inne układy współrzędnych" for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    if before["most"] != after["most"]:
        told.append(f"najwięcej obiektów w odpowiedzi: {before['most']} → {after['most']}")
    if before["has_paging"] != after["has_paging"]:
        told.append("zmieniło się stronicowanie")
    return told
