"""Whose account an identity is. Accounts are joined only while one session has both proofs."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from secrets import token_hex

from django.db import transaction

from services.identity.base import Level
from services.identity.models import Identity, User
from services.identity.news import identified
from services.identity.protected import fingerprint
from services.identity.saml.checks import SKEW, Told
from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.models import Heard


@transaction.atomic
def account_of(told: Told, *, signed_in: User | None, at: datetime) -> User:
    """The account of the person, found, joined to the one of this session, or made; others may listen.

    signed_in: who has proved by another way in the same session. Raises NotProved.
    """
    refuse_repeated(told, at=at)
    seen: dict[str, object] = {"level": Level.TRUSTED, "means": told.means, "last_at": at}
    owner: Callable[[], User] = lambda: owner_to_be(signed_in)  # noqa: E731 - asked for only where there is none
    identity, _ = Identity.objects.select_related("user").update_or_create(
        kind=Identity.Kind.NODE, subject=fingerprint(told.person.identifier), defaults=seen,
        create_defaults=seen | {"user": owner, "first_at": at},
    )  # fmt: skip
    user = identity.user
    if not user.is_active:
        raise NotProved(Reason.CLOSED)
    user.first_name, user.last_name = told.person.first_name, told.person.last_name
    user.save(update_fields=["first_name", "last_name"])
    identified.send(Identity, user=user, person=told.person)
    return user


def refuse_repeated(told: Told, *, at: datetime) -> None:
    """Raises NotProved for an assertion that was used before; those that are out of time anyway are forgotten."""
    Heard.objects.filter(until__lt=at - 2 * SKEW).delete()
    digest = sha256(told.assertion_id.encode()).hexdigest()
    _, is_new = Heard.objects.get_or_create(digest=digest, defaults={"until": told.until})
    if not is_new:
        raise NotProved(Reason.REPEATED)


def owner_to_be(signed_in: User | None) -> User:
    """Of an identity that is nobody's yet: whoever is signed in, unless they are somebody else to the node already.

    The account is locked, so that two answers at once do not both find it free.
    """
    if signed_in is not None:
        User.objects.select_for_update().get(pk=signed_in.pk)
    if signed_in is not None and not signed_in.identities.filter(kind=Identity.Kind.NODE).exists():
        return signed_in
    return User.objects.create_user(f"wk-{token_hex(8)}")
