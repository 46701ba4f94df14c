"""The map of a draft in a real browser: a zone is drawn, named, saved; what is wrong is shown; nothing is lost."""

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import expect

from planning.drafts import editing
from planning.models import PlanDraft
from services.identity.models import StaffRole, User
from services.identity.sessions import SessionStore
from tests.services.test_drafting import drawn, square

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def danuta(skala) -> User:
    user = User.objects.create_user("danuta-mapa", password="x")
    StaffRole.objects.create(user=user, municipality=skala, role=StaffRole.Role.PLANNER, job_title="planista")
    return user


@pytest.fixture
def draft(skala, danuta, client) -> PlanDraft:
    """A plan of one zone of 100 m by 100 m with a boundary twice as wide."""
    made = editing.begin_new(municipality=skala, code="I-1-2026", title="Plan", kind="local-plan", by=danuta)
    client.force_login(danuta)
    drawn(client, made, ("1MN", square()), boundary=square().union(square(100)))
    made.refresh_from_db()
    return made


@pytest.fixture
def open_draft(open_page, danuta, draft, live_server):
    """The map of the draft as Danuta sees it."""
    session = SessionStore()
    session[SESSION_KEY] = danuta.pk
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = danuta.get_session_auth_hash()
    session.save()

    def opened(**size: int):
        page = open_page("/logowanie/", **{"height": 1200} | size)
        page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])
        page.goto(f"/urzad/plany/szkic/{draft.pk}/mapa/")
        expect(page.locator("#stan-mapy")).to_have_text("Wczytano szkic.")
        page.wait_for_load_state("networkidle")
        return page

    return opened


def place(page, east: float, north: float) -> tuple[float, float]:
    """A point of the 200 m by 100 m boundary on the screen; it fills the map but for its margins."""
    box = page.locator("#szkic-mapa").bounding_box()
    scale = (box["width"] - 48) / 200
    middle = box["y"] + box["height"] / 2
    return box["x"] + 24 + east * scale, middle + (50 - north) * scale


class TestMap:
    def test_a_zone_is_drawn_named_and_saved(self, open_draft, draft):
        page = open_draft()
        expect(page.locator("#lista-wad li")).to_contain_text(["nie należy do żadnego terenu"])

        page.get_by_role("button", name="Rysuj teren").click()
        for corner in [(100, 0), (200, 0), (200, 100), (100, 100), (100, 0)]:
            page.mouse.click(*place(page, *corner))
            page.wait_for_timeout(350)
        page.get_by_label("Symbol").fill("2R")
        page.get_by_label("Przeznaczenie").fill("tereny rolnicze")
        page.get_by_role("button", name="Zapisz").click()

        expect(page.locator("#stan-mapy")).to_have_text("Zapisano.")
        draft.refresh_from_db()
        plan = editing.content_of(draft).plan
        assert [(zone.symbol, zone.name) for zone in plan.zones] == [("1MN", ""), ("2R", "tereny rolnicze")]
        # new points stuck to the corners of the boundary: no gap, no overlap
        assert plan.zones[1].geometry.area == pytest.approx(10_000, abs=2)
        expect(page.locator("#bez-wad")).to_be_hidden()  # the plan has no drawing yet

    def test_a_chosen_zone_shows_its_area_and_may_be_taken_out_and_back(self, open_draft, draft):
        page = open_draft()

        page.mouse.click(*place(page, 50, 40))
        expect(page.get_by_label("Symbol")).to_have_value("1MN")
        expect(page.locator("#teren-pole")).to_have_text("10\u00a0000 m²")
        page.get_by_role("button", name="Usuń teren").click()
        expect(page.locator("#stan-mapy")).to_have_text("Są niezapisane zmiany.")
        page.get_by_role("button", name="Cofnij").click()
        page.get_by_role("button", name="Zapisz").click()

        expect(page.locator("#stan-mapy")).to_have_text("Zapisano.")
        draft.refresh_from_db()
        assert [zone.symbol for zone in editing.content_of(draft).plan.zones] == ["1MN"]

    def test_a_zone_without_a_symbol_is_not_saved_and_stays_on_the_map(self, open_draft, draft):
        page = open_draft()

        page.mouse.click(*place(page, 50, 40))
        page.get_by_label("Symbol").fill("")
        page.get_by_label("Przeznaczenie").focus()
        page.get_by_role("button", name="Zapisz").click()

        expect(page.locator("#stan-mapy")).to_contain_text("nie ma symbolu")
        expect(page.get_by_role("button", name="Zapisz")).to_be_enabled()

    @pytest.mark.parametrize("width", [360, 1440])
    def test_the_page_fits_its_screen(self, open_draft, width):
        page = open_draft(width=width, height=800)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
