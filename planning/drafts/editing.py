"""Changing a plan by hand: a draft is begun, changed, checked, published or given up.

Publishing is a delivery like any other: it has its snapshot, findings and differences, and can be taken back.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import shapely
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from data.readers.provisions import Resolution
from data.records import ActRecord, PlanRecord, Reading
from planning.content import PlanContent, stored_content
from planning.deliveries import differences, take_back
from planning.drafts.checks import check_draft
from planning.drafts.document import from_document, resolution_document, resolution_of, to_document
from planning.models import LocalPlan, PlanDraft
from planning.publishing import current_plan, publish_plan
from spatial.errors import Conflict
from spatial.imports.models import Snapshot
from spatial.imports.registry import Delivery, Published, Source, Terms, WrongUse
from spatial.imports.report import Report
from spatial.imports.services import Origin, Review, publish
from spatial.municipalities.models import Municipality

State = PlanDraft.State
SOURCE = "plan-editing"


class StaleDraft(Conflict):
    """Somebody changed the draft, or ended it, since the page was opened."""

    code = "stale-draft"


class DraftExists(Conflict):
    """The plan is being changed already, or its code is taken."""

    code = "draft-exists"


def begin(*, municipality: Municipality, plan: LocalPlan, by: AbstractBaseUser) -> PlanDraft:
    """A draft that says what the record says. Raises DraftExists when the plan is being changed already."""
    return _begun(municipality, stored_content(plan), plan, by)


def begin_new(*, municipality: Municipality, code: str, title: str, kind: Any, by: AbstractBaseUser) -> PlanDraft:
    """An empty draft. Raises DraftExists for a code that we hold or that another draft has."""
    if current_plan(municipality.pk, code) is not None:
        raise DraftExists(f"Plan {code} już jest w rejestrze. Zmień go zamiast tworzyć nowy.")
    scale = 1000 if kind == LocalPlan.Kind.LOCAL_PLAN else 10_000
    empty = PlanRecord(code, municipality.pk, title, shapely.MultiPolygon(), scale, None, kind=kind)
    return _begun(municipality, PlanContent(empty), None, by)


def _begun(municipality: Municipality, content: PlanContent, base: LocalPlan | None, by: AbstractBaseUser) -> PlanDraft:
    code = content.plan.code
    with transaction.atomic():
        Municipality.objects.select_for_update().get(pk=municipality.pk)
        if PlanDraft.objects.open().of(municipality).filter(code=code).exists():
            raise DraftExists(f"Plan {code} ma już szkic. Otwórz go albo porzuć.")
        return PlanDraft.objects.create(
            municipality=municipality,
            code=code,
            title=content.plan.title,
            base=base,
            document=to_document(content),
            created_by_id=by.pk,
            changed_by_id=by.pk,
        )


def content_of(draft: PlanDraft) -> PlanContent:
    return from_document(draft.document)


@transaction.atomic
def change(*, draft: PlanDraft, revision: int, content: PlanContent, by: AbstractBaseUser) -> PlanDraft:
    """Keep other content. revision: that of the page the change was made on. Raises StaleDraft."""
    held = PlanDraft.objects.select_for_update().get(pk=draft.pk)
    if held.state != State.OPEN:
        raise StaleDraft("Ten szkic jest już zamknięty.")
    if held.revision != revision:
        raise StaleDraft(
            "Ktoś zmienił ten szkic po otwarciu strony. Niczego nie zapisano; otwórz stronę ponownie i powtórz zmianę."
        )
    held.document = to_document(content)
    held.title = content.plan.title
    held.revision = revision + 1
    held.changed_by_id = by.pk
    held.save()
    return held


@transaction.atomic
def propose(*, draft: PlanDraft, resolution: Resolution, by: AbstractBaseUser) -> None:
    """Keep a recognised text until somebody decides; it takes the place of one that waits. Raises StaleDraft."""
    document = resolution_document(resolution)
    if not PlanDraft.objects.open().filter(pk=draft.pk).update(proposal=document, changed_by=by.pk):
        raise StaleDraft("Ten szkic jest już zamknięty.")


@transaction.atomic
def forget_proposal(*, draft: PlanDraft) -> None:
    PlanDraft.objects.open().filter(pk=draft.pk).update(proposal=None)


@transaction.atomic
def accept_proposal(*, draft: PlanDraft, revision: int, with_act: bool, by: AbstractBaseUser) -> PlanDraft:
    """The recognised text becomes the text of the draft.

    with_act: the head of the resolution becomes the adopting act, unless the draft has one.
    Raises StaleDraft, also when no text waits.
    """
    held = PlanDraft.objects.select_for_update().get(pk=draft.pk)
    if held.proposal is None:
        raise StaleDraft("Nie ma już tekstu do przyjęcia. Wczytaj go ponownie.")
    found = resolution_of(held.proposal)
    content = content_of(held)
    plan = replace(content.plan, provisions=found.provisions)
    if with_act and not any(act.role == "adopts" for act in plan.acts):
        act = ActRecord("adopts", plan.title, found.number, found.council, found.adopted_on)
        plan = replace(plan, acts=(*plan.acts, act))
    changed = change(draft=held, revision=revision, content=replace(content, plan=plan), by=by)
    forget_proposal(draft=changed)
    return changed


@transaction.atomic
def discard(*, draft: PlanDraft, by: AbstractBaseUser) -> None:
    """Raises StaleDraft."""
    ended = PlanDraft.objects.open().filter(pk=draft.pk).update(state=State.DISCARDED, changed_by=by.pk)
    if not ended:
        raise StaleDraft("Ten szkic jest już zamknięty.")


@transaction.atomic
def publish_draft(*, draft: PlanDraft, revision: int, by: AbstractBaseUser, today: date) -> Report:
    """Make the draft a record; a report with errors publishes nothing and leaves the draft open.

    Raises StaleDraft, also when another delivery changed the plan since the draft began.
    """
    held = PlanDraft.objects.select_for_update().get(pk=draft.pk)
    if held.state != State.OPEN or held.revision != revision:
        raise StaleDraft("Szkic zmienił się od czasu sprawdzenia. Otwórz go ponownie.")
    now = current_plan(held.municipality_id, held.code)
    if (now.pk if now else None) != held.base_id:
        raise StaleDraft(
            "Plan zmienił się w rejestrze po rozpoczęciu szkicu. Porzuć szkic i zacznij od obecnego zapisu planu."
        )
    content = content_of(held)
    text = json.dumps(held.document, sort_keys=True).encode()
    report = publish(
        source=EDITING,
        reading=Reading(iter([content]), read=1, problems=check_draft(content, held.municipality)),
        origin=Origin(f"szkic planu {held.code}", hashlib.sha256(text).hexdigest()),
        terms=Terms(municipality=held.municipality_id, state_on=today, is_sample=content.plan.is_sample),
        today=today,
        review=Review(by=by),
    )
    if report.outcome == "published":
        held.snapshot = Snapshot.objects.filter(municipality=held.municipality_id, source=SOURCE).latest("pk")
        held.state, held.changed_by_id = State.PUBLISHED, by.pk
        held.save()
    return report


def _publish(records: Iterable[PlanContent], delivery: Delivery) -> Published:
    """The draft wholly: what was taken out of it is taken out of the plan."""
    changes: dict[str, int] = {}
    scope = []
    for content in records:
        held = current_plan(delivery.municipality.pk, content.plan.code)
        row, made = publish_plan(content, delivery.snapshot, delivery.undo, is_whole=True)
        if delivery.differences is not None and made != "unchanged":
            delivery.differences.add(differences(held, row))
        changes[made] = changes.get(made, 0) + 1
        scope.append(f"plan:{row.code}")
    is_unchanged = set(changes) <= {"unchanged"}
    return Published(counts={"plan": changes}, written=0 if is_unchanged else 1, scope=scope, is_unchanged=is_unchanged)


def _no_files(*_: Any) -> Reading[PlanContent]:
    raise WrongUse("Plany edytuje się na stronach urzędu (/urzad/plany/), a nie z pliku.")


EDITING = Source(
    code=SOURCE,
    title="Edycja planu w systemie",
    read=_no_files,
    publish=_publish,
    municipality_of=lambda content: content.plan.municipality,
    name_of=lambda content: content.plan.code,
    take_back=take_back,
    has_state_day=False,
    stays_near=False,
    is_known_by_hash=False,
    is_for_files=False,
)
