"""One table for all doors: a ServiceError becomes a page, or JSON for programs, with its own status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from spatial.errors import ServiceError


def wants_json(request: HttpRequest) -> bool:
    """``?f=json`` or an Accept header that prefers JSON."""
    if asked := request.GET.get("f"):
        return asked == "json"
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


class ServiceErrorMiddleware:
    """Turns a ServiceError raised by a view into its answer; any other exception stays a fault and is logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ServiceError):
            return None
        if wants_json(request):
            body = {"code": exception.code, "description": exception.message}
            return JsonResponse(body, status=exception.status, json_dumps_params={"ensure_ascii": False})
        return render(request, "portal/error.html", {"error": exception}, status=exception.status)
