"""Erasure at the person's request (art. 17 of RODO): what no case needs goes at once, what archives keep stays."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from services.audit.grounds import OWN_REQUEST
from services.audit.services import Action, write
from services.cases.models import Case
from services.catalogue.filing import remove
from services.catalogue.models import Draft
from services.delivery.models import Addressee
from services.delivery.shown import unopened
from services.identity.closing import take_ways_away
from services.identity.models import User
from services.notices.models import Notice
from services.notifications import keeping
from services.parties.mandates import revoke
from services.parties.models import PartyLink, Person
from spatial.errors import Conflict, Malformed


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an erasure would do now."""

    drafts: int
    open: list[Case]  #: and those with letters that nobody has opened: while there are any, the account stays
    kept: list[Case]

    @property
    def closes_account(self) -> bool:
        return not self.open


def outlook(user: User) -> Outlook:
    cases = Case.objects.of_person(user).select_related("municipality").order_by("-filed_at")
    lasting = Q(closed_at=None) | Q(pk__in=unopened(user).order_by().values("case"))
    return Outlook(
        drafts=Draft.objects.filter(owner=user, case=None).count(),
        open=list(cases.filter(lasting)),
        kept=list(cases.exclude(lasting)),
    )


@transaction.atomic
def erase(user: User, *, is_proved: bool, request_id: str = "") -> bool:
    """Drafts go, and the account is closed unless a case is open; whether it was closed.

    is_proved: by the password, or by a sign-in of a moment ago where the account has none
    Raises Malformed without the proof, Conflict for an account of the office's own people.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)  # a filing waits for the draft, not for this
    if user.is_staff or user.is_superuser or user.roles.exists():
        raise Conflict(_("To konto pracownika. Zamyka je urząd, gdy pracownik odda swoje sprawy."))
    if not is_proved:
        has_password = user.has_usable_password()
        raise Malformed(
            _("Hasło jest błędne. Nic nie zostało usunięte.")
            if has_password
            else _("Potwierdź najpierw tożsamość jeszcze raz. Nic nie zostało usunięte.")
        )
    drafts = remove(Draft.objects.filter(owner=user))
    seen = outlook(user)
    if seen.closes_account:
        has_cases = bool(seen.kept) or Case.objects.filter(applicant=user).exists()
        leave_parties(user)
        if not has_cases:
            forget_parties(user)
        close(user, has_cases=has_cases)
    write(
        user=user, action=Action.ERASURE, municipality=None, subject=user, ground=OWN_REQUEST, request_id=request_id,
        thing=f"wersje robocze: {drafts}, konto {'zamknięte' if seen.closes_account else 'pozostaje'}",
    )  # fmt: skip
    return seen.closes_account


def leave_parties(user: User) -> None:
    """Nobody is, or acts for, a party by an account that is closed."""
    now = timezone.now()
    for link in user.party_links.filter(state__in=[PartyLink.State.ASKED, PartyLink.State.APPROVED]):
        revoke(link, by=user, reason="Konto zamknięte na żądanie osoby.", at=now)


def forget_parties(user: User) -> None:
    """The person that the account was, with the PESEL, where no register, case or mandate names them."""
    own = user.party_links.filter(basis=PartyLink.Basis.SELF)
    for person in list(Person.objects.filter(party__links__in=own).distinct()):
        with suppress(ProtectedError), transaction.atomic():
            own.filter(party=person.party).delete()
            person.party.delete()
            person.delete()


def close(user: User, *, has_cases: bool) -> None:
    """Nobody signs in any longer. The name stays only where the files of cases need it."""
    Notice.objects.filter(user=user).delete()
    take_ways_away(user)
    Addressee.objects.filter(user=user).delete()
    keeping.forget_person(user, at=timezone.now())
    user.username, user.email, user.last_login, user.is_active = f"konto-{uuid4().hex}", "", None, False
    if not has_cases:
        user.first_name = user.last_name = ""
    user.set_unusable_password()
    user.save()
