"""Make the files of whole municipalities now, not at night."""

from typing import Any

from django.core.management.base import BaseCommand

from tiles.downloads.files import folder, make_all


class Command(BaseCommand):
    help = "Make the GeoPackage and the PMTiles of every municipality (otherwise made each night)."

    def handle(self, *_: Any, **__: Any) -> None:
        make_all(self.stdout.write)
        self.stdout.write(self.style.SUCCESS(f"Gotowe / done: {folder()}"))
