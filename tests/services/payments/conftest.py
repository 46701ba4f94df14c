from datetime import date, datetime, time
from itertools import count

import pytest
from django.utils import timezone

from services.identity.models import StaffRole
from services.payments import refunds
from services.payments.base import State
from services.payments.ledger.books import Voucher, account, assess, settle
from services.payments.ledger.models import BankAccount, Charge, LedgerAccount
from services.payments.models import Merchant, Payment, PaymentItem, Refund
from services.payments.paying import Visit
from spatial.imports.registry import Terms
from spatial.imports.services import run_import
from tests.data.bank_samples import DAY, OFFICE
from tests.simulators.operator import PayUSimulator, Przelewy24Simulator

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
def bank(skala) -> BankAccount:
    return BankAccount.objects.create(
        municipality=skala, nrb=OFFICE, title="Opłaty", purpose="stamp-duty", valid_from="2020-01-01"
    )


@pytest.fixture
def bring(skala, bank, tmp_path):
    """Imports a file as the command does."""

    def brought(content: str | bytes, *, teryt: str = "120610", name: str = "wyciag.sta", dry_run: bool = False):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        terms = Terms(municipality=teryt, dry_run=dry_run)
        return run_import(source="statement", paths=[path], terms=terms, today=DAY)

    return brought


@pytest.fixture
def teresa(skala, django_user_model):
    user = django_user_model.objects.create_user("teresa", password="x", first_name="Teresa", last_name="Wróbel")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="inspektor")
    return user


@pytest.fixture
def announce(skala, bank, anna, make_charge):
    """A payment that Przelewy24 has told of on the day."""
    contract = Merchant.objects.create(
        municipality=skala, operator="przelewy24", bank_account=bank, merchant_id="5", pos_id="5", sealed_secrets=b""
    )

    def told(amount_gr: int, *, day: date = DAY) -> Payment:
        charge, at = make_charge(amount_gr), timezone.now()
        payment = Payment.objects.create(
            municipality=skala, merchant=contract, payer=anna, amount_gr=amount_gr, title="x", state=State.PAID,
            started_at=at, expires_at=at, heard_at=at,
        )  # fmt: skip
        PaymentItem.objects.create(payment=payment, charge=charge, amount_gr=amount_gr, is_open=False)
        said = voucher(payment.booking_key, source="Przelewy24 555", value_date=day)
        settle([charge], amount_gr, voucher=said, into=account(skala, LedgerAccount.Kind.ANNOUNCED, bank))
        return payment

    return told


@pytest.fixture
def give_back(skala, teresa):
    """The operator gave a part of a payment back on the day."""

    def gone(payment: Payment, amount_gr: int, *, day: date = DAY) -> Refund:
        at = timezone.make_aware(datetime.combine(day, time(12)))
        refund = Refund.objects.create(
            municipality=skala, payment=payment, charge=payment.items.get().charge, amount_gr=amount_gr,
            ground=Refund.Ground.OVERPAID, reason="Nadpłata", status=Refund.Status.SENT, asked_by=teresa, asked_at=at,
        )  # fmt: skip
        refunds.pay_out(refund, at=at)
        return refund

    return gone


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


@pytest.fixture
def payu(settings, stamp_account):
    """PayU, and a contract with it."""
    with PayUSimulator().running() as simulator:
        addresses = {"live": simulator.root, "sandbox": simulator.root}
        settings.PAYMENT_OPERATORS = settings.PAYMENT_OPERATORS | {"payu": addresses}
        row = Merchant(
            municipality=stamp_account.municipality, operator="payu", bank_account=stamp_account,
            merchant_id=simulator.pos_id, pos_id=simulator.pos_id,
        )  # fmt: skip
        row.seal({"client_secret": simulator.client_secret, "second_key": simulator.second_key})
        row.save()
        yield simulator


VISIT = Visit(address="http://testserver", language="pl", ip="192.0.2.7", agent="Firefox")
