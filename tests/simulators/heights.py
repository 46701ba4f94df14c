"""NMT: a slope that rises to the east, a metre for every ten."""

from dataclasses import dataclass

from tests.simulators.base import Reply, Simulator


@dataclass
class HeightsSimulator(Simulator):
    """As strict as the service: a request it does not know, and more than 500 points, are errors."""

    flat: float | None = None  #: one height for everything
    is_swapped: bool = False  #: tells of the place with its numbers exchanged

    def answer(self, params):
        pairs = [pair.split() for pair in params.get("list", "").split(",")]
        if params.get("request") != "GetHByPointList" or len(pairs) > 500 or any(len(pair) != 2 for pair in pairs):
            return Reply(b"error", status=400)
        return Reply(",".join(self.row(*map(float, pair)) for pair in pairs).encode())

    def row(self, north: float, east: float) -> str:
        height = (east - 550_000) / 10 if self.flat is None else self.flat
        first, second = (east, north) if self.is_swapped else (north, east)
        return (
            f"{first:.2f} {second:.2f} {height:.1f}"
            if self.flat is not None
            else f"{first:.2f} {second:.2f} {height:.2f}"
        )
