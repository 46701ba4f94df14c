"""The office mends a plain mistake in an application; what was filed stays as it was filed."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import lock_open, record
from services.catalogue.declaration import EService
from services.catalogue.duties import asked_of
from services.catalogue.editions import form_for
from services.catalogue.filing import Whole, read_whole
from services.catalogue.models import Amendment, Filing
from services.forms.definition import Form, Step
from services.forms.questions import Files
from services.forms.reading import as_json, as_typed, told
from services.identity.models import User
from spatial.errors import Malformed


def form_of(service: EService, case: Case) -> Form:
    """The form of today, as it asks who filed the case."""
    return asked_of(form_for(service, case.municipality_id), service, case.representation)


def mendable(form: Form) -> Form:
    """All on one page, without files: those are the applicant's."""
    asked = tuple(one for one in form.questions() if not isinstance(one, Files))
    return Form(form.version, (Step("all", form.steps[0].title, asked),))


def typed_now(service: EService, filing: Filing) -> dict[str, list[str]]:
    """The answers that count, as the fields of the form."""
    return as_typed(form_of(service, filing.case).questions(), filing.newest.answers)


@transaction.atomic
def amend(
    service: EService, case: Case, typed: Mapping[str, list[str]], *, note: str, clerk: User, at: datetime
) -> Whole:
    """Stores the answers when they are good; the applicant is told what and why.

    Raises Malformed without a note and for land of another municipality, Conflict when the case is closed.
    """
    case = lock_open(case)
    if not note.strip():
        raise Malformed(_("Napisz, co i dlaczego poprawiasz."))
    form = mendable(form_of(service, case))
    found = read_whole(service, form, typed, at=at)
    if not found.is_good:
        return found
    if found.municipality != case.municipality:
        raise Malformed(_("Poprawiony wniosek dotyczyłby innej gminy niż %(name)s.") % {"name": case.municipality.name})
    filing = Filing.objects.select_for_update().get(case=case)
    asked = {one.name for one in form.questions()}
    files = {name: value for name, value in filing.newest.answers.items() if name not in asked}
    Amendment.objects.create(
        filing=filing, answers=as_json(found.answers) | files, note=note.strip()[:1000], by=clerk, at=at,
        told=[list(pair) for pair in told(form.questions(), found.answers)],
    )  # fmt: skip
    record(case, kind="corrected", text=f"Urząd poprawił wniosek: {note.strip()}", actor=clerk, at=at)
    return found
