"""Pages of the payer: what is to be paid, paying, a payment's course and proof."""

from typing import cast
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.documents.views import public_address
from services.identity.client import known_address
from services.identity.models import User
from services.parties.models import PartyLink
from services.payments import paying
from services.payments.base import State, TakesBlik
from services.payments.ledger.models import Charge, ChargeQuerySet, LedgerAccount, Operation
from services.payments.models import Payment
from services.payments.paying import Visit, baskets
from services.payments.transfer import transfer_for
from spatial.errors import Malformed, Refused, ServiceError
from spatial.words import polish_money

SHOWN = 200
REFRESH_S = 5


def own_charges(request: HttpRequest) -> ChargeQuerySet:
    """Own ones, those that the account owes for a party while it acts, and all of a party for which it speaks."""
    user, today = cast(User, request.user), timezone.localdate()
    acting = PartyLink.objects.in_force(today).filter(user=user).values("party")
    speaking = PartyLink.objects.of_principal(today).filter(user=user).values("party")
    mine = Q(payer=user) & (Q(party=None) | Q(party__in=acting))
    rows = Charge.objects.filter(mine | Q(party__in=speaking))
    return rows.select_related("municipality", "bank_account")


def own_payment(request: HttpRequest, key: UUID) -> Payment:
    """Of others it is not there."""
    rows = Payment.objects.select_related("merchant__bank_account", "municipality").filter(
        payer=cast(User, request.user)
    )
    return get_object_or_404(rows, key=key)


@never_cache
@login_required
@require_safe
def dues(request: HttpRequest) -> HttpResponse:
    """Unpaid charges in all offices by account, payments that go on, what was paid."""
    unpaid = list(own_charges(request).unpaid()[:SHOWN])
    context = {
        "groups": baskets(unpaid, on=timezone.localdate()),
        "open": Payment.objects.open().filter(payer=cast(User, request.user)).order_by("-started_at"),
        "paid": own_charges(request).settled().order_by("-pk")[:SHOWN],
    }
    return render(request, "payments/dues.html", context)


@login_required
@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Begins one payment of the chosen charges."""
    chosen = [typed for typed in request.POST.getlist("oplata")[:SHOWN] if typed.isascii() and typed.isdecimal()]
    charges = list(own_charges(request).filter(pk__in=[typed for typed in chosen if len(typed) < 18]))
    try:
        if not charges:
            raise Malformed(_("Wybierz, co chcesz zapłacić."))
        payment = paying.begin(cast(User, request.user), charges, visit=visit_of(request), at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("payments:dues")
    return redirect("payments:go", key=payment.key)


def visit_of(request: HttpRequest) -> Visit:
    return Visit(
        address=public_address(request), language=(get_language() or "pl")[:2], ip=known_address(request.META) or "",
        agent=request.headers.get("User-Agent", ""),
    )  # fmt: skip


@never_cache
@login_required
@require_safe
def charge(request: HttpRequest, pk: int) -> HttpResponse:
    """What is owed, how to pay it by transfer, what was booked: the proof of payment."""
    found = get_object_or_404(own_charges(request).with_left(), pk=pk)
    account = found.account_on(timezone.localdate())
    transfer = transfer_for(found, account, amount_gr=found.left) if account and found.left else None
    rows = Operation.objects.filter(entries__charge=found, entries__account__kind=LedgerAccount.Kind.RECEIVABLE)
    rows = rows.order_by("at", "pk").prefetch_related("entries__account")
    booked = [(one, polish_money(amount_of(one, found))) for one in rows]
    return render(request, "payments/charge.html", {"charge": found, "transfer": transfer, "booked": booked})


def amount_of(operation: Operation, charge: Charge) -> int:
    """What the operation did to the charge, in grosze without a sign."""
    entries = operation.entries.all()
    ours = (one for one in entries if one.charge_id == charge.pk and one.account.kind == LedgerAccount.Kind.RECEIVABLE)
    return abs(sum(one.amount_gr for one in ours))


@never_cache
@login_required
@require_safe
def go(request: HttpRequest, key: UUID) -> HttpResponse:
    """The last page of ours before the operator's; a BLIK code may be given here."""
    payment = own_payment(request, key)
    if not payment.is_open:
        return redirect("payments:payment", key=key)
    return render(request, "payments/go.html", context_of(payment))


def context_of(payment: Payment) -> dict[str, object]:
    takes_blik = bool(payment.token) and isinstance(payment.merchant.connect(), TakesBlik)
    return {
        "payment": payment, "items": payment.items.select_related("charge"), "takes_blik": takes_blik,
        "until": payment.expires_at - paying.GRACE,
    }  # fmt: skip


@login_required
@require_POST
def blik(request: HttpRequest, key: UUID) -> HttpResponse:
    payment = own_payment(request, key)
    operator = payment.merchant.connect()
    if not payment.is_open or not isinstance(operator, TakesBlik):
        return redirect("payments:payment", key=key)
    try:
        refuse_guesses(request)
        operator.blik(payment.token, request.POST.get("kod", "").replace(" ", "")[:20])
    except ServiceError as error:
        return render(request, "payments/go.html", context_of(payment) | {"fault": error.message}, status=422)
    return redirect("payments:payment", key=key)


def refuse_guesses(request: HttpRequest) -> None:
    """A code of six digits may be somebody else's, whose bank would ask them to agree. Raises Refused."""
    if not ratelimit.consume(request, action="blik", key=str(request.user.pk)):
        raise Refused(_("Za dużo prób. Odczekaj chwilę i spróbuj jeszcze raz."))


@never_cache
@login_required
@require_safe
def payment(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the operator sends the payer back: says what our own row says, and is no proof before the row is."""
    found = own_payment(request, key)
    is_waiting = found.is_open and found.expires_at > timezone.now()
    context = {
        "payment": found, "items": found.items.select_related("charge"), "is_paid": found.state == State.PAID,
        "refresh_s": REFRESH_S if is_waiting else 0,
    }  # fmt: skip
    return render(request, "payments/payment.html", context)


@login_required
@require_POST
def give_up(request: HttpRequest, key: UUID) -> HttpResponse:
    found = own_payment(request, key)
    try:
        paying.give_up(found, at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    return redirect("payments:payment", key=key)
