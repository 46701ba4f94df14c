"""What goes with an account that is closed: every way of signing in to it."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from services.identity.models import Identity, ProgramKey, User


def take_ways_away(user: User) -> None:
    """Addresses, second factors, identities, keys of programs; the log of sign-ins stays two years (KRI § 20)."""
    for ways in (EmailAddress, Authenticator, Identity):
        ways.objects.filter(user=user).delete()
    ProgramKey.objects.filter(user=user).delete()
