import re
from collections.abc import Callable
from time import time

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from services.identity.models import User
from tests.services.accounts.rfc6238 import totp

PASSWORD = "miedza-demo"


def link() -> str:
    """The path of the link in the last letter."""
    found = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def sign_in(client: Client, username: str = "anna", password: str = PASSWORD, **more: str):
    return client.post("/logowanie/", {"username": username, "password": password} | more)


def set_up_application(client: Client) -> str:
    """The Base32 secret of the application that the signed-in person has set up by its page."""
    page = client.get("/konto/bezpieczenstwo/aplikacja/").content.decode()
    secret = re.search(r'<code class="secret">([\w ]+)</code>', page)[1].replace(" ", "")
    answer = client.post("/konto/bezpieczenstwo/aplikacja/", {"code": totp(secret, time())})
    assert answer["Location"] == "/konto/bezpieczenstwo/kody/"
    return secret


@pytest.fixture
def duty(settings, monkeypatch) -> None:
    """Staff owes the factor; what waits for a commit is done at once, as it is without the transaction of a test."""
    settings.STAFF_SECOND_FACTOR = True
    monkeypatch.setattr(transaction, "on_commit", lambda done, **_: done())


@pytest.fixture
def anna_with_application(client, anna) -> tuple[User, str]:
    sign_in(client)
    secret = set_up_application(client)
    client.post("/wyloguj/")
    return anna, secret


@pytest.fixture
def clock(monkeypatch) -> Callable[[float], None]:
    """Moves the time that codes, sessions and limits see."""
    import time as module
    from datetime import timedelta

    from django.utils import timezone

    real, real_now = module.time, timezone.now
    ahead = 0.0

    def forward(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    for place in ("allauth.mfa.totp.internal.auth", "allauth.core.internal.ratelimit"):
        monkeypatch.setattr(f"{place}.time.time", lambda: real() + ahead)
    monkeypatch.setattr(timezone, "now", lambda: real_now() + timedelta(seconds=ahead))
    for place in ("services.identity.access", "services.identity.middleware", "services.identity.factors"):
        monkeypatch.setattr(f"{place}.time", lambda: real() + ahead)
    return forward
