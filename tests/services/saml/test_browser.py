"""Sign-in in a browser, to the simulated node on another site and back; the cookie of the session stays Lax."""

from io import StringIO

import httpx
import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.journeys.test_extract import shot
from tests.services.saml.conftest import use
from tests.simulators.node import LOA, LoginNode, bent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def node(settings, tmp_path, live_server, skala, offered):
    with LoginNode().running() as running:
        use(settings, running.settings(tmp_path))
        call_command("node_keys", stdout=StringIO())
        running.admit(httpx.get(f"{live_server.url}/saml/metadata", timeout=60).content)
        yield running


def test_refused_and_let_in(page: Page, live_server, node: LoginNode):
    page.goto(f"{live_server.url}/logowanie/?next=/moje/dane/")
    shot(page, "logowanie-wezel")
    bent(node, level=f"{LOA}low")
    page.get_by_role("link", name="login.gov.pl").click()
    expect(page).to_have_url(f"{node.root}/login/SingleSignOnService")
    page.get_by_role("button", name="Anna Nowak").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Nie udało się zalogować")
    expect(page.get_by_role("alert")).to_contain_text("za słaby dla spraw urzędowych")
    shot(page, "logowanie-wezel-odmowa")

    bent(node)
    page.get_by_role("link", name="Zacznij jeszcze raz").click()
    page.get_by_role("button", name="Anna Nowak").click()
    expect(page).to_have_url(f"{live_server.url}/moje/dane/")
    expect(page.get_by_role("navigation", name="Główne")).to_contain_text("Anna Nowak")
    [cookie] = [one for one in page.context.cookies(live_server.url) if one["name"] == "sessionid"]
    assert cookie["sameSite"] == "Lax"


def test_by_buttons_alone(browser, live_server, node: LoginNode):
    """Without scripts each page on the way has a button."""
    page = browser.new_context(java_script_enabled=False, locale="pl-PL").new_page()
    page.goto(f"{live_server.url}/logowanie/node/?next=/moje/")
    page.get_by_role("button", name="Dalej").click()
    page.get_by_role("button", name="Bogdan Kowalski").click()
    page.get_by_role("button", name="Dalej").click()  # of the node
    expect(page.get_by_role("heading", level=1)).to_have_text("Wracasz do urzędu")
    page.get_by_role("button", name="Dalej").click()

    expect(page).to_have_url(f"{live_server.url}/moje/")
    page.context.close()
