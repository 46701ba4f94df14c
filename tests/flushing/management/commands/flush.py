"""``flush`` as the tests need it after each one that commits: rows go, what ``migrate`` writes for the models stays.

Django's own makes permissions and views anew each time, which takes longer than to empty the tables.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

KEPT = {"auth_permission", "django_content_type"}


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        emptied = ", ".join(connection.ops.quote_name(name) for name in sorted(set(names) - KEPT))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {emptied}")
