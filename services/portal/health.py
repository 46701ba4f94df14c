"""Is each part of the office alive? One function per part; a failure becomes a line of the answer, never a page."""

from collections.abc import Callable
from dataclasses import dataclass
from json import loads
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from spatial.ogc import open_data, open_views

JOB_WAITS_AT_MOST = "15 minutes"  #: a large import before it may take that long


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    is_well: bool
    detail: str

    def as_json(self) -> dict[str, object]:
        return {"status": "ok" if self.is_well else "fail", "detail": self.detail}


def checks() -> list[Part]:
    return [
        check("database", database, (DatabaseError,)),
        check("migrations", migrations, (DatabaseError, Unapplied)),
        check("open-data", open_data_role, (DatabaseError, Unmade)),
        check("storage", storage, (OSError,)),
        check("jobs", jobs, (DatabaseError, Waiting)),
        check("frontend", frontend, (OSError, ValueError, Unbuilt)),
    ]


def check(name: str, ask: Callable[[], str], failures: tuple[type[Exception], ...]) -> Part:
    try:
        return Part(name, True, ask())
    except failures as failure:
        return Part(
            name,
            False,
            str(failure) if isinstance(failure, (Unapplied, Unbuilt, Unmade, Waiting)) else type(failure).__name__,
        )


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT postgis_lib_version()")
        return f"PostGIS {cursor.fetchone()[0]}"


class Unapplied(Exception):
    """The database is older than the code."""


def migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Unapplied(f"{len(missing)} not applied, first {missing[0][0]}; run manage.py migrate")
    return "all applied"


class Unmade(Exception):
    """Maps and OGC API have nothing to read."""


def open_data_role() -> str:
    """Are the open views there, and does their reader see anything else?"""
    if open_views.mark_of_schema() is None:
        raise Unmade("no open views; run manage.py migrate")
    with open_data.reading() as ask:
        [(role, sees_tables)] = ask("SELECT current_user, has_table_privilege('cadastre_parcel', 'SELECT')")
    if sees_tables:
        return "views only: read by the application's role, see docs/privacy.md"
    return f"views read by {role}"


class Waiting(Exception):
    """Jobs wait and no worker takes them."""


def jobs() -> str:
    """Jobs of the queue that should have begun; one that waits long says that the worker is down."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE coalesce(scheduled_at, deferred.at) < now() - %s::interval)
            FROM procrastinate_jobs j
            JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events e
                WHERE e.job_id = j.id AND e.type = 'deferred') deferred ON true
            WHERE j.status = 'todo' AND coalesce(scheduled_at, now()) <= now()
            """,
            [JOB_WAITS_AT_MOST],
        )
        waiting, late = cursor.fetchone()
    if late:
        raise Waiting(f"{late} jobs wait longer than {JOB_WAITS_AT_MOST}; is manage.py procrastinate worker running?")
    return f"{waiting} waiting"


def storage() -> str:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as file:
        file.write(b"miedza")
    return "writable"


class Unbuilt(Exception):
    """Pages would have no styles and no map."""


def frontend() -> str:
    """The manifest is there, and so is each file that it promises."""
    manifest = Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))
    if not manifest.is_file():
        raise Unbuilt("not built; run deploy/frontend.sh")
    entries = loads(manifest.read_text(encoding="utf-8"))
    missing = [entry["file"] for entry in entries.values() if not (manifest.parent / entry["file"]).is_file()]
    if missing:
        raise Unbuilt(f"{len(missing)} files missing; run deploy/frontend.sh")
    return "built"
