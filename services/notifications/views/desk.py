"""The clerk's room: messages of an office from the draft to the last letter."""

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from services.identity.protected import sealed
from services.notifications import delivering, endings
from services.notifications.audience import available, outlook, sms_length
from services.notifications.forms import CorrectionForm, GroupForm, MessageForm, SmsForm, initial_of
from services.notifications.messages import WAITING, approve, cancel, change, draft, regroup
from services.notifications.models import Channel, ChannelState, Delivery, Group, Message, SmsAccount
from spatial import crs
from spatial.errors import Conflict, Malformed, NotFound, ServiceError
from spatial.municipalities.models import Municipality
from spatial.words import polish_money

CLERK = StaffRole.Role.CLERK
ON_PAGE = 50
EXCEPTIONS = 50
FIRST_LIFE = timedelta(days=1)  #: proposed


def own_office(request: HttpRequest, teryt: int) -> Municipality:
    """Where the person is a clerk; elsewhere it is not there."""
    return get_object_or_404(municipalities_of(request.user, CLERK), pk=f"{teryt:06d}")


def own_message(request: HttpRequest, pk: int) -> Message:
    """Composed in an office of the person; automatic ones are nobody's to read."""
    rows = Message.objects.filter(municipality__in=municipalities_of(request.user, CLERK), is_automatic=False)
    return get_object_or_404(rows.select_related("municipality", "group", "created_by", "approved_by", "person"), pk=pk)


@never_cache
@staff_only(CLERK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Messages of one office, and channels that have stopped."""
    places = list(municipalities_of(request.user, CLERK).order_by("name"))
    wanted = request.GET.get("gmina") or places[0].pk
    place = next((one for one in places if one.pk == wanted), None)
    if place is None:
        raise NotFound(_("Nie prowadzisz powiadomień tej gminy."))
    rows = Message.objects.filter(municipality=place, is_automatic=False).order_by("-created_at", "-pk")
    page, now = Paginator(rows, ON_PAGE).get_page(request.GET.get("strona")), timezone.now()
    context = {
        "place": place, "places": places, "page": page,
        "rows": [(one, one.void_since(at=now)) for one in page.object_list],
        "stopped": ChannelState.objects.filter(municipality=place).exclude(stopped_at=None),
        "channels": available(place), "groups": Group.objects.filter(municipality=place).order_by("name"),
    }  # fmt: skip
    return render(request, "notifications/desk.html", context)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest, teryt: int) -> HttpResponse:
    place = own_office(request, teryt)
    first = {
        "expires_at": timezone.localtime() + FIRST_LIFE, "severity": Message.Severity.MINOR,
        "audience": Message.Audience.SUBSCRIBERS, "channels": [Channel.EMAIL],
    }  # fmt: skip
    form = MessageForm(request.POST or None, municipality=place, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = draft(form.words(), municipality=place, author=cast(User, request.user), at=timezone.now())
        except Malformed as error:
            form.add_error(None, error.message)
        else:
            return redirect("notifications:composed", pk=made.pk)
    return compose_page(request, form, place)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def alter(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft in other words."""
    found = own_message(request, pk)
    if found.follow:
        raise NotFound(_("Zakończenia ani poprawki nie zmienisz. Odwołaj szkic i zacznij od ostrzeżenia."))
    form = MessageForm(request.POST or None, municipality=found.municipality, initial=initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            change(found, form.words(), author=cast(User, request.user), at=timezone.now())
        except ServiceError as error:
            form.add_error(None, error.message)
        else:
            return redirect("notifications:composed", pk=pk)
    return compose_page(request, form, found.municipality)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A warning that went out, in other words."""
    found = own_message(request, pk)
    first = {name: getattr(found, name) for name in CorrectionForm.base_fields}
    form = CorrectionForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = endings.correct(found, form.words(), by=cast(User, request.user), at=timezone.now())
        except ServiceError as error:
            form.add_error(None, error.message)
        else:
            return redirect("notifications:composed", pk=made.pk)
    context = {"form": form, "place": found.municipality, "title": _("Poprawka ostrzeżenia")}
    return render(request, "notifications/form.html", context, status=422 if form.errors else 200)


@staff_only(CLERK)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that a warning is over or was a mistake."""
    found, follow = own_message(request, pk), request.POST.get("jak", "")
    if follow not in Message.ENDS:
        raise NotFound(_("Nie ma takiego kroku."))
    try:
        made = endings.end(found, Message.Follow(follow), by=cast(User, request.user), at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect("notifications:composed", pk=pk)
    said = _("Ostrzeżenie zakończone. Ci, do których dotarło, dowiedzą się tymi samymi drogami.")
    messages.success(request, said if made.approved_at else _("Szkic zapisany. Zatwierdza go druga osoba z urzędu."))
    return redirect("notifications:composed", pk=made.pk)


def compose_page(request: HttpRequest, form: MessageForm, place: Municipality) -> HttpResponse:
    chosen = form["channels"].value() or []
    ways = [(one, one.value in chosen) for one in available(place) if one != Channel.INBOX]
    context = {"form": form, "place": place, "ways": ways}
    return render(request, "notifications/compose.html", context, status=422 if form.errors else 200)


@never_cache
@staff_only(CLERK)
@require_safe
def composed(request: HttpRequest, pk: int) -> HttpResponse:
    """What would go to whom, or how far it has got."""
    found = own_message(request, pk)
    seen = outlook(found) if found.state == Message.State.DRAFT else None
    troubles = found.deliveries.filter(state__in=[Delivery.State.FAILED, Delivery.State.UNCERTAIN])
    stands = found.stands(at=timezone.now())
    is_open = found.state == Message.State.DRAFT if found.follow else found.state in WAITING
    context = {
        "one": found, "seen": seen, "tally": tally(found), "cost": polish_money(seen.sms_cost_gr) if seen else "",
        "troubles": troubles.order_by("-ended_at", "-pk")[:EXCEPTIONS], "can_cancel": is_open and not stands,
        "is_author": found.created_by_id == request.user.pk and not found.is_one_persons,
        "void_since": found.void_since(at=timezone.now()), "stands": stands, "ends": ends(found) if stands else [],
        "followers": found.followers.exclude(state=Message.State.CANCELLED).order_by("pk"),
        "sms": sms_length(found, "pl") if Channel.SMS in found.channels else None,
        "area": found.area.transform(crs.WGS84, clone=True).json if found.area else "",
    }  # fmt: skip
    return render(request, "notifications/composed.html", context)


def ends(found: Message) -> list[tuple[Message.Follow, str, bool]]:
    """How a warning may end, in which words, and whether one person is enough."""
    ways = ((one, Message(follow=one, severity=found.severity, audience=found.audience)) for one in Message.ENDS)
    return [(one, endings.title(found, one, "pl"), end.is_one_persons) for one, end in ways]


def tally(found: Message) -> list[tuple[str, str, int]]:
    """Channel, state, how many; of a message whose rows are gone from what was kept."""
    rows: list[Any] = [[*kind, many] for kind, many in delivering.tally(found).items()]
    rows = rows or found.counts.get("states", [])
    return [(str(Channel(channel).label), str(Delivery.State(state).label), many) for channel, state, many in rows]


@staff_only(CLERK)
@require_POST
def step(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Approve what was read, cancel, or try again what failed."""
    found, now, user = own_message(request, pk), timezone.now(), cast(User, request.user)
    try:
        match action:
            case "zatwierdz":
                approve(found, by=user, version=number(request.POST.get("wersja", "")), at=now)
                messages.success(request, _("Zatwierdzono. Wiadomość wyjdzie w ciągu minuty albo o swojej godzinie."))
            case "odwolaj":
                cancel(found, at=now)
                messages.success(request, _("Odwołano. To, co wyszło wcześniej, już dotarło do odbiorców."))
            case "ponow":
                many = delivering.again(found, at=now)
                messages.success(request, _("Ponownie w kolejce: %(many)d.") % {"many": many})
            case _:
                raise NotFound(_("Nie ma takiego kroku."))
    except ServiceError as error:
        messages.error(request, error.message)
    return redirect("notifications:composed", pk=pk)


def number(text: str) -> int:
    """Raises Malformed."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Malformed(_("Otwórz wiadomość jeszcze raz."))
    return int(text)


@staff_only(CLERK)
@require_POST
def restart(request: HttpRequest, teryt: int, channel: str) -> HttpResponse:
    place = own_office(request, teryt)
    if channel not in Channel.values:
        raise NotFound(_("Nie ma takiej drogi."))
    delivering.restart(delivering.Road(place.pk, Channel(channel)))
    messages.success(request, _("Wysyłanie wznowione."))
    return redirect("notifications:desk")


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, teryt: int) -> HttpResponse:
    """A new group, or new people of one with the same name."""
    place, form = own_office(request, teryt), GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                name = " ".join(form.cleaned_data["name"].split())
                made, _is_new = Group.objects.get_or_create(municipality=place, name=name)
                regroup(made, form.cleaned_data["logins"])
        except Conflict as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Grupa zapisana."))
            return redirect("notifications:desk")
    context = {"form": form, "place": place, "title": _("Grupa odbiorców")}
    return render(request, "notifications/form.html", context, status=422 if form.errors else 200)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest, teryt: int) -> HttpResponse:
    """The office's account with the operator of SMS."""
    place = own_office(request, teryt)
    account = SmsAccount.objects.filter(municipality=place).first()
    first = {"sender": account.sender, "part_price_gr": account.part_price_gr} if account else {}
    form = SmsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if not said["token"] and account is None:
            form.add_error("token", _("Wpisz token z panelu operatora."))
        else:
            fresh = {"sender": said["sender"], "part_price_gr": said["part_price_gr"]}
            if said["token"]:
                fresh["token"] = sealed(said["token"])
            SmsAccount.objects.update_or_create(municipality=place, defaults=fresh)
            messages.success(request, _("Zapisano konto SMS."))
            return redirect("notifications:desk")
    context = {"form": form, "place": place, "title": _("Konto SMS")}
    return render(request, "notifications/form.html", context, status=422 if form.errors else 200)
