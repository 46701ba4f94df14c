"""What pages show of letters under way: to the person, to the office, the same proofs to both."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from services.cases.models import Case
from services.correspondence.looking import shown_to
from services.correspondence.models import Correspondence
from services.delivery.forecast import latest_on
from services.delivery.models import Evidence, Shipment
from services.identity.models import StaffRole, User
from services.parties.models import PartyLink

Channel, Direction = Correspondence.Channel, Correspondence.Direction


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
        rows = rows.filter(shown_to(to, "letter__"))
    return [
        Shown(one, sorted(one.evidence.all(), key=lambda row: (row.at, row.pk)), latest_on(one))
        for one in rows.order_by("-letter__at", "-pk")
    ]


def unopened(user: User | AnonymousUser) -> QuerySet[Correspondence]:
    """Letters in the person's account that wait to be opened, the oldest first."""
    waiting = Shipment.objects.waiting_in_account().values("letter")
    return in_account(user).filter(pk__in=waiting).select_related("case", "document").order_by("at", "pk")


def in_account(user: User | AnonymousUser) -> QuerySet[Correspondence]:
    """Letters that the person may open. One to a party is for whoever filed for it, as long as they act for it (KPA
    art. 40 § 2), then for whoever does.
    """
    links = PartyLink.objects.in_force(timezone.localdate()).filter(
        user=OuterRef("party"), party=OuterRef("case__on_behalf_of")
    )
    acting = links.covering(service=OuterRef("case__service"), municipality=OuterRef("case__municipality"))
    rows = Correspondence.objects.filter(shown_to(user), channel=Channel.PORTAL, direction=Direction.OUT)
    return rows.filter(Q(party=user.pk) | ~Exists(acting))


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
    roles = StaffRole.objects.filter(user=user.pk)
    offices, served = roles.filter(role=StaffRole.Role.CLERK).values("municipality"), roles.values("municipality")
    letter = "shipment__letter__"
    rows = Evidence.objects.exclude(file="").select_related("shipment__letter__case__municipality")
    return rows.filter(
        shown_to(user, letter) | Q(**{f"{letter}municipality__in": offices})
        | Q(**{f"{letter}case__handler": user.pk, f"{letter}municipality__in": served})
    )  # fmt: skip
