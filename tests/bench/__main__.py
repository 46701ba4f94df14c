"""Run by ``make bench`` against the demo data in the private database."""

import os
import random
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "services.portal.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from data.demo.cases import CASES  # noqa: E402
from planning.extracts.analysis import find_parcels  # noqa: E402
from planning.extracts.pdf.document import build_extract  # noqa: E402
from services.cases.models import Case  # noqa: E402
from services.extracts.papers import order_for  # noqa: E402
from services.extracts.wanted import Wanted, analysis_of  # noqa: E402
from services.identity.models import StaffRole  # noqa: E402
from spatial.cadastre.models import Parcel  # noqa: E402
from tests.bench.serving import fetch, server  # noqa: E402

PARCELS = 600
#: The question as the database alone answers it (planning dossier, "Core query").
CORE_QUERY = """
    SELECT z.symbol_raw, ST_Area(g), ST_Perimeter(g)
    FROM cadastre_parcel d
    JOIN planning_localplan p ON p.superseded_at IS NULL AND p.in_force_from <= %(on)s
         AND (p.in_force_to IS NULL OR p.in_force_to > %(on)s)
    JOIN planning_planzone z ON z.plan_id = p.id AND ST_Intersects(z.geom, d.geom)
    CROSS JOIN LATERAL (SELECT ST_CollectionExtract(ST_Intersection(z.geom, d.geom), 3) AS g) i
    WHERE d.identifier = %(id)s AND d.valid_to IS NULL AND NOT ST_IsEmpty(g)
    ORDER BY 2 DESC
"""


@dataclass(frozen=True)
class Figure:
    name: str
    seconds: list[float]
    goal: str

    def at(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def yardstick() -> Figure:
    """Eight megabytes of the same bytes compressed: how fast this machine is just now."""
    block = random.Random(1).randbytes(1024) * 8192
    return Figure("yardstick: zlib of 8 MiB", [timed(lambda: zlib.compress(block, 6)) for _ in range(9)], "")


def chosen_parcels() -> list[str]:
    """Half of them under plans, the rest anywhere; the same ones in each run."""
    rows = Parcel.objects.current().order_by("identifier").values_list("identifier", flat=True)
    sample = random.Random(7).sample(list(rows), PARCELS - len(CASES))
    return [*sample, *(identifier for name, identifier in CASES.items() if name != "retired")]


def card_figures(parcels: list[str]) -> list[Figure]:
    addresses = [f"/dzialki/{quote(identifier)}/?f=json" for identifier in parcels]
    with server() as port:
        for address in addresses[:60]:
            fetch(port, address)
        one = [timed(lambda address=address: fetch(port, address)) for address in addresses]  # type: ignore[misc]
        with ThreadPoolExecutor(4) as pool:
            four = list(pool.map(lambda address: timed(lambda: fetch(port, address)), addresses))
    return [
        Figure("parcel card over HTTP, one client", one, "p95 < 100 ms"),
        Figure("parcel card over HTTP, four clients", four, ""),
    ]


def engine_figure(parcels: list[str]) -> Figure:
    def ask(identifier: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CORE_QUERY, {"on": timezone.localdate(), "id": identifier})
            cursor.fetchall()

    for identifier in parcels[:60]:
        ask(identifier)
    return Figure("core query in PostGIS alone", [timed(lambda i=i: ask(i)) for i in parcels], "")  # type: ignore[misc]


def extract_figure() -> Figure:
    """The extract of a parcel whose wyrys takes two A4 parts."""
    built, order = two_part_order()
    name = f"extract PDF ({built.text_pages} pages of text, {built.drawing_parts} A4 raster parts)"
    return Figure(name, [timed(lambda: build_extract(order)) for _ in range(9)], "median < 1.5 s")


def two_part_order():  # type: ignore[no-untyped-def]
    day = timezone.localdate()
    for identifier in (CASES["large"], *wide_parcels()):
        [parcel], _missing = find_parcels([identifier], as_of=day)
        planner = StaffRole.objects.filter(municipality=parcel.municipality_id)[0].user
        case = Case(municipality=parcel.municipality, number="GP.6727.1.2026", applicant=planner)
        wanted = Wanted(case=case, parcels=(identifier,), as_of=day)
        analysis = analysis_of(wanted)
        if not analysis.families or analysis.blocked:
            continue
        order = order_for(wanted, analysis, analysis.families[0], planner=planner, issued_on=day)
        built = build_extract(order)
        if built.drawing_parts == 2 and built.text_pages >= 5:
            return built, order
    raise SystemExit("No parcel of the demo takes two A4 parts: the demo data changed.")


def wide_parcels() -> list[str]:
    """Long parcels inside a plan drawn at 1:2000."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT d.identifier FROM cadastre_parcel d JOIN planning_localplan p ON ST_Within(d.geom, p.boundary)
            WHERE d.valid_to IS NULL AND p.superseded_at IS NULL AND p.in_force_to IS NULL AND p.drawing_scale = 2000
            ORDER BY ST_YMax(d.geom) - ST_YMin(d.geom) DESC, d.identifier LIMIT 40""")
        return [row[0] for row in cursor.fetchall()]


def main() -> None:
    parcels = chosen_parcels()
    stick = yardstick()
    figures = [stick, engine_figure(parcels), *card_figures(parcels), extract_figure()]
    unit = stick.at(0.5)
    print(f"\nmachine: {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}; parcels asked: {len(parcels)}\n")
    print("| figure | median | p95 | p95 in yardsticks | goal |\n|---|---|---|---|---|")
    for figure in figures:
        median, p95 = figure.at(0.5), figure.at(0.95)
        print(f"| {figure.name} | {median * 1000:.1f} ms | {p95 * 1000:.1f} ms | {p95 / unit:.2f} | {figure.goal} |")
    engine, card = figures[1], figures[2]
    print(f"\nparcel card / core query, median: {card.at(0.5) / engine.at(0.5):.1f}")


if __name__ == "__main__":
    main()
