"""Web Push in Chromium: our page registers our worker, and what the office pushes is shown and opens its page.

Headless Chromium reaches no push service. The message is given to the worker through the devtools, as the service
would; a click cannot be made there either, so that the worker is told of it and says what it would open.
"""

from uuid import UUID

import pytest
from playwright.sync_api import CDPSession, Page, expect

from services.notifications.channels import push
from services.notifications.channels.base import Letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOWN = """async () => {
  const [one] = await (await navigator.serviceWorker.ready).getNotifications();
  return one && [one.title, one.body, one.lang, one.tag];
}"""
CLICKED = """async () => {
  const opened = [], waits = [];
  self.clients.openWindow = async (address) => opened.push(address);
  const [notification] = await self.registration.getNotifications();
  const event = new NotificationEvent("notificationclick", { notification });
  Object.defineProperty(event, "waitUntil", { value: (work) => waits.push(work) });
  self.dispatchEvent(event);
  await Promise.all(waits);
  return opened;
}"""
LETTER = Letter(
    key=UUID(int=7), to="", title="Przerwa w dostawie wody", body="Rynek, do godziny 18.", language="pl",
    address="https://skala.example.pl/n/AbCdEf123456", unsubscribe="", tag="AbCdEf123456", is_danger=True, lives_s=60,
)  # fmt: skip


@pytest.fixture
def devtools(page: Page, live_server, settings, tmp_path, client, anna) -> CDPSession:
    """Of a browser where Anna is signed in and notifications are allowed."""
    client.force_login(anna)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    settings.PUSH_KEY, settings.PUSH_CONTACT = tmp_path / "push-key.pem", "mailto:urzad@example.pl"
    push.make_key(settings.PUSH_KEY)
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    return page.context.new_cdp_session(page)


def test_what_is_pushed_is_shown_and_opens_its_page(page: Page, live_server, skala, devtools):
    registrations: list[dict[str, str]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda said: registrations.extend(said["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.goto(f"{live_server.url}/moje/powiadomienia/")
    with page.context.expect_event("serviceworker") as started:
        page.get_by_role("button", name="Połącz tę przeglądarkę").click()
    worker = started.value
    expect(page.locator("[data-push-key] [role=status]")).to_contain_text("Nie udało się połączyć.")  # no push service

    [ours] = {one["registrationId"]: one for one in registrations}.values()
    assert ours["scopeURL"] == f"{live_server.url}/moje/powiadomienia/"
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": live_server.url, "registrationId": ours["registrationId"], "data": push.payload(LETTER).decode()},
    )

    shown = page.wait_for_function(SHOWN).json_value()
    assert shown == ["Przerwa w dostawie wody", "Rynek, do godziny 18.", "pl", "AbCdEf123456"]
    assert worker.evaluate(CLICKED) == ["https://skala.example.pl/n/AbCdEf123456"]
