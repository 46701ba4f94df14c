"""A resident pays 17 zł on the operator's page: refused first, then accepted; our page believes the message only."""

from importlib import import_module

import pytest
from django.apps import apps
from playwright.sync_api import Page, expect

from services.fees.models import Due
from services.payments import demo
from tests import office as cases
from tests.journeys.test_extract import shot, sign_in
from tests.simulators.operator import Przelewy24Simulator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_refused_then_accepted(page: Page, live_server, settings, filing, make_parcel, anna, skala):
    import_module("services.fees.migrations.0002_rates").add_rate(apps, None)
    demo.load(skala)
    parcel = make_parcel(number="123/4", side=100).identifier
    case = cases.filed("zaswiadczenie-o-przeznaczeniu", anna, parcels=[parcel], purpose="bank")
    with Przelewy24Simulator().running() as operator:
        settings.PAYMENT_OPERATORS = settings.PAYMENT_OPERATORS | {
            "przelewy24": {"live": operator.root, "sandbox": operator.root}
        }
        sign_in(page, live_server.url, "anna")
        page.goto(f"{live_server.url}/moje/sprawy/{case.pk}/")
        page.get_by_role("link", name="Zapłać w internecie albo przelewem").click()
        expect(page.get_by_role("main")).to_contain_text("17,00")
        shot(page, "dues")
        page.get_by_role("link", name="Szczegóły i przelew").click()
        shot(page, "charge")
        page.go_back()
        page.get_by_role("button", name="Zapłać wybrane").click()
        shot(page, "payment-go")

        page.get_by_role("link", name="Przejdź do płatności").click()
        page.get_by_role("button", name="Odrzuć płatność").click()
        expect(page.get_by_role("heading", name="Przetwarzamy płatność")).to_be_visible()
        page.get_by_role("link", name="Wróć do płatności").click()
        page.get_by_role("link", name="Przejdź do płatności").click()
        page.get_by_role("button", name="Zapłać", exact=True).click()

        expect(page.get_by_role("heading", name="Zapłacono")).to_be_visible()  # the page asks again by itself
        shot(page, "payment-done")
    due = Due.objects.get()
    assert (due.paid_gr, due.how) == (17_00, "online")
