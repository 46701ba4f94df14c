"""What pages show of letters under way: to the person, to the office, the same proofs to both."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from services.cases.models import Case
from services.correspondence.looking import receivable
from services.correspondence.models import Correspondence
from services.delivery.forecast import latest_on
from services.delivery.models import Evidence, Shipment
from services.identity.models import StaffRole, User


@dataclass(frozen=True, slots=True)
class Shown:
    """One shipment with its proofs; ``latest_on`` is a forecast."""

    shipment: Shipment
    evidence: list[Evidence] = field(repr=False)
    latest_on: date | None


def shipments_of(case: Case, *, to: User | AnonymousUser | None = None) -> list[Shown]:
    """Newest letters first, each with all that was tried; ``to``: only those of the person."""
    rows = Shipment.objects.filter(letter__case=case).select_related("letter").prefetch_related("evidence")
    if to is not None:
        rows = rows.filter(letter__in=receivable(to))
    return [
        Shown(one, sorted(one.evidence.all(), key=lambda row: (row.at, row.pk)), latest_on(one))
        for one in rows.order_by("-letter__at", "-pk")
    ]


def unopened(user: User | AnonymousUser) -> QuerySet[Correspondence]:
    """Letters in the person's account that wait to be opened, the oldest first."""
    waiting = Shipment.objects.waiting_in_account().filter(letter__in=receivable(user))
    rows = Correspondence.objects.filter(pk__in=waiting.values("letter")).select_related("case", "document")
    return rows.order_by("at", "pk")


def closed_documents(case: Case) -> QuerySet[Shipment, int]:
    """Documents of the case that their addressee has not opened yet."""
    waiting = Shipment.objects.waiting_in_account().filter(letter__case=case, letter__document__isnull=False)
    return waiting.values_list("letter__document", flat=True)


def served_on(case: Case) -> date | None:
    """From which day the term to appeal runs: the delivery of the newest letter with a document."""
    letters = Correspondence.objects.filter(case=case, direction=Correspondence.Direction.OUT, document__isnull=False)
    return letters.order_by("-pk").values_list("delivered_on", flat=True).first()


def evidence_for(user: User | AnonymousUser) -> QuerySet[Evidence]:
    """Proofs that the person may have: of own letters, and as a clerk of the office or the handler of the case."""
    offices = StaffRole.objects.filter(user=user.pk, role=StaffRole.Role.CLERK).values("municipality")
    letter = "shipment__letter__"
    rows = Evidence.objects.exclude(file="").select_related("shipment__letter__case__municipality")
    return rows.filter(
        Q(shipment__letter__in=receivable(user)) | Q(**{f"{letter}municipality__in": offices})
        | Q(**{f"{letter}case__handler": user.pk})
    )  # fmt: skip
