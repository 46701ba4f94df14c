"""The demo office: two municipalities with sample data and accounts that share one known password.

Loaded through the same import mechanism as real deliveries, so the demo proves it on each installation.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils import timezone

import data.demo
from data.demo import (
    MUNICIPALITIES,
    STATE_ON,
    DemoMunicipality,
    cadastre,
    general_plan,
    places,
    plans,
    protected_areas,
    trails,
    water_network,
)
from data.demo.owners import with_owners
from data.records import Reading
from services.cases.models import CaseClass
from services.correspondence.models import OrganisationalUnit
from services.identity.factors import give_demo_factor
from services.identity.models import StaffRole, User
from services.identity.programs import give_demo_key
from services.payments import demo as payments
from services.portal.demo_accounts import ACCOUNTS, PASSWORD, Account
from services.portal.demo_outside import know_people
from services.portal.demo_parties import load_parties
from spatial import crs
from spatial.errors import Refused, ServiceError
from spatial.imports import registry
from spatial.imports.models import Snapshot
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import Notice, Origin, Review, publish
from spatial.municipalities.models import Municipality

VALID_FROM = date(2010, 1, 1)  #: documents of the demo may look back to this day


class DemoFailed(ServiceError):
    """A part of the demo could not be made; the message names it."""

    code = "demo-failed"


JOB_TITLE = "inspektor ds. planowania przestrzennego"
KEEPER_TITLE = "inspektor ds. ewidencji i geodezji"
TAX_TITLE = "inspektor ds. wymiaru podatków"
#: unit and JRWA class of each service
CASE_CLASSES = {
    "wypis-i-wyrys": ("GP", "6727"),
    "zaswiadczenie-o-przeznaczeniu": ("GP", "6727"),
    "pismo-ogolne": ("OR", "1510"),
    "informacja-publiczna": ("OR", "1431"),
    "oplata-skarbowa": ("FN", "3133"),
}
#: units of the office by the symbols of their cases
UNITS = {"GP": "Referat Gospodarki Przestrzennej", "OR": "Referat Organizacyjny", "FN": "Referat Finansowy"}
CLERK_TITLE = "inspektor ds. organizacyjnych"
INSPECTOR_TITLE = "inspektor ochrony danych"


def refuse_outside_demo() -> None:
    """Raises Refused: sample accounts with a known password must never meet real data."""
    if not settings.DEMO:
        raise Refused("Dane przykładowe wczytuje się tylko w trybie demonstracyjnym (MIEDZA_DEMO=1).")


def load_offices() -> None:
    """Municipalities, accounts, units and case classes; what is there already stays as it is."""
    refuse_outside_demo()
    with transaction.atomic():
        for demo in MUNICIPALITIES.values():
            municipality = _municipality(demo)
            for service, (unit, jrwa) in CASE_CLASSES.items():
                CaseClass.objects.get_or_create(
                    municipality=municipality,
                    service=service,
                    valid_from=date(2011, 1, 1),
                    defaults={"unit_symbol": unit, "jrwa": jrwa, "source": "do potwierdzenia przez urząd"},
                )
            payments.load(municipality)
            for symbol, name in UNITS.items():
                OrganisationalUnit.objects.get_or_create(
                    municipality=municipality, symbol=symbol, valid_from=date(2011, 1, 1), defaults={"name": name}
                )
        for account in ACCOUNTS:
            _account(account)
        know_people()
        load_parties(Municipality.objects.get(pk="120610"))
    protect_staff()


def protect_staff() -> None:
    """Accounts of the demo's staff get the second factor, and Feliks a key of a program, that everybody knows."""
    refuse_outside_demo()
    for user in User.objects.filter(username__in=[one.username for one in ACCOUNTS], roles__isnull=False).distinct():
        give_demo_factor(user)
    if feliks := User.objects.filter(username="feliks", roles__municipality="120610").first():
        give_demo_key(feliks, municipality="120610", at=timezone.now())


def load_cadastre(teryt: str, *, is_forced: bool = False, notice: Notice) -> Report | None:
    """Parcels, buildings, addresses, owners of some; None when this version of the demo, or real data, is there."""
    made = lambda: with_owners(cadastre(teryt))  # noqa: E731 - made only when wanted
    return _load("egib", teryt, made, is_forced=is_forced, notice=notice)


def load_plans(teryt: str, *, is_forced: bool = False, notice: Notice) -> Report | None:
    """Plans and their drawings; the drawings are copied below MEDIA_ROOT."""
    folder = Path(settings.MEDIA_ROOT).parent
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="demo-sheets-", dir=folder) as sheets:
        made = lambda: chain(plans(teryt, sheets_dir=Path(sheets)), general_plan(teryt))  # noqa: E731 - drawn when wanted
        return _load("app", teryt, made, is_forced=is_forced, notice=notice)


def load_protected_areas(teryt: str, *, is_forced: bool = False, notice: Notice) -> Report | None:
    """Sample outlines of the national park and its buffer zone."""
    return _load("protected-areas", teryt, lambda: protected_areas(teryt), is_forced=is_forced, notice=notice)


def load_places(teryt: str, *, is_forced: bool = False, notice: Notice) -> Report | None:
    return _load("places", teryt, lambda: places(teryt), is_forced=is_forced, notice=notice)


def load_network(teryt: str, *, is_forced: bool = False, notice: Notice) -> Report | None:
    """Water pipes under the roads, hydrants and service pipes."""
    return _load("gesut", teryt, lambda: water_network(teryt), is_forced=is_forced, notice=notice)


def load_trails(teryt: str, *, is_forced: bool = False, notice: Notice) -> Report | None:
    return _load("trails", teryt, lambda: trails(teryt), is_forced=is_forced, notice=notice)


def _load(
    source: str, teryt: str, made: Callable[[], Iterator[Any]], *, is_forced: bool, notice: Notice
) -> Report | None:
    """Raises DemoFailed with the first defect when the import refuses what we made ourselves."""
    refuse_outside_demo()
    declared = registry.source(source)
    origin = Origin(f"dane przykładowe {teryt}", version())
    terms = Terms(
        municipality=teryt,
        state_on=STATE_ON,
        valid_from=VALID_FROM,
        is_correction=True,
        accept_removals=True,
        is_sample=True,
    )
    loaded = Snapshot.objects.filter(source=source, municipality=teryt)
    if loaded.filter(is_sample=False).exists() or (loaded.filter(sha256=version()).exists() and not is_forced):
        return None
    reading = Reading[Any](_counted(made, counting := _Counting()), state_on=STATE_ON)
    review = Review(notice=notice)
    report = publish(source=declared, reading=reading, origin=origin, terms=terms, today=STATE_ON, review=review)
    errors = [problem for problem in report.findings if problem.severity == "error"]
    if errors:
        first = errors[0]
        raise DemoFailed(
            f"Dane przykładowe gminy {teryt} ({declared.title}) odrzucono po {counting.count} obiektach; wad: "
            f"{len(errors)}, pierwsza: [{first.rule}] {first.object} {first.message}"
        )
    if report.outcome == "unchanged":  # the same data from another text of the generator: not to be made again
        loaded.filter(pk=loaded.latest("pk").pk).update(sha256=version())
    return report


@dataclass(slots=True)
class _Counting:
    count: int = 0


def _counted(made: Callable[[], Iterator[Any]], counting: _Counting) -> Iterator[Any]:
    for record in made():
        counting.count += 1
        yield record


@cache
def version() -> str:
    """Hash of the generator's own text: another text may make other data, equal text makes the same."""
    folder = Path(data.demo.__file__).parent
    sources = sorted(
        [*folder.rglob("*.py"), *(folder.parent / "records").glob("*.py"), folder.parent / "identifiers.py"]
    )
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _municipality(demo: DemoMunicipality) -> Municipality:
    street, _, post = demo.office_address.partition(", ")
    row, _ = Municipality.objects.update_or_create(
        teryt=demo.teryt,
        defaults={
            "name": demo.name,
            "office_name": demo.office_name,
            "street_address": street,
            "postal_address": post,
            "seat": post.partition(" ")[2],
            "head_title": demo.head_title,
            "head_title_genitive": demo.head_title_genitive,
            "council": demo.council,
            "is_sample": True,
            "boundary": cast(MultiPolygon, GEOSGeometry(memoryview(demo.outline.wkb), srid=crs.PL_2000_7)),
        },
    )
    return row


def _account(account: Account) -> None:
    user = User.objects.filter(username=account.username).first() or User.objects.create_user(
        account.username,
        email=f"{account.username}@example.pl",
        password=PASSWORD,
        first_name=account.first_name,
        last_name=account.last_name,
    )
    for teryt, role, job in (
        (account.plans_for, StaffRole.Role.PLANNER, JOB_TITLE),
        (account.keeps_for, StaffRole.Role.REGISTER_KEEPER, KEEPER_TITLE),
        (account.taxes_for, StaffRole.Role.TAX_CLERK, TAX_TITLE),
        (account.serves_for, StaffRole.Role.CLERK, CLERK_TITLE),
        (account.protects_for, StaffRole.Role.DATA_PROTECTION, INSPECTOR_TITLE),
    ):
        if teryt:
            StaffRole.objects.get_or_create(user=user, municipality_id=teryt, role=role, defaults={"job_title": job})
