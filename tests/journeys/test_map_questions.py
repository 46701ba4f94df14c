"""Places picked on the map of a form, by the mouse and by the keyboard alone, and seen by the clerk."""

import json
import re
from collections.abc import Iterator

import pytest
from django.contrib.gis.geos import GEOSGeometry
from playwright.sync_api import Locator, Page, expect

from services.cases.models import Case
from services.cases.terms import MONTH
from services.catalogue.declaration import Card, EService, Letters, eservices
from services.catalogue.models import Draft, Filing
from services.forms.definition import Form, Step
from services.forms.places import Area
from services.forms.questions import OfficeChoice
from services.identity.models import StaffRole
from spatial import crs
from spatial.ogc.text import Text
from tests.conftest import person
from tests.factories import EAST, NORTH
from tests.journeys.test_extract import PARCEL, shot, sign_in
from tests.journeys.test_services import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: metres of the ground in a pixel at the zoom to which the map goes for a parcel; an arrow key moves 128 pixels
PIXEL_M = 156_543.03 / 2**18 * 0.6396  #: cos 50.24°
ARROW_M = 128 * PIXEL_M

TWO_AREAS = re.compile(r'"MultiPolygon".*\]\]\],\[\[\[')


@pytest.fixture
def office(live_server, drawn_plan, make_parcel, filing, skala, anna, danuta):
    """Three parcels: one, to its right and above it."""
    make_parcel(east=0, north=0, side=100, number="123/4")
    make_parcel(east=100, north=0, side=60, number="125")
    make_parcel(east=0, north=100, side=100, number="126")
    clerk = person("jadwiga", "Jadwiga", "Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    return live_server.url


@pytest.fixture
def felling() -> Iterator[EService]:
    """A service that asks for areas."""
    text = Text("Gdzie rosną drzewa?", "Where do the trees grow?")
    questions = (OfficeChoice(name="office", label=text), Area(name="area", label=text))
    service = EService(
        code="wycinka",
        card=Card(title=text, summary=text, cost=text, steps=(text,), legal_basis="test"),
        role=StaffRole.Role.CLERK,
        term=MONTH,
        form=Form("1", (Step("obszar", text, questions),)),
        letters=Letters(answer="Odpowiedź", refusal="Odmowa"),
        case_title=lambda answers: "Wycinka",
    )
    eservices.register(service)
    yield service
    del eservices.held[service.code]


def opened(page: Page) -> Locator:
    """The map of the form, by the keyboard, at the parcel."""
    press(page, "Wskaż na mapie")
    map_ = page.locator(".place-map")
    expect(map_.locator("canvas").first).to_be_visible()
    page.get_by_label("Znajdź miejsce na mapie").fill(PARCEL)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(map_).to_be_focused()
    return map_


def click(map_: Locator, *, east: float, north: float, count: int = 1) -> None:
    """Metres from the middle of the parcel, where the map stands."""
    box = map_.bounding_box()
    at = {"x": box["width"] / 2 + east / PIXEL_M, "y": box["height"] / 2 - north / PIXEL_M}
    map_.click(position=at, click_count=count)


def grid(value: dict) -> GEOSGeometry:
    return GEOSGeometry(json.dumps(value), srid=crs.WGS84).transform(crs.PL_2000_7, clone=True)


def test_parcels_by_the_mouse_and_by_the_keyboard(page: Page, office: str):
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/zaswiadczenie-o-przeznaczeniu/wniosek/")
    map_ = opened(page)
    field = page.get_by_role("textbox", name="Działki")
    click(map_, east=0, north=0)
    expect(field).to_have_value(PARCEL)
    click(map_, east=75, north=-30)
    expect(field).to_have_value(f"{PARCEL}\n120610_5.0007.125")
    expect(page.get_by_role("status").filter(has_text="Działek na mapie: 2")).to_be_visible()

    map_.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 200):
        page.keyboard.press("Enter")
        expect(field).to_have_value(f"{PARCEL}\n120610_5.0007.125\n120610_5.0007.126")
    assert Draft.objects.get().typed["parcels"][0].split() == [PARCEL, "120610_5.0007.125", "120610_5.0007.126"]
    shot(page, "map-question-parcels")

    # once more takes a parcel away, and what is typed is drawn
    page.set_viewport_size({"width": 1440, "height": 900})
    map_.focus()
    page.keyboard.press("Enter")
    expect(field).to_have_value(f"{PARCEL}\n120610_5.0007.125")
    field.fill(PARCEL)
    expect(page.get_by_role("status").filter(has_text="Działek na mapie: 1")).to_be_visible()

    page.get_by_label("do banku").press("Space")
    press(page, "Zapisz i przejdź dalej")
    press(page, "Złóż wniosek")
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy: GP.6727.1.")
    assert Filing.objects.get().answers["parcels"] == [PARCEL]


def test_a_point_by_the_keyboard(page: Page, office: str):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/pismo-ogolne/wniosek/")
    opened(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Którego miejsca dotyczy pismo?")
    expect(field).not_to_have_value("")
    shot(page, "map-question-point")

    page.get_by_label("Urząd Miasta i Gminy w Skale").press("Space")
    page.get_by_label("wniosek", exact=True).press("Space")
    page.get_by_label("Czego dotyczy?").fill("Dziura w drodze")
    page.get_by_label("Treść").fill("Jest głęboka.")
    press(page, "Zapisz i przejdź dalej")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inne osoby")
    press(page, "Zapisz i przejdź dalej")
    expect(page.locator("main")).to_contain_text("PL-2000, strefa 7")
    press(page, "Złóż wniosek")
    expect(page.locator(".alert.success")).to_contain_text("Znak sprawy")
    spot = grid(Filing.objects.get().answers["place"])
    assert spot.coords == pytest.approx((EAST + 50 + ARROW_M, NORTH + 50), abs=1)

    sign_in(page, office, "jadwiga")
    page.goto(f"{office}/urzad/sprawy/{Case.objects.get().pk}/")
    expect(page.locator(".place-map canvas").first).to_be_visible()
    shot(page, "map-of-case")


def test_areas_by_the_mouse_and_by_the_keyboard(page: Page, office: str, felling: EService):
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, office, "anna")
    page.goto(f"{office}/uslugi/{felling.code}/wniosek/")
    page.get_by_label("Urząd Miasta i Gminy w Skale").press("Space")
    map_ = opened(page)
    for east, north in ((-40, -40), (0, -40), (30, 30)):
        click(map_, east=east, north=north)
    page.get_by_role("button", name="Cofnij", exact=True).click()
    click(map_, east=0, north=0)
    click(map_, east=-40, north=0, count=2)
    status = page.get_by_role("status").filter(has_text="m²")
    expect(status).to_be_visible()

    # the second one: corners in the middle, the map moves under them
    map_.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowRight"):
        page.keyboard.press("Enter")
        page.keyboard.press(key)
    page.keyboard.press("Backspace")
    shot(page, "map-question-area-begun")
    page.set_viewport_size({"width": 1440, "height": 900})
    press(page, "Zakończ obszar")
    expect(page.get_by_role("textbox", name="Gdzie rosną drzewa?")).to_have_value(TWO_AREAS)
    shot(page, "map-question-area")
    press(page, "Zapisz i przejdź dalej")

    expect(page.locator("main")).to_contain_text("obszarów: 2")
    drawn = grid(felling.form.question("area").value(Draft.objects.get().typed["area"][0]))
    assert sorted(part.area for part in drawn) == pytest.approx([ARROW_M**2 / 2, 1600], rel=0.05)
