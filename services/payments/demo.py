"""Accounts of the demo, whose numbers belong to no bank, and a contract with the simulator of Przelewy24."""

from datetime import date

from services.payments.ledger.models import BankAccount
from services.payments.models import Merchant
from spatial.municipalities.models import Municipality

PURPOSE, TITLE, SINCE = "stamp-duty", "Opłata skarbowa", date(2011, 1, 1)
#: TERYT -> NRB of a bank 9999 that there is not
ACCOUNTS = {"120610": "49999900000000001206100001", "120613": "96999900000000001206130001"}
#: keys of ``tests.simulators.operator.Przelewy24Simulator``
POS, SECRETS = "999", {"api_key": "klucz-raportow", "crc": "klucz-crc"}
TAKES_ONLINE = "120610"


def load(municipality: Municipality) -> None:
    """What is there stays as it is."""
    if municipality.pk not in ACCOUNTS:
        return
    bank_account, _ = BankAccount.objects.get_or_create(
        municipality=municipality, purpose=PURPOSE, valid_from=SINCE,
        defaults={"nrb": ACCOUNTS[municipality.pk], "title": TITLE},
    )  # fmt: skip
    if municipality.pk == TAKES_ONLINE and not Merchant.objects.filter(operator="przelewy24", pos_id=POS).exists():
        merchant = Merchant(
            municipality=municipality, operator="przelewy24", bank_account=bank_account, merchant_id=POS, pos_id=POS,
            is_sandbox=True,
        )  # fmt: skip
        merchant.seal(SECRETS)
        merchant.save()
