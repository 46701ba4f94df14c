"""``manage.py check_plan [CODE...] --municipality 120610``: exit 0 when no plan has an error, else 1; 2 wrong use."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from data.records import Problem
from planning.checking import check_plan
from planning.models import LocalPlan

SEVERITIES = {"error": "BŁĄD", "warning": "ostrzeżenie", "info": "informacja"}


class Command(BaseCommand):
    help = "Sprawdza akty planowania z rejestru regułami ministerialnego walidatora i własnymi (docs/plans.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="OZNACZENIE", help="akty; bez nich wszystkie")
        parser.add_argument("--municipality", metavar="TERYT", required=True, help="sześć cyfr, np. 120610")
        parser.add_argument("--on", type=date.fromisoformat, metavar="RRRR-MM-DD", help="budynki z tego dnia (dziś)")
        parser.add_argument("--json", action="store_true", help="jeden obiekt JSON")

    def handle(self, *, codes: list[str], municipality: str, **asked: Any) -> None:
        plans = LocalPlan.objects.known().of(municipality).order_by("code")
        known = {plan.code: plan for plan in plans}
        if unknown := [code for code in codes if code not in known]:
            raise CommandError(f"Nie mamy aktu {', '.join(unknown)} w gminie {municipality}.", returncode=2)
        if not known:
            raise CommandError(f"Nie mamy żadnego aktu w gminie {municipality}.", returncode=2)
        on = asked["on"] or timezone.localdate()
        found = {code: check_plan(known[code], on=on) for code in codes or known}
        if asked["json"]:
            said = {code: [_plain(one) for one in problems] for code, problems in found.items()}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            for code, problems in found.items():
                self._tell(code, problems)
        if any(problem.severity == "error" for problems in found.values() for problem in problems):
            sys.exit(1)

    def _tell(self, code: str, problems: list[Problem]) -> None:
        self.stdout.write(f"{code}: {'bez uwag' if not problems else f'uwag: {len(problems)}'}")
        for one in problems:
            place = f" (wschód {one.point[0]:.2f}, północ {one.point[1]:.2f})" if one.point else ""
            self.stdout.write(f"  {SEVERITIES[one.severity]} [{one.rule}] {one.object}: {one.message}{place}")


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "object": problem.object,
        "message": problem.message,
        "point": problem.point,
    }
