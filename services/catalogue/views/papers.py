"""What the office takes out of a case: the application, metryka, previews of documents."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services.audit.services import Action
from services.cases.models import Case
from services.catalogue import course
from services.catalogue.models import Filing
from services.catalogue.views.desk import refuse_others
from services.catalogue.views.mine import downloaded, sent_xml
from services.catalogue.views.review import hand_of, handled_case, service_of, text_of
from services.documents import letters as paper
from services.documents.seal import sealed, sealed_xml
from services.documents.writing import letter_of
from spatial.errors import NotFound


@never_cache
@login_required
@require_safe
def filing_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The application as it was filed."""
    refuse_others(request.user)
    return sent_xml(handled_case(request, pk))


@never_cache
@login_required
@require_safe
def course_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Metryka sprawy, sealed now."""
    refuse_others(request.user)
    case, now = handled_case(request, pk, look_at=Action.COURSE), timezone.now()
    content = sealed(course.as_pdf(case, on=timezone.localdate(now)), municipality=case.municipality, at=now).pdf
    return downloaded(content, f"metryka-{pk}.pdf", "application/pdf")


@never_cache
@login_required
@require_safe
def course_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for programs."""
    refuse_others(request.user)
    case, now = handled_case(request, pk, look_at=Action.COURSE), timezone.now()
    content = sealed_xml(course.as_xml(case, at=now), municipality=case.municipality, at=now)
    return downloaded(content, f"metryka-{pk}.xml", "application/xml")


@never_cache
@login_required
@require_POST
def letter_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter with the words typed so far, PDF with a watermark; nothing is kept."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    letters = service_of(case).letters
    title = letters.refusal if request.POST.get("rodzaj") == "odmow" else letters.answer
    hand = hand_of(request, timezone.now())
    letter = letter_of(case, title, text_of(request), clerk=hand.clerk, at=hand.at)
    return shown_pdf(paper.pdf(letter)[0], case)


@never_cache
@login_required
@require_safe
def paper_preview(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """A document that the service makes itself, as it would be now, PDF with a watermark."""
    refuse_others(request.user)
    case = handled_case(request, pk)
    papers, filing = service_of(case).letters.papers, Filing.objects.filter(case=case).first()
    if papers is None or filing is None:
        raise NotFound(_("Ta usługa nie ma takiego podglądu."))
    return shown_pdf(papers.preview(filing, index, hand_of(request, timezone.now())), case)


def shown_pdf(content: bytes, case: Case) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="podglad-{case.pk}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
