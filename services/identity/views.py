"""Pages of accounts that django-allauth has not, and those that show more than its own."""

from typing import Any, cast

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView, IndexView, ReauthenticateView
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from services.identity.factors import demo_code, is_owed
from services.identity.forms import SignIn as SignInForm
from services.identity.models import SignIn as SignInEntry
from services.identity.models import User

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
    """Second factors, password, address; says to staff without a factor that one is owed."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "is_owed": is_owed(self.request)}


@never_cache
@login_required
@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    """One's own sign-ins and failed tries, the newest first."""
    rows = SignInEntry.objects.filter(user=cast(User, request.user)).order_by("-at", "-pk")
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("strona"))
    return render(request, "identity/sign_ins.html", {"page": page})
