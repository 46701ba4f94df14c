"""One writer of a municipality's registers at a time."""

from django.db import connection

from spatial.municipalities.models import Municipality


def one_at_a_time(municipality: Municipality) -> None:
    """Two imports of one municipality wait for each other until the transaction ends; readers are never held up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('miedza.import'), %s)", [int(municipality.teryt)])
