"""The resident's centre: inbox, consents, addresses, places."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.forms.questions import clean
from services.identity.models import User
from services.notifications import addresses, consents, places, silence
from services.notifications.audience import available
from services.notifications.channels import push
from services.notifications.models import Channel, ChannelAddress, Delivery, OwnQuiet, WatchedPlace
from services.notifications.topics import TOPICS
from spatial.errors import NotFound, ServiceError
from spatial.municipalities.models import Municipality

ON_PAGE = 20
LONGEST_BODY = 10_000  #: bytes of a subscription


def office_of(request: HttpRequest) -> Municipality:
    """The one asked for, otherwise the first by name. Raises NotFound."""
    wanted = request.POST.get("gmina") or request.GET.get("gmina")
    rows = Municipality.objects.order_by("name")
    found = (rows.filter(pk=clean(wanted)[:6]) if wanted else rows).first()
    if found is None:
        raise NotFound(_("Nie ma u nas takiej gminy."))
    return found


@never_cache
@login_required
@require_safe
def centre(request: HttpRequest) -> HttpResponse:
    return centre_page(request)


def centre_page(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    user, office = cast(User, request.user), office_of(request)
    ways = ChannelAddress.objects.kept().filter(user=user).order_by("channel", "pk")
    channels, standing = available(office), consents.standing(user, office)
    rows = Delivery.objects.inbox(user).select_related("message__municipality").order_by("-pk")
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("strona"))
    context = {
        "office": office, "offices": Municipality.objects.order_by("name"), "fault": fault, "channels": channels,
        "rows": [
            (topic, [(one, (topic.code, one.value) in standing) for one in channels]) for topic in TOPICS.values()
        ],
        "hours": silence.HOURS.values(), "own": OwnQuiet.objects.filter(user=user).first(),
        "ways": [one for one in ways if one.channel != Channel.PUSH],
        "browsers": [one for one in ways if one.channel == Channel.PUSH],
        "places": WatchedPlace.objects.filter(user=user).select_related("municipality").order_by("pk"),
        "push_key": push.public_key() if push.is_ready() else "", "page": page,
        "inbox": [(one, told(one), one.message.void_since(at=timezone.now())) for one in page.object_list],
    }  # fmt: skip
    return render(request, "notifications/centre.html", context, status=422 if fault else 200)


def told(one: Delivery) -> str:
    return one.message.title(get_language() or "pl")


@never_cache
@login_required
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message of the person's inbox, read by that."""
    rows = Delivery.objects.inbox(cast(User, request.user)).select_related("message__municipality")
    found = get_object_or_404(rows, pk=pk)
    rows.filter(pk=pk, read_at=None).update(read_at=timezone.now())
    language = get_language() or "pl"
    is_english = language == "en" and found.message.title_en
    context = {
        "one": found.message, "title": found.message.title(language), "text": found.message.body(language),
        "void_since": found.message.void_since(at=timezone.now()),
        "language": "en" if is_english else "pl",
    }  # fmt: skip
    return render(request, "notifications/message.html", context)


def back(office: Municipality, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('notifications:centre')}?gmina={office.pk}#{anchor}")


@login_required
@require_POST
def agree(request: HttpRequest) -> HttpResponse:
    """The whole table of consents of one office."""
    office, hidden = office_of(request), set(Channel.values)
    hidden -= {one.value for one in available(office)}
    user = cast(User, request.user)
    kept = {box for box in consents.standing(user, office) if box[1] in hidden}
    ticked = (one.partition(":") for one in request.POST.getlist("zgoda"))
    wanted = {(topic, channel) for topic, _colon, channel in ticked}
    try:
        consents.settle(user, office, wanted=wanted | kept, at=timezone.now())
    except ServiceError as error:
        return centre_page(request, fault=error.message)
    messages.success(request, _("Zapisano Twoje wybory."))
    return back(office, "zgody")


@login_required
@require_POST
def quiet(request: HttpRequest) -> HttpResponse:
    """Hours of the person's own silence, or none."""
    office, user = office_of(request), cast(User, request.user)
    try:
        silence.choose(user, begin=request.POST.get("od", ""), end=request.POST.get("do", ""))
    except ServiceError as error:
        return centre_page(request, fault=error.message)
    messages.success(request, _("Zapisano ciszę."))
    return back(office, "cisza")


@login_required
@require_POST
def add_address(request: HttpRequest) -> HttpResponse:
    office, typed = office_of(request), clean(request.POST.get("adres", ""))[:254]
    channel = request.POST.get("droga", "")
    try:
        addresses.add(cast(User, request.user), channel, typed, municipality=office, at=timezone.now())
    except ServiceError as error:
        return centre_page(request, fault=error.message)
    messages.success(request, _("Wysłaliśmy kod. Wpisz go niżej w ciągu 10 minut."))
    return back(office, "adresy")


@login_required
@require_POST
def confirm_address(request: HttpRequest, pk: int) -> HttpResponse:
    office, code = office_of(request), clean(request.POST.get("kod", ""))[:10]
    try:
        is_right = addresses.confirm(cast(User, request.user), pk, code, at=timezone.now())
    except ServiceError as error:
        return centre_page(request, fault=error.message)
    if not is_right:
        return centre_page(request, fault=_("To nie ten kod. Sprawdź i wpisz jeszcze raz."))
    messages.success(request, _("Adres potwierdzony. Zaznacz jeszcze, o czym mamy na niego pisać."))
    return back(office, "zgody")


@login_required
@require_POST
def drop_address(request: HttpRequest, pk: int) -> HttpResponse:
    addresses.take_away(cast(User, request.user), pk, at=timezone.now())
    messages.success(request, _("Adres usunięty."))
    return back(office_of(request), "adresy")


@login_required
@require_POST
def add_browser(request: HttpRequest) -> HttpResponse:
    """JSON of a PushSubscription, by the page's script; ``?znana`` where nobody has pressed anything."""
    content, is_by_itself = request.body[: LONGEST_BODY + 1], "znana" in request.GET
    row = addresses.add_browser(cast(User, request.user), content, at=timezone.now(), is_by_itself=is_by_itself)
    return JsonResponse({"id": row.pk})


@login_required
@require_POST
def add_place(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    try:
        places.watch(cast(User, request.user), clean(request.POST.get("miejsce", "")))
    except ServiceError as error:
        return centre_page(request, fault=error.message)
    messages.success(request, _("Miejsce dodane."))
    return back(office, "miejsca")


@login_required
@require_POST
def drop_place(request: HttpRequest, pk: int) -> HttpResponse:
    places.forget(cast(User, request.user), pk)
    messages.success(request, _("Miejsce usunięte."))
    return back(office_of(request), "miejsca")
