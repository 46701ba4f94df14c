"""Own letters of a resident, and the register of the office."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.cases.models import Case
from services.correspondence import looking
from services.correspondence.forms import DeliveryForm, LetterForm, OwnForm, RegisterForm
from services.correspondence.models import Correspondence, OrganisationalUnit
from services.correspondence.services import Channel, Direction, Letter, account_of, confirm_delivery, enter
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from spatial.errors import Malformed, NotFound, ServiceError
from spatial.municipalities.models import Municipality

ON_PAGE = 50
CLERK = StaffRole.Role.CLERK


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Letters between the person and the offices."""
    form = OwnForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(looking.own(cast(User, request.user), asked), ON_PAGE).get_page(request.GET.get("strona"))
    letters = looking.receivable(request.user).filter(pk__in=[letter.pk for letter in page])
    context = {"form": form, "page": page, "receivable": set(letters.values_list("pk", flat=True))}
    return render(request, "correspondence/mine.html", context, status=422 if form.errors else 200)


# --- the office ---------------------------------------------------------------------------------------------------


def own_office(request: HttpRequest, teryt: int) -> Municipality:
    """Where the person is a clerk; elsewhere it is not there."""
    return get_object_or_404(municipalities_of(request.user, CLERK), pk=f"{teryt:06d}")


@never_cache
@staff_only(CLERK)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The register of one office; of the first by name where the person serves several and asked for none."""
    places = list(municipalities_of(request.user, CLERK).order_by("name"))
    wanted = request.GET.get("gmina") or places[0].pk
    place = next((one for one in places if one.pk == wanted), None)
    if place is None:
        raise NotFound(_("Nie prowadzisz korespondencji tej gminy."))
    form, rows = asked_of(request, place)
    context = {
        "place": place, "places": places, "form": form, "units": units_of(place, on=timezone.localdate()),
        "page": Paginator(rows, ON_PAGE).get_page(request.GET.get("strona")), "today": timezone.localdate(),
        "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "correspondence/register.html", context, status=422 if form.errors else 200)


def asked_of(request: HttpRequest, place: Municipality) -> tuple[RegisterForm, QuerySet[Correspondence]]:
    form = RegisterForm(request.GET)
    return form, looking.of_office(place, form.cleaned_data if form.is_valid() else {})


def units_of(place: Municipality, *, on: date) -> QuerySet[OrganisationalUnit]:
    return place.office_units.valid(on).order_by("symbol")


@never_cache
@login_required
@require_safe
def export(request: HttpRequest, teryt: int) -> StreamingHttpResponse:
    """The letters that the filter finds, all of them, as CSV."""
    place = own_office(request, teryt)
    form, rows = asked_of(request, place)
    if form.errors:
        raise Malformed(_("Popraw filtr, zanim pobierzesz plik."))
    headers = {"Content-Disposition": f'attachment; filename="korespondencja-{place.pk}.csv"'}
    return StreamingHttpResponse(looking.as_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def enter_letter(request: HttpRequest, teryt: int) -> HttpResponse:
    """A letter on paper."""
    place = own_office(request, teryt)
    form = LetterForm(request.POST or None, units=units_of(place, on=timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        try:
            entered = entered_letter(place, form.cleaned_data, clerk=cast(User, request.user))
        except ServiceError as error:
            form.add_error("case_number", error.message)
        else:
            messages.success(request, _("Zapisano pod numerem %(number)s.") % {"number": entered.number})
            return redirect(f"{reverse('correspondence:register')}?gmina={place.pk}")
    context = {"place": place, "form": form}
    return render(request, "correspondence/enter.html", context, status=422 if form.errors else 200)


@transaction.atomic
def entered_letter(place: Municipality, said: dict[str, Any], *, clerk: User) -> Correspondence:
    """Raises NotFound for a case that the office does not have."""
    case = None
    if said["case_number"]:
        case = Case.objects.of(place).filter(number=said["case_number"]).select_related("applicant").first()
        if case is None:
            raise NotFound(_("Nie ma sprawy o takim znaku. Sprawdź znak albo zostaw pole puste."))
    to = case.recipient if case and not said["party_name"] else None
    letter = Letter(
        direction=Direction(said["direction"]), channel=Channel(said["channel"]), subject=said["subject"],
        party=account_of(to), party_name=said["party_name"] or (case.addressee if case else ""),
        written_on=said["written_on"], their_mark=said["their_mark"], attachments=said["attachments"] or 0, case=case,
    )  # fmt: skip
    return enter(letter, municipality=place, unit=said["unit"], at=timezone.now(), entered_by=clerk)


@staff_only(CLERK)
@require_POST
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """What the confirmation of receipt says."""
    rows = Correspondence.objects.filter(municipality__in=municipalities_of(request.user, CLERK))
    letter, form = get_object_or_404(rows, pk=pk), DeliveryForm(request.POST)
    try:
        if not form.is_valid():
            raise Malformed(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-28."))
        confirm_delivery(letter, on=form.day(), today=timezone.localdate())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Zapisano doręczenie pisma %(number)s.") % {"number": letter.number})
    return redirect(f"{reverse('correspondence:register')}?gmina={letter.municipality_id}")
