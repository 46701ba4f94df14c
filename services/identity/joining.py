"""A second way to one account, joined only while the person is signed in to it and has just proved the other."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from services.identity.base import Level
from services.identity.models import Identity, User
from spatial.errors import Conflict


@transaction.atomic
def join(*, user: User, kind: Identity.Kind, subject: str, level: Level, means: str, at: datetime) -> Identity:
    """The identity, now of the account; the same one told again only notes when it was used.

    subject: ``protected.fingerprint`` of what the other way has proved in this very session
    Raises Conflict where it leads to another account, or the account is known there as somebody else.
    """
    User.objects.select_for_update().get(pk=user.pk)
    others = Identity.objects.select_for_update().filter(kind=kind)
    if others.filter(subject=subject).exclude(user=user).exists():
        raise Conflict(_("Ta tożsamość ma już osobne konto. Zaloguj się na nie albo poproś urząd o połączenie kont."))
    if others.filter(user=user).exclude(subject=subject).exists():
        raise Conflict(_("To konto jest już potwierdzone tożsamością innej osoby."))
    identity, _is_new = Identity.objects.update_or_create(
        kind=kind, subject=subject,
        defaults={"user": user, "level": level, "means": means, "last_at": at},
        create_defaults={"user": user, "level": level, "means": means, "first_at": at, "last_at": at},
    )  # fmt: skip
    return identity
