"""The resident's page: who looked at my data."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from services.audit.reading import about, page_of
from services.identity.models import User


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Who of which office, when, at what, on which ground; newest first, own rows only."""
    page = min(max(int(typed), 1), 10_000) if (typed := request.GET.get("strona", "1")[:6]).isdecimal() else 1
    lines, has_next = page_of(about(cast(User, request.user)), page)
    return render(request, "audit/mine.html", {"lines": lines, "page": page, "has_next": has_next})
