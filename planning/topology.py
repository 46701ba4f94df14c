"""Do the zones of a plan cover it once and only once? Differences above one square metre become findings."""

from collections.abc import Iterator

from django.db import connection

from data.records import Problem
from planning.models import LocalPlan

TOLERANCE_M2 = 1.0

_GAPS = """
WITH zones AS (SELECT ST_Union(geom) AS geom FROM planning_planzone WHERE plan_id = %(plan)s),
pieces AS (
    SELECT (ST_Dump(ST_Difference(p.boundary, zones.geom))).geom AS geom
    FROM planning_localplan p, zones WHERE p.id = %(plan)s)
SELECT '', '', ST_Area(geom), ST_X(point), ST_Y(point)
FROM pieces, LATERAL (SELECT ST_PointOnSurface(geom) AS point) place
WHERE ST_Area(geom) > %(tolerance)s ORDER BY 3 DESC
"""
_OUTSIDE = """
WITH pieces AS (
    SELECT z.symbol_raw, (ST_Dump(ST_Difference(z.geom, p.boundary))).geom AS geom
    FROM planning_planzone z JOIN planning_localplan p ON p.id = z.plan_id
    WHERE z.plan_id = %(plan)s AND NOT ST_CoveredBy(z.geom, p.boundary))
SELECT symbol_raw, '', ST_Area(geom), ST_X(point), ST_Y(point)
FROM pieces, LATERAL (SELECT ST_PointOnSurface(geom) AS point) place
WHERE ST_Area(geom) > %(tolerance)s ORDER BY 3 DESC
"""
_OVERLAPS = """
WITH pieces AS (
    SELECT a.symbol_raw AS first, b.symbol_raw AS second,
        (ST_Dump(ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3))).geom AS geom
    FROM planning_planzone a JOIN planning_planzone b
        ON b.plan_id = a.plan_id AND a.id < b.id AND ST_Intersects(a.geom, b.geom) AND NOT ST_Touches(a.geom, b.geom)
    WHERE a.plan_id = %(plan)s)
SELECT first, second, ST_Area(geom), ST_X(point), ST_Y(point)
FROM pieces, LATERAL (SELECT ST_PointOnSurface(geom) AS point) place
WHERE ST_Area(geom) > %(tolerance)s ORDER BY 3 DESC
"""


def topology(plan: LocalPlan) -> Iterator[Problem]:
    """Gaps, zones outside of the boundary and overlaps; empty for a plan without zones.

    Warnings, not errors: the drawing is the law and the vectors an aid, so a planner decides what the drawing says.
    """
    if not plan.zones.exists():
        return
    for _, _, area, east, north in _pieces(_GAPS, plan):
        yield Problem(
            "zones-gap",
            "warning",
            plan.code,
            f"{area:.0f} m² planu nie należy do żadnego terenu. Sprawdź to miejsce na rysunku planu i uzupełnij teren; "
            "do tego czasu wypisy działek z tego miejsca wymagają sprawdzenia przez planistę.",
            (east, north),
        )
    for symbol, _, area, east, north in _pieces(_OUTSIDE, plan):
        yield Problem(
            "zones-outside",
            "warning",
            plan.code,
            f"{area:.0f} m² terenu {symbol} leży poza granicą planu. Dociągnij granicę terenu do granicy planu.",
            (east, north),
        )
    for first, second, area, east, north in _pieces(_OVERLAPS, plan):
        yield Problem(
            "zones-overlap",
            "warning",
            plan.code,
            f"Tereny {first} i {second} nakładają się na {area:.0f} m². Rozstrzygnij według rysunku planu, "
            "który z nich tu obowiązuje.",
            (east, north),
        )


def _pieces(query: str, plan: LocalPlan) -> list[tuple[str, str, float, float, float]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"plan": plan.pk, "tolerance": TOLERANCE_M2})
        return list(cursor.fetchall())
