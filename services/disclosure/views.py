"""Pages of the back office: owners of a parcel on a ground, and the log of who has read what."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from services.audit.reading import of_municipality, page_of
from services.audit.services import look_at_log
from services.disclosure import log, services
from services.disclosure.forms import FIELD_TITLES, LogForm, ReasonForm
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from spatial.errors import NotFound, Refused
from spatial.owners.grounds import GROUNDS, Field

INSPECTOR = StaffRole.Role.DATA_PROTECTION


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@sensitive_variables()
def owners(request: HttpRequest, identifier: str) -> HttpResponse:
    """Asks for a ground first; the answer to the form shows the owners, under no address of its own."""
    user = cast(User, request.user)
    parcel = services.readers_parcel(user=user, identifier=identifier)
    roles = services.roles_in(user, parcel.municipality)
    form = ReasonForm(
        request.POST or None,
        grounds=services.grounds_of(roles),
        initial={"fields_shown": [Field.NAME.value, Field.ADDRESS.value]},
    )
    context = {"parcel": parcel, "form": form, "grounds": services.grounds_of(roles)}
    if request.method == "GET" or not form.is_valid():
        return render(request, "disclosure/owners.html", context, status=422 if form.errors else 200)
    try:
        found = services.disclose(
            user=user,
            parcel=parcel,
            ground=form.cleaned_data["ground"],
            fields=form.wanted(),
            case_number=form.cleaned_data["case_number"],
            on=timezone.localdate(),
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return render(request, "disclosure/owners.html", context, status=422)
    context |= {"found": found, "ground": GROUNDS[form.cleaned_data["ground"]], "shown": form.wanted()}
    return render(request, "disclosure/owners.html", context)


@never_cache
@require_GET
@staff_only(INSPECTOR)
def access_log(request: HttpRequest) -> HttpResponse:
    """Lines of one municipality; only of those where the person is the inspector.

    Readings of owners, or looks at cases (``?dziennik=sprawy``).
    """
    places = municipalities_of(request.user, INSPECTOR).order_by("name")
    form = LogForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    place = places.filter(pk=asked["gmina"]).first() if asked.get("gmina") else places.first()
    if place is None:
        raise NotFound(_("Nie prowadzisz dziennika tej gminy."))
    page = min(max(int(number), 1), 10_000) if (number := request.GET.get("strona", "1")[:6]).isdecimal() else 1
    context = {"place": place, "places": places, "form": form, "page": page}
    if asked.get("dziennik") == "sprawy":
        look_at_log(request, place)
        looks, has_next = page_of(of_municipality(place, asked), page)
        context |= {"looks": looks, "has_next": has_next, "is_cases": True}
        return render(request, "disclosure/log.html", context)
    entries, has_next = log.entries(user=cast(User, request.user), municipality=place, asked=asked, page=page)
    lines = [
        {
            "entry": entry,
            "ground": log.title_of(entry.ground),
            "fields": [FIELD_TITLES[Field(name)] for name in entry.fields],
        }
        for entry in entries
    ]
    context |= {"lines": lines, "has_next": has_next}
    return render(request, "disclosure/log.html", context, status=422 if form.errors else 200)
