"""From a draft to a case: typing is kept, reading is done anew, filing happens once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import give_number, open_case
from services.catalogue.attaching import forget_content
from services.catalogue.declaration import EService
from services.catalogue.models import KEPT, Attachment, Draft, Filing
from services.catalogue.place import place_of
from services.correspondence.services import received
from services.forms.definition import Form, Step
from services.forms.questions import Files, Group, Statement
from services.forms.reading import Answers, Reading, as_json, changed, keys, read, told
from services.identity.models import User
from spatial.errors import Conflict, NotFound, ServiceError

#: bytes of everything that one draft may hold
LARGEST = 400_000


class Unready(ServiceError):
    """Something in the form must be answered before it can be filed."""

    code = "unready"
    status = 422


class TooMuch(ServiceError):
    """More was typed than a form may hold."""

    code = "too-much"
    status = 413


@dataclass(frozen=True, slots=True)
class Whole:
    """All steps read one after the other; ``first`` is the first one with something wrong."""

    answers: Answers
    by_step: Mapping[str, Reading]
    first: Step | None

    @property
    def is_good(self) -> bool:
        return self.first is None


def begin(service: EService, *, owner: User, typed: Mapping[str, list[str]], at: datetime) -> Draft:
    return Draft.objects.create(
        owner=owner, service=service.code, form_version=form_of(service).version, typed=dict(typed), begun_at=at,
        saved_at=at, expires_at=at + KEPT,
    )  # fmt: skip


def form_of(service: EService) -> Form:
    """Raises NotFound for a service that is applied for otherwise."""
    if service.form is None:
        raise NotFound(_("Ta usługa ma własny formularz."))
    return service.form


def draft_of(service: EService, *, owner: User, key: UUID, at: datetime) -> Draft:
    """Raises NotFound for a draft of somebody else, and for one that has expired."""
    draft = Draft.objects.filter(pk=key, owner=owner, service=service.code).select_related("case").first()
    if draft is None or (draft.case is None and draft.expires_at <= at):
        raise NotFound(_("Nie ma takiej wersji roboczej. Przechowujemy je 30 dni od ostatniej zmiany."))
    return draft


@transaction.atomic
def keep(draft: Draft, step: Step, posted: Mapping[str, list[str]], *, at: datetime) -> Draft:
    """What was typed in the step, right or wrong. Raises Conflict when it was filed meanwhile, TooMuch."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.case_id is not None:
        raise Conflict(_("Ten wniosek jest już złożony."))
    typed = draft.typed | dict(of_step(step, posted))
    if len(json.dumps(typed)) > LARGEST:
        raise TooMuch(_("W tym formularzu jest już za dużo tekstu. Skróć odpowiedzi."))
    draft.typed, draft.saved_at, draft.expires_at = typed, at, at + KEPT
    draft.save(update_fields=["typed", "saved_at", "expires_at"])
    return draft


def of_step(step: Step, posted: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Fields of the step that the page sent; a box that was left empty is sent as nothing and is kept as empty."""
    found: dict[str, list[str]] = {}
    for one in step.questions:
        if isinstance(one, Group):
            if one.name not in posted:
                continue
            found[one.name] = list(posted[one.name])
            found[f"{one.name}-removed"] = list(posted.get(f"{one.name}-removed", []))
            for key in keys(one, posted):
                found |= {one.field(key, part): list(posted.get(one.field(key, part), [])) for part in one.questions}
        elif isinstance(one, Files):
            continue  # the office names its files itself
        elif one.name in posted or isinstance(one, Statement):
            found[one.name] = list(posted.get(one.name, []))
    return found


@transaction.atomic
def act(draft: Draft, step: Step, action: str) -> Draft:
    """``add:children:``, ``copy:children:0``, ``remove:children:1``, ``restore:children:1``; nonsense does nothing."""
    verb, _colon, rest = action.partition(":")
    name, _colon, key = rest.partition(":")
    group = next((one for one in step.questions if isinstance(one, Group) and one.name == name), None)
    if group is not None:
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        draft.typed = changed(group, draft.typed, verb, key)
        draft.save(update_fields=["typed"])
    return draft


def whole(service: EService, draft: Draft, *, at: datetime) -> Whole:
    """Everything typed so far, read now; what the service itself asks comes last."""
    form = form_of(service)
    answers: Answers = {}
    by_step: dict[str, Reading] = {}
    for step in form.steps:
        by_step[step.name] = reading = read(step.questions, draft.typed, before=answers)
        answers |= reading.answers
    if all(reading.is_good for reading in by_step.values()):
        for name, message in service.check(answers, timezone.localdate(at)).items():
            step = next(one for one in form.steps if name in {question.name for question in one.questions})
            by_step[step.name].errors[name] = message
    first = next((step for step in form.steps if not by_step[step.name].is_good), None)
    return Whole(answers, by_step, first)


@transaction.atomic
def submit(service: EService, draft: Draft, *, at: datetime) -> Case:
    """Files the draft once: whoever asks again, however quickly, gets the same case. Raises Unready, NoCaseClass."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.case_id is not None:
        return Case.objects.get(pk=draft.case_id)
    form = form_of(service)
    if draft.form_version != form.version:
        raise Unready(
            _("Formularz zmienił się, gdy go wypełniałeś. Twoje odpowiedzi są zachowane: sprawdź je jeszcze raz.")
        )
    found = whole(service, draft, at=at)
    municipality = service.municipality(found.answers) if found.is_good else None
    if municipality is None:
        raise Unready(_("Popraw zaznaczone odpowiedzi, zanim złożysz wniosek."))
    answers = as_json(found.answers)
    case = open_case(
        municipality=municipality, service=service.code, title=service.case_title(found.answers)[:250],
        applicant=draft.owner, at=at, term=service.term, place=place_of(form, answers),
    )  # fmt: skip
    Filing.objects.create(
        case=case, municipality=municipality, form_version=form.version, answers=answers,
        told=[list(pair) for pair in told(form.questions(), found.answers)], sha256=digest(answers),
        receipt=f"UPO/{municipality.pk}/{case.pk}", filed_at=at,
    )  # fmt: skip
    draft.case, draft.typed = case, {}
    draft.save(update_fields=["case", "typed"])
    attachments = draft.attachments.count()
    give_number(case)
    received(case, subject=case.title, attachments=attachments, at=at)
    return case


def accept_version(service: EService, draft: Draft) -> None:
    """The person has seen the form of today; answers that it still asks for stay."""
    Draft.objects.filter(pk=draft.pk, case=None).update(form_version=form_of(service).version)


def digest(answers: Any) -> str:
    """SHA-256 of canonical JSON: names in order, no spaces, UTF-8."""
    text = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Remove drafts that have expired; how many."""
    expired = Draft.objects.filter(case=None, expires_at__lte=at)
    files = list(Attachment.objects.filter(draft__in=expired))
    _rows, by_model = expired.delete()
    forget_content(files)
    return by_model.get("catalogue.Draft", 0)
