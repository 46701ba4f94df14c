"""For whom one acts: choosing it, asking an office for it, giving it up, taking it from others; codes of offices."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.documents.views import kept_file
from services.forms.questions import clean
from services.identity.models import User
from services.parties import acting as chosen
from services.parties import codes, mandates
from services.parties.models import PartyLink
from services.personal.forms import WishForm
from spatial.errors import ServiceError

SHOWN = 100


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """All for whom the person may act; the choice holds until it is changed, ends, or the session does."""
    user, today = cast(User, request.user), timezone.localdate()
    if request.method == "POST":
        link = chosen.choose(request, request.POST.get("powiazanie", ""))
        text = _("Działasz teraz w imieniu: %(party)s") % {"party": link.party.name} if link else ""
        messages.success(request, text or _("Działasz teraz we własnym imieniu."))
        return redirect("catalogue:home")
    endable = mandates.endable_by(user, on=today)
    context = {
        "offered": chosen.offered(user, on=today), "current": chosen.link_of(request),
        "mine": user.party_links.named().exclude(basis=PartyLink.Basis.SELF).order_by("-pk")[:SHOWN],
        "endable": set(endable.filter(user=user).values_list("pk", flat=True)),
        "others": endable.exclude(user=user)[:SHOWN],
    }  # fmt: skip
    return render(request, "personal/acting.html", context)


@sensitive_post_parameters("pesel")
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A mandate with its document, for an office to approve."""
    form = WishForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            mandates.ask(
                cast(User, request.user), form.wish(), form.cleaned_data["document"], at=timezone.now()
            )  # fmt: skip
        except ServiceError as fault:
            form.add_error(None, fault.message)
        else:
            messages.success(request, _("Zgłoszenie wysłane. Urząd sprawdzi dokument, a odpowiedź zobaczysz tutaj."))
            return redirect("personal:acting")
    return render(request, "personal/ask.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own, or one that another holds of the person or of what the person represents."""
    user, now = cast(User, request.user), timezone.now()
    link = get_object_or_404(mandates.endable_by(user, on=timezone.localdate(now)), pk=pk)
    reason = clean(request.POST.get("przyczyna", ""))[:500].strip()
    own = "Rezygnacja umocowanej osoby." if link.user_id == user.pk else "Odwołanie przez mocodawcę."
    try:
        mandates.revoke(link, by=user, reason=reason or own, at=now)
    except ServiceError as fault:
        messages.error(request, fault.message)
    else:
        messages.success(request, _("Umocowanie odwołane. Od teraz nie działa."))
    return redirect("personal:acting")


@never_cache
@login_required
@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    """Of one's own request. Raises NotFound."""
    link = get_object_or_404(cast(User, request.user).party_links.exclude(document_sha256=""), pk=pk)
    return kept_file(link.document_path, link.document_name)


@sensitive_post_parameters("kod")
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """The code on the letter of the office."""
    fault = ""
    if request.method == "POST":
        try:
            made = codes.enter(request.POST.get("kod", ""), user=cast(User, request.user), at=timezone.now())
        except ServiceError as error:
            fault = error.message
        else:
            messages.success(request, _("Konto powiązane: %(party)s") % {"party": made.party.name})
            return redirect("personal:acting")
    return render(request, "personal/link.html", {"fault": fault}, status=422 if fault else 200)
