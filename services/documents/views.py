"""Checking a document by its code, and handing it to those who may have it."""

from hashlib import file_digest
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from services.audit.grounds import CASE, DOCUMENTS
from services.audit.services import Action, look
from services.cases.models import Case
from services.documents.models import IssuedDocument
from services.documents.services import normal_code
from services.documents.signatures import media_type_of, signatures_of
from services.documents.uploads import LARGEST, plain_name
from services.identity.models import User

LARGEST_CHECKED = 30 * 1024 * 1024


def public_address(request: HttpRequest) -> str:
    """Where the office is found from outside, for codes on paper."""
    return settings.SITE or request.build_absolute_uri("/").rstrip("/")


@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """The form for a code read from paper."""
    code = normal_code(request.GET.get("kod", "")[:40])
    if code:
        return redirect("documents:verify", code=code)
    return render(request, "documents/ask.html")


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the office issued under the code; a file may be compared by its SHA-256. Shows no personal data."""
    document = IssuedDocument.objects.select_related("municipality").filter(code=normal_code(code[:40])).first()
    if document is None:
        return render(request, "documents/unknown.html", {"code": code[:40]}, status=404)
    return render(request, "documents/verify.html", {"document": document, "result": compared(request, document)})


def compared(request: HttpRequest, document: IssuedDocument) -> str | None:
    """``same``, ``different``, ``empty`` or ``too-large``; None when no file was sent."""
    if request.method != "POST":
        return None
    file = request.FILES.get("plik")
    if file is None or not file.size:
        return "empty"
    if file.size > LARGEST_CHECKED:
        return "too-large"
    return "same" if file_digest(file, "sha256").hexdigest() == document.sha256 else "different"


@require_http_methods(["GET", "POST"])
def signature(request: HttpRequest) -> HttpResponse:
    """Who signed a file that anybody brings; it is read and not kept."""
    context = signatures_in(request) if request.method == "POST" else {}
    return render(request, "documents/signature.html", context, status=422 if "fault" in context else 200)


def signatures_in(request: HttpRequest) -> dict[str, object]:
    """What is in the file; ``fault``: ``empty``, ``too-large`` or ``other``, where it cannot be asked."""
    file = request.FILES.get("plik")
    if file is None or not file.size:
        return {"fault": "empty"}
    if file.size > LARGEST:
        return {"fault": "too-large"}
    content = file.read()
    kind = media_type_of(content)
    if kind is None:
        return {"fault": "other"}
    return {"name": plain_name(str(file.name)), "signatures": signatures_of(content, kind, at=timezone.now())}


def kept_file(path: str, name: str) -> FileResponse:
    """A file of a stranger, to be saved and not shown: whatever it holds, it does nothing in a page of ours."""
    return FileResponse(
        default_storage.open(path), as_attachment=True, filename=name, content_type="application/octet-stream",
        headers={"Content-Security-Policy": "sandbox; default-src 'none'"},
    )  # fmt: skip


@login_required
@require_GET
def download(request: HttpRequest, code: str) -> FileResponse:
    """For people of the case and for staff of the municipality; for others it is not there."""
    rows = IssuedDocument.objects.select_related("case__applicant", "case__municipality")
    own = rows.filter(case__in=Case.objects.of_person(cast(User, request.user)), code=code).first()
    document = own or get_object_or_404(rows.filter(municipality__staff__user=request.user.pk).distinct(), code=code)
    if own is None:
        ground = CASE if document.case.handler_id == request.user.pk else DOCUMENTS
        look(request, document.case, Action.DOCUMENT, thing=document.title, ground=ground)
    return FileResponse(
        document.file.open("rb"), as_attachment="pobierz" in request.GET, filename=f"{document.case.number}-{code}.pdf"
    )
