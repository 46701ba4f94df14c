"""What can be fetched and brought into the registers, and the services that it comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spatial.municipalities.models import Municipality
from spatial.remote.endpoints import Endpoint, Kind


@dataclass(frozen=True, slots=True)
class Fetched:
    """Files in the form of an import, with what to say to it."""

    files: Sequence[Path]
    notes: Sequence[str] = ()  #: Polish, for people
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """One thing to fetch: which services have it, how it is downloaded, which source of imports takes it."""

    code: str
    title: str  #: Polish
    kind: Kind
    source: str  #: of ``spatial.imports.registry``
    #: downloads into the folder; raises ServiceFailed
    download: Callable[[Endpoint, Municipality, Path], Fetched]
    service: str | None = None  #: the one service that has it; None: any of the kind
    has_state_day: bool = True


_fetchers: dict[str, Fetcher] = {}


def register(fetcher: Fetcher) -> None:
    """Declare a fetcher; two of one code are a mistake of ours."""
    if _fetchers.get(fetcher.code, fetcher) is not fetcher:
        raise ValueError(f"Fetcher {fetcher.code} is declared twice.")
    _fetchers[fetcher.code] = fetcher


def fetchers() -> dict[str, Fetcher]:
    from spatial.remote.contrib import app_services, egib_wfs  # noqa: F401, PLC0415 - they declare themselves

    return dict(sorted(_fetchers.items()))
