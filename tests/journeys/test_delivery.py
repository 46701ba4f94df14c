"""A decision by e-Doręczenia in a browser: issued, sent through the operator, delivered; both sides see the proof."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from services.correspondence.models import Correspondence
from services.delivery import outbox
from services.delivery.models import Shipment
from services.identity.models import StaffRole
from tests.conftest import person
from tests.journeys.test_extract import shot, sign_in
from tests.office import filed
from tests.services.delivery.conftest import ANNAS, mailbox_at
from tests.simulators.edelivery import EDelivery

ASKED = {"question": "Umowy z 2025 roku", "is_processed": "no", "way": "here"}

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_decision_is_delivered_and_both_see_the_proof(page: Page, live_server, filing, skala, anna):
    office = live_server.url
    clerk = person("jadwiga", "Jadwiga", "Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    case = filed("informacja-publiczna", anna, **ASKED | {"office": skala.pk})
    with EDelivery().running() as operator:
        mailbox_at(operator, skala)
        give_address(page, office)
        refuse(page, office, case.pk)
        deliver(operator)

        page.goto(f"{office}/urzad/sprawy/{case.pk}/")
        expect(page.locator("main")).to_contain_text("Dowód otrzymania (XML)")
        shot(page, "delivery-review")
        with page.expect_download() as download:
            page.get_by_role("link", name="Pobierz: Dowód otrzymania (XML)").click()
        clerks = download.value.path().read_bytes()

        sign_in(page, office, "anna")
        page.goto(f"{office}/moje/sprawy/{case.pk}/")
        expect(page.locator("main")).to_contain_text("Uznana za doręczoną")
        shot(page, "delivery-case")
        with page.expect_download() as download:
            page.get_by_role("link", name="Pobierz: Dowód otrzymania (XML)").click()
        assert download.value.path().read_bytes() == clerks
        assert b"<Evidence" in clerks


def give_address(page: Page, office: str) -> None:
    """As Anna, with a mistake first."""
    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/adres-do-doreczen/")
    page.get_by_label("na adres do doręczeń elektronicznych").press("Space")
    page.get_by_role("button", name="Zapisz").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Podaj adres do doręczeń elektronicznych.")
    shot(page, "delivery-address")
    page.get_by_role("textbox", name="Adres do doręczeń elektronicznych").fill(ANNAS)
    page.get_by_role("button", name="Zapisz").press("Enter")
    expect(page.locator(".alert.success")).to_contain_text("Zapisano.")


def refuse(page: Page, office: str, case: int) -> None:
    sign_in(page, office, "jadwiga")
    page.goto(f"{office}/urzad/sprawy/{case}/")
    page.get_by_text("Odmów", exact=True).click()
    page.get_by_label("Uzasadnienie odmowy").fill("Umowy objęte są tajemnicą przedsiębiorcy.")
    page.get_by_role("button", name="Zakończ odmową").press("Enter")
    expect(page.locator("main")).to_contain_text("Czeka na wysłanie")
    page.goto(f"{office}/urzad/doreczenia/")
    expect(page.locator("main")).to_contain_text("Czeka na wysłanie")
    shot(page, "delivery-office")


def deliver(operator: EDelivery) -> None:
    """What the worker does in an hour, and the operator meanwhile."""
    now = timezone.now()
    outbox.work(at=now)
    outbox.work(at=now + timedelta(minutes=2))
    [message_id] = operator.sent
    for code in ("BP.OX", "D.1", "A.1"):
        operator.happens(message_id, code, now)
    outbox.work(at=now + timedelta(hours=2))
    assert Shipment.objects.get().message_id == message_id
    assert Correspondence.objects.get(direction="out").delivered_on == timezone.localdate(now)
