"""Says in one sentence why the database cannot be used, before anything tries to."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

WANTED = {"postgis": "PostGIS", "pg_trgm": "pg_trgm", "unaccent": "unaccent"}


class Command(BaseCommand):
    help = "Sprawdza, czy baza danych odpowiada i ma potrzebne rozszerzenia."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT extname FROM pg_extension")
                present = {name for (name,) in cursor.fetchall()}
        except DatabaseError as error:
            raise CommandError(f"Baza danych nie odpowiada ({error}). Sprawdź DATABASE_URL albo: make up.") from error
        if missing := sorted(set(WANTED) - present):
            words = "; ".join(f"CREATE EXTENSION {name}" for name in missing)
            raise CommandError(f"W bazie brakuje rozszerzeń. Jako administrator bazy wykonaj: {words}.")
