"""Tells the database who changes rows, for the history of rows (``services.audit.history``)."""

from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class WhoChanges:
    """Names the signed-in account to the connection while a request that may change something lasts.

    Connections are taken from a pool and given back: the name is taken off before, also after a failure.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or not request.user.is_authenticated:
            return self.get_response(request)
        name_to_database(str(request.user.pk))
        try:
            return self.get_response(request)
        finally:
            with suppress(DatabaseError):  # a broken connection does not go back to the pool
                name_to_database("")


def name_to_database(user: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('miedza.user', %s, false)", [user])
