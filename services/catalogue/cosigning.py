"""A second person signs what the first one wrote: by a link, with an own account; nothing is registered before.

The signature is for the answers and files as they were when it was asked for: a later change makes it void.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.models import Case, CaseParty
from services.catalogue.declaration import EService
from services.catalogue.filing import Whole, fingerprint, ready, submit
from services.catalogue.models import CoSignature, Draft
from services.identity.models import User
from spatial.errors import Conflict, NotFound, Refused

KEPT = timedelta(days=14)


@transaction.atomic
def ask(service: EService, draft: Draft, *, at: datetime) -> CoSignature:
    """A new link for today's answers; earlier ones are void, also one that a wrong person has opened.

    Raises Unready for answers that are not good.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.case_id is not None:
        raise Conflict(_("Ten wniosek jest już złożony."))
    _form, found, _place = ready(service, draft, at=at)
    draft.cosignatures.all().delete()
    return draft.cosignatures.create(sha256=fingerprint(draft, found), asked_at=at, expires_at=at + KEPT)


def pending(service: EService, draft: Draft, found: Whole, *, at: datetime) -> CoSignature | None:
    """The open request for exactly what the draft says now."""
    rows = draft.cosignatures.filter(sha256=fingerprint(draft, found), refused_at=None, expires_at__gt=at)
    return rows.first()


def asked_of(key: UUID, *, signer: User, at: datetime) -> CoSignature:
    """Raises NotFound for a link that is void, Refused for the person who asked."""
    rows = CoSignature.objects.select_related("draft__owner", "draft__case", "draft__representation__party")
    found = rows.filter(pk=key).first()
    if found is None or (found.signed_at is None and (found.refused_at or found.expires_at <= at)):
        raise NotFound(_("Ten link do podpisu jest nieważny. Poproś o nowy osobę, która Ci go przysłała."))
    if found.draft.owner_id == signer.pk:
        raise Refused(_("To Twój wniosek. Podpisać musi go druga osoba, zalogowana na swoje konto."))
    if found.signer_id not in {None, signer.pk}:
        raise NotFound(_("Ten link do podpisu jest nieważny. Poproś o nowy osobę, która Ci go przysłała."))
    return found


def claim(asked: CoSignature, *, signer: User) -> None:
    """From now on the link is this person's only."""
    CoSignature.objects.filter(pk=asked.pk, signer=None).update(signer=signer)


@transaction.atomic
def sign(service: EService, asked: CoSignature, *, signer: User, at: datetime) -> Case:
    """Signs and files at once. Raises Conflict when the application has changed since the request, Unready, and what
    ``asked_of`` raises when the link has become void meanwhile.
    """
    draft = Draft.objects.select_for_update().get(pk=asked.draft_id)
    if draft.case_id is not None:
        return Case.objects.get(pk=draft.case_id)
    asked = asked_of(asked.pk, signer=signer, at=at)
    _form, found, _place = ready(service, draft, at=at)
    if fingerprint(draft, found) != asked.sha256:
        raise Conflict(_("Ten wniosek zmienił się, odkąd poproszono Cię o podpis. Poproś o nowy link."))
    asked.signer, asked.signed_at = signer, at
    asked.save(update_fields=["signer", "signed_at"])
    case = submit(service, draft, at=at)
    CaseParty.objects.create(case=case, user=signer, role=CaseParty.Role.COSIGNER)
    return case


def refuse(asked: CoSignature, *, at: datetime) -> None:
    """The first person reads it on the draft."""
    CoSignature.objects.filter(pk=asked.pk, signed_at=None).update(refused_at=at)
