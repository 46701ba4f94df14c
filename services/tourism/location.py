"""In which gmina a place or a trail lies, and what to say when the source thinks otherwise.

Boundaries at hand may be generalised by 300 m (dossier tourism 3), so nearer than that the source is believed.
"""

from dataclasses import dataclass
from functools import lru_cache

import shapely
from django.contrib.gis.geos import Point as GeosPoint
from shapely.geometry.base import BaseGeometry

from data.readers.amounts import polish
from data.records import Problem
from data.records.tourism import PlaceRecord
from spatial import crs
from spatial.municipalities.models import Municipality
from spatial.territory.models import UnitBoundary
from spatial.territory.queries import holder_of

TOLERANCE_M = 300
FARTHEST_M = 50_000  #: a trip from the municipality; farther is a mistake in the coordinates


@dataclass(frozen=True, slots=True)
class Located:
    gminas: tuple[str, ...]
    problem: Problem | None = None


class Locator:
    """Places against boundaries, for one municipality; outlines are read once."""

    def __init__(self, municipality: Municipality) -> None:
        self.municipality = municipality
        self.outline = lru_cache(maxsize=64)(self._outline)

    def place(self, record: PlaceRecord) -> Located:
        """Gminas of a place: those the source names, checked; else the one that holds the point."""
        away = self.metres_from(self.municipality.pk, record.geometry)
        if away is not None and away > FARTHEST_M:
            return Located((), _too_far(record, away))
        if record.located_in:
            return self.said(record)
        if away is not None and away == 0:
            return Located((self.municipality.pk,))
        if away is not None and away <= TOLERANCE_M:
            return Located((self.municipality.pk,), _doubtful(record, self.municipality.name, away))
        return self.elsewhere(record)

    def said(self, record: PlaceRecord) -> Located:
        for teryt in record.located_in:
            away = self.metres_from(teryt, record.geometry)
            if away is not None and away > TOLERANCE_M:
                return Located(record.located_in, self.contradiction(record, teryt, away))
        return Located(record.located_in)

    def contradiction(self, record: PlaceRecord, teryt: str, away: float) -> Problem:
        holder = holder_of(_point(record.geometry))
        there = f"; leży w gminie {holder.name}" if holder else ""
        return Problem(
            "place-outside-municipality",
            "error",
            record.identifier,
            f"Według źródła miejsce jest w gminie {teryt}, a współrzędne leżą {away:.0f} m poza jej granicą{there}. "
            "Popraw współrzędne albo gminę.",
            (record.geometry.x, record.geometry.y),
        )

    def elsewhere(self, record: PlaceRecord) -> Located:
        holder = holder_of(_point(record.geometry))
        where = f"w gminie {holder.name}" if holder else "w gminie, której granicy nie znamy"
        return Located(
            (holder.teryt,) if holder else (),
            Problem(
                "place-elsewhere",
                "info",
                record.identifier,
                f"Miejsce leży poza gminą {self.municipality.name}, {where}. Jeśli ma być u nas, popraw współrzędne.",
                (record.geometry.x, record.geometry.y),
            ),
        )

    def crossed(self, line: BaseGeometry) -> tuple[str, ...]:
        """Gminas of which we hold an outline that a trail runs through."""
        known = sorted({*Municipality.objects.values_list("pk", flat=True), *self._neighbours()})
        return tuple(teryt for teryt in known if (outline := self.outline(teryt)) and outline.intersects(line))

    def _neighbours(self) -> set[str]:
        codes = UnitBoundary.objects.current().of(self.municipality).values_list("identifier", flat=True)
        return {code[:6] for code in codes}

    def metres_from(self, teryt: str, place: BaseGeometry) -> float | None:
        """0 inside; None for a gmina of which we hold no outline."""
        outline = self.outline(teryt)
        return None if outline is None else float(shapely.distance(outline, place))

    def _outline(self, teryt: str) -> BaseGeometry | None:
        official = UnitBoundary.objects.current().filter(identifier__startswith=teryt).order_by("pk").first()
        if official is not None:
            return shapely.from_wkb(bytes(official.geom.wkb))
        own = Municipality.objects.filter(pk=teryt).first()
        return shapely.from_wkb(bytes(own.boundary.wkb)) if own is not None else None


def _point(place: shapely.Point) -> GeosPoint:
    return GeosPoint(place.x, place.y, srid=crs.PL_2000_7)


def _doubtful(record: PlaceRecord, name: str, away: float) -> Problem:
    return Problem(
        "place-near-boundary",
        "warning",
        record.identifier,
        f"Miejsce leży {away:.0f} m za granicą gminy {name}; granice są uproszczone, więc przyjęto, że jest w gminie. "
        "Rozstrzygnij to i wpisz kod gminy w źródle.",
        (record.geometry.x, record.geometry.y),
    )


def _too_far(record: PlaceRecord, away: float) -> Problem:
    return Problem(
        "place-too-far",
        "error",
        record.identifier,
        f"Miejsce leży {polish(away / 1000)} km od gminy. Sprawdź współrzędne i to, czy nie są zamienione.",
        (record.geometry.x, record.geometry.y),
    )
