"""Cases whose files need not be kept any longer: a list, its CSV, and marking with the archive's consent."""

import csv
from collections.abc import Iterator
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from data.writers.cells import harmless
from services.cases import handling
from services.cases.models import Case
from services.catalogue.handled import handled_by
from services.catalogue.views.desk import refuse_others
from services.correspondence.looking import Echo
from services.forms.questions import clean
from services.identity.models import User
from spatial.errors import ServiceError

ON_PAGE = 200
COLUMNS = ("znak sprawy", "tytuł", "data zakończenia", "kategoria", "zachować do")


def due(request: HttpRequest) -> QuerySet[Case]:
    """Of the person's roles, the longest due first."""
    rows = handled_by(request.user).filter(kept_until__lte=timezone.localdate(), disposal_on=None)
    return rows.order_by("kept_until", "pk")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest) -> HttpResponse:
    """Each chosen case for itself: what cannot be marked is named, the others are."""
    refuse_others(request.user)
    consent, faults = clean(request.POST.get("zgoda", ""))[:200], []
    chosen = {int(typed) for typed in request.POST.getlist("sprawa") if typed.isdecimal() and len(typed) < 19}
    if request.method == "POST":
        now, marked = timezone.now(), 0
        for case in due(request).filter(pk__in=chosen)[:ON_PAGE]:
            try:
                handling.dispose(
                    case, consent=consent, clerk=cast(User, request.user), at=now, today=timezone.localdate(now)
                )
                marked += 1
            except ServiceError as error:
                faults.append(f"{case.number}: {error.message}")
        if not faults and marked:
            messages.success(request, _("Gotowe. Liczba spraw: %(count)d.") % {"count": marked})
            return redirect("catalogue:archive")
        faults = faults or [_("Zaznacz co najmniej jedną sprawę.")]
    context = {"rows": due(request)[:ON_PAGE], "consent": consent, "faults": faults, "chosen": chosen}
    return render(request, "catalogue/archive.html", context, status=422 if faults else 200)


@never_cache
@login_required
@require_safe
def archive_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Spis dokumentacji niearchiwalnej, for the request to the state archive."""
    refuse_others(request.user)
    headers = {"Content-Disposition": 'attachment; filename="do-brakowania.csv"'}
    return StreamingHttpResponse(lines(due(request)), content_type="text/csv; charset=utf-8", headers=headers)


def lines(rows: QuerySet[Case]) -> Iterator[str]:
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(COLUMNS)
    for case in rows.iterator(chunk_size=1000):
        closed = timezone.localdate(case.closed_at) if case.closed_at else ""
        told = (case.number, case.title, closed, case.archive_category, case.kept_until)
        yield writer.writerow(harmless(str(cell)) for cell in told)
