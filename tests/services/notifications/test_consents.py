"""The ledger of consents, and leaving by one click."""

import re

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client

from services.notifications import consents
from services.notifications.models import Channel, Consent, Delivery
from tests.services.notifications import NOON, send

pytestmark = pytest.mark.django_db


def lines(user):
    return list(Consent.objects.filter(user=user).order_by("pk").values_list("topic", "channel", "is_given", "source"))


def test_only_what_changes_is_written(anna, skala):
    for wanted in ({("warning", "email"), ("due", "sms")}, {("warning", "email")}, {("warning", "email")}):
        consents.settle(anna, skala, wanted=wanted, at=NOON)

    assert lines(anna) == [
        ("due", "sms", True, "portal"),
        ("warning", "email", True, "portal"),
        ("due", "sms", False, "portal"),
    ]
    assert consents.standing(anna, skala) == {("warning", "email")}


def test_two_offices_are_two_ledgers(anna, skala, suloszowa):
    consents.settle(anna, skala, wanted={("warning", "email")}, at=NOON)

    assert consents.standing(anna, suloszowa) == set()
    assert not Consent.objects.given(suloszowa, "warning").exists()


@pytest.mark.parametrize("change", [lambda rows: rows.update(is_given=False), lambda rows: rows.delete()])
def test_the_database_keeps_the_ledger(anna, skala, change):
    consents.settle(anna, skala, wanted={("warning", "email")}, at=NOON)

    with pytest.raises(DatabaseError, match="rows only come"), transaction.atomic():
        change(Consent.objects.all())

    assert lines(anna) == [("warning", "email", True, "portal")]


def test_one_click_takes_back_one_consent(anna, skala, reachable, told):
    reachable(anna, Channel.EMAIL, "anna@example.pl", topic="warning")
    consents.settle(anna, skala, wanted={("warning", "email"), ("service.planned", "email")}, at=NOON)
    told(channels=[Channel.EMAIL])
    send()
    [letter] = mail.outbox
    header = letter.extra_headers["List-Unsubscribe"]
    address = re.fullmatch(r"<http://localhost:8000(/powiadomienia/wypisz/.+/)>", header)
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address is not None
    assert address[1] in letter.body

    nobody = Client(enforce_csrf_checks=True)
    assert "Nie chcę tych wiadomości" in nobody.get(address[1]).content.decode()
    assert consents.standing(anna, skala) == {("warning", "email"), ("service.planned", "email")}  # looking is safe
    for _twice in range(2):
        assert nobody.post(address[1], {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert consents.standing(anna, skala) == {("service.planned", "email")}
    assert lines(anna)[-1] == ("warning", "email", False, "link")


@pytest.mark.parametrize("token", ["x", "abc:def:ghi", "WzEsMl0:1:x"])
def test_a_made_up_address_unsubscribes_nobody(client, anna, token):
    assert client.post(f"/powiadomienia/wypisz/{token}/").status_code == 404


def test_who_leaves_in_the_middle_of_a_mass_send_is_skipped_and_counted(anna, bogdan, skala, reachable, told, gate):
    for user, phone in ((anna, "+48600100201"), (bogdan, "+48600100202")):
        reachable(user, Channel.SMS, phone)
    message = told()

    consents.withdraw(anna, skala, ("warning", "sms"), at=NOON)
    send()

    assert [one.to for one in gate.sent] == ["48600100202"]
    states = dict(message.deliveries.filter(channel="sms").values_list("recipient__username", "state"))
    assert states == {"anna": Delivery.State.SKIPPED, "bogdan": Delivery.State.ACCEPTED}
    message.refresh_from_db()
    assert (message.state, message.counts["people"]) == ("sent", 2)
