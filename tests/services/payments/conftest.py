from itertools import count

import pytest
from django.utils import timezone

from services.payments.ledger.books import Voucher, account, assess
from services.payments.ledger.models import BankAccount, Charge, LedgerAccount

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
