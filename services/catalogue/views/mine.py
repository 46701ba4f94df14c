"""The resident's home: own cases, drafts, what is expected of whom."""

from collections.abc import Iterable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.cases.models import Case
from services.cases.terms import APPEAL
from services.catalogue import exchange, upo
from services.catalogue.declaration import eservices
from services.catalogue.filing import REPRESENTED
from services.catalogue.models import Attachment, Draft, Filing
from services.catalogue.views.cards import card_of
from services.catalogue.xml import as_xml
from services.delivery.shown import closed_documents, route_of, served_on, shipments_of, unopened
from services.documents.seal import sealed, sealed_xml
from services.fees.base import CASH_DESK
from services.fees.models import Due
from services.forms.questions import clean
from services.identity.models import User
from services.notices.models import Notice
from services.notices.services import read
from services.notifications.models import Delivery
from spatial.errors import NotFound, ServiceError

SHOWN = 200
NEWS = 20  #: the newest that nobody has read


@never_cache
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the person first, then drafts, then all cases, newest first."""
    user, now = cast(User, request.user), timezone.now()
    rows = Case.objects.of_person(user).select_related(
        "municipality", "on_behalf_of__person", "on_behalf_of__organisation"
    )
    cases = list(rows.order_by("-filed_at")[:SHOWN])
    drafts = [
        (draft, card_of(service), service.form.steps[0].name)
        for draft in Draft.objects.open(at=now)
        .filter(owner=user)
        .select_related(*REPRESENTED)
        .order_by("-saved_at")[:SHOWN]
        if (service := eservices.get(draft.service))
    ]
    waiting = [case for case in cases if case.status == Case.Status.AWAITING]
    news = Notice.objects.unread(user).select_related("case").order_by("-at", "-pk")[:NEWS]
    letters = Delivery.objects.unread(user).select_related("message").order_by("-pk")[:NEWS]
    context = {
        "cases": cases, "drafts": drafts, "waiting": waiting, "news": news, "letters": letters,
        "unopened": unopened(user),
    }  # fmt: skip
    return render(request, "catalogue/home.html", context)


def own_case(request: HttpRequest, pk: int) -> Case:
    """Of the person, who filed it or signed it with another; of others it is not there."""
    rows = Case.objects.select_related(
        "municipality", "applicant", "handler", "on_behalf_of__person", "on_behalf_of__organisation"
    )
    return get_object_or_404(rows.of_person(cast(User, request.user)), pk=pk)


@never_cache
@login_required
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it stands, what comes next and from whom, what was filed, the documents; its news is read by that."""
    found = own_case(request, pk)
    read(cast(User, request.user), found, at=timezone.now())
    return case_page(request, found)


def case_page(request: HttpRequest, found: Case, *, fault: str = "", typed: str = "") -> HttpResponse:
    service = eservices.get(found.service)
    filing = Filing.objects.filter(case=found).first()
    dues = list(found.dues.select_related("case").order_by("pk"))
    served = served_on(found) if found.status == Case.Status.REFUSED else None
    context = {
        "case": found, "card": card_of(service) if service else None, "fault": fault, "typed": typed,
        "filing": filing, "newest": filing.newest if filing else None,
        "shipments": shipments_of(found, to=request.user), "route": route_of(found),
        "documents": found.documents.exclude(pk__in=closed_documents(found)).order_by("pk"),
        "unopened": unopened(request.user).filter(case=found),
        "attachments": Attachment.objects.filter(draft__case=found).order_by("added_at", "pk"),
        "events": found.events.filter(is_public=True).order_by("at", "pk"),
        "dues": dues, "how_to_pay": how_to_pay(dues),
        "appeal_until": APPEAL.ends(served) if served else None,
    }  # fmt: skip
    return render(request, "catalogue/case.html", context, status=422 if fault else 200)


def how_to_pay(dues: Iterable[Due]) -> str:
    """What the person does now; empty where nothing is to be paid."""
    unpaid = [due for due in dues if due.left_gr]
    return CASH_DESK.start(unpaid[0]) if unpaid else ""


@login_required
@require_POST
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    found, text = own_case(request, pk), clean(request.POST.get("tekst", ""))[:10_000]
    try:
        exchange.mend(found, applicant=cast(User, request.user), text=text, at=timezone.now())
    except ServiceError as error:
        return case_page(request, own_case(request, pk), fault=error.message, typed=text)
    messages.success(request, _("Uzupełnienie wysłane. Termin załatwienia biegnie dalej."))
    return redirect("catalogue:case", pk=pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        exchange.withdraw(own_case(request, pk), applicant=cast(User, request.user), at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Wniosek wycofany."))
    return redirect("catalogue:case", pk=pk)


@never_cache
@login_required
@require_safe
def filing_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The application as it was filed, for programs of the applicant."""
    return sent_xml(own_case(request, pk))


def sent_xml(case: Case) -> HttpResponse:
    """Raises NotFound."""
    filing = filing_of(case)
    if filing is None:
        raise NotFound(_("W tej sprawie nie ma złożonego wniosku."))
    return downloaded(as_xml(filing), f"wniosek-{case.pk}.xml", "application/xml")


@never_cache
@login_required
@require_safe
def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Poświadczenie odbioru, for the applicant; sealed now."""
    filing = receipted(request, pk)
    content = sealed(upo.as_pdf(filing), municipality=filing.municipality, at=timezone.now()).pdf
    return downloaded(content, f"poswiadczenie-{pk}.pdf", "application/pdf")


@never_cache
@login_required
@require_safe
def receipt_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for programs."""
    filing, now = receipted(request, pk), timezone.now()
    content = sealed_xml(upo.as_xml(filing, at=now), municipality=filing.municipality, at=now)
    return downloaded(content, f"poswiadczenie-{pk}.xml", "application/xml")


def receipted(request: HttpRequest, pk: int) -> Filing:
    """What was filed in the person's own case. Raises NotFound."""
    filing = filing_of(own_case(request, pk))
    if filing is None:
        raise NotFound(_("Do tej sprawy nie ma poświadczenia odbioru."))
    return filing


def filing_of(case: Case) -> Filing | None:
    return Filing.objects.filter(case=case).select_related("case__applicant", "municipality").first()


def downloaded(content: bytes, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
