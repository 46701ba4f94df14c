"""A resident pays 17 zł on the operator's page; our page believes the message only."""

from importlib import import_module
from time import time

import pytest
from django.apps import apps
from playwright.sync_api import Page, expect

from services.cases.models import Case
from services.fees.models import Due
from services.identity.models import StaffRole
from services.payments import demo
from services.payments.models import Operation, PaymentFault
from tests import office as cases
from tests.conftest import person
from tests.journeys.test_extract import shot, sign_in
from tests.simulators.operator import Przelewy24Simulator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def operator(settings, skala):
    demo.load(skala)
    with Przelewy24Simulator().running() as running:
        settings.PAYMENT_OPERATORS = settings.PAYMENT_OPERATORS | {
            "przelewy24": {"live": running.root, "sandbox": running.root}
        }
        yield running


@pytest.fixture
def case(filing, make_parcel, anna) -> Case:
    """It costs 17 zł."""
    import_module("services.fees.migrations.0002_rates").add_rate(apps, None)
    parcel = make_parcel(number="123/4", side=100).identifier
    return cases.filed("zaswiadczenie-o-przeznaczeniu", anna, parcels=[parcel], purpose="bank")


def test_refused_then_accepted(page: Page, live_server, operator, case):
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


def test_abandoned_then_paid_twice(page: Page, live_server, operator, case, skala):
    """The second payment is told twice and booked once; the abandoned one, paid after all, waits at the desk."""
    sign_in(page, live_server.url, "anna")
    begin(page, live_server.url)
    abandoned = page.url
    page.get_by_role("button", name="Wyjdź bez płacenia").click()
    page.get_by_role("link", name="Wróć do płatności").click()
    page.get_by_role("button", name="Przerwij tę płatność").click()
    expect(page.locator("main")).to_contain_text("17,00")

    begin(page, live_server.url)
    page.get_by_role("button", name="Zapłać, dwa powiadomienia").click()
    expect(page.get_by_role("heading", name="Zapłacono")).to_be_visible()
    page.goto(abandoned)
    page.get_by_role("button", name="Zapłać", exact=True).click()
    told = time() + 20
    while len(operator.heard) < 3 and time() < told:  # the operator tells us beside the page
        page.wait_for_timeout(100)

    halina = person("halina", "Halina", "Dąbrowska")
    StaffRole.objects.create(user=halina, municipality=skala, role=StaffRole.Role.TAX_CLERK, job_title="inspektor")
    sign_in(page, live_server.url, "halina")
    page.goto(f"{live_server.url}/urzad/platnosci/")
    expect(page.get_by_role("heading", name="Do wyjaśnienia")).to_be_visible()
    expect(page.locator("article")).to_contain_text("Anna Nowak")
    shot(page, "payment-twice")
    assert operator.heard == [200, 200, 200]
    assert Operation.objects.filter(kind="payment").count() == 2  # the due's and the surplus
    assert PaymentFault.objects.get().left_gr == 17_00


def begin(page: Page, office: str) -> None:
    """To the page of the operator."""
    page.goto(f"{office}/moje/oplaty/")
    page.get_by_role("button", name="Zapłać wybrane").click()
    page.get_by_role("link", name="Przejdź do płatności").click()
    expect(page.get_by_role("button", name="Odrzuć płatność")).to_be_visible()
