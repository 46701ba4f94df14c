"""E-services of the one mechanism in a browser: from the catalogue to the letter, on a phone, by the keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, Request, Route, expect

from services.catalogue.models import Draft
from services.identity.models import StaffRole
from tests.conftest import person
from tests.journeys.test_extract import PARCEL, collect, shot, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(live_server, drawn_plan, make_parcel, filing, skala, anna, danuta):
    make_parcel(east=0, north=0, side=100, number="123/4")
    for username, first_name in (("jadwiga", "Jadwiga"), ("karol", "Karol")):
        clerk = person(username, first_name, "Kaczmarek")
        StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    return live_server.url


def press(page: Page, name: str) -> None:
    """The button or link of the name, reached and pressed by keys."""
    target = (
        page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first
    )
    target.focus()
    page.keyboard.press("Enter")


def test_a_letter_from_the_catalogue_to_the_answer(page: Page, office: str):
    file_letter(page, office)
    answer_letter(page, office)

    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/")
    shot(page, "home")
    page.get_by_role("table").get_by_role("link", name="Pismo: Wyjaśnienie").press("Enter")
    expect(page.locator("main")).to_contain_text("Odpowiedź na pismo")
    shot(page, "letter-answered")


def file_letter(page: Page, office: str) -> None:
    """As Anna, with a mistake and a group on the way."""
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/")
    shot(page, "services")
    page.get_by_role("link", name=re.compile("^Pismo do urzędu")).first.press("Enter")
    shot(page, "service-card")
    press(page, "Wypełnij wniosek")

    # a mistake first: it is named, what was typed stays
    page.get_by_label("Urząd Miasta i Gminy w Skale").press("Space")
    page.get_by_label("odpowiedź na pismo urzędu").press("Space")
    page.get_by_label("Treść").fill("Proszę o wyjaśnienie.")
    press(page, "Zapisz i przejdź dalej")
    expect(page.get_by_role("alert")).to_contain_text("Odpowiedz na to pytanie.")
    expect(page.get_by_label("Treść")).to_have_value("Proszę o wyjaśnienie.")
    shot(page, "step-errors")
    page.get_by_label("Znak pisma, na które odpowiadasz").fill("GP.6727.45.2026")
    page.get_by_label("Czego dotyczy?").fill("Wyjaśnienie")

    # Enter in a field goes on, it neither copies nor removes a thing
    page.get_by_label("Czego dotyczy?").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inne osoby")
    press(page, "Dodaj: Osoba")
    page.get_by_label("Imię i nazwisko").fill("Jan Nowak")
    press(page, "Kopiuj: Osoba 1")
    expect(page.get_by_label("Imię i nazwisko")).to_have_count(2)
    press(page, "Usuń: Osoba 2")
    press(page, "Cofnij usunięcie")
    expect(page.get_by_label("Imię i nazwisko").nth(1)).to_have_value("Jan Nowak")
    shot(page, "step-group")
    press(page, "Usuń: Osoba 2")
    page.get_by_role("textbox", name="Adres").fill("Rynek 5, Skała")
    page.get_by_role("textbox", name="Adres").press("Enter")

    expect(page.locator("main")).to_contain_text("GP.6727.45.2026")
    expect(page.locator("main")).to_contain_text("Osoba 1: Imię i nazwisko")
    shot(page, "summary")
    press(page, "Złóż wniosek")
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy: OR.1510.1.")
    shot(page, "letter-filed")


def answer_letter(page: Page, office: str) -> None:
    """The second clerk takes over from the first and answers."""
    sign_in(page, office, "jadwiga")
    page.goto(f"{office}/urzad/")
    shot(page, "work-list")
    page.get_by_role("link", name="OR.1510.1.").press("Enter")
    press(page, "Przejmij sprawę")
    expect(page.locator("main")).to_contain_text("Sprawę prowadzi Jadwiga Kaczmarek.")
    sign_in(page, office, "karol")
    page.goto(f"{office}/urzad/")
    page.get_by_role("link", name="OR.1510.1.").press("Enter")
    expect(page.locator("main")).to_contain_text("Sprawę prowadzi Jadwiga Kaczmarek.")
    press(page, "Przejmij sprawę")
    expect(page.locator("main")).to_contain_text("Sprawę prowadzi Karol Kaczmarek.")
    page.get_by_label("Treść pisma").fill("Wyjaśniamy, że wniosek został załatwiony.")
    shot(page, "letter-review")
    press(page, "Wydaj i zakończ sprawę")
    expect(page.locator("main")).to_contain_text("Wydano: Odpowiedź na pismo.")


def test_a_certificate_from_the_parcel(page: Page, office: str):
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/zaswiadczenie-o-przeznaczeniu/?dzialka={PARCEL}")
    press(page, "Wypełnij wniosek")
    expect(page.get_by_label("Działki")).to_have_value(PARCEL)
    page.get_by_label("do banku").press("Space")
    press(page, "Zapisz i przejdź dalej")
    press(page, "Złóż wniosek")
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy: GP.6727.1.")

    sign_in(page, office, "danuta")
    page.goto(f"{office}/urzad/")
    page.get_by_role("link", name="GP.6727.1.").press("Enter")
    expect(page.get_by_label("Treść pisma")).to_have_value(re.compile("pod symbolem 2U/MN"))
    shot(page, "certificate-review")
    page.get_by_text("Wydaj mimo braku wpłaty").click()
    page.locator("#mimo").fill("Sprawa dotyczy zdrowia dziecka.")
    press(page, "Wydaj i zakończ sprawę")
    expect(page.locator("main")).to_contain_text("Wydano: Zaświadczenie.")


def test_public_information_is_refused_after_a_new_term(page: Page, office: str):
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/informacja-publiczna/wniosek/")
    page.get_by_label("Urząd Miasta i Gminy w Skale").press("Space")
    page.get_by_label("Informacja, o którą prosisz").fill("Umowy z 2025 roku")
    page.get_by_label("tak", exact=True).press("Space")
    press(page, "Zapisz i przejdź dalej")
    page.get_by_label("Dlaczego jest to szczególnie ważne").fill("Wydatki gminy.")
    press(page, "Zapisz i przejdź dalej")
    page.get_by_label("tutaj, w mojej sprawie").press("Space")
    press(page, "Zapisz i przejdź dalej")
    press(page, "Złóż wniosek")
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy: OR.1431.1.")

    sign_in(page, office, "jadwiga")
    page.goto(f"{office}/urzad/")
    page.get_by_role("link", name="OR.1431.1.").press("Enter")
    page.get_by_text("Przedłuż termin", exact=True).click()
    page.get_by_label("Przyczyna").fill("Trzeba zebrać umowy.")
    page.get_by_label("Nowy termin").fill("2099-12-01")
    press(page, "Zawiadom o nowym terminie")
    expect(page.locator("main")).to_contain_text("Nowy termin załatwienia: 1 grudnia 2099")
    page.get_by_text("Odmów", exact=True).click()
    page.get_by_label("Uzasadnienie odmowy").fill("Umowy objęte są tajemnicą przedsiębiorcy.")
    press(page, "Zakończ odmową")
    expect(page.locator("main")).to_contain_text("Decyzja o odmowie")

    sign_in(page, office, "anna")
    page.goto(f"{office}/moje/")
    page.get_by_role("table").get_by_role("link", name="Informacja publiczna: Umowy z 2025 roku").press("Enter")
    case = page.url
    collect(page)
    page.goto(case)
    expect(page.locator("main")).to_contain_text("możesz się odwołać")


def test_a_form_saves_itself_while_one_types(page: Page, office: str):
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/pismo-ogolne/wniosek/")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 200):
        page.get_by_label("Czego dotyczy?").press_sequentially("Dziura w drodze")

    assert Draft.objects.get().typed["subject"] == ["Dziura w drodze"]
    page.reload()
    expect(page.get_by_label("Czego dotyczy?")).to_have_value("Dziura w drodze")


def test_a_slow_save_is_over_before_the_form_goes(page: Page, office: str):
    """Were it still on its way, its older words could arrive after the newer ones."""
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/pismo-ogolne/wniosek/")
    held: list[Route] = []
    over: list[bool] = []  #: of every answered form, whether it was a save

    def hold(route: Route) -> None:
        if "autozapis" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    def note(request: Request) -> None:
        if request.method == "POST":
            over.append("autozapis" in (request.post_data or ""))

    page.route("**/wniosek/**", hold)
    page.on("requestfinished", note)
    page.get_by_label("Czego dotyczy?").fill("Stare")
    page.wait_for_timeout(2000)
    [save] = held
    page.get_by_label("Czego dotyczy?").fill("Nowe")
    page.get_by_role("button", name="Dokończę później").click()
    page.wait_for_timeout(300)
    assert over == []
    save.continue_()

    expect(page).to_have_url(f"{office}/moje/")
    assert over == [True, False]
    assert Draft.objects.get().typed["subject"] == ["Nowe"]
