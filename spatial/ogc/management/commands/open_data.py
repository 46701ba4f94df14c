"""``manage.py open_data``: is what maps and the OGC API serve what the registers say? Mend what is not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from spatial.ogc import open_tables
from spatial.ogc.registry import collections


class Command(BaseCommand):
    help = "Compare the open tables with the registers and mend them. Exit 0: equal or mended, 1: --check found more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count what differs")

    def handle(self, *, check: bool, **_: Any) -> None:
        open_tables.refresh()
        open_tables.turn_day()
        differing = 0
        for collection in collections:
            found = self.count(collection.id) if check else open_tables.mend(collection)
            differing += found
            self.stdout.write(f"{collection.id:24} {found or 'equal'}")
        if check and differing:
            sys.exit(1)

    def count(self, name: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({open_tables.differing(collections[name])}) AS d")  # noqa: S608
            return int(cursor.fetchone()[0])
