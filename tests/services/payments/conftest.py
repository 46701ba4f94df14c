from itertools import count

import pytest
from django.utils import timezone

from services.payments.ledger.books import Voucher, account, assess
from services.payments.ledger.models import BankAccount, Charge, LedgerAccount
from services.payments.models import Merchant
from services.payments.paying import Visit
from tests.simulators.operator import Przelewy24Simulator

NRB = "71102028920000510200000001"  #: dossier, section 8
OTHER_NRB = "61109010140000071219812874"  #: example of the IBAN registry (SWIFT, PL)


@pytest.fixture
def stamp_account(skala) -> BankAccount:
    return BankAccount.objects.create(
        municipality=skala, nrb=NRB, title="Opłata skarbowa", purpose="stamp-duty", valid_from="2020-01-01"
    )


@pytest.fixture
def cash(skala) -> LedgerAccount:
    return account(skala, LedgerAccount.Kind.CASH)


def voucher(key: str, **fields) -> Voucher:
    values = {"source": "kasa", "value_date": timezone.localdate(), "at": timezone.now()}
    return Voucher(key=key, **values | fields)


@pytest.fixture
def make_charge(skala, anna):
    numbers = count(1)

    def make(amount_gr: int = 17_00, **fields) -> Charge:
        values = {
            "municipality": skala, "kind": "stamp-duty", "title": "Opłata skarbowa", "payer": anna,
            "payer_name": "Anna Nowak", "due_on": timezone.localdate(), "reference": f"test:{next(numbers)}",
        } | fields  # fmt: skip
        return assess(Charge(amount_gr=amount_gr, **values), voucher=voucher(f"assess:{values['reference']}"))

    return make


@pytest.fixture
def operator(settings):
    with Przelewy24Simulator().running() as simulator:
        settings.PAYMENT_OPERATORS = settings.PAYMENT_OPERATORS | {
            "przelewy24": {"live": simulator.root, "sandbox": simulator.root}
        }
        yield simulator


@pytest.fixture
def merchant(operator, stamp_account) -> Merchant:
    row = Merchant(
        municipality=stamp_account.municipality, operator="przelewy24", bank_account=stamp_account, merchant_id="999",
        pos_id="999", is_sandbox=True,
    )  # fmt: skip
    row.seal({"api_key": operator.api_key, "crc": operator.crc})
    row.save()
    return row


VISIT = Visit(address="http://testserver", language="pl", ip="192.0.2.7", agent="Firefox")
