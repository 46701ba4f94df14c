"""The map and the pages in a real browser: keyboard, clicks, history, small screens, failures, axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.factories import EAST, NORTH
from tests.portal.asking import asked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARCEL = "120610_5.0007.123/4"
OVER_PARCEL = f"/mapa/?x={EAST + 50:.0f}&y={NORTH + 50:.0f}&z=18"


class TestChoosing:
    def test_by_search_with_keys_opens_the_card_and_the_address_says_it(self, open_page, covered_parcel):
        page = open_page("/mapa/")

        page.get_by_role("combobox").press_sequentially("cianowice 123")
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", name="Działka 123/4")).to_be_focused()
        expect(page.locator("#karta .zones li")).to_have_count(2)
        expect(page.locator("#karta .zones li").first).to_contain_text("70,0\u00a0% · 7\u00a0000\u00a0m²")
        expect(page.get_by_role("link", name="Zamów wypis i wyrys")).to_have_attribute(
            "href", "/uslugi/wypis-i-wyrys/?dzialka=120610_5.0007.123%2F4"
        )
        assert asked(page)["dzialka"] == PARCEL

    def test_by_a_click_and_back_and_forward(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        heading = page.get_by_role("heading", name="Działka 123/4")

        page.locator("#mapa").click(position={"x": 640, "y": 330})
        expect(heading).to_be_visible()
        page.go_back()
        expect(heading).to_be_hidden()
        page.go_forward()

        expect(heading).to_be_visible()

    def test_by_enter_at_the_crosshair_and_escape_closes(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)

        page.locator("#mapa").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Działka 123/4")).to_be_focused()
        page.keyboard.press("Escape")

        expect(page.locator("#karta")).to_be_hidden()
        expect(page.locator("#mapa")).to_be_focused()
        assert "dzialka" not in asked(page)

    def test_by_an_address_in_degrees_opens_at_the_place(self, open_page, covered_parcel):
        page = open_page(f"/mapa/?lon=19.87&lat=50.2&z=18&dzialka={PARCEL}")

        expect(page.get_by_role("heading", name="Działka 123/4")).to_be_visible()
        assert page.locator(".toast").count() == 0

    def test_beside_every_parcel_says_that_none_is_there(self, open_page, covered_parcel):
        page = open_page(f"/mapa/?x={EAST + 5000:.0f}&y={NORTH:.0f}&z=18")

        page.locator("#mapa").click(position={"x": 640, "y": 330})

        expect(page.locator(".toast")).to_contain_text("W tym miejscu nie ma działki")


class TestAnswers:
    def test_no_plan_is_told_from_a_failure(self, open_page, make_parcel):
        make_parcel(number="1")
        page = open_page("/mapa/?dzialka=120610_5.0007.1")
        expect(page.locator("#karta .alert")).to_contain_text("Brak planu miejscowego")

        page.route("**/dzialki/**", lambda route: route.abort())
        page.reload()

        expect(page.locator("#karta .alert.danger")).to_contain_text("Nie udało się wczytać działki")
        page.unroute("**/dzialki/**")
        page.get_by_role("button", name="Spróbuj ponownie").click()
        expect(page.locator("#karta .alert")).to_contain_text("Brak planu miejscowego")

    def test_an_unknown_parcel_says_what_to_do(self, open_page, covered_parcel):
        page = open_page("/mapa/?dzialka=120610_5.0007.999")

        expect(page.locator("#karta")).to_contain_text("Nie ma takiej działki")

    @pytest.mark.parametrize(
        "state",
        ["x=pies", "x=7418000&y=1&z=18", "z=99", "dzialka=<b>", "x=1e999&y=NaN", "x=%F0", "warstwy=psy", "lon=0&lat=0"],
    )
    def test_a_strange_address_shows_the_opening_view(self, open_page, covered_parcel, state):
        page = open_page(f"/mapa/?{state}")

        expect(page.locator(".toast")).to_contain_text("Nie rozumiemy części adresu mapy")
        expect(page.locator("#mapa canvas").first).to_be_visible()


class TestSmallScreen:
    def test_the_card_stops_at_three_heights(self, open_page, covered_parcel):
        page = open_page(f"/mapa/?dzialka={PARCEL}", width=360, height=740)
        grip, card = page.get_by_role("button", name="Zmień wysokość karty"), page.locator("#karta")
        expect(card.locator(".zones")).to_have_count(1)
        heights = []

        for key in ("ArrowDown", "ArrowUp", "ArrowUp"):
            grip.press(key)
            heights.append(card.bounding_box()["height"])

        assert heights == sorted(heights)
        assert len(set(heights)) == 3

    @pytest.mark.parametrize("address", ["/", "/mapa/", f"/dzialki/{PARCEL}/", "/szukaj?q=cianowice", "/logowanie/"])
    def test_nothing_is_wider_than_the_screen(self, open_page, covered_parcel, address):
        page = open_page(address, width=320, height=640)

        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_the_menu_opens_without_scripts(self, open_page, skala):
        page = open_page("/", width=360, height=740)

        page.get_by_role("button", name="Menu").click()

        expect(page.get_by_role("navigation", name="Główne").get_by_role("link", name="Mapa")).to_be_visible()


class TestLayers:
    def test_are_switched_and_say_when_to_zoom_in(self, open_page, covered_parcel):
        page = open_page("/mapa/")

        page.get_by_role("button", name="Warstwy").click()

        panel = page.locator("#warstwy")
        expect(panel.get_by_text("przybliż, aby zobaczyć").first).to_be_visible()
        panel.get_by_role("treeitem", name="Budynki").locator(".box").click()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()

        assert asked(page)["warstwy"] == "plans,plan-zones,districts,parcels,streets,addresses"

    def test_of_the_address_are_the_only_ones_seen(self, open_page, covered_parcel):
        page = open_page("/mapa/?warstwy=parcels,plans~40")

        page.get_by_role("button", name="Warstwy").click()

        checked = page.locator("#warstwy .leaf[aria-checked=true]")
        expect(checked).to_have_count(2)
        assert sorted(row.get_attribute("data-ids") for row in checked.all()) == ["parcels", "plans"]
        expect(page.locator("#warstwy .order li").first).to_contain_text("Plany miejscowe")
        assert asked(page)["warstwy"] == "parcels,plans~40"


class TestEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize(
        "address",
        [
            "/", "/mapa/", f"/mapa/?dzialka={PARCEL}", f"/dzialki/{PARCEL}/", "/plany/120610-XI-85-15/",
            "/szukaj?q=cianowice", "/logowanie/", "/nic/", "/urzad/wzornik/",
        ],
    )  # fmt: skip
    def test_axe_finds_nothing_serious(self, open_page, covered_parcel, address, scheme):
        page = open_page(address, scheme=scheme)

        found = Axe().run(page).response["violations"]

        assert [
            (issue["id"], [node["html"][:120] for node in issue["nodes"]])
            for issue in found
            if issue["impact"] in {"serious", "critical"}
        ] == []
