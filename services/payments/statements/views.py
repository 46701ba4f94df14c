"""The clerk's statements: bringing a file, what became of its lines, and the desk of what is to be explained."""

from collections.abc import Callable
from functools import wraps
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from services.identity.models import StaffRole, User
from services.payments.ledger.models import Charge, ChargeQuerySet
from services.payments.money import grosze
from services.payments.statements import deciding, tokens
from services.payments.statements.forms import StatementForm
from services.payments.statements.models import BankStatement, StatementLine, StatementLineQuerySet
from services.payments.statements.payouts import Announced, brought_by, commission_of, sum_of
from spatial.errors import Malformed, Refused, ServiceError
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import Review, run_import
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

ON_PAGE, CHARGES_SHOWN = 50, 20
LONGEST_NAME = 200  #: bytes of a file's name that we keep, the end of it
DECIDES, LOOKS = [StaffRole.Role.TAX_CLERK], [StaffRole.Role.TAX_CLERK, StaffRole.Role.CLERK]


def person(request: HttpRequest) -> User:
    """The signed-in account; all views here are behind a role."""
    return cast(User, request.user)


def places_of(request: HttpRequest, roles: list[StaffRole.Role]) -> QuerySet[Municipality]:
    held = StaffRole.objects.filter(user=person(request), role__in=roles)
    return Municipality.objects.filter(pk__in=held.values("municipality")).order_by("name")


def for_looking(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Those who keep dues, and clerks; what they may change, the view asks."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not places_of(request, LOOKS).exists():
            raise Refused(_("Ta strona jest dla pracowników urzędu. Zaloguj się na konto pracownika."))
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@for_looking
def index(request: HttpRequest) -> HttpResponse:
    """All statements, the newest first, and the form that brings another."""
    form = StatementForm(request.POST or None, request.FILES or None, places=places_of(request, DECIDES))
    report = None
    if request.method == "POST" and form.is_valid():
        report = imported(form.cleaned_data["plik"], form.cleaned_data["gmina"], by=person(request))
        if report.exit_code == 0:
            tell(request, report)
            return redirect("statements:index")
    rows = BankStatement.objects.filter(municipality__in=places_of(request, LOOKS)).select_related("municipality")
    waiting = Count("lines", filter=Q(lines__state__in=["suggested", "exception"]))
    rows = rows.annotate(all=Count("lines"), waiting=waiting).order_by("-to_on", "-pk")
    context = {
        "form": form, "report": report, "decides": places_of(request, DECIDES).exists(),
        "page": Paginator(rows, ON_PAGE).get_page(request.GET.get("strona")),
        "waiting": own_lines(request).to_decide().count(),
    }  # fmt: skip
    return render(request, "statements/index.html", context, status=422 if report or form.errors else 200)


def imported(file: "UploadedFile[bytes]", place: Municipality, *, by: User) -> Report:
    """As ``manage.py import statement`` does; the file is gone afterwards."""
    with TemporaryDirectory() as folder:
        name = Path(file.name or "wyciag").name.encode()[-LONGEST_NAME:].decode(errors="ignore")
        path = Path(folder) / name
        with path.open("wb") as kept:
            kept.writelines(file.chunks())
        terms = Terms(municipality=place.pk)
        return run_import(
            source="statement", paths=[path], terms=terms, today=timezone.localdate(), review=Review(by=by)
        )


def tell(request: HttpRequest, report: Report) -> None:
    lines, match = report.counts.get("line", {}), report.counts.get("match", {})
    if lines:
        said = _("Wczytano pozycji: %(added)s. Rozliczone: %(matched)s, propozycje: %(suggested)s, do wyjaśnienia: "
                 "%(exception)s.")  # fmt: skip
        messages.success(request, said % (lines | match))
    for finding in report.findings:
        level = messages.WARNING if finding.severity == "warning" else messages.INFO
        messages.add_message(request, level, finding.message)


def own_lines(request: HttpRequest) -> StatementLineQuerySet:
    rows = StatementLine.objects.filter(municipality__in=places_of(request, LOOKS))
    return rows.select_related("statement", "municipality", "suggestion", "decided_by")


@require_safe
@for_looking
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement with its lines."""
    rows = BankStatement.objects.select_related("municipality", "imported_by")
    found = get_object_or_404(rows, pk=pk, municipality__in=places_of(request, LOOKS))
    lines = own_lines(request).filter(statement=found).prefetch_related("parts__charge").order_by("number")
    context = {"statement": found, "page": Paginator(lines, ON_PAGE).get_page(request.GET.get("strona"))}
    return render(request, "statements/statement.html", context)


@require_safe
@for_looking
def waiting(request: HttpRequest) -> HttpResponse:
    """The exceptions desk: lines of all statements at which a person has to look, the oldest first."""
    lines = own_lines(request).to_decide().prefetch_related("parts__charge")
    page = Paginator(lines, ON_PAGE).get_page(request.GET.get("strona"))
    return render(request, "statements/waiting.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@for_looking
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line, the charges that it may pay, and the decision."""
    found = get_object_or_404(own_lines(request), pk=pk)
    decides = places_of(request, DECIDES).filter(pk=found.municipality_id).exists()
    fault = ""
    if request.method == "POST":
        if not decides:
            raise Refused(_("O wpłatach rozstrzyga pracownik podatków i opłat."))
        try:
            deciding_of(request, found)
        except ServiceError as error:
            fault = error.message
        else:
            messages.success(request, _("Zapisano rozstrzygnięcie."))
            return redirect("statements:line", pk=pk)
    asked = request.GET.get("szukaj", "").replace("\x00", "").strip()[:100]
    context = {
        "line": found, "parts": found.parts.select_related("charge"), "decides": decides and found.is_open,
        "charges": charges_for(found, asked)[:CHARGES_SHOWN] if found.is_open else [], "asked": asked, "fault": fault,
        "note": request.POST.get("powod", ""), "refund": found.refunds.select_related("asked_by", "decided_by").last(),
        "brought": brought_by(found), "commission": commission_of(found),
    }  # fmt: skip
    if context["decides"]:
        context |= payout_of(request, found)
    return render(request, "statements/line.html", context, status=422 if fault else 200)


def deciding_of(request: HttpRequest, found: StatementLine) -> None:
    """Raises ServiceError for what cannot be done, Malformed for a step that there is not."""
    by, at, note = person(request), timezone.now(), request.POST.get("powod", "").replace("\x00", "")
    match request.POST.get("krok"):
        case "rozlicz":
            typed = [key for key in request.POST.getlist("naleznosc") if key.isascii() and key.isdecimal()]
            chosen = [key for key in typed if len(key) < 18][:CHARGES_SHOWN]
            rows = Charge.objects.filter(municipality=found.municipality_id, pk__in=chosen)
            deciding.explain(found, list(rows.order_by("due_on", "pk")), by=by, at=at)
        case "przyjmij" if found.suggestion:
            deciding.explain(found, [found.suggestion], by=by, at=at)
        case "wyplata":
            commission_gr = grosze(request.POST.get("prowizja", ""))
            deciding.take_payout(found, chosen_of(request, found), commission_gr=commission_gr, by=by, at=at)
        case "zwroc":
            deciding.ask_back(found, note=note, by=by, at=at)
        case "pomin":
            deciding.ignore(found, note=note, by=by, at=at)
        case _:
            raise Malformed(_("Wybierz, co zrobić z tą pozycją."))


def chosen_of(request: HttpRequest, found: StatementLine) -> set[int]:
    """Keys of operations that are ticked, one by one or as all payments of a day."""
    typed = {key for key in request.POST.getlist("wplata") if key.isascii() and key.isdecimal() and len(key) < 18}
    days = set(request.POST.getlist("dzien"))
    waiting = deciding.waiting_for(found) if days else []
    of_days = {one.operation for one in waiting if one.amount_gr > 0 and one.value_date.isoformat() in days}
    return {int(key) for key in typed} | of_days


def payout_of(request: HttpRequest, found: StatementLine) -> dict[str, Any]:
    """What the line may have brought, as the clerk ticked it."""
    waiting = deciding.waiting_for(found)
    payments = [one for one in waiting if one.amount_gr > 0]
    by_day = groupby(payments, key=lambda one: one.value_date)
    return {
        "days": [day_of(list(one_day)) for _day, one_day in by_day],
        "refunds": [one for one in waiting if one.amount_gr < 0],
        "is_payout": found.reason == StatementLine.Reason.PAYOUT_DIFFERS or request.POST.get("krok") == "wyplata",
        "ticked": request.POST.getlist("wplata"), "ticked_days": request.POST.getlist("dzien"),
        "typed_commission": request.POST.get("prowizja", "0"),
    }  # fmt: skip


def day_of(payments: list[Announced]) -> dict[str, Any]:
    day = payments[0].value_date
    return {"day": day, "iso": day.isoformat(), "sum": polish_money(sum_of(payments)), "payments": payments}


def charges_for(found: StatementLine, asked: str) -> ChargeQuerySet:
    """Unpaid charges of the office: those of a number, a name or a title, otherwise those of the same amount."""
    rows = Charge.objects.unpaid().filter(municipality=found.municipality_id)
    if not asked:
        return rows.filter(Q(left=found.left_gr) | Q(pk=found.suggestion_id))
    named = tokens.charges_of(found.municipality_id, {0: asked}).get(0, [])
    words = Q(title__icontains=asked) | Q(payer_name__icontains=asked) | Q(reference=asked)
    return rows.filter(words | Q(pk__in=named))
