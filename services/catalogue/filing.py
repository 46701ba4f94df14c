"""From a draft to a case: typing is kept, reading is done anew, filing happens once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from services.cases.models import Case
from services.cases.services import class_for, give_number, open_case, term_for
from services.catalogue.admission import in_force
from services.catalogue.attaching import forget_content
from services.catalogue.clause import clause
from services.catalogue.declaration import EService, Faults
from services.catalogue.duties import asked_of, owed
from services.catalogue.editions import form_for
from services.catalogue.land import faults_of, municipality_of
from services.catalogue.models import KEPT, Attachment, CoSignature, Draft, Filing
from services.catalogue.place import place_of
from services.correspondence.services import received
from services.fees.services import owe
from services.forms.definition import Form, Step
from services.forms.questions import Files, Group, Raw, Statement
from services.forms.reading import Answers, Reading, as_json, as_typed, changed, keys, read, told
from services.identity.models import User
from services.parties.models import PartyLink
from spatial.errors import Conflict, NotFound, ServiceError
from spatial.municipalities.models import Municipality
from spatial.words import polish_date

#: of a draft: for whom it is
REPRESENTED = ("representation__party__person", "representation__party__organisation")
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
    municipality: Municipality | None = None  #: whose office it goes to, where that is known already

    @property
    def is_good(self) -> bool:
        return self.first is None


def begin(
    service: EService,
    *,
    owner: User,
    typed: Mapping[str, list[str]],
    at: datetime,
    representation: PartyLink | None = None,
) -> Draft:
    """``representation``: for whom; None: for the owner."""
    return Draft.objects.create(
        owner=owner, service=service.code, form_version=service.form.version, typed=dict(typed), begun_at=at,
        saved_at=at, expires_at=at + KEPT, representation=representation,
    )  # fmt: skip


def form_of(service: EService, draft: Draft) -> Form:
    """The form of today of the office that the draft goes to."""
    return asked_of(form_for(service, draft.municipality_id), service, draft.representation)


def draft_of(service: EService, *, owner: User, key: UUID, at: datetime) -> Draft:
    """Raises NotFound for a draft of somebody else, and for one that has expired."""
    rows = Draft.objects.filter(pk=key, owner=owner, service=service.code).select_related("case", *REPRESENTED)
    draft = rows.first()
    if draft is None or (draft.case is None and draft.expires_at <= at):
        raise NotFound(_("Nie ma takiej wersji roboczej. Przechowujemy je 30 dni od ostatniej zmiany."))
    return draft


@transaction.atomic
def keep(service: EService, draft: Draft, step: Step, posted: Mapping[str, list[str]], *, at: datetime) -> Draft:
    """What was typed in the step, right or wrong. Raises Conflict when it was filed meanwhile, TooMuch.

    The first answer that says which office it goes to makes the form that office's.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.case_id is not None:
        raise Conflict(_("Ten wniosek jest już złożony."))
    typed = draft.typed | dict(of_step(step, posted))
    if len(json.dumps(typed)) > LARGEST:
        raise TooMuch(_("W tym formularzu jest już za dużo tekstu. Skróć odpowiedzi."))
    place = municipality_of(service, read(step.questions, typed).answers)
    if place is not None and place.pk != draft.municipality_id:
        form = form_for(service, place.pk)
        draft.municipality, draft.form_version = place, form.version
        typed |= of_step(form.step(step.name) or step, posted)
    draft.typed, draft.saved_at, draft.expires_at = typed, at, at + KEPT
    draft.save(update_fields=["typed", "saved_at", "expires_at", "municipality", "form_version"])
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
    """``regroup`` on what the draft holds."""
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    draft.typed = regroup(step, draft.typed, action)
    draft.save(update_fields=["typed"])
    return draft


def regroup(step: Step, typed: Mapping[str, list[str]], action: str) -> dict[str, list[str]]:
    """``add:children:``, ``copy:children:0``, ``remove:children:1``, ``restore:children:1``; nonsense does nothing."""
    verb, _colon, rest = action.partition(":")
    name, _colon, key = rest.partition(":")
    group = next((one for one in step.questions if isinstance(one, Group) and one.name == name), None)
    return changed(group, typed, verb, key) if group else dict(typed)


def whole(service: EService, draft: Draft, *, at: datetime) -> Whole:
    """Everything typed so far, read now."""
    return read_whole(service, form_of(service, draft), draft.typed, at=at)


def read_whole(service: EService, form: Form, typed: Raw, *, at: datetime) -> Whole:
    """Each answer by itself first; what the land and the service say to all of them comes last."""
    answers: Answers = {}
    by_step: dict[str, Reading] = {}
    for step in form.steps:
        by_step[step.name] = reading = read(step.questions, typed, before=answers)
        answers |= reading.answers
    if all(reading.is_good for reading in by_step.values()):
        for name, message in faults_together(service, answers, at=at).items():
            step = next(one for one in form.steps if name in {question.name for question in one.questions})
            by_step[step.name].errors[name] = message
    first = next((step for step in form.steps if not by_step[step.name].is_good), None)
    return Whole(answers, by_step, first, municipality_of(service, answers))


def faults_together(service: EService, answers: Answers, *, at: datetime) -> Faults:
    """Of answers that are each right: what the service says first, then whether the land is known."""
    today = timezone.localdate(at)
    return service.check(answers, today) or faults_of(service, answers, today=today)


class Unfit(Unready):
    """Answers that a program sent; ``faults`` are messages by the name of the field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(faults.values())))
        self.faults = faults


@transaction.atomic
def apply(
    service: EService,
    *,
    owner: User,
    answers: Mapping[str, Any],
    at: datetime,
    representation: PartyLink | None = None,
) -> Case:
    """Files answers as the schema describes them, without pages. Raises Unfit, NoCaseClass; then nothing is left."""
    declared = asked_of(service.form, service, representation)
    place = read_whole(service, declared, as_typed(declared.questions(), answers), at=at).municipality
    form = asked_of(form_for(service, place.pk if place else None), service, representation)
    typed = as_typed(form.questions(), answers)
    found = read_whole(service, form, typed, at=at)
    if faults := {name: text for reading in found.by_step.values() for name, text in reading.errors.items()}:
        raise Unfit(faults)
    draft = begin(service, owner=owner, typed=typed, at=at, representation=representation)
    draft.municipality, draft.form_version = place, form.version
    draft.save(update_fields=["municipality", "form_version"])
    return submit(service, draft, at=at)


@transaction.atomic
def submit(service: EService, draft: Draft, *, at: datetime) -> Case:
    """Files the draft once: whoever asks again, however quickly, gets the same case.

    Raises Unready, NoCaseClass, NotAdmitted where the owner may no longer act for whom it was begun.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("owner", "representation").get(pk=draft.pk)
    if draft.case_id is not None:
        return Case.objects.get(pk=draft.case_id)
    form, found, municipality = ready(service, draft, at=at)
    signed = signature_of(service, draft, found)
    today = timezone.localdate(at)
    acting = in_force(draft.representation, service, municipality, on=today)
    filed_under = class_for(service.code, municipality, on=today)
    term = term_for(service.code, municipality, declared=service.term, on=today)
    due = owed(service, found.answers, by=draft.owner, link=acting, municipality=municipality, on=today)
    answers = as_json(found.answers)
    said = [*spoken_for(acting), *map(list, told(form.questions(), found.answers))]
    case = open_case(
        municipality=municipality, service=service.code, title=service.case_title(found.answers)[:250],
        applicant=draft.owner, at=at, term=term, filed_under=filed_under,
        place=place_of(form, answers), representation=acting,
    )  # fmt: skip
    Filing.objects.create(
        case=case, municipality=municipality, form_version=form.version, answers=answers,
        told=[*said, *signature(signed), *(["Opłata", text] for text in due.told)],
        sha256=digest(answers), receipt=f"UPO/{municipality.pk}/{case.pk}", filed_at=at,
        clause=clause(service, municipality, category=filed_under.archive_category),
    )  # fmt: skip
    draft.case, draft.typed = case, {}
    draft.save(update_fields=["case", "typed"])
    has_files = any(isinstance(one, Files) and one.name in answers for one in form.questions())
    attachments = draft.attachments.count() if has_files else 0
    give_number(case, filed_under)
    owe(case, due.charges, on=today)  # a charge bears the number
    received(case, subject=case.title, attachments=attachments, at=at)
    return case


def fingerprint(draft: Draft, found: Whole) -> str:
    """SHA-256 of the answers and files that a second person signs."""
    files = sorted(draft.attachments.values_list("sha256", flat=True))
    return digest({"answers": as_json(found.answers), "files": files})


def signature_of(service: EService, draft: Draft, found: Whole) -> CoSignature | None:
    """The second person's, of what the draft says now; None where none is needed. Raises Unready without it."""
    if not service.needs_cosigner(found.answers):
        return None
    rows = draft.cosignatures.filter(sha256=fingerprint(draft, found)).exclude(signed_at=None)
    signed = rows.select_related("signer").first()
    if signed is None:
        raise Unready(_("Ten wniosek musi najpierw podpisać druga osoba."))
    return signed


def signature(signed: CoSignature | None) -> list[list[str]]:
    """As a row of what was filed."""
    if signed is None or signed.signer is None or signed.signed_at is None:
        return []
    at = timezone.localtime(signed.signed_at)
    return [["Podpis drugiej osoby", f"{signed.signer.display_name}, {polish_date(at.date())}, {at:%H:%M}"]]


def spoken_for(link: PartyLink | None) -> list[list[str]]:
    """For whom, as a row of what was filed; in the office's language."""
    if link is None:
        return []
    with translation.override("pl"):
        basis = str(link.get_basis_display())
    firm = link.party.organisation
    number = f", NIP {firm.nip}" if firm and firm.nip else ""
    return [["W czyim imieniu", f"{link.party.name}{number} ({basis})"]]


def ready(service: EService, draft: Draft, *, at: datetime) -> tuple[Form, Whole, Municipality]:
    """Raises Unready where an answer is wrong or missing, or the form is not the one that the person has seen."""
    form = form_of(service, draft)
    found = read_whole(service, form, draft.typed, at=at)
    place = found.municipality
    is_other = place is not None and place.pk != draft.municipality_id
    if draft.form_version != (form_for(service, place.pk) if is_other and place else form).version:
        raise Unready(
            _("Formularz zmienił się, gdy go wypełniałeś. Twoje odpowiedzi są zachowane: sprawdź je jeszcze raz.")
        )
    if not found.is_good or place is None:
        raise Unready(_("Popraw zaznaczone odpowiedzi, zanim złożysz wniosek."))
    return form, found, place


def accept_version(service: EService, draft: Draft, named: Municipality | None) -> bool:
    """The person is shown the form of today, of the office that the answers name; whether it is another than before.

    Answers that it still asks for stay.
    """
    place = named or draft.municipality
    version = form_for(service, place.pk if place else None).version
    is_new = draft.form_version != version
    if is_new or place != draft.municipality:
        Draft.objects.filter(pk=draft.pk, case=None).update(form_version=version, municipality=place)
        draft.form_version, draft.municipality = version, place
    return is_new


def digest(answers: Any) -> str:
    """SHA-256 of canonical JSON: names in order, no spaces, UTF-8."""
    text = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Remove drafts that have expired; how many."""
    return remove(Draft.objects.filter(expires_at__lte=at))


def remove(drafts: QuerySet[Draft]) -> int:
    """Drafts that were not filed go with their files; how many. Inside a transaction: one that is being filed waits."""
    gone = [draft.pk for draft in drafts.filter(case=None).select_for_update()]
    files = list(Attachment.objects.filter(draft__in=gone))
    Draft.objects.filter(pk__in=gone).delete()
    forget_content(files)
    return len(gone)
