"""What needs no sign-in: unsubscribing, clicks, reports of operators, warnings, the service worker."""

from pathlib import Path

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from services.notifications import receipts, unsubscribing, warnings
from services.notifications.audience import absolute
from services.notifications.models import Message, SmsAccount

WORKER = (Path(__file__).parent.parent / "static/notifications/worker.js").read_text()


@csrf_exempt  # programs of mail post here (RFC 8058); the address itself is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A page that asks; programs that open addresses for safety change nothing, a POST takes the consent back."""
    one = unsubscribing.read(token)
    if request.method == "POST":
        unsubscribing.leave(one, at=timezone.now())
    context = {"one": one, "is_done": request.method == "POST"}
    return render(request, "notifications/unsubscribe.html", context)


@never_cache
@require_safe
def click(request: HttpRequest, public_id: str) -> HttpResponse:
    """Counts that somebody came, not who; leads to where the message is."""
    found = get_object_or_404(Message, public_id=public_id)
    if request.method == "GET":
        Message.objects.filter(pk=found.pk).update(clicks=F("clicks") + 1)
    if found.link:
        return redirect(found.link)
    newest, now = found.newest, timezone.now()
    on_page = Message.objects.published(at=now) | Message.objects.lapsed(at=now).wide()
    is_public = on_page.filter(pk=newest.pk).exists()
    return redirect(f"/ostrzezenia/#{newest.first.public_id}" if is_public else "notifications:centre")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """SMSAPI repeats a report until it reads "OK"."""
    account = get_object_or_404(SmsAccount, receipts_key=key)
    params = (request.POST if request.method == "POST" else request.GET).dict()
    receipts.take_in(receipts.reports_of(params), account=account, at=timezone.now())
    return HttpResponse("OK", content_type="text/plain")


@cache_control(max_age=300)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """From an address of its own: static files have names that change, a service worker has one."""
    return HttpResponse(WORKER, content_type="text/javascript; charset=utf-8")


@require_safe
def active(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "rows": warnings.active(at=now)[: warnings.MOST], "ended": warnings.ended(at=now)[: warnings.MOST],
        "lapsed": warnings.lapsed(at=now)[: warnings.MOST],
    }  # fmt: skip
    return render(request, "notifications/warnings.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    rows = warnings.newest_first(Message.objects.published(at=timezone.now()))
    content = warnings.as_atom(rows, page=absolute("/ostrzezenia/"))
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


@require_safe
def cap(request: HttpRequest, public_id: str) -> HttpResponse:
    """The address of a warning leads to the last word on it."""
    newest = get_object_or_404(Message, public_id=public_id).newest
    found = get_object_or_404(Message.objects.published(at=timezone.now()), pk=newest.pk)
    if found.public_id != public_id:
        return redirect("notifications:cap", public_id=found.public_id)
    return HttpResponse(warnings.as_cap(found), content_type="application/cap+xml; charset=utf-8")
