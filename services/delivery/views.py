"""The clerk's page of deliveries, the resident's letters and address, proofs for both, and the operator's callback."""

import json
from hmac import compare_digest
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from procrastinate.contrib.django import app as queue

from services.audit.services import Action, look, look_at_party
from services.cases.models import Case
from services.correspondence.looking import receivable, shown_to
from services.correspondence.models import Correspondence
from services.delivery import account, ade, inbox, outbox, paper, posting, rerouting
from services.delivery.channels import QUEUE, wish_of
from services.delivery.course import ENDS, State
from services.delivery.forecast import latest_on
from services.delivery.forms import AddresseeForm, ConfirmationForm, PartyAddressForm
from services.delivery.models import Addressee, Incoming, IncomingFile, Mailbox, PartyAddress, Shipment
from services.delivery.shown import evidence_for
from services.forms.questions import clean
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from services.identity.protected import fingerprint
from services.parties.models import Party
from spatial.errors import Malformed, NotFound, ServiceError
from spatial.municipalities.models import Municipality

CLERK = StaffRole.Role.CLERK
SHOWN = 100  #: rows of each part of the page
LARGEST_HINT = 64 * 1024  #: bytes

Channel = Correspondence.Channel


# --- the resident -----------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """How the person wants letters of offices."""
    user = cast(User, request.user)
    wish = wish_of(user)
    names = AddresseeForm.base_fields
    form = AddresseeForm(request.POST or None, initial={name: getattr(wish, name) for name in names})
    if request.method == "POST" and form.is_valid():
        Addressee.objects.update_or_create(user=user, defaults=form.cleaned_data)
        messages.success(request, _("Zapisano. Tak wyślemy następne pisma."))
        if form.cleaned_data["ade"] and not ade.is_sure(form.cleaned_data["ade"]):
            messages.warning(request, _("Końcówka adresu nie zgadza się z jego cyframi. Sprawdź, czy nie ma pomyłki."))
        return redirect("delivery:address")
    return render(request, "delivery/address.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def open_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """What opening a letter means; pressed, it is delivered and may be read."""
    rows = receivable(request.user)
    letter = get_object_or_404(rows.select_related("municipality", "case", "document"), pk=pk)
    if request.method == "POST":
        account.open_letter(letter, person=cast(User, request.user), at=timezone.now())
        return redirect("delivery:open", pk=pk)
    shipment = Shipment.objects.current().filter(letter=letter).first()
    context = {
        "letter": letter, "is_waiting": letter.status == Correspondence.Status.SENT,
        "latest_on": latest_on(shipment) if shipment else None,
        "evidence": shipment.evidence.order_by("at", "pk") if shipment else [],
    }  # fmt: skip
    return render(request, "delivery/open.html", context)


@never_cache
@login_required
@require_safe
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """The file of one proof, for the addressee and for the office."""
    found = get_object_or_404(evidence_for(request.user), pk=pk)
    letter = found.shipment.letter
    if letter.case and not Correspondence.objects.filter(shown_to(request.user), pk=letter.pk).exists():
        look(request, letter.case, Action.DOCUMENT, thing=f"{found.words}, {letter.number}")
    return sent_file(found.file.open("rb"), f"dowod-{pk}.{str(found.file.name).rpartition('.')[2]}", found.media_type)


def sent_file(content: object, name: str, media_type: str) -> FileResponse:
    """Always a download, in a sandbox: it came from outside."""
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=media_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


# --- the office -------------------------------------------------------------------------------------------------------


def place_of(request: HttpRequest) -> Municipality:
    """The office that is asked for, or the first by name. Raises NotFound."""
    places = municipalities_of(request.user, CLERK).order_by("name")
    wanted = request.GET.get("gmina")
    place = places.filter(pk=wanted).first() if wanted and wanted.isdecimal() else places.first()
    if place is None:
        raise NotFound(_("Nie prowadzisz korespondencji tej gminy."))
    return place


def page_of(place: Municipality) -> str:
    return f"{reverse('delivery:office')}?gmina={place.pk}"


@never_cache
@staff_only(CLERK)
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """What needs a person first, then what is under way, what is to be printed, what came. A posting number leads to
    the letter whose confirmation came back.
    """
    place, typed, fault = place_of(request), clean(request.GET.get("numer", ""))[:60], ""
    if typed:
        try:
            return redirect("delivery:confirmation", pk=posting.found(place, typed).pk)
        except ServiceError as error:
            fault = error.message
    rows = Shipment.objects.current().filter(letter__municipality=place).select_related("letter__case")
    for_decision = (State.FAILED, State.REJECTED, State.UNCLEAR, State.UNDELIVERED)
    needing = rows.filter(state__in=for_decision).exclude(channel=Channel.PORTAL).order_by("created_at", "pk")
    under_way = rows.exclude(state__in=(*ENDS, State.FAILED, State.UNCLEAR)).order_by("created_at", "pk")
    on_paper = under_way.filter(channel__in=(Channel.POST, Channel.HYBRID)).exclude(state=State.QUEUED)
    context = {
        "place": place, "places": municipalities_of(request.user, CLERK).order_by("name"),
        "needing": needing[:SHOWN], "electronic": under_way.filter(channel__in=outbox.BY_OPERATOR)[:SHOWN],
        "printing": paper.waiting(place)[:SHOWN], "on_paper": on_paper[:SHOWN],
        "addressless": rows.without_address().order_by("created_at", "pk")[:SHOWN],
        "batches": paper.batches_of(place)[:5], "typed": typed, "fault": fault,
        "incoming": inbox.unassigned(place).prefetch_related("files")[:SHOWN],
        "mailbox": Mailbox.objects.filter(municipality=place).first(),
    }  # fmt: skip
    return render(request, "delivery/office.html", context, status=422 if fault else 200)


def own_shipment(request: HttpRequest, pk: int) -> Shipment:
    rows = Shipment.objects.of(municipalities_of(request.user, CLERK)).select_related("letter__municipality")
    return get_object_or_404(rows, pk=pk)


@staff_only(CLERK)
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    shipment = own_shipment(request, pk)
    try:
        outbox.send_again(shipment, at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Przesyłka czeka na ponowne wysłanie."))
    return redirect(page_of(shipment.letter.municipality))


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    """What came back with a letter on paper."""
    shipment = own_shipment(request, pk)
    if shipment.is_ended:
        text = _("Doręczenie pisma %(number)s jest już zapisane: %(state)s.")
        messages.info(request, text % {"number": shipment.letter.number, "state": shipment.get_state_display()})
        return redirect(page_of(shipment.letter.municipality))
    form = ConfirmationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            paper.confirm(shipment, form.confirmation(), clerk=cast(User, request.user), at=timezone.now())
        except ServiceError as error:
            form.add_error(None, error.message)
        else:
            number = shipment.letter.number
            messages.success(request, _("Zapisano doręczenie pisma %(number)s.") % {"number": number})
            return redirect(page_of(shipment.letter.municipality))
    context = {"shipment": shipment, "form": form, "place": shipment.letter.municipality,
               "posted_on": posting.posted_on(shipment)}  # fmt: skip
    return render(request, "delivery/confirmation.html", context, status=422 if form.errors else 200)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def party_address(request: HttpRequest, teryt: int, pk: int) -> HttpResponse:
    """Where the office writes to a party of its cases that has no account."""
    place = get_object_or_404(municipalities_of(request.user, CLERK), pk=f"{teryt:06d}")
    ours = Case.objects.of(place).filter(on_behalf_of=pk)
    party = get_object_or_404(Party.objects.named(), pk=ours.values("on_behalf_of")[:1])
    look_at_party(request, place, subject=None, thing=f"strona {party.pk}: adres do doręczeń")
    known = PartyAddress.objects.filter(municipality=place, party=party).first()
    names = PartyAddressForm.base_fields
    typed = request.POST if request.method == "POST" else None
    form = PartyAddressForm(typed, initial={name: getattr(known, name, "") for name in names})
    if form.is_valid():
        rerouting.enter_address(party, place, address=form.cleaned_data, clerk=cast(User, request.user))
        messages.success(request, _("Zapisano adres. Tam pójdą pisma, które na niego czekały, i następne."))
        return redirect(page_of(place))
    context = {"form": form, "party": party, "place": place}
    return render(request, "delivery/party_address.html", context, status=422 if form.errors else 200)


@staff_only(CLERK)
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter that came is put into a case."""
    rows = Incoming.objects.filter(mailbox__municipality__in=municipalities_of(request.user, CLERK))
    row = get_object_or_404(rows.exclude(letter=None).select_related("mailbox__municipality"), pk=pk)
    try:
        case = inbox.assign(row, case_number=clean(request.POST.get("sprawa", ""))[:60], at=timezone.now())
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Pismo jest teraz w sprawie %(number)s.") % {"number": case.number})
    return redirect(page_of(row.mailbox.municipality))


@never_cache
@login_required
@require_safe
def incoming_file(request: HttpRequest, pk: int) -> FileResponse:
    """An attachment of a letter that came."""
    rows = IncomingFile.objects.exclude(sha256="").select_related("incoming__letter__case__municipality")
    file = get_object_or_404(rows, pk=pk, incoming__mailbox__municipality__in=municipalities_of(request.user, CLERK))
    case = file.incoming.letter.case if file.incoming.letter else None
    if case:
        look(request, case, Action.DOCUMENT, thing=file.name)
    return sent_file(file.opened(), file.name, file.media_type)


# --- the operator -----------------------------------------------------------------------------------------------------


def callback_path(mailbox: Mailbox) -> str:
    """What the operator is told to call; the key proves that we have told it."""
    return f"{reverse('delivery:notified')}?skrzynka={mailbox.pk}&klucz={key_of(mailbox)}"


def key_of(mailbox: Mailbox) -> str:
    return fingerprint(f"callback {mailbox.address}")


@csrf_exempt  # no session is read here, so there is nothing to forge
@require_POST
def notified(request: HttpRequest) -> HttpResponse:
    """Only a hint: the mailbox is asked what is true. Called twice or in any order it does the same."""
    mailbox = called_mailbox(request)
    message_id = message_in(request.body)
    if not outbox.hinted(mailbox.municipality, message_id, at=timezone.now()):
        queue.configure_task("delivery.fetch_mailbox", queue=QUEUE).defer(mailbox=mailbox.pk)
    return HttpResponse(status=204)


def called_mailbox(request: HttpRequest) -> Mailbox:
    """Raises NotFound for one that there is not, and without its key."""
    typed = request.GET.get("skrzynka", "")[:9]
    found = Mailbox.objects.filter(pk=typed, is_active=True).first() if typed.isdecimal() else None
    if found is None or not compare_digest(key_of(found).encode(), request.GET.get("klucz", "").encode()):
        raise NotFound(_("Nie ma takiej skrzynki."))
    return found


def message_in(body: bytes) -> str:
    """Raises Malformed."""
    try:
        said = json.loads(body) if len(body) <= LARGEST_HINT else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Malformed(_("Oczekiwano JSON z identyfikatorem wiadomości."))
    found = said.get("messageId")
    return found if isinstance(found, str) and len(found) <= 100 and found.isprintable() else ""
