"""Who acts for whom in the demo: Bogdan for his firm, Anna for Celina, and one mandate that waits for the office."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from services.documents.uploads import Checked
from services.identity.models import User
from services.parties.mandates import Wish, ask
from services.parties.models import ExternalRef, Party, PartyLink
from services.parties.people import Known, party_of
from services.portal.demo_outside import PESELS
from spatial.municipalities.models import Municipality

#: made up, with check digits that are right
FIRM = Known(
    name="Piekarnia Kowalski sp. z o.o.", nip="1111111111", regon="123456785", krs="0000123456",
    address="Rynek 5, 32-043 Skała", is_confirmed=True,
)  # fmt: skip
CELINA = Known(name="Wiśniewska", first_name="Celina", pesel=PESELS["celina"], is_confirmed=True)
SINCE = date(2026, 1, 1)
DOCUMENT = Checked("pelnomocnictwo.txt", "text/plain", "Przykładowe pełnomocnictwo do spraw piekarni.\n".encode())


@transaction.atomic
def load_parties(municipality: Municipality) -> None:
    """Once; what is there already stays as it is."""
    people = {user.username: user for user in User.objects.filter(username__in=("anna", "bogdan", "celina"))}
    if len(people) < 3 or PartyLink.objects.filter(user__in=people.values()).exists():
        return
    now, firm, celina = timezone.now(), party_of(FIRM), party_of(CELINA)
    approved(people["bogdan"], firm, PartyLink.Basis.REPRESENTATION, municipality, at=now)
    approved(people["celina"], celina, PartyLink.Basis.SELF, municipality, at=now)
    approved(people["anna"], celina, PartyLink.Basis.MANDATE, municipality, at=now)
    wish = Wish(principal=FIRM, municipality=municipality, basis=PartyLink.Basis.MANDATE, valid_from=SINCE)
    ask(people["celina"], wish, DOCUMENT, at=now)
    for party, key in ((firm, "W/0001"), (celina, "W/0002")):
        ExternalRef.objects.get_or_create(
            municipality=municipality, register=ExternalRef.Register.WATER, key=key, defaults={"party": party}
        )


def approved(user: User, party: Party, basis: PartyLink.Basis, municipality: Municipality, *, at: datetime) -> None:
    PartyLink.objects.create(
        user=user, party=party, basis=basis, municipality=municipality, valid_from=SINCE, asked_at=at,
        state=PartyLink.State.APPROVED, approved_at=at,
    )  # fmt: skip
