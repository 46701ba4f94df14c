"""The door for operators. It says little: who asks without a signature learns nothing."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from services.payments import paying
from spatial.errors import ServiceError

LARGEST = 64 * 1024


@csrf_exempt  # the operator has no session; its message is believed by its signature
@require_POST
def notification(request: HttpRequest, operator: str) -> HttpResponse:
    """200 for what is written, also when it is told again; 502 asks the operator to repeat."""
    if len(request.body) > LARGEST:
        return HttpResponse("too large", status=413, content_type="text/plain")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        paying.notified(operator, request.body, headers, at=timezone.now())
    except ServiceError as error:
        return HttpResponse(error.code, status=error.status, content_type="text/plain")
    return HttpResponse("OK", content_type="text/plain")
