"""``manage.py handbook``: writes the parts of docs/ that are made from the code."""

from typing import Any

from django.core.management.base import BaseCommand

from services.portal.settings.environment import ROOT
from spatial.imports import handbook


class Command(BaseCommand):
    help = "Writes docs/data-quality.md from the catalogue of rules."

    def handle(self, *_args: Any, **_options: Any) -> None:
        docs = ROOT / "docs"
        (docs / "data-quality.md").write_text(handbook.data_quality(), encoding="utf-8")
        self.stdout.write("docs/data-quality.md")
