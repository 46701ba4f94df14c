"""Pages of the office: payments, refunds by two people, and money that fits nothing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.documents.views import public_address
from services.identity.models import StaffRole, User
from services.payments import desk, refunds
from services.payments.ledger.models import Charge
from services.payments.models import Payment, PaymentFault, Refund
from spatial.errors import Malformed, NotFound, Refused, ServiceError
from spatial.municipalities.models import Municipality

ROLES = (StaffRole.Role.TAX_CLERK, StaffRole.Role.CLERK)
ON_PAGE, WAITING = 50, 200


def offices(request: HttpRequest) -> QuerySet[Municipality]:
    """Where the person works with money. Raises Refused where nowhere."""
    roles = StaffRole.objects.filter(user=cast(User, request.user), role__in=ROLES)
    found = Municipality.objects.filter(pk__in=roles.values("municipality")).order_by("name")
    if not found:
        raise Refused(_("Ta strona jest dla pracowników urzędu. Zaloguj się na konto pracownika."))
    return found


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits for a decision first, then all payments, the newest first."""
    ours = offices(request)
    rows = Payment.objects.filter(municipality__in=ours).select_related("payer", "merchant", "municipality")
    faults = PaymentFault.objects.filter(municipality__in=ours, resolved_at=None).select_related("payment__payer")
    waiting = Refund.objects.filter(municipality__in=ours, status__in=refunds.WAITING)
    context = {
        "page": Paginator(rows.order_by("-started_at", "-pk"), ON_PAGE).get_page(request.GET.get("strona")),
        "faults": [(one, candidates(one)) for one in faults.order_by("at")[:WAITING]],
        "refunds": waiting.select_related("asked_by", "charge", "line", "payment__merchant").order_by("asked_at")[
            :WAITING
        ],
    }
    return render(request, "payments/desk.html", context)


def candidates(fault: PaymentFault) -> list[Charge]:
    """Charges of the same payer that the surplus may be put to."""
    if not fault.left_gr or fault.payment is None:
        return []
    rows = Charge.objects.filter(municipality=fault.municipality_id, payer=fault.payment.payer_id)
    return list(rows.unpaid()[:ON_PAGE])


@login_required
@require_POST
def decide_refund(request: HttpRequest, pk: int) -> HttpResponse:
    refund = get_object_or_404(Refund.objects.filter(municipality__in=offices(request)), pk=pk)
    choice = request.POST.get("decyzja", "")

    def run(user: User, at: datetime) -> None:
        if choice not in {"zatwierdz", "odrzuc"}:
            raise Malformed(_("Wybierz, co zrobić."))
        address = public_address(request)
        refunds.decide(refund, is_approved=choice == "zatwierdz", by=user, at=at, address=address)

    return done(request, run)


@login_required
@require_POST
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision about one fault: ``zalicz``, ``zwroc`` or ``notatka``."""
    fault = get_object_or_404(PaymentFault.objects.filter(municipality__in=offices(request)), pk=pk)
    choice, text = request.POST.get("decyzja", ""), request.POST.get("tekst", "").replace("\x00", "")

    def run(user: User, at: datetime) -> Any:
        if choice == "zalicz":
            return desk.match(fault, charge_of(request, fault), by=user, at=at)
        if choice == "zwroc":
            return refunds.ask_surplus_back(fault, reason=text, by=user, at=at)
        if choice == "notatka":
            return desk.note(fault, text, by=user, at=at)
        raise Malformed(_("Wybierz, co zrobić."))

    return done(request, run)


@login_required
@require_POST
def correct_day(request: HttpRequest, key: UUID) -> HttpResponse:
    found = get_object_or_404(Payment.objects.filter(municipality__in=offices(request)), key=key)
    proof = request.POST.get("dowod", "").replace("\x00", "")

    def run(user: User, at: datetime) -> None:
        desk.correct_day(found, day_of(request), proof=proof, by=user, at=at)

    return done(request, run)


def day_of(request: HttpRequest) -> date:
    """Raises Malformed."""
    try:
        return date.fromisoformat(request.POST.get("dzien", ""))
    except ValueError:
        raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28.")) from None


def charge_of(request: HttpRequest, fault: PaymentFault) -> Charge:
    """Raises NotFound."""
    typed = request.POST.get("oplata", "")[:18]
    rows = Charge.objects.filter(municipality=fault.municipality_id)
    found = rows.filter(pk=typed).first() if typed.isascii() and typed.isdecimal() else None
    if found is None:
        raise NotFound(_("Wybierz opłatę, na którą zaliczyć wpłatę."))
    return found


def done(request: HttpRequest, run: Callable[[User, datetime], Any]) -> HttpResponse:
    """Runs the step; what cannot be done is said on the page."""
    try:
        run(cast(User, request.user), timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Zapisano."))
    return redirect("payments:desk")
