"""``manage.py audit_verify [--municipality TERYT] [--kept DIGEST ...]``: whether the logs are as they were written."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from services.audit.chain import breaks, heads, is_kept


class Command(BaseCommand):
    help = "Sprawdza łańcuchy dzienników; mówi, gdzie coś zmieniono albo usunięto, i wypisuje ich ostatnie skróty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--municipality", help="tylko ta gmina, TERYT, np. 120610")
        parser.add_argument("--kept", nargs="*", default=[], help="skróty wypisane wcześniej: czy nadal są w łańcuchu")

    def handle(self, *, municipality: str | None, kept: Sequence[str], **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # years of entries take longer than a page may
        is_whole = True
        for head in heads(municipality):
            self.stdout.write(str(head))
            for found in breaks(head):
                is_whole = False
                self.stderr.write(str(found))
        for digest in kept:
            if not is_kept(digest.lower()):
                is_whole = False
                self.stderr.write(f"skrótu {digest} nie ma w żadnym łańcuchu")
        if not is_whole:
            sys.exit(1)
