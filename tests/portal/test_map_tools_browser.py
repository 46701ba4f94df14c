"""The tools of the map in a real browser, most of them by the keyboard alone."""

import gzip
import json
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import expect

from spatial.remote.models import RemoteService
from tests.factories import EAST, NORTH, TODAY
from tests.portal.asking import asked
from tests.simulators.heights import HeightsSimulator
from tests.simulators.maps import PATIENT, QUICK, MapSimulator, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PARCEL = "120610_5.0007.123/4"
OVER_PARCEL = f"/mapa/?x={EAST + 50:.0f}&y={NORTH + 50:.0f}&z=18"
TOOLS = ["zmierz", "rysuj", "drukuj", "udostepnij", "coto", "czas", "porownaj", "dodaj", "pomoc"]
#: of JavaScript, packed, before anybody touches the map
LARGEST_START = 300_000
#: what reaches beyond the right edge
WIDER = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 0.5).map(e => e.outerHTML.slice(0, 120))"""


def corners_of(page):
    """Of the frame of a print: east and north from the lower left one on, EPSG:2178."""
    return [float(edge) for edge in page.locator("#mapa").get_attribute("data-frame").split(",")]


def open_tool(page, name):
    """By the keyboard: the menu, then its item."""
    page.locator("#narzedzia-przycisk").press("Enter")
    menu = page.locator("#narzedzia-menu")
    expect(menu).to_be_visible()
    while page.evaluate("document.activeElement.id") != f"narzedzie-{name}":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#narzedzie-tytul")).to_be_focused()
    return page.locator("#narzedzie")


class TestTree:
    def test_by_keyboard_alone(self, open_page, covered_parcel):
        page = open_page("/mapa/")
        page.locator("#warstwy-przycisk").press("Enter")
        group = page.get_by_role("treeitem", name="Planowanie przestrzenne")
        expect(group).to_be_focused()
        expect(group).to_have_attribute("aria-checked", "mixed")

        page.keyboard.press("Space")
        expect(group).to_have_attribute("aria-checked", "true")
        page.keyboard.press("ArrowRight")  # open already: to the first layer
        zones = page.get_by_role("treeitem", name="Tereny planów miejscowych")
        expect(zones).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(zones.get_by_text("las", exact=True)).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Home")

        expect(page).to_have_url(re.compile("[=,]plan-zones~0(,|$)"))
        assert "general-plan-zones" in asked(page)["warstwy"]

    def test_finds_layers_and_only_the_seen(self, open_page, covered_parcel):
        page = open_page("/mapa/")
        page.get_by_role("button", name="Warstwy").click()
        leaves = page.locator("#warstwy .leaf:visible")

        page.get_by_label("Szukaj warstwy").fill("dzialki")
        expect(leaves).to_have_count(1)
        page.get_by_label("Szukaj warstwy").fill("zupełnie nic")
        expect(page.locator("#warstwy-brak")).to_contain_text("Żadna warstwa nie pasuje")
        page.get_by_label("Szukaj warstwy").fill("")
        page.get_by_label("Tylko widoczne").check()

        expect(leaves).to_have_count(7)

    def test_order_is_changed_by_buttons_and_kept_in_the_address(self, open_page, covered_parcel):
        page = open_page("/mapa/?warstwy=plans,parcels,addresses")
        page.get_by_role("button", name="Warstwy").click()

        page.get_by_role("button", name="Niżej: Punkty adresowe").press("Enter")
        expect(page.get_by_role("button", name="Niżej: Punkty adresowe")).to_be_focused()
        page.keyboard.press("Enter")

        expect(page).to_have_url(re.compile("warstwy=addresses,plans,parcels(&|$)"))
        page.get_by_role("button", name="Przywróć widok początkowy").click()
        assert "warstwy" not in asked(page)

    def test_ground_is_chosen_and_kept(self, open_page, covered_parcel):
        page = open_page("/mapa/")
        page.get_by_role("button", name="Warstwy").click()
        page.get_by_label("Szare").check(force=True)

        assert asked(page)["tlo"] == "grey"
        page.reload()
        page.wait_for_selector("html[data-map=ready]")
        expect(page.locator("#mapa")).to_have_css("background-color", "rgb(242, 242, 242)")

    def test_a_ground_that_fails_says_so_and_the_map_goes_on(self, open_page, covered_parcel, settings, tmp_path):
        settings.MAP_FOLDER = tmp_path / "maps"
        RemoteService.objects.create(
            code="orto", url="http://127.0.0.1:9/", is_enabled=True, options=QUICK, valid_from=TODAY
        )
        cache.clear()

        page = open_page(f"{OVER_PARCEL}&tlo=orto")

        expect(page.locator(".toast")).to_contain_text("„Ortofotomapa” teraz nie odpowiada")
        page.locator("#mapa").press("Enter")
        expect(page.get_by_role("heading", name="Działka 123/4")).to_be_visible()


class TestParcels:
    def test_several_are_summed(self, open_page, covered_parcel, make_parcel):
        make_parcel(number="124", east=100)
        page = open_page(OVER_PARCEL)

        page.locator("#mapa").click(position={"x": 640, "y": 330})
        expect(page.get_by_role("heading", name="Działka 123/4")).to_be_visible()
        page.locator("#mapa").click(position={"x": 960, "y": 330}, modifiers=["Shift"])

        card = page.locator("#karta")
        expect(card.get_by_role("heading", name="Działki: 2")).to_be_visible()
        expect(card).to_contain_text("20\u00a0000\u00a0m²")
        assert asked(page)["dzialka"] == f"{PARCEL},120610_5.0007.124"
        card.get_by_role("button", name="Usuń: 123/4").click()
        expect(page.get_by_role("heading", name="Działka 124")).to_be_visible()

    def test_card_tells_what_lies_around_and_what_changed(self, open_page, covered_parcel):
        page = open_page(f"/mapa/?dzialka={PARCEL}")
        card = page.locator("#karta")

        expect(card.get_by_role("heading", name="Plan ogólny")).to_be_visible()
        expect(card.get_by_role("link", name="Zaświadczenie o przeznaczeniu działki")).to_be_visible()
        card.get_by_label("Co się zmieniło od dnia").fill("2012-01-01")
        expect(card.locator(".around")).to_contain_text("Przeznaczenie w planie")
        expect(card.locator(".around")).to_contain_text("– → R.3")

    def test_what_lies_around_may_fail_alone(self, open_page, covered_parcel):
        page = open_page("/mapa/")
        page.route("**/mapa/otoczenie**", lambda route: route.abort())
        page.goto(f"/mapa/?dzialka={PARCEL}")

        expect(page.locator("#karta .around")).to_contain_text("Otoczenie działki się nie wczytało")
        expect(page.locator("#karta .zones li")).to_have_count(2)


class TestIdentify:
    def test_asks_every_layer_and_tells_who_was_silent(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        page.route("**/ogc/collections/districts/**", lambda route: route.abort())
        panel = open_tool(page, "coto")

        panel.get_by_role("button", name="Sprawdź środek mapy").press("Enter")

        expect(panel).to_contain_text("Obiektów w tym miejscu: 3")
        expect(panel.locator("summary", has_text="Działki ewidencyjne")).to_be_visible()
        expect(panel.locator("summary", has_text="Tereny planów miejscowych")).to_be_visible()
        expect(panel).to_contain_text("Nie odpowiedziały na czas: Obręby ewidencyjne")


class TestMeasure:
    def test_of_written_points_is_that_of_the_plane(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "zmierz")

        panel.get_by_label("powierzchnia").check()
        corners = [(0, 0), (100, 0), (100, 50), (0, 50)]
        panel.get_by_label("Albo wpisz punkty").fill(
            "\n".join(f"{NORTH + north:.2f} {EAST + east:.2f}" for east, north in corners)
        )
        panel.get_by_role("button", name="Zmierz wpisane").press("Enter")

        expect(panel).to_contain_text("5\u00a0000\u00a0m² = 0,5000")
        expect(panel).to_contain_text("300,00\u00a0m")

    def test_by_clicks_and_snapping_is_that_of_the_parcel(self, open_page, covered_parcel):
        page = open_page(f"/mapa/?x={EAST + 50:.0f}&y={NORTH + 50:.0f}&z=19")
        panel = open_tool(page, "zmierz")
        box = page.locator("#mapa").bounding_box()
        side = 100 / (156543.03 / 2**19 * 0.64)
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.wait_for_timeout(500)  # tiles are read into the snapping
        for x, y in ((-1, 1), (-1, -1)):
            page.mouse.move(middle[0] + x * side / 2, middle[1] + y * side / 2)
            page.mouse.click(middle[0] + x * side / 2, middle[1] + y * side / 2)
        page.mouse.dblclick(middle[0] - side / 2, middle[1] - side / 2)

        text = panel.locator("dd").first.inner_text()
        assert float(text.split("\u00a0")[0].replace(",", ".")) == pytest.approx(100, abs=1.5)

    def test_shows_the_ground_along_a_line(self, open_page, covered_parcel):
        with HeightsSimulator().running() as heights:
            RemoteService.objects.create(code="nmt", url=heights.url, is_enabled=True, options=QUICK, valid_from=TODAY)
            page = open_page(OVER_PARCEL)
            panel = open_tool(page, "zmierz")
            panel.get_by_label("Albo wpisz punkty").fill(f"{NORTH} {EAST}\n{NORTH} {EAST + 100}")
            panel.get_by_role("button", name="Zmierz wpisane").press("Enter")
            panel.get_by_role("button", name="Pokaż profil terenu").press("Enter")

            expect(panel.get_by_role("img", name=re.compile("Najniżej .* W górę razem"))).to_be_visible()
            spot = panel.get_by_label("Miejsce na profilu")
            spot.press("End")
            expect(panel.locator(".profile output")).to_contain_text("100,00 m")
            panel.locator(".profile summary").press("Enter")
            expect(panel.get_by_role("table")).to_contain_text("Wysokość")

    def test_without_heights_says_why(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "zmierz")
        panel.get_by_label("Albo wpisz punkty").fill(f"{NORTH} {EAST}\n{NORTH} {EAST + 100}")
        panel.get_by_role("button", name="Zmierz wpisane").press("Enter")
        panel.get_by_role("button", name="Pokaż profil terenu").press("Enter")

        expect(panel).to_contain_text("Urząd nie włączył usługi z wysokościami terenu.")

    @pytest.mark.parametrize("points", ["1 2", "abc", "5566697,33", "NaN NaN"])
    def test_of_nonsense_names_the_row(self, open_page, covered_parcel, points):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "zmierz")

        panel.get_by_label("Albo wpisz punkty").fill(points)
        panel.get_by_role("button", name="Zmierz wpisane").click()

        expect(panel.get_by_role("alert")).to_contain_text("Nie umiemy odczytać wiersza 1")


class TestDrawing:
    def draw(self, page):
        panel = open_tool(page, "rysuj")
        panel.get_by_label("Podpis").fill("płot")
        for x, y in ((500, 300), (700, 300), (700, 420)):
            page.locator("#mapa").click(position={"x": x, "y": y})
        page.locator("#mapa").dblclick(position={"x": 500, "y": 420})
        expect(panel.locator(".picked li")).to_have_count(1)
        return panel

    def test_is_saved_and_seen_by_others(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = self.draw(page)

        panel.get_by_role("button", name="Zapisz rysunek").click()
        expect(panel).to_contain_text("Trzymamy rysunek 12 miesięcy")
        seen = panel.get_by_label("Adres do oglądania").input_value()
        other = open_page(seen.removeprefix(page.url.split("/mapa/")[0]))

        expect(other.locator("#narzedzie .picked li")).to_contain_text("płot")
        expect(other.locator("#narzedzie")).to_contain_text("rysunek do oglądania")

    def test_is_given_away_for_looking_only(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = self.draw(page)
        panel.get_by_role("button", name="Zapisz rysunek").click()
        expect(panel).to_contain_text("Trzymamy rysunek 12 miesięcy")
        mine = asked(page)["rysunek"]
        page.keyboard.press("Escape")

        panel = open_tool(page, "udostepnij")
        address = panel.get_by_label("Adres widoku").input_value()
        expect(panel.get_by_label("Krótki adres")).to_have_value(re.compile("/m/"))

        assert mine not in address
        assert "rysunek=" in address
        assert mine not in panel.get_by_label("Kod do wklejenia na stronę").input_value()

    def test_by_keyboard_alone_from_written_points(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "rysuj")
        points = panel.get_by_label("Albo wpisz punkty")

        points.focus()
        page.keyboard.type(f"{NORTH:.2f} {EAST:.2f}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("alert")).to_contain_text("co najmniej tyle punktów: 3")
        points.focus()
        page.keyboard.press("End")
        page.keyboard.type(f"\n{NORTH:.2f} {EAST + 40:.2f}\n{NORTH + 40:.2f} {EAST + 40:.2f}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(panel.locator(".picked li")).to_have_count(1)
        panel.get_by_role("button", name="Cofnij").press("Enter")
        expect(panel.locator(".picked li")).to_have_count(0)

    def test_of_hostile_files_leaves_the_map_alive(self, open_page, covered_parcel, shared_data):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "rysuj")
        for file in sorted((shared_data / "hostile").iterdir()):
            panel.get_by_label("Wczytaj plik").set_input_files(file)
            expect(panel.locator("[role=status]").first).not_to_be_empty()

        page.get_by_role("combobox").fill("cianowice 123/4")
        page.get_by_role("option").first.click()
        expect(page.get_by_role("heading", name="Działka 123/4")).to_be_visible()

    @pytest.mark.parametrize("kind", ["GeoJSON", "KML", "GPX", "DXF"])
    def test_goes_out_and_comes_back(self, open_page, covered_parcel, tmp_path, kind):
        page = open_page(OVER_PARCEL)
        panel = self.draw(page)
        with page.expect_download() as download:
            panel.get_by_role("button", name=kind, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)

        panel.get_by_label("Wczytaj plik").set_input_files(file)

        expect(panel).to_contain_text(re.compile(r"Wczytano kształtów: [12]\."))
        read = subprocess.run(["ogrinfo", "-al", "-so", file], capture_output=True, text=True, check=True).stdout
        assert "Feature Count: " in read
        assert "Feature Count: 0" not in read or kind == "GPX"

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("a.exe", b"MZ", "Nie znamy tego rodzaju pliku"),
            ("a.geojson", b"{", "Nie umiemy odczytać"),
            ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "nie ma kształtów"),
            ("a.kml", b'<!DOCTYPE x [<!ENTITY a "b">]><kml>&a;</kml>', "Nie umiemy odczytać"),
            ("a.dxf", b"  0\nSECTION\n  2\nENTITIES\n  0\nPOINT\n 10\n1\n 20\n2\n  0\nENDSEC\n  0\nEOF\n", "PL-2000"),
            ("a.zip", b"PK\x05\x06" + bytes(18), "Nie umiemy odczytać"),
            ("a.geojson", b'{"type":"Point","coordinates":[1e9,1e9]}', "poza mapą"),
        ],
    )  # fmt: skip
    def test_of_a_bad_file_says_what_to_do(self, open_page, covered_parcel, tmp_path, name, content, told):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "rysuj")
        file = tmp_path / name
        file.write_bytes(content)

        panel.get_by_label("Wczytaj plik").set_input_files(file)

        expect(panel).to_contain_text(told)
        expect(panel.locator(".picked li")).to_have_count(0)

    def test_of_a_shapefile_in_a_zip_is_brought(self, open_page, covered_parcel, tmp_path):
        source = tmp_path / "square.geojson"
        ring = [[EAST, NORTH], [EAST + 50, NORTH], [EAST + 50, NORTH + 50], [EAST, NORTH]]
        source.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
        file = tmp_path / "square.shz"
        subprocess.run(["ogr2ogr", "-a_srs", "EPSG:2178", "-f", "ESRI Shapefile", file, source], check=True)
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "rysuj")

        panel.get_by_label("Wczytaj plik").set_input_files(file.rename(tmp_path / "square.zip"))

        expect(panel).to_contain_text("Wczytano kształtów: 1")


class TestPrint:
    def test_frame_on_the_map_is_what_the_paper_shows(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "drukuj")
        panel.get_by_label("Skala").select_option("500")
        panel.get_by_label("Ułożenie").select_option("poziom")
        panel.get_by_role("button", name="na wschód").press("Enter")
        corners = corners_of(page)

        with page.context.expect_page() as opened:
            panel.get_by_role("button", name="Przygotuj PDF").press("Enter")
        query = {name: values[0] for name, values in parse_qs(urlsplit(opened.value.url).query).items()}

        from services.mapping.prints.order import read

        west, south, east, north = read(query, "v=1").box
        assert (corners[0], corners[1]) == pytest.approx((west, south), abs=0.02)
        assert (corners[4], corners[5]) == pytest.approx((east, north), abs=0.02)

    def test_of_an_atlas_shows_every_sheet(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "drukuj")
        panel.get_by_label("Skala").select_option("1000")
        one = corners_of(page)
        panel.get_by_label("Arkuszy w poziomie").select_option("3")
        panel.get_by_label("Arkuszy w pionie").select_option("2")

        three = corners_of(page)
        assert three[2] - three[0] == pytest.approx(3 * (one[2] - one[0]) - 20, abs=0.1)
        with page.context.expect_page() as opened:
            panel.get_by_role("button", name="Przygotuj PDF").press("Enter")
        assert "arkusze=3x2" in opened.value.url
        panel.get_by_label("Papier").select_option("A0")
        expect(panel.get_by_label("Arkuszy w poziomie")).to_be_disabled()

    def test_is_usable_on_a_phone(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL, width=360, height=740)
        panel = open_tool(page, "drukuj")

        button = panel.get_by_role("button", name="Przygotuj PDF")
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport()
        assert page.locator("#mapa").bounding_box()["height"] - panel.bounding_box()["height"] > 250


class TestSharing:
    def test_short_address_opens_the_same_view(self, open_page, covered_parcel):
        page = open_page(f"{OVER_PARCEL}&warstwy=parcels&tlo=dark&dzialka={PARCEL}")
        panel = open_tool(page, "udostepnij")

        short = panel.get_by_label("Krótki adres")
        expect(short).to_have_value(re.compile("/m/"))
        other = open_page(urlsplit(short.input_value()).path)

        assert asked(other) == asked(page)
        assert "osadzona=1" in panel.get_by_label("Kod do wklejenia na stronę").input_value()
        assert panel.locator("img.qr").evaluate("i => i.decode().then(() => i.naturalWidth)") > 50


class TestTime:
    def test_shows_another_day(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "czas")
        with page.expect_request(lambda one: "/wms" in one.url and "TIME=2012-03-01" in one.url):
            panel.get_by_label("Dzień", exact=True).fill("2012-03-01")
            panel.get_by_label("Dzień", exact=True).dispatch_event("change")

        expect(page.locator("#dzien")).to_contain_text("Stan na 1\u00a0marca\u00a02012")
        assert asked(page)["dzien"] == "2012-03-01"
        panel.get_by_role("button", name="Dzisiaj").press("Enter")
        expect(page.locator("#dzien")).to_be_hidden()


class TestBack:
    def test_takes_back_what_is_shown_and_not_where(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        page.get_by_role("button", name="Warstwy").click()
        page.get_by_label("Szare").check(force=True)
        page.wait_for_timeout(1100)  # a step begins a second after the last
        page.get_by_label("Ciemne").check(force=True)
        assert asked(page)["tlo"] == "dark"

        page.go_back()

        expect(page).to_have_url(re.compile("tlo=grey"))
        expect(page.get_by_label("Szare")).to_be_checked()

    def test_takes_a_parcel_back_at_once(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        page.wait_for_timeout(1100)
        page.get_by_role("combobox").fill(PARCEL)
        page.get_by_role("option").first.click()
        expect(page).to_have_url(re.compile("dzialka="))
        page.wait_for_timeout(1500)  # the map has come to rest over the parcel

        page.go_back()

        expect(page).not_to_have_url(re.compile("dzialka="))
        expect(page.locator("#karta")).to_be_hidden()


class TestCompare:
    def test_divider_is_moved_by_keys(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        open_tool(page, "porownaj")
        divider = page.get_by_role("slider", name="Granica porównania")

        divider.press("ArrowRight")
        expect(divider).to_have_attribute("aria-valuenow", "55")
        divider.press("Home")
        expect(divider).to_have_attribute("aria-valuenow", "0")

    def test_two_windows_move_together(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "porownaj")

        panel.get_by_label("Dwa okna obok siebie").check()
        panel.get_by_label("Po prawej stronie granicy").select_option("parcels")
        second = page.get_by_role("application", name="Druga mapa")
        expect(second.locator("canvas").first).to_be_visible()
        before = asked(page)["x"]
        second.press("ArrowRight")

        expect(page).not_to_have_url(re.compile(f"x={before}&"))
        page.locator("#narzedzie .close").press("Enter")
        expect(second).to_have_count(0)


class TestOthers:
    def test_layers_of_another_service_are_laid_over(self, open_page, covered_parcel):
        with MapSimulator(content=picture()).running() as service:
            RemoteService.objects.create(code="kieg", url=service.url, is_enabled=True, options=QUICK, valid_from=TODAY)
            page = open_page(OVER_PARCEL)
            panel = open_tool(page, "dodaj")
            panel.get_by_role("button", name="Działki i budynki kraju (KIEG)").press("Enter")
            expect(panel).to_contain_text("Warstw do wyboru: 1")
            with page.expect_response(lambda one: "REQUEST=GetMap" in one.url and one.status == 200):
                panel.get_by_role("button", name="Dodaj: Dzialki").press("Enter")

            expect(panel).to_contain_text("Dzialki (Powiat)")
            panel.get_by_role("button", name="Usuń: Dzialki (Powiat)").press("Enter")
            expect(panel).not_to_contain_text("Dzialki (Powiat)")

    def test_objects_of_an_ogc_api_are_seen_in_a_table_and_asked_about(self, open_page, covered_parcel, live_server):
        """Our own API as that of another office, by a code that no late tile of another test makes rest."""
        address = f"{live_server.url}/ogc"
        RemoteService.objects.create(code="kiut", url=address, is_enabled=True, options=PATIENT, valid_from=TODAY)
        page = open_page(OVER_PARCEL)
        assert page.request.get(f"{address}/collections?f=json", timeout=60_000).ok  # it starts at its first question
        panel = open_tool(page, "dodaj")
        panel.get_by_label("Adres usługi albo pliku").fill(address)
        page.keyboard.press("Enter")
        expect(panel.get_by_role("status")).to_contain_text("Warstw do wyboru", timeout=60_000)
        panel.get_by_role("button", name="Dodaj: Działki ewidencyjne").press("Enter")
        expect(panel.get_by_role("status")).to_contain_text("Działki ewidencyjne: obiektów w widoku 1")

        panel.get_by_role("button", name=re.compile("^Tabela: Działki")).press("Enter")
        expect(panel.get_by_role("table")).to_contain_text("120610_5")
        page.keyboard.press("Escape")
        asked_about = open_tool(page, "coto")
        asked_about.get_by_role("button", name="Sprawdź środek mapy").press("Enter")
        expect(asked_about.locator("summary").first).to_contain_text("Działki ewidencyjne (")
        expect(asked_about.get_by_role("link", name="Mapillary")).to_have_attribute("rel", "noopener noreferrer")

    def test_of_an_address_off_the_list_is_refused(self, open_page, covered_parcel):
        page = open_page(OVER_PARCEL)
        panel = open_tool(page, "dodaj")

        panel.get_by_label("Adres usługi albo pliku").fill("http://169.254.169.254/wms")
        page.keyboard.press("Enter")

        expect(panel).to_contain_text("Tego adresu nie ma na liście usług urzędu")


class TestEverybody:
    @pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1440)])
    def test_axe_finds_nothing_serious_in_any_state(self, open_page, covered_parcel, scheme, width):
        page = open_page(OVER_PARCEL, scheme=scheme, width=width)
        found = {}

        def look(state):
            issues = Axe().run(page).response["violations"]
            serious = [one for one in issues if one["impact"] in {"serious", "critical"}]
            if serious:
                found[state] = [(one["id"], [node["html"][:150] for node in one["nodes"]]) for one in serious]

        page.locator("#warstwy-przycisk").click()
        page.locator("#warstwy .leaf .twist").first.click()
        look("layers")
        page.keyboard.press("Escape")
        page.locator("#narzedzia-przycisk").click()
        look("menu")
        page.keyboard.press("Escape")
        for name in TOOLS:
            open_tool(page, name)
            look(name)
            assert page.evaluate(WIDER, width) == []
            page.keyboard.press("Escape")
        page.get_by_role("combobox").fill("cianowice 123")
        expect(page.get_by_role("option").first).to_be_visible()
        look("search")

        assert found == {}

    def test_nothing_is_lost_at_400_per_cent(self, open_page, covered_parcel):
        """A window of 1280 x 1024 magnified four times is 320 x 256."""
        page = open_page(OVER_PARCEL, width=320, height=256)

        for name in TOOLS:
            panel = open_tool(page, name)
            box = panel.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 320
            last = panel.locator("button, input, select, textarea").last
            last.scroll_into_view_if_needed()
            expect(last).to_be_in_viewport()
            page.keyboard.press("Escape")

    def test_the_start_is_light(self, open_page, covered_parcel, live_server):
        page = open_page("/")
        scripts = {}
        page.on("response", lambda one: one.url.endswith(".js") and scripts.setdefault(one.url, one))
        page.goto(OVER_PARCEL)
        page.wait_for_selector("html[data-map=ready]")
        page.wait_for_load_state("networkidle")

        sizes = {url: len(gzip.compress(one.body())) for url, one in scripts.items()}

        assert len(sizes) > 3
        assert sum(sizes.values()) <= LARGEST_START, sizes

    @pytest.mark.parametrize(
        "state",
        ["v=99&x=1", "v=0", "warstwy=parcels~900", "warstwy=parcels,parcels", "tlo=%3Cscript%3E", "dzien=2026-13-40",
         "rysunek=..%2F..", "dzialka=" + ",".join(["120610_5.0007.1"] * 30), "warstwy=" + "a," * 2000],
    )  # fmt: skip
    def test_a_strange_state_is_told_and_the_map_goes_on(self, open_page, covered_parcel, state):
        page = open_page(f"/mapa/?{state}")

        expect(page.locator(".toast").first).to_contain_text("Nie rozumiemy części adresu mapy")
        expect(page.locator("#mapa canvas").first).to_be_visible()
