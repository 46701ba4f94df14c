"""The clerk's pages of parties: finding them, their keys in registers, activation codes."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planning.extracts.order import Office
from services.audit.services import look_at_party
from services.catalogue.forms import PartyForm
from services.catalogue.handled import handled_by
from services.catalogue.parties import account_of, found, known_to
from services.catalogue.views.mine import downloaded
from services.documents import letters as paper
from services.forms.questions import clean
from services.identity.access import municipalities_of, staff_only
from services.identity.models import StaffRole, User
from services.parties import codes
from services.parties.models import ExternalRef, Party, PartyLink
from services.parties.people import party_of, read_pesel, suggestions
from spatial.errors import Conflict
from spatial.municipalities.models import Municipality
from spatial.words import polish_date

ON_PAGE = 50
SHOWN = 100
CLERK = StaffRole.Role.CLERK


def places_of(request: HttpRequest) -> QuerySet[Municipality]:
    """Where the person is a clerk."""
    return municipalities_of(request.user, CLERK)


@never_cache
@staff_only(CLERK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, and parties that the office knows; none is listed before somebody is looked for."""
    words = clean(request.GET.get("szukaj", ""))[:100].strip()
    places = places_of(request)
    asked = PartyLink.objects.filter(municipality__in=places, state=PartyLink.State.ASKED).named()
    rows = found(known_to(places), words) if words else Party.objects.none()
    context = {
        "words": words, "page": Paginator(rows, ON_PAGE).get_page(request.GET.get("strona")),
        "asked": asked.order_by("asked_at", "pk")[:SHOWN],
    }  # fmt: skip
    return render(request, "catalogue/parties/index.html", context)


def own_party(request: HttpRequest, pk: int, *, thing: str = "dane") -> Party:
    """Known to an office of the person, written down as seen; otherwise it is not there."""
    party = get_object_or_404(known_to(places_of(request)), pk=pk)
    note_look(request, party, thing)
    return party


def note_look(request: HttpRequest, party: Party, thing: str) -> None:
    """In the log of the first office that knows the party."""
    place = next(one for one in places_of(request).order_by("pk") if known_to([one]).filter(pk=party.pk).exists())
    look_at_party(request, place, subject=account_of(party), thing=f"strona {party.pk}: {thing}")


@never_cache
@staff_only(CLERK)
@require_safe
def party(request: HttpRequest, pk: int) -> HttpResponse:
    """Its data, keys in the office's registers, who acts for it, cases that the person handles."""
    return party_page(request, own_party(request, pk))


def party_page(request: HttpRequest, shown: Party, *, number: str = "", code: str = "") -> HttpResponse:
    """``number``: a PESEL that was asked for; ``code``: one that was made now, shown this once."""
    places, today = places_of(request), timezone.localdate()
    links = shown.links.filter(Q(municipality__in=places) | Q(municipality=None)).named().order_by("-pk")
    context = {
        "party": shown, "number": number, "code": code,
        "refs": shown.refs.filter(municipality__in=places).select_related("municipality").order_by("pk"),
        "links": [(link, link.is_in_force(today)) for link in links[:SHOWN]],
        "cases": handled_by(request.user).filter(on_behalf_of=shown).order_by("-filed_at")[:SHOWN],
    }  # fmt: skip
    return render(request, "catalogue/parties/party.html", context)


@never_cache
@staff_only(CLERK)
@require_POST
def pesel(request: HttpRequest, pk: int) -> HttpResponse:
    """Shown once, and written down before that."""
    shown = own_party(request, pk)
    number = _("nieznany")
    if shown.person:
        number = read_pesel(shown.person, note=lambda: note_look(request, shown, "PESEL")) or number
    return party_page(request, shown, number=number)


@never_cache
@staff_only(CLERK)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A key of a register with its party: the one with the same PESEL or NIP, one that the clerk points at, or new."""
    form = PartyForm(request.POST or None, places=places_of(request))
    alike: list[Party] = []
    if request.method == "POST" and form.is_valid():
        known, chosen = form.known(), request.POST.get("strona", "")
        if not (known.pesel or known.nip or chosen):
            alike = suggestions(known, among=known_to(places_of(request)))
        if not alike:
            try:
                ref = keyed(request, form, chosen)
            except Conflict as fault:
                form.add_error("key", fault.message)
            else:
                messages.success(request, _("Zapisano."))
                return redirect("catalogue:party", pk=ref.party_id)
    context = {"form": form, "alike": alike}
    return render(request, "catalogue/parties/new.html", context, status=422 if form.errors or alike else 200)


def keyed(request: HttpRequest, form: PartyForm, chosen: str) -> ExternalRef:
    """chosen: key of a party known to the office; "nowa" and "" are none. Raises Conflict for a key that is taken."""
    said = form.cleaned_data
    try:
        with transaction.atomic():
            rows = known_to(places_of(request))
            is_named = chosen.isdecimal() and len(chosen) < 19
            held = get_object_or_404(rows, pk=int(chosen)) if is_named else party_of(form.known())
            return ExternalRef.objects.create(
                party=held, municipality=said["municipality"], register=said["register"], key=said["key"].strip()
            )
    except IntegrityError:
        raise Conflict(_("Ten numer ma już w tym rejestrze inna strona.")) from None


@never_cache
@staff_only(CLERK)
@require_POST
def make_code(request: HttpRequest, pk: int) -> HttpResponse:
    """A new code, on the page or as a letter to print; it is shown this once."""
    rows = ExternalRef.objects.filter(municipality__in=places_of(request)).select_related("municipality")
    ref = get_object_or_404(rows, pk=pk)
    shown, now = own_party(request, ref.party_id, thing="kod aktywacyjny"), timezone.now()
    made, code = codes.make(ref, clerk=cast(User, request.user), at=now)
    if request.POST.get("jako") != "pdf":
        return party_page(request, shown, code=code)
    until = polish_date(timezone.localdate(made.expires_at))
    letter = paper.Letter(
        office=Office.of(ref.municipality), case_number="", addressee=addressee(shown), title="Kod aktywacyjny",
        written_on=timezone.localdate(now), text=LETTER, facts=(("Kod", code), ("Ważny do", until)),
    )  # fmt: skip
    return downloaded(paper.pdf(letter)[0], f"kod-{ref.pk}.pdf", "application/pdf")


LETTER = (
    "Ten kod łączy konto w e-urzędzie z danymi, które prowadzi o Tobie urząd. Zaloguj się, wejdź na stronę "
    "„W czyim imieniu” i wybierz „Mam kod z urzędu”.\n\nKod działa raz. Po pięciu błędnych próbach przestaje działać, "
    "wtedy urząd wyda nowy. Nie przekazuj kodu nikomu."
)


def addressee(party: Party) -> str:
    address = party.organisation.address if party.organisation else ""
    return ", ".join(filter(None, (party.name, address)))
