"""How the demo's office reaches the outside systems that are simulated beside it (``tests.simulators``)."""

from django.conf import settings

from services.delivery.models import Mailbox
from services.identity.base import Level
from services.identity.models import Identity, User
from services.identity.protected import fingerprint, sealed
from services.notifications.models import SmsAccount
from spatial.errors import Refused

OFFICE = "120610"
ADDRESS, CLIENT, SECRET = "AE:PL-55754-97181-CHDVR-19", "miedza", "tajne"
SMS_TOKEN, SMS_SENDER, SMS_PART_GR = "sekretny-token-1", "UMiG Skala", 9
#: of the simulated node's people; made up, with check digits that are right
PESELS = {"anna": "85031512344", "bogdan": "79110823456", "celina": "02270803624"}


def connect(root: str) -> None:
    """``root``: address of the simulated operator of e-Doręczenia. Raises Refused outside the demo."""
    if not settings.DEMO:
        raise Refused("Systemy zewnętrzne są symulowane tylko w trybie demonstracyjnym (MIEDZA_DEMO=1).")
    Mailbox.objects.update_or_create(
        municipality_id=OFFICE,
        defaults={
            "address": ADDRESS, "api_url": f"{root}/api/v1", "token_url": f"{root}/token", "client_id": CLIENT,
            "sign_in": Mailbox.SignIn.SECRET, "sealed_secret": sealed(SECRET), "unit_symbol": "OR", "has_hybrid": True,
            "private_network": True,
        },
    )  # fmt: skip
    SmsAccount.objects.get_or_create(
        municipality_id=OFFICE,
        defaults={"token": sealed(SMS_TOKEN), "sender": SMS_SENDER, "part_price_gr": SMS_PART_GR},
    )


def know_people() -> None:
    """Residents of the demo are known to the login node, so that it signs in to their accounts."""
    for user in User.objects.filter(username__in=PESELS):
        at = user.date_joined
        Identity.objects.get_or_create(
            kind=Identity.Kind.NODE, subject=fingerprint(PESELS[user.username]),
            defaults={"user": user, "level": Level.TRUSTED, "first_at": at, "last_at": at},
        )  # fmt: skip
