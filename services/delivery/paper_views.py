"""The clerk's pages of batches: making one, printing it, the numbers and the day that the post office gave it."""

from collections.abc import Mapping, Sequence
from typing import cast

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.delivery import paper, posting
from services.delivery.forms import PostingDayForm
from services.delivery.models import PaperBatch, Shipment
from services.delivery.posting import Row
from services.delivery.views import CLERK, page_of
from services.forms.questions import clean
from services.identity.access import municipalities_of, staff_only
from services.identity.models import User
from spatial.errors import Malformed, ServiceError

ON_PAGE = 100  #: letters; each is two fields of the form


@staff_only(CLERK)
@require_POST
def post_letters(request: HttpRequest, teryt: int) -> HttpResponse:
    """All letters that wait for printing become the batch of now."""
    place = get_object_or_404(municipalities_of(request.user, CLERK), pk=f"{teryt:06d}")
    try:
        made = paper.post(place, clerk=cast(User, request.user), at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect(page_of(place))
    messages.success(request, _("Paczka listów jest gotowa do wydruku."))
    return redirect("delivery:batch", pk=made.pk)


def own_batch(request: HttpRequest, pk: int) -> PaperBatch:
    return get_object_or_404(PaperBatch, pk=pk, municipality__in=municipalities_of(request.user, CLERK))


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Numbers of its letters: typed or read one by one, or in a row from a roll; what is wrong keeps nothing else."""
    found = own_batch(request, pk)
    letters = paper.letters_of(found).prefetch_related("evidence")
    page = Paginator(letters, ON_PAGE).get_page(request.GET.get("strona"))
    if request.method != "POST":
        return batch_page(request, found, page, posting.rows_of(page))
    typed = {name: clean(text) for name, text in request.POST.dict().items()}
    rows = posting.typed_rows(page, typed)
    first = typed.get("pierwszy", "")
    if "wypelnij" not in typed or not first:
        return entered(request, found, page, rows)
    try:
        made = posting.filled(rows, first, start=start_of(typed, page))
    except Malformed as error:
        return batch_page(request, found, page, rows, fault=error.message)
    return batch_page(request, found, page, made)


def start_of(typed: Mapping[str, str], page: Page[Shipment]) -> int:
    """The row of the page from which the roll fills; the first where nobody said which."""
    position = typed.get("od", "")[:9]
    return int(position) - page.start_index() if position.isdecimal() else 0


def entered(request: HttpRequest, found: PaperBatch, page: Page[Shipment], rows: Sequence[Row]) -> HttpResponse:
    """What is right is kept, also where something else is wrong."""
    now = posting.enter_numbers(found.municipality, rows, clerk=cast(User, request.user), at=timezone.now())
    if any(row.fault for row in now) or are_strange(request, rows):
        return batch_page(request, found, page, now, is_saved=True)
    messages.success(request, _("Zapisano numery nadawcze."))
    return redirect(f"{reverse('delivery:batch', kwargs={'pk': found.pk})}?strona={page.number}")


def are_strange(request: HttpRequest, rows: Sequence[Row]) -> bool:
    """Whether a number was sent for a letter that is not on this page."""
    ours = {f"numer-{row.shipment.pk}" for row in rows}
    return any(name.startswith("numer-") and name not in ours for name in request.POST)


def batch_page(
    request: HttpRequest, found: PaperBatch, page: Page[Shipment], rows: Sequence[Row], *, fault: str = "",
    is_saved: bool = False,
) -> HttpResponse:  # fmt: skip
    """``fault``: of the first number of the roll; ``is_saved``: what has no fault is kept."""
    days = sorted({posting.posted_on(one) for one in page})
    faulty, is_strange = [row for row in rows if row.fault], are_strange(request, rows)
    awaited = next((index for index, row in enumerate(rows) if row.is_open and (row.fault or not row.typed)), 0)
    context = {
        "batch": found, "place": found.municipality, "page": page, "rows": rows, "days": days, "fault": fault,
        "faulty": faulty, "is_strange": is_strange, "is_saved": is_saved, "awaited": awaited,
        "first": clean(request.POST.get("pierwszy", ""))[:60] if fault else "", "start": page.start_index() + awaited,
        "day_form": PostingDayForm(initial={"dnia": days[-1]}), "may_correct": any(row.is_open for row in rows),
    }  # fmt: skip
    return render(request, "delivery/batch.html", context, status=422 if fault or faulty or is_strange else 200)


@staff_only(CLERK)
@require_POST
def posting_day(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters of the batch were taken by the post office on another day than the one of printing."""
    found, form = own_batch(request, pk), PostingDayForm(request.POST)
    try:
        if not form.is_valid():
            raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28."))
        many = posting.correct_day(found, form.cleaned_data["dnia"], clerk=cast(User, request.user), at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        told = _("Poprawiono dzień nadania. Listów: %(many)s.") if many else _("Ten dzień nadania był już zapisany.")
        messages.success(request, told % {"many": many} if many else told)
    return redirect("delivery:batch", pk=pk)


@never_cache
@staff_only(CLERK)
@require_safe
def batch_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    content = paper.batch_pdf(own_batch(request, pk))
    headers = {"Content-Disposition": f'attachment; filename="listy-{pk}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@never_cache
@staff_only(CLERK)
@require_safe
def batch_csv(request: HttpRequest, pk: int) -> HttpResponse:
    rows = paper.posting_book(own_batch(request, pk))
    headers = {"Content-Disposition": f'attachment; filename="ksiazka-nadawcza-{pk}.csv"'}
    return HttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)
