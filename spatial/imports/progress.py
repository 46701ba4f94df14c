"""Signs of life of a long job, seen by others while its own transaction is still open.

They go through a connection of their own. It also holds the lock that keeps two workers from one upload; the lock
ends with the connection, so a killed worker leaves nothing locked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

_LOCK = "hashtext('miedza.upload')"


@dataclass(frozen=True, slots=True)
class Progress:
    line: BaseDatabaseWrapper
    upload_id: int

    def taken(self, number: int) -> None:
        """Tell how many records were read so far."""
        with self.line.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_upload SET taken = %s, heartbeat_at = now() WHERE id = %s", [number, self.upload_id]
            )


class Busy(Progress):
    """Another worker has the upload."""


@contextmanager
def working_on(upload_id: int) -> Iterator[Progress]:
    """A Progress, or a Busy one when the upload is being worked on."""
    line = connection.copy()
    try:
        with line.cursor() as cursor:
            cursor.execute(f"SELECT pg_try_advisory_lock({_LOCK}, %s)", [upload_id])
            (is_ours,) = cursor.fetchone()
        yield Progress(line, upload_id) if is_ours else Busy(line, upload_id)
    finally:
        line.close()
