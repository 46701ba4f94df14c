"""``manage.py handbook``: writes the parts of docs/ that are made from the code."""

from typing import Any

from django.core.management.base import BaseCommand

from services.catalogue.handbook import services_page
from services.portal.dictionary import data_dictionary
from services.portal.settings.environment import ROOT
from spatial.imports import handbook


def pages() -> dict[str, str]:
    """Pages of docs/ by name, as the code makes them now."""
    return {
        "data-quality.md": handbook.data_quality(),
        "data-dictionary.md": data_dictionary(),
        "services.md": services_page(),
    }


class Command(BaseCommand):
    help = "Writes the pages of docs/ that are made from the code: rules of data quality, data dictionary, e-services."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for name, text in pages().items():
            (ROOT / "docs" / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"docs/{name}")
