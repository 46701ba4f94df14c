"""Activation codes: twelve characters on paper that link an account with a customer of the office.

The first four find the row, so that five wrong guesses lock one code and not somebody's account in a register; the
other eight are 39 bits that nobody can try out. Rules of the dossier: 30 days, five tries, a limit by account.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.identity.base import Level
from services.identity.models import User
from services.identity.protected import fingerprint
from services.parties.models import ActivationCode, CodeTry, ExternalRef, Party, PartyLink
from spatial.errors import ServiceError

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  #: without I, L, O, 0 and 1
LENGTH, HANDLE = 12, 4
KEPT = timedelta(days=30)
MOST_TRIES = 5  #: of one code
MOST_WRONG, WITHIN = 10, timedelta(hours=1)  #: of one account


class WrongCode(ServiceError):
    """One answer to all that can be wrong with a code."""

    code = "wrong-code"
    status = 422


class TooOften(ServiceError):
    """The account has typed too many wrong codes."""

    code = "too-often"
    status = 429


@transaction.atomic
def make(ref: ExternalRef, *, clerk: User, at: datetime) -> tuple[ActivationCode, str]:
    """The code as it is written, ``XXXX-XXXX-XXXX``, this once; earlier ones of the same key are void."""
    ExternalRef.objects.select_for_update().get(pk=ref.pk)
    ref.codes.filter(used_at=None).delete()
    handle = unused()
    code = handle + "".join(secrets.choice(ALPHABET) for _place in range(LENGTH - HANDLE))
    made = ref.codes.create(handle=handle, code_hash=hashed(code), made_by=clerk, made_at=at, expires_at=at + KEPT)
    return made, "-".join(code[place : place + 4] for place in range(0, LENGTH, 4))


def unused() -> str:
    """A handle that no open code has."""
    while True:
        handle = "".join(secrets.choice(ALPHABET) for _place in range(HANDLE))
        if not ActivationCode.objects.filter(handle=handle, used_at=None).exists():
            return handle


def hashed(code: str) -> str:
    return fingerprint(f"activation code {code}")


def plain(typed: str) -> str:
    """As it was made, whatever case and dashes it was typed with."""
    return "".join(typed.upper().split()).replace("-", "")


def enter(typed: str, *, user: User, at: datetime) -> PartyLink:
    """The account is the party of the code, or represents it; each code works once.

    Raises WrongCode, TooOften; the try is counted before they are raised.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        CodeTry.objects.filter(user=user, at__lte=at - WITHIN).delete()
        tries = CodeTry.objects.filter(user=user).count()
        link = linked(plain(typed[:60]), user=user, at=at) if tries < MOST_WRONG else None
        if link is None and tries < MOST_WRONG:
            CodeTry.objects.create(user=user, at=at)
    if link is not None:
        return link
    if tries >= MOST_WRONG:
        raise TooOften(_("Za dużo błędnych kodów. Spróbuj za godzinę albo zapytaj w urzędzie."))
    raise WrongCode(_("Ten kod jest błędny, wygasł albo został już użyty. Nowy dostaniesz w urzędzie."))


def linked(code: str, *, user: User, at: datetime) -> PartyLink | None:
    """None for a wrong code, and for who has made it; the try is counted at the row that its beginning finds, if it
    could be a code at all.
    """
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    rows = ActivationCode.objects.select_for_update(of=("self",)).select_related("ref__party__person", "made_by")
    found = rows.filter(handle=code[:HANDLE], used_at=None).first()
    if found is None or found.expires_at <= at or found.tries >= MOST_TRIES:
        return None
    if not hmac.compare_digest(found.code_hash, hashed(code)):
        found.tries += 1
        found.save(update_fields=["tries"])
        return None
    if found.made_by_id == user.pk or is_another(found.ref.party, user):
        return None
    found.used_by, found.used_at = user, at
    found.save(update_fields=["used_by", "used_at"])
    return link_to(found, user=user, at=at)


def is_another(party: Party, user: User) -> bool:
    """Whether the national node has said that the user is somebody else than the person of the code."""
    known = PartyLink.objects.filter(
        user=user, basis=PartyLink.Basis.SELF, level=Level.TRUSTED, state=PartyLink.State.APPROVED
    )
    is_known_person = party.person is not None and party.person.fingerprint is not None
    return is_known_person and known.exists() and not known.filter(party=party).exists()


def link_to(code: ActivationCode, *, user: User, at: datetime) -> PartyLink:
    """A person is linked with themselves, an organisation with who represents it: the office gave the code to them."""
    party, place, today = code.ref.party, code.ref.municipality, timezone.localdate(at)
    basis = PartyLink.Basis.SELF if party.person_id else PartyLink.Basis.REPRESENTATION
    held = PartyLink.objects.in_force(today).filter(user=user, party=party, basis=basis, municipality=place, scope=[])
    link = held.order_by("pk").first() or PartyLink(
        user=user, party=party, basis=basis, municipality=place, state=PartyLink.State.APPROVED, asked_at=at,
        valid_from=today, approved_by=code.made_by, approved_at=at,
    )  # fmt: skip
    link.level = max(link.level, Level.LINKED)
    link.save()
    return link
