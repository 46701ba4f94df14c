"""The page on which the office corrects a plain mistake in an application."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from services.catalogue import amending
from services.catalogue.filing import of_step, regroup
from services.catalogue.models import Filing
from services.catalogue.views.desk import refuse_others
from services.catalogue.views.fields import labelled, posted_fields
from services.catalogue.views.review import handled_case, service_of
from services.forms.page import shown
from services.forms.questions import clean
from services.forms.reading import Reading, read
from services.identity.models import User
from spatial.errors import ServiceError


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers in one form, with what and why; what is wrong is named and stays as typed."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    service, filing = service_of(case), get_object_or_404(Filing, case=case)
    [step] = amending.mendable(amending.form_of(service, case)).steps
    note, fault, reading = clean(request.POST.get("uwaga", ""))[:1000], "", Reading()
    typed = amending.typed_now(service, filing)
    if request.method == "POST":
        typed = dict(of_step(step, posted_fields(request)))
    if action := request.POST.get("czynnosc", "")[:200]:
        typed = regroup(step, typed, action)
    elif request.method == "POST":
        try:
            found = amending.amend(service, case, typed, note=note, clerk=cast(User, request.user), at=timezone.now())
        except ServiceError as error:
            fault = error.message
        else:
            reading = found.by_step[step.name]
            if found.is_good:
                messages.success(request, _("Wniosek poprawiony. Wnioskodawca zobaczy, co i dlaczego."))
                return redirect("catalogue:review", pk=pk)
    if not reading.answers:
        reading.answers = read(step.questions, typed).answers
    fields = shown(step.questions, typed, reading, before={})
    context = {"case": case, "fields": fields, "note": note, "fault": fault, "errors": labelled(fields)}
    return render(request, "catalogue/amend.html", context, status=422 if fault or reading.errors else 200)
