"""From a tick in a box to a message in the inbox, in a browser on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from services.identity.models import StaffRole
from services.notifications import queueing
from tests.conftest import person
from tests.journeys.test_extract import shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(live_server, skala, anna) -> str:
    for username, first_name in (("jadwiga", "Jadwiga"), ("karol", "Karol")):
        clerk = person(username, first_name, "Kaczmarek")
        StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    return live_server.url


def test_a_warning_from_consent_to_inbox(page: Page, office: str):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/powiadomienia/")
    page.get_by_label("Ostrzeżenia, w portalu").check()
    page.get_by_role("button", name="Zapisz wybory").click()
    expect(page.locator(".alert.success")).to_contain_text("Zapisano Twoje wybory.")
    expect(page.get_by_label("Ostrzeżenia, w portalu")).to_be_checked()
    shot(page, "notifications-centre")

    sign_in(page, office, "jadwiga")
    page.goto(f"{office}/urzad/powiadomienia/")
    page.get_by_role("link", name="Napisz wiadomość").click()
    page.get_by_label("Temat").select_option("warning")
    page.get_by_label("Tytuł", exact=True).fill("Przerwa w dostawie wody")
    page.get_by_label("Treść", exact=True).fill("Rynek, do godziny 18.")
    shot(page, "notifications-compose")
    page.get_by_role("button", name="Zapisz szkic i policz odbiorców").click()
    expect(page.locator("main")).to_contain_text("Osób: 1.")
    expect(page.get_by_role("button", name="Zatwierdź i wyślij")).to_have_count(0)
    address = page.url

    sign_in(page, office, "karol")
    page.goto(address)
    page.get_by_role("button", name="Zatwierdź i wyślij").click()
    expect(page.locator(".alert.success")).to_contain_text("Zatwierdzono.")
    for message in queueing.due(at=timezone.now()):
        queueing.queue(message, at=timezone.now())
    page.reload()
    expect(page.locator("main")).to_contain_text("dostarczona")
    shot(page, "notifications-figures")

    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/")
    page.get_by_role("link", name="Przerwa w dostawie wody").click()
    expect(page.locator("main")).to_contain_text("Rynek, do godziny 18.")
