"""A firm's letter on a phone: Bogdan says for whom he acts, files, and the head of each page says it all the time."""

import pytest
from playwright.sync_api import Page, expect

from services.cases.models import Case
from services.parties.models import ExternalRef, PartyLink
from services.parties.people import Known, party_of
from tests.journeys.test_extract import shot, sign_in
from tests.journeys.test_services import press
from tests.services.conftest import jadwiga
from tests.services.parties.conftest import NIP, PESEL, make_link

__all__ = ["jadwiga", "make_link"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_letter_of_a_firm(page: Page, live_server, filing, make_link, bogdan, jadwiga):
    firm = party_of(Known(name="Piekarnia Kowalski sp. z o.o.", nip=NIP, is_confirmed=True))
    link = make_link(bogdan, firm, basis="representation")
    office = live_server.url
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, office, "bogdan")
    page.goto(f"{office}/moje/")
    press(page, "W czyim imieniu")
    shot(page, "acting")
    page.get_by_label("Piekarnia Kowalski sp. z o.o.").press("Space")
    press(page, "Zapisz wybór")
    acting = page.get_by_role("complementary", name="W czyim imieniu")
    expect(acting).to_contain_text("Działasz w imieniu: Piekarnia Kowalski sp. z o.o.")

    page.goto(f"{office}/uslugi/pismo-ogolne/")
    press(page, "Wypełnij wniosek")
    page.get_by_label("Urząd Miasta i Gminy w Skale").press("Space")
    page.get_by_role("radio", name="pytanie").press("Space")
    page.get_by_label("Czego dotyczy?").fill("Ogródek przed piekarnią")
    page.get_by_label("Treść").fill("Czy trzeba zgody?")
    press(page, "Zapisz i przejdź dalej")
    press(page, "Zapisz i przejdź dalej")
    expect(page.locator("main")).to_contain_text("Składasz ten wniosek w imieniu: Piekarnia Kowalski sp. z o.o.")
    shot(page, "acting-summary")
    press(page, "Złóż wniosek")
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy: OR.1510.1.")
    expect(page.locator("main")).to_contain_text("W czyim imieniu")
    shot(page, "acting-filed")
    assert Case.objects.get().on_behalf_of == firm

    page.goto(f"{office}/moje/w-imieniu/nowe/")
    press(page, "Wyślij do urzędu")
    expect(page.get_by_role("alert")).to_contain_text("Wybierz, czy to osoba, czy firma.")
    shot(page, "acting-ask")

    sign_in(page, office, "jadwiga")
    for name, address in (
        ("parties", "/urzad/strony/?szukaj=piekarnia"), ("party", f"/urzad/strony/{firm.pk}/"),
        ("mandate", f"/urzad/umocowania/{link.pk}/"), ("new-party", "/urzad/strony/nowa/"),
    ):  # fmt: skip
        page.goto(f"{office}{address}")
        expect(page.locator("main")).to_contain_text("Piekarnia" if name != "new-party" else "Dopisz")
        shot(page, name)


def test_a_code_from_the_office_links_the_account(page: Page, live_server, skala, celina, bogdan, jadwiga):
    """Level LINKED: who holds the letter with the code is whom the office's register knows."""
    party = party_of(Known(name="Wiśniewska", first_name="Celina", pesel=PESEL, is_confirmed=True))
    ExternalRef.objects.create(party=party, municipality=skala, register="water", key="W-17")
    office = live_server.url
    sign_in(page, office, "jadwiga")
    page.goto(f"{office}/urzad/strony/{party.pk}/")
    press(page, "Wydaj kod na stronie")
    code = page.locator(".alert.success strong").inner_text()
    shot(page, "activation-code")

    sign_in(page, office, "celina")
    page.goto(f"{office}/moje/w-imieniu/")
    press(page, "Mam kod z urzędu")
    page.get_by_label("Kod z pisma").fill("ABCD-EFGH-2345")
    press(page, "Powiąż konto")
    expect(page.get_by_role("alert")).to_contain_text("Ten kod jest błędny")
    page.get_by_label("Kod z pisma").fill(code.lower())
    shot(page, "activation")
    press(page, "Powiąż konto")
    expect(page.locator(".alert.success")).to_be_visible()
    shot(page, "activation-done")
    assert [(one.user, one.basis) for one in PartyLink.objects.filter(party=party)] == [(celina, "self")]

    sign_in(page, office, "bogdan")
    page.goto(f"{office}/moje/powiaz/")
    page.get_by_label("Kod z pisma").fill(code)
    press(page, "Powiąż konto")
    expect(page.get_by_role("alert")).to_contain_text("użyty")
