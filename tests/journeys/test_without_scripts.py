"""The four services from the catalogue to the delivered document on a phone without scripts, with two clerks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.documents.models import IssuedDocument
from services.identity.models import StaffRole
from tests.conftest import person
from tests.journeys.test_extract import PARCEL, collect, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLERKS = {StaffRole.Role.CLERK: ("jadwiga", "karol"), StaffRole.Role.PLANNER: ("danuta", "pawel")}
OFFICE = "Urząd Miasta i Gminy w Skale"
ANSWER = "Odpowiadamy na Twoje pismo z dzisiaj."
#: name in the catalogue; what is filled in, a step a line: texts by label, and labels of what is chosen
SERVICES = {
    "pismo-ogolne": (
        StaffRole.Role.CLERK, "Pismo do urzędu",
        ({"Czego dotyczy?": "Światło na Rynku", "Treść": "Kiedy będzie?", OFFICE: None, "pytanie": None}, {}),
    ),
    "informacja-publiczna": (
        StaffRole.Role.CLERK, "Informacja publiczna",
        (
            {"Informacja, o którą prosisz": "Ile kosztował most?", OFFICE: None, "nie": None},
            {"tutaj, w mojej sprawie": None},
        ),
    ),
    "zaswiadczenie-o-przeznaczeniu": (
        StaffRole.Role.PLANNER, "Zaświadczenie o przeznaczeniu działki w planie",
        ({"Działki": PARCEL, "do banku": None},),
    ),
    "wypis-i-wyrys": (StaffRole.Role.PLANNER, "Wypis i wyrys z planu miejscowego", ({"Działki": PARCEL},)),
}  # fmt: skip


@pytest.fixture
def office(live_server, drawn_plan, make_parcel, rate, filing, skala, anna, danuta):
    make_parcel(east=0, north=0, side=100, number="123/4")
    for username, role in (("jadwiga", "clerk"), ("karol", "clerk"), ("pawel", "planner")):
        StaffRole.objects.create(
            user=person(username, username.title(), "Kaczmarek"), municipality=skala, role=role, job_title="inspektor"
        )
    return live_server.url


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="pl-PL", has_touch=True
    )
    yield context.new_page()
    context.close()


def charge(page: Page) -> None:
    """Where the service has something to pay: it is counted, and issued all the same for a reason."""
    if (button := page.get_by_role("button", name="Nalicz opłatę")).count():
        button.tap()
        expect(page.locator("main")).to_contain_text("Naliczono opłatę skarbową")
    if (details := page.get_by_text("Wydaj mimo braku wpłaty")).count():
        details.tap()
        page.locator("#mimo").fill("Sprawa dotyczy zdrowia dziecka.")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first.tap()


@pytest.mark.parametrize("code", SERVICES)
def test_from_the_catalogue_to_the_document(phone: Page, office: str, code: str):
    role, title, steps = SERVICES[code]
    first, second = CLERKS[role]
    sign_in(phone, office, "anna")
    phone.goto(f"{office}/uslugi/")
    phone.get_by_role("link", name=title).first.tap()
    press(phone, "Wypełnij wniosek")
    for step in steps:
        for label, text in step.items():
            field = phone.get_by_label(label, exact=True)
            field.check() if text is None else field.fill(text)
        here = phone.url
        press(phone, "Zapisz i przejdź dalej")
        expect(phone).not_to_have_url(here)
    press(phone, "Złóż wniosek")
    expect(phone.locator(".alert.success")).to_contain_text("Znak sprawy:")
    mine = phone.url

    # one clerk takes the case, another has opened it before and can no longer end it unseen
    sign_in(phone, office, second)
    phone.goto(mine.replace("/moje/", "/urzad/"))
    stale = phone.locator("input[name=widziane]").first.input_value()
    sign_in(phone, office, first)
    phone.goto(mine.replace("/moje/", "/urzad/"))
    press(phone, "Przejmij sprawę")
    expect(phone.locator("main")).to_contain_text("Sprawę prowadzi")
    if role is StaffRole.Role.CLERK:  # the planner's words come from the plan
        phone.get_by_label("Treść pisma").fill(ANSWER)
    assert phone.locator("input[name=widziane]").first.input_value() != stale
    charge(phone)
    press(phone, "Wydaj i zakończ sprawę")
    expect(phone.locator("main")).to_contain_text("Wydano:")

    sign_in(phone, office, "anna")
    phone.goto(f"{office}/moje/")
    expect(phone.locator("main")).to_contain_text("Co nowego")
    phone.goto(mine)
    document = IssuedDocument.objects.get()
    collect(phone)
    expect(phone.locator("main")).to_contain_text(document.code)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Pobierz PDF").first.tap()
    assert download.value.path().read_bytes()[:5] == b"%PDF-"
    assert document.sha256
