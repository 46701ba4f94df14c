"""The trial balance of an office: a page, and the same for a spreadsheet."""

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from data.writers.cells import harmless
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole
from services.payments.ledger.models import LedgerAccount
from services.payments.ledger.turnover import Sums, TrialBalance, trial_balance
from services.setup.forms import DAY
from spatial.errors import Malformed, NotFound
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

TAX_CLERK = StaffRole.Role.TAX_CLERK
COLUMNS = (
    "Konto", "Bilans otwarcia Wn", "Bilans otwarcia Ma", "Obroty Wn", "Obroty Ma", "Obroty od początku roku Wn",
    "Obroty od początku roku Ma", "Saldo Wn", "Saldo Ma",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2000, 2100


class PeriodForm(forms.Form):
    """Days of one year, both inclusive."""

    od = forms.DateField(label=gettext_lazy("Od"), widget=DAY)
    do = forms.DateField(label=gettext_lazy("Do"), widget=DAY)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        days = [said[name] for name in ("od", "do") if name in said]
        if any(not FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
            raise forms.ValidationError(_("Podaj lata od 2000 do 2100."))
        if len(days) == 2 and (days[0] > days[1] or days[0].year != days[1].year):
            raise forms.ValidationError(_("Podaj dni jednego roku, najpierw wcześniejszy."))
        return said


def period_of(request: HttpRequest) -> PeriodForm:
    """As asked; without a question the month until today."""
    today = timezone.localdate()
    asked = {"od": today.replace(day=1).isoformat(), "do": today.isoformat()}
    asked |= {name: request.GET[name] for name in asked if name in request.GET}
    return PeriodForm(asked)


@never_cache
@staff_only(TAX_CLERK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Sums of each account of the books, and whether they balance."""
    places = municipalities_of(request.user, TAX_CLERK).order_by("name")
    wanted = request.GET.get("gmina", "")[:6]
    place = places.filter(pk=wanted).first() if wanted.isdecimal() else places.first()
    if place is None:
        raise NotFound(_("Nie prowadzisz ksiąg tej gminy."))
    form = period_of(request)
    context: dict[str, Any] = {"place": place, "places": places, "form": form}
    if form.is_valid():
        found = balance_of(place, form)
        rows = [(title_of(account), money(sums)) for account, sums in found.rows]
        context |= {
            "found": found, "rows": rows, "total": money(found.total), "journal": polish_money(found.journal_gr),
            "period": f"od={found.since:%Y-%m-%d}&do={found.until:%Y-%m-%d}",
        }  # fmt: skip
    return render(request, "payments/books.html", context, status=422 if form.errors else 200)


@never_cache
@staff_only(TAX_CLERK)
@require_safe
def export(request: HttpRequest, teryt: int) -> HttpResponse:
    """Raises Malformed for days that are none."""
    place = get_object_or_404(municipalities_of(request.user, TAX_CLERK), pk=f"{teryt:06d}")
    form = period_of(request)
    if not form.is_valid():
        raise Malformed(_("Podaj dni jednego roku, najpierw wcześniejszy."))
    found = balance_of(place, form)
    name = f"obroty-i-salda-{place.pk}-{found.until:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)


def balance_of(place: Municipality, form: PeriodForm) -> TrialBalance:
    return trial_balance(place, since=form.cleaned_data["od"], until=form.cleaned_data["do"])


def title_of(account: LedgerAccount) -> str:
    """Of an account of the books, with the bank account that it stands for."""
    bank = account.bank_account
    kind = account.get_kind_display().capitalize()
    return f"{kind}: {bank.title}, {bank.written}" if bank else kind


def money(sums: Sums) -> list[tuple[str, str]]:
    return [(polish_money(debit), polish_money(credit)) for debit, credit in sums.pairs]


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(found: TrialBalance) -> Iterator[str]:
    """Semicolons and a byte-order mark, as the office's spreadsheet wants them; złotys with a comma; no formulas."""
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(COLUMNS)
    with translation.override("pl"):
        titled = [*((title_of(account), sums) for account, sums in found.rows), ("Razem", found.total)]
    for title, sums in titled:
        yield writer.writerow([harmless(title), *(plain(gr) for pair in sums.pairs for gr in pair)])


def plain(amount_gr: int) -> str:
    """``"1234,50"``."""
    return f"{amount_gr // 100},{amount_gr % 100:02d}"
