"""The one way to show data of somebody who filed to others: it is written down first."""

from datetime import timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest

from services.audit import grounds
from services.audit.models import AuditEntry
from services.cases.models import Case
from services.identity.models import StaffRole, User
from services.parties.models import PartyLink
from spatial.municipalities.models import Municipality

Action = AuditEntry.Action

#: looks at the same thing within this time are one line
ONE_LOOK = timedelta(minutes=10)


def look(request: HttpRequest, case: Case, action: Action, *, thing: str = "", ground: str = grounds.CASE) -> None:
    """Writes down that the person of the request sees the case; call it before anything is shown.

    A transaction of its own: what was shown can no longer be rolled back out of the log, and what cannot be
    written down fails here and is not shown. The party for which it was filed reads of the look too.
    """
    own = PartyLink.objects.filter(
        Q(municipality=None) | Q(municipality=case.municipality_id), party=case.on_behalf_of_id,
        basis=PartyLink.Basis.SELF, state=PartyLink.State.APPROVED,
    )  # fmt: skip
    party = own.select_related("user").surest_first().first() if case.on_behalf_of_id else None
    with transaction.atomic(durable=True):
        for subject in dict.fromkeys([case.applicant, *([party.user] if party else [])]):
            write(
                user=cast(User, request.user), action=action, municipality=case.municipality, subject=subject,
                case_number=case.number, thing=thing, ground=ground, request_id=request_id(request),
            )  # fmt: skip


def look_at_party(request: HttpRequest, municipality: Municipality, *, subject: User | None, thing: str) -> None:
    """Writes down that the person of the request sees data of a party; ``subject``: its own account, where it has one.

    ``thing`` names the party by its key and what of it is seen, never the data.
    """
    with transaction.atomic(durable=True):
        write(
            user=cast(User, request.user), action=Action.PARTY, municipality=municipality, subject=subject,
            thing=thing, ground=grounds.CASE, request_id=request_id(request),
        )  # fmt: skip


def look_at_log(request: HttpRequest, municipality: Municipality) -> None:
    """Writes down that the inspector reads the log of the municipality."""
    with transaction.atomic(durable=True):
        write(
            user=cast(User, request.user), action=Action.REVIEW, municipality=municipality, subject=None,
            ground=grounds.SUPERVISION, request_id=request_id(request),
        )  # fmt: skip


def write(
    *,
    user: User,
    action: Action,
    municipality: Municipality | None,
    subject: User | None,
    ground: str,
    case_number: str = "",
    thing: str = "",
    request_id: str = "",
) -> None:
    """A line of the log, unless the same one was written a moment ago."""
    seen = {
        "municipality": municipality, "user": user, "subject": subject, "action": action, "thing": thing[:300],
        "case_number": case_number, "ground": ground,
    }  # fmt: skip
    if not AuditEntry.objects.filter(**seen, at__gt=Now() - ONE_LOOK).exists():
        AuditEntry.objects.create(**seen, **described(user, municipality), request_id=request_id)


def described(user: User, municipality: Municipality | None) -> dict[str, str]:
    """Name, roles and post of the person as they are now: accounts and posts change."""
    held = list(StaffRole.objects.filter(user=user, municipality=municipality).order_by("pk"))
    posts = dict.fromkeys(role.job_title for role in held)
    return {
        "user_name": user.display_name[:200],
        "roles": ", ".join(role.role for role in held)[:200],
        "post": ", ".join(posts),
    }


def request_id(request: HttpRequest) -> str:
    """As a proxy before us numbers requests; what is no such number is left out."""
    said = request.headers.get("X-Request-ID", "")[:64]
    return said if said.isascii() and said.isprintable() else ""
