"""``make bench``, second part: deliveries of many parcels, in a database of their own that is dropped afterwards.

``ROWS=50000,500000 make bench`` measures both sizes side by side; without it, 10 000 and 50 000. The files are made by
``tests.bench.big_egib`` below the state folder.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench.big_egib import boundary, write_egib

DEFAULT_ROWS = "10000,50000"
DATABASE = "miedza_bench"


@dataclass
class Run:
    """One import by the command that people use."""

    seconds: float = 0.0
    peak_mb: float = 0.0  #: resident memory of the command and its readers together


@dataclass
class Size:
    rows: int
    file_mb: float
    first: Run
    again: Run
    lookups: dict[str, float] = field(default_factory=dict)  #: milliseconds of execution in PostgreSQL, median


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """An empty database beside the project's; dropped at the end."""
    parts = urlsplit(url)
    there = urlunsplit(parts._replace(path=f"/{DATABASE}"))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield there
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def measured(rows: int, *, url: str, folder: Path) -> Size:
    files = [folder / f"egib-{rows}-{name}.gml" for name in ("first", "again")]
    try:
        for file, changed in zip(files, (False, True), strict=True):
            write_egib(file, parcels=rows, changed=changed)
        with own_database(url) as there:
            manage(there, "migrate", "--verbosity", "0")
            municipality(there, rows)
            first = imported(there, files[0], "2026-01-01")
            again = imported(there, files[1], "2026-02-01")
            addresses(there, rows)
            return Size(rows, files[0].stat().st_size / 2**20, first, again, lookups(there))
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def imported(url: str, file: Path, day: str) -> Run:
    run = Run()
    begin = time.perf_counter()
    command = [sys.executable, "manage.py", "import", "egib", str(file), "--state-on", day]
    process = subprocess.Popen(command, env=environment(url), stdout=subprocess.DEVNULL)
    watch = threading.Thread(target=watched, args=(process, run))
    watch.start()
    if process.wait() != 0:
        raise SystemExit(f"The import of {file.name} failed ({process.returncode}).")
    run.seconds = time.perf_counter() - begin
    watch.join()
    return run


def watched(process: "subprocess.Popen[bytes]", run: Run) -> None:
    while process.poll() is None:
        run.peak_mb = max(run.peak_mb, sum(resident_mb(pid) for pid in family(process.pid)))
        time.sleep(0.2)


def family(pid: int) -> list[int]:
    """The process and all that came of it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def resident_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url}


def manage(url: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], env=environment(url), check=True)


def municipality(url: str, rows: int) -> None:
    box = boundary(rows)
    with psycopg.connect(url) as there:
        there.execute(
            "INSERT INTO municipalities_municipality (teryt, name, office_name, street_address, postal_address, seat,"
            " head_title, head_title_genitive, council, is_sample, boundary) VALUES"
            " ('120610', 'Wielka', '', '', '', '', '', '', '', true, ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 2178)))",
            box,
        )


def addresses(url: str, rows: int) -> None:
    """A house on every sixth parcel, in villages of about four hundred houses."""
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(
            "INSERT INTO cadastre_locality (simc, name, kind, municipality_id)"
            " SELECT lpad(n::text, 7, '0'), 'Miejscowość ' || n, 'wieś', '120610'"
            " FROM generate_series(1, %s) n",
            [rows // 2400 + 1],
        )
        there.execute(
            """
            INSERT INTO cadastre_addresspoint (identifier, valid_from, recorded_at, fingerprint, number, postcode,
                label, search_key, geom, locality_id, municipality_id, snapshot_id)
            SELECT l.simc || '.' || house, '2026-01-01', now(), '', house, '32-043', l.name || ' ' || house,
                lower(unaccent(l.name)) || ' ' || house, ST_PointOnSurface(p.geom), l.simc, '120610',
                p.snapshot_id
            FROM (SELECT geom, snapshot_id, (row_number() OVER (ORDER BY id) - 1) AS n FROM cadastre_parcel
                WHERE valid_to IS NULL AND id % 6 = 0) p
            CROSS JOIN LATERAL (SELECT ((p.n % 400) + 1)::text AS house) h
            JOIN cadastre_locality l ON l.simc = lpad((p.n / 400 + 1)::text, 7, '0')
            """
        )
        there.execute("VACUUM ANALYZE")


def lookups(url: str) -> dict[str, float]:
    """Asked in a process of its own, because Django is bound to one database."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.lookups"], env=environment(url), check=True, capture_output=True, text=True
    )
    return {name: float(value) for name, value in (line.split("\t") for line in answer.stdout.splitlines())}


def table(sizes: list[Size]) -> Iterator[str]:
    yield "| figure | " + " | ".join(f"{size.rows:,} parcels" for size in sizes) + " | goal at 500,000 |"
    yield "|---|" + "---|" * (len(sizes) + 1)
    yield _row("file", [f"{size.file_mb:.0f} MB" for size in sizes], "")
    yield _row("GML to published state", [_run(size.first, size.rows) for size in sizes], "10 min, 1.5 GB")
    yield _row("next delivery, 1 % changed", [_run(size.again, size.rows) for size in sizes], "4 min")
    for name in sizes[0].lookups:
        yield _row(f"{name}, in SQL", [f"{size.lookups[name]:.2f} ms" for size in sizes], "5 ms")


def _run(run: Run, rows: int) -> str:
    return f"{run.seconds:.1f} s, {run.seconds / rows * 1e6:.0f} µs a parcel, {run.peak_mb:.0f} MB"


def _row(name: str, cells: list[str], goal: str) -> str:
    return f"| {name} | {' | '.join(cells)} | {goal} |"


def main() -> None:
    rows = [int(number) for number in (os.environ.get("ROWS") or DEFAULT_ROWS).split(",")]
    folder = Path(os.environ["MIEDZA_STATE"]) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    url = os.environ["DATABASE_URL"]
    sizes = [measured(number, url=url, folder=folder) for number in rows]
    print("\n".join(table(sizes)))
    if len(sizes) > 1:
        few, many = sizes[0], sizes[-1]
        growth = (many.first.seconds / many.rows) / (few.first.seconds / few.rows)
        print(f"\ncost of a parcel at {many.rows:,} / at {few.rows:,}: {growth:.2f}")


if __name__ == "__main__":
    main()
