"""The whole way in a browser: a resident finds a parcel and asks, the planner issues, anybody checks."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from services.documents.models import IssuedDocument
from services.portal.settings import ENVIRONMENT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARCEL = "120610_5.0007.123/4"
#: what sticks out of the page, named so that it can be found
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= room) return []
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > room + 1)
  return wide.slice(-5).map((e) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`)
}"""


@pytest.fixture
def office(live_server, drawn_plan, make_parcel, rate, filing, anna, danuta, celina):
    """Skała with one plan, one parcel, a neighbour, and the people."""
    make_parcel(east=0, north=0, side=100, number="123/4")
    make_parcel(east=100, north=0, side=60, number="125")
    return live_server.url


def sign_in(page: Page, office: str, username: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{office}/logowanie/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill("miedza-demo")
    page.locator("main button[type=submit], main button:not([type])").first.click()
    expect(page).not_to_have_url(f"{office}/logowanie/")


def collect(page: Page) -> None:
    """On the page of a case: its newest letter is opened."""
    page.get_by_role("link", name="Odbierz pismo").last.press("Enter")
    page.get_by_role("button", name="Odbieram pismo").press("Enter")
    expect(page.locator("main")).to_contain_text("Poświadczenie doręczenia")


def shot(page: Page, name: str) -> None:
    """A picture at both widths, kept for whoever looks at the run; nothing sticks out, axe finds nothing serious."""
    folder = ENVIRONMENT.state / "screens"
    for width, height in ((360, 740), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        assert page.evaluate(TOO_WIDE) == [], f"{name} at {width} px"
    grave = [found for found in Axe().run(page).response["violations"] if found["impact"] in {"serious", "critical"}]
    assert [(found["id"], found["nodes"][0]["html"][:120]) for found in grave] == [], name


def test_from_the_map_to_a_checked_document(page: Page, office: str, tmp_path: Path):
    # the resident finds the parcel
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{office}/mapa/")
    page.get_by_role("combobox").fill(PARCEL)
    page.get_by_role("option").first.click()
    card = page.locator("#karta")
    expect(card).to_contain_text("2U/MN")
    expect(card).to_contain_text("70,0")
    shot(page, "map-card")
    page.set_viewport_size({"width": 1440, "height": 900})
    card.get_by_role("link", name="Zamów wypis i wyrys").first.click()

    # and asks for the extract
    page.get_by_role("button", name="Wypełnij wniosek").or_(page.get_by_role("link", name="Wypełnij wniosek")).click()
    page.locator("input[name=username]").fill("anna")
    page.locator("input[name=password]").fill("miedza-demo")
    page.locator("main form button").first.click()
    expect(page.get_by_label("Działki")).to_have_value(PARCEL)
    shot(page, "apply")
    page.get_by_role("button", name="Zapisz i przejdź dalej").click()
    page.get_by_role("button", name="Złóż wniosek").click()
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy: GP.6727.1.")
    shot(page, "case-filed")

    # the planner looks and issues
    sign_in(page, office, "danuta")
    page.goto(f"{office}/urzad/")
    shot(page, "desk")
    page.get_by_role("link", name="GP.6727.1.").click()
    expect(page.locator("main")).to_contain_text("7 000 m²".replace(" ", "\u00a0"))
    shot(page, "review")
    preview = page.get_by_role("link", name="Podgląd").get_attribute("href")
    answer = page.context.request.get(office + str(preview))
    assert answer.body()[:5] == b"%PDF-"
    page.get_by_role("button", name="Nalicz opłatę").click()
    expect(page.locator("main")).to_contain_text("Opłata nie jest jeszcze zapłacona.")
    pay_at_the_desk(page)
    page.get_by_role("button", name="Wydaj i zakończ sprawę").click()
    expect(page.locator("main")).to_contain_text("Wydano: Wypis i wyrys")

    # the resident downloads
    document = IssuedDocument.objects.get()
    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/")
    shot(page, "my-cases")
    page.get_by_role("table").get_by_role("link", name="Wypis i wyrys z planu: działka 123/4").click()
    shot(page, "case-issued")
    collect(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Pobierz PDF").click()
    file = tmp_path / "document.pdf"
    download.value.save_as(file)
    assert sha256(file.read_bytes()).hexdigest() == document.sha256

    check(page, office, document, file)


def pay_at_the_desk(page: Page) -> None:
    """The clerk writes down what was paid in cash."""
    page.get_by_text("Zapisz wpłatę: Opłata skarbowa").click()
    page.get_by_label("Numer dowodu wpłaty").fill("KP 1/2026")
    page.get_by_label("Dzień zapłaty").fill(date.today().isoformat())
    page.get_by_role("button", name="Zapisz wpłatę").click()
    expect(page.locator("main")).to_contain_text("dowód wpłaty KP 1/2026")


def check(page: Page, office: str, document: IssuedDocument, file: Path) -> None:
    """As anybody, by the code from the paper and by the file."""
    page.context.clear_cookies()
    page.goto(f"{office}/weryfikacja/")
    page.get_by_label("Kod weryfikacyjny").fill(document.code.lower())
    page.get_by_role("button", name="Sprawdź").click()
    expect(page.locator("main")).to_contain_text("Urząd Miasta i Gminy w Skale")
    page.get_by_label("Plik PDF").set_input_files(file)
    page.get_by_role("button", name="Porównaj").click()
    expect(page.locator(".alert.success")).to_contain_text("Plik jest zgodny")
    shot(page, "verify")


def begin(page: Page, office: str) -> None:
    """Anna's new application, with the parcel filled in by the map."""
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/wypis-i-wyrys/?dzialka={PARCEL}")
    page.get_by_role("button", name="Wypełnij wniosek").or_(page.get_by_role("link", name="Wypełnij wniosek")).click()


def file(page: Page, office: str) -> None:
    begin(page, office)
    page.get_by_role("button", name="Zapisz i przejdź dalej").click()
    page.get_by_role("button", name="Złóż wniosek").click()


def test_a_mistake_in_the_application_is_told_beside_the_field(page: Page, office: str):
    begin(page, office)
    page.get_by_label("Działki").fill("120610_5.0007.999")
    page.get_by_label("Do czego potrzebujesz").fill("kredyt")
    page.get_by_role("button", name="Zapisz i przejdź dalej").click()

    expect(page.get_by_role("alert")).to_contain_text("Nie znaleźliśmy działki 120610_5.0007.999")
    expect(page.get_by_label("Do czego potrzebujesz")).to_have_value("kredyt")
    shot(page, "apply-error")


def test_the_planner_refuses_with_a_reason_that_the_resident_reads(page: Page, office: str):
    file(page, office)
    sign_in(page, office, "danuta")
    page.goto(f"{office}/urzad/")
    page.get_by_role("link", name="GP.6727.1.").click()
    page.get_by_text("Odmów", exact=True).click()
    page.get_by_label("Uzasadnienie odmowy").fill("Wniosek wpłynął dwa razy; dokument wydamy w sprawie wcześniejszej.")
    page.get_by_role("button", name="Zakończ odmową").click()

    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/")
    expect(page.locator("main")).to_contain_text("odmowa")
    page.get_by_role("table").get_by_role("link", name="Wypis i wyrys z planu").click()
    expect(page.locator("main")).to_contain_text("Odmowa wydania wypisu i wyrysu")
    shot(page, "case-refused")


def test_a_planner_mends_a_wrong_parcel(page: Page, office: str):
    file(page, office)
    sign_in(page, office, "danuta")
    page.goto(f"{office}/urzad/")
    page.get_by_role("link", name="GP.6727.1.").click()
    page.get_by_role("link", name="Popraw wniosek").click()
    page.get_by_label("Działki").fill("120610_5.0007.125")
    page.get_by_label("Co i dlaczego poprawiasz?").fill("Pomylony numer działki.")
    shot(page, "amend")
    page.get_by_role("button", name="Popraw wniosek").click()

    expect(page.locator("main")).to_contain_text("Urząd poprawił wniosek: Pomylony numer działki.")
    expect(page.locator("main")).to_contain_text("3 600 m²".replace(" ", "\u00a0"))


def test_a_neighbour_sees_nothing(page: Page, office: str):
    file(page, office)
    address = page.url
    sign_in(page, office, "celina")

    answer = page.goto(address)

    assert answer is not None
    assert answer.status == 404
