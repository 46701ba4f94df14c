"""The page of one's own data: who it is, a copy to take away, erasure."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from services.audit.services import request_id
from services.identity.access import has_just_entered, level_of
from services.identity.base import Level
from services.identity.models import User
from services.personal import erasing
from services.personal.export import archive
from spatial.errors import ServiceError


@never_cache
@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    return page(request)


def page(request: HttpRequest, *, fault: str = "") -> HttpResponse:
    context = {"outlook": erasing.outlook(cast(User, request.user)), "fault": fault}
    return render(request, "personal/data.html", context, status=422 if fault else 200)


@never_cache
@login_required
@require_POST
def download(request: HttpRequest) -> FileResponse:
    """Everything in one file; made when it is asked for, kept nowhere."""
    now = timezone.now()
    name = f"moje-dane-{timezone.localdate(now):%Y-%m-%d}.zip"
    made = archive(cast(User, request.user), at=now, is_identified=level_of(request) >= Level.TRUSTED)
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


def is_proved(request: HttpRequest, user: User) -> bool:
    """Wrong passwords are counted and written down as at the sign-in. Raises ValidationError for too many."""
    if not user.has_usable_password():
        return has_just_entered(request)
    return bool(get_adapter(request).reauthenticate(user, request.POST.get("haslo", "")))


@sensitive_post_parameters("haslo")
@never_cache
@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Confirmed by the password, or by a sign-in of a moment ago where there is none."""
    user = cast(User, request.user)
    try:
        is_closed = erasing.erase(user, is_proved=is_proved(request, user), request_id=request_id(request))
    except ServiceError as error:
        return page(request, fault=error.message)
    except ValidationError as error:
        return page(request, fault=" ".join(error.messages))
    if not is_closed:
        messages.success(request, _("Wersje robocze usunięte. Konto zamkniesz, gdy urząd zakończy Twoje sprawy."))
        return redirect("personal:data")
    logout(request)
    messages.success(request, _("Konto zamknięte. Twoje dane, których urząd nie musi przechowywać, są usunięte."))
    return redirect("portal:home")
