"""Simulated services and rows that send the system to them; nothing here leaves the machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely

from spatial.remote.endpoints import Endpoint, endpoint
from spatial.remote.models import RemoteService
from tests.factories import EAST, NORTH, TODAY
from tests.simulators.base import Reply, Simulator
from tests.simulators.uldk import UldkSimulator
from tests.simulators.wfs import HeldFeature, WfsSimulator

#: quick for tests: no waiting between attempts, a simulator on this machine is meant
QUICK = {"private_network": True, "first_wait_s": 0.0, "timeout_s": 5.0, "attempts": 2}


@dataclass
class Recorded(Simulator):
    """Answers everything with one recorded body."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"

    def answer(self, params):
        return Reply(self.body, content_type=self.content_type)


@pytest.fixture
def point_to(db: None) -> Callable[..., Endpoint]:
    """The service of the code, switched on and answered by the simulator."""

    def pointed(code: str, simulator: Simulator, **options: Any) -> Endpoint:
        chosen = QUICK | options
        RemoteService.objects.update_or_create(
            code=code, valid_from=TODAY,
            defaults={"url": simulator.url, "is_enabled": True, "options": chosen},
        )  # fmt: skip
        return endpoint(code, on=TODAY)

    return pointed


@pytest.fixture
def recorded(shared_data: Path) -> Iterator[Callable[..., Recorded]]:
    """A server that plays a recorded file."""
    running: list[Any] = []

    def playing(name: str, *, head: bytes = b"", content_type: str = "text/plain") -> Recorded:
        body = head + (shared_data / name).read_bytes()
        context = Recorded(body=body, content_type=content_type).running()
        running.append(context)
        return context.__enter__()

    yield playing
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture
def uldk() -> Iterator[UldkSimulator]:
    with UldkSimulator().running() as simulator:
        yield simulator


@pytest.fixture
def wfs() -> Iterator[WfsSimulator]:
    with WfsSimulator().running() as simulator:
        yield simulator


def square(place: int, *, side: float = 100, north: float = 0) -> shapely.Polygon:
    """Squares in a row from the corner of the factories, EPSG:2178."""
    east = EAST + side * place
    return shapely.box(east, NORTH + north, east + side, NORTH + north + side)


def parcel(
    number: str, place: int, *, district: str = "120610_5.0007", area: str = "1.0000", **more: str
) -> HeldFeature:
    """A parcel in the words of the simple schema."""
    said = {
        "ID_DZIALKI": f"{district}.{number}", "NUMER_DZIALKI": number, "POLE_EWIDENCYJNE": area,
        "KLASOUZYTKI_EGIB": "None", "GRUPA_REJESTROWA": "7", "DATA": "2026-11-01",
    }  # fmt: skip
    return HeldFeature(square(place), said | more)


def building(number: int, place: int) -> HeldFeature:
    said = {"ID_BUDYNKU": f"120610_5.0007.{number}_BUD", "RODZAJ": "m", "KONDYGNACJE_NADZIEMNE": "2"}
    return HeldFeature(square(place).buffer(-40, join_style="mitre"), said)
