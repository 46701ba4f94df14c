"""Pages of accounts that django-allauth has not, and those that show more than its own."""

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView, IndexView, ReauthenticateView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.identity import devices, programs
from services.identity.factors import demo_code, is_owed
from services.identity.forms import NewProgramKey
from services.identity.forms import SignIn as SignInForm
from services.identity.models import ProgramKey, User
from services.identity.models import SignIn as SignInEntry
from spatial.errors import Conflict, Refused
from spatial.municipalities.models import Municipality

ON_PAGE = 50


class SignIn(LoginView):  # type: ignore[misc]
    """By login or e-mail and password, then by the second factor where there is one."""

    form_class = SignInForm
    template_name = "portal/login.html"

    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "next": self.get_next_url() or ""}


class GiveFactor(AuthenticateView):  # type: ignore[misc]
    """The second step of a sign-in; in the demo the code stands beside."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "demo_code": demo_code(self.stage.login.user)}


class ProveFactor(ReauthenticateView):  # type: ignore[misc]
    """The same for somebody who is signed in."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "demo_code": demo_code(self.request.user)}


class Security(IndexView):  # type: ignore[misc]
    """Second factors, password, address, devices; says to staff without a factor that one is owed."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        user = cast(User, self.request.user)
        told = {
            "is_owed": is_owed(self.request),
            "devices": devices.devices_of(self.request),
            "edits_registers": bool(programs.editable_by(user)),
            "ending_keys": programs.ending(user, at=timezone.now()),
        }
        return {**super().get_context_data(**more), **told}


@login_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Of the device whose code is told; without one of all but this."""
    if devices.sign_out(request, code=request.POST.get("device", "")):
        messages.success(request, _("Wylogowano."))
    return redirect("mfa_index")


@never_cache
@login_required
@require_safe
def program_keys(request: HttpRequest) -> HttpResponse:
    """Own keys: those that work, then the others, the newest first."""
    refuse_without_registers(request)
    now = timezone.now()
    keys = ProgramKey.objects.filter(user=cast(User, request.user)).select_related("municipality").order_by("-made_at")
    alive = set(keys.alive(now))
    told = {
        "keys": sorted(keys, key=lambda key: key not in alive), "alive": alive,
        "ending_keys": programs.ending(cast(User, request.user), at=now),
    }  # fmt: skip
    return render(request, "identity/program_keys.html", told)


@never_cache
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def make_program_key(request: HttpRequest) -> HttpResponse:
    """The answer shows the key, this once."""
    where = refuse_without_registers(request)
    form = NewProgramKey(request.POST or None, municipalities=where)
    if form.is_valid():
        wish = form.cleaned_data
        try:
            key, secret = programs.make(
                user=cast(User, request.user), municipality=wish["municipality"].pk, name=wish["name"],
                days=wish["days"], at=timezone.now(),
            )  # fmt: skip
        except Conflict as conflict:
            form.add_error("name", conflict.message)
        else:
            return render(request, "identity/program_key_made.html", {"key": key, "secret": secret})
    return render(request, "identity/program_key_new.html", {"form": form})


@login_required
@require_POST
def withdraw_program_key(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ProgramKey, pk=pk, user=cast(User, request.user))
    programs.withdraw(key, at=timezone.now())
    messages.success(request, _("Klucz „%(name)s” jest wycofany.") % {"name": key.name})
    return redirect("program_keys")


def refuse_without_registers(request: HttpRequest) -> QuerySet[Municipality]:
    """Municipalities whose registers the person edits. Raises Refused where there are none."""
    where = programs.editable_by(cast(User, request.user))
    if not where:
        raise Refused(_("Klucze programów są dla pracowników, którzy prowadzą rejestry gminy."))
    return Municipality.objects.filter(pk__in=where).order_by("name")


@never_cache
@login_required
@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    """One's own sign-ins and failed tries, the newest first."""
    rows = SignInEntry.objects.filter(user=cast(User, request.user)).order_by("-at", "-pk")
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("strona"))
    return render(request, "identity/sign_ins.html", {"page": page})
