"""Accounts and contracts are entered by commands; keys come from standard input and lie sealed."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from services.payments import demo
from services.payments.ledger.models import BankAccount, refuse_wrong_nrb
from services.payments.models import Merchant
from tests.services.payments.conftest import NRB

pytestmark = pytest.mark.django_db


def entered(*arguments: str, keys: object, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(keys)))
    call_command("payment_operator", *arguments, stdout=io.StringIO())


def test_an_account_and_a_contract(skala, operator, monkeypatch):
    call_command(
        "bank_account", "120610", "71 1020 2892 0000 5102 0000 0001", "--from", "2026-01-01", stdout=io.StringIO()
    )
    assert BankAccount.objects.get().nrb == NRB
    arguments = ("120610", "przelewy24", NRB, "--pos", "999", "--sandbox", "--check")

    for _ in range(2):
        entered(*arguments, keys={"api_key": operator.api_key, "crc": operator.crc}, monkeypatch=monkeypatch)

    assert Merchant.objects.get().connect().own.secrets["crc"] == operator.crc
    with pytest.raises(CommandError):
        entered(*arguments, keys={"api_key": "x", "crc": "x"}, monkeypatch=monkeypatch)  # the operator says no
    with pytest.raises(CommandError):
        entered(*arguments, keys={"crc": "x"}, monkeypatch=monkeypatch)
    assert Merchant.objects.get().connect().own.secrets["crc"] == operator.crc


@pytest.mark.parametrize(("teryt", "nrb"), [("999999", NRB), ("120610", "72" + NRB[2:]), ("120610", "x")])
def test_a_wrong_account_is_refused(skala, teryt, nrb):
    with pytest.raises(CommandError):
        call_command("bank_account", teryt, nrb, "--from", "2026-01-01", stdout=io.StringIO())


def test_the_demo_has_its_own_once(skala, suloszowa):
    for _ in range(2):
        demo.load(skala)
        demo.load(suloszowa)

    for account in BankAccount.objects.all():
        refuse_wrong_nrb(account.nrb)
    assert (BankAccount.objects.count(), Merchant.objects.get().municipality) == (2, skala)
