"""``manage.py extract PARCEL… --out FILE.pdf``: the extract from the command line, by the same services."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from planning.extracts.analysis import Analysis
from planning.extracts.fees import Fee
from planning.extracts.pdf.document import build_extract
from planning.report import percent_text
from services.cases.models import Case
from services.catalogue.deciding import decide
from services.catalogue.declaration import EService, Hand, eservices
from services.catalogue.filing import Whole, apply, read_whole
from services.catalogue.models import Filing
from services.extracts.papers import order_for
from services.extracts.wanted import SERVICE, Wanted, analysis_of
from services.forms.reading import as_json, as_typed
from services.identity.models import StaffRole, User
from spatial.errors import ServiceError
from spatial.municipalities.models import Municipality


class Command(BaseCommand):
    help = (
        "Sporządza wypis i wyrys. Z --preview powstaje podgląd ze znakiem wodnym i nic nie zostaje w systemie; bez "
        "niego rejestrowana jest sprawa i wydawany dokument. Kody wyjścia: 0 gotowe, 1 przeszkoda, 2 złe wywołanie."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parcels", nargs="+", metavar="DZIAŁKA")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="RRRR-MM-DD", help="stan prawny na dzień")
        parser.add_argument("--preview", action="store_true", help="podgląd ze znakiem wodnym")
        parser.add_argument("--out", required=True, type=Path, metavar="PLIK.pdf")
        parser.add_argument("--json", action="store_true", help="wypisz udziały, ustalenia i opłatę")
        parser.add_argument("--planner", metavar="KONTO", help="kto wydaje; domyślnie jedyny planista gminy")
        parser.add_argument("--site", default=settings.SITE or "http://localhost:8000", help="adres urzędu do kodu QR")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        service = cast(EService, eservices.get(SERVICE))
        day = options["as_of"] or timezone.localdate()
        answers = {"parcels": options["parcels"], "scope": "both", "as_of": day.isoformat()}
        found = read_whole(service, service.form, as_typed(service.form.questions(), answers), at=now)
        if not found.is_good or found.municipality is None:
            self.stderr.write(" ".join(text for one in found.by_step.values() for text in one.errors.values()))
            sys.exit(2)
        if not options["out"].parent.is_dir():
            raise CommandError(f"Nie ma folderu {options['out'].parent}. Podaj inny plik.", returncode=2)
        planner = self.planner(found.municipality, options["planner"])
        try:
            if options["preview"]:
                self.preview(found, planner=planner, options=options)
            else:
                self.issue(service, answers, hand=Hand(planner, now, options["site"]), options=options)
        except ServiceError as error:
            self.stderr.write(error.message)
            sys.exit(1)

    def planner(self, municipality: Municipality, username: str | None) -> User:
        roles = StaffRole.objects.filter(municipality=municipality, role=StaffRole.Role.PLANNER)
        if username:
            roles = roles.filter(user__username=username)
        users = [role.user for role in roles.select_related("user")[:2]]
        if len(users) != 1:
            raise CommandError("Podaj konto planisty tej gminy: --planner KONTO.", returncode=2)
        return users[0]

    def preview(self, found: Whole, *, planner: User, options: dict[str, Any]) -> None:
        """Built from an application that is never stored."""
        case = Case(municipality=cast(Municipality, found.municipality), number="podgląd", applicant=planner)
        answers = as_json(found.answers)
        wanted = Wanted(case=case, parcels=tuple(answers["parcels"]), as_of=date.fromisoformat(answers["as_of"]))
        analysis = analysis_of(wanted)
        fees = []
        for index, family in enumerate(analysis.families):
            order = order_for(wanted, analysis, family, planner=planner, issued_on=timezone.localdate())
            built = build_extract(replace(order, addressee=""))
            self.write(options["out"], index, len(analysis.families), built.pdf)
            fees.append(built.fee)
        self.tell(analysis, fees, options)
        if not analysis.families:
            sys.exit(1)

    @transaction.atomic
    def issue(self, service: EService, answers: dict[str, Any], *, hand: Hand, options: dict[str, Any]) -> None:
        case = apply(service, owner=hand.clerk, answers=answers, at=hand.at)
        documents = decide(
            case, letters=service.letters, is_positive=True, text="", hand=hand, seen=None,
            despite="dokument wydano poleceniem na serwerze",
        )  # fmt: skip
        for index, document in enumerate(documents):
            self.write(options["out"], index, len(documents), document.file.read())
        self.tell(analysis_of(Wanted.of(Filing.objects.get(case=case))), [], options)

    def write(self, out: Path, index: int, count: int, pdf: bytes) -> None:
        """Several plans give several files: out-1.pdf, out-2.pdf."""
        path = out if count == 1 else out.with_stem(f"{out.stem}-{index + 1}")
        path.write_bytes(pdf)
        self.stderr.write(f"{path} ({len(pdf) // 1024} kB)")

    def tell(self, analysis: Analysis, fees: list[Fee], options: dict[str, Any]) -> None:
        for finding in analysis.findings:
            self.stderr.write(f"[{finding.severity}] {finding.code} {finding.parcel}: {finding.message}")
        if options["json"]:
            self.stdout.write(json.dumps(told_as_json(analysis, fees), ensure_ascii=False, indent=2))


def told_as_json(analysis: Analysis, fees: list[Fee]) -> dict[str, Any]:
    return {
        "as_of": analysis.as_of.isoformat(),
        "parcels": [
            {
                "id": answer.parcel.identifier,
                "shares": [
                    {
                        "plan": share.plan.public_id if share.plan else None,
                        "symbol": share.symbol or None,
                        "area_m2": share.area_m2,
                        "percent": percent_text(share.percent),
                    }
                    for share in answer.shares
                ],
            }
            for answer in analysis.answers
        ],
        "findings": [finding.as_json() for finding in analysis.findings],
        "fees": [
            {
                "total_gr": fee.total_gr,
                "lines": [
                    {"title": line.title, "operands": line.operands, "amount_gr": line.amount_gr} for line in fee.lines
                ],
            }
            for fee in fees
        ],
    }
