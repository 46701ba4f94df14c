"""Web Push: RFC 8030, encrypted for one browser (RFC 8291), signed with the office's key (VAPID, RFC 8292).

The payload is Apple's declarative form; the service worker reads the same. ``Topic`` of the letter's key makes the
push service replace a letter that it still holds, ``tag`` makes the browser replace one that it shows.
"""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext as _
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher, WebPushException  # type: ignore[import-untyped]

from services.notifications.channels.base import Fate, Letter, Outcome
from services.notifications.channels.sms import seconds
from spatial.errors import Malformed

TIMEOUT_S = 15
TOKEN_S = 12 * 3600  #: RFC 8292 allows a day, Apple refuses what is near it
LONGEST_LIFE_S = 28 * 86_400
LONGEST_BODY = 1_500  #: bytes: about 3993 are certain to fit, what is shown is far less
LONGEST_ENDPOINT = 1_000


@dataclass(slots=True)
class WebPush:
    """Push services of all browsers, for a run of letters."""

    client: httpx.Client
    key: Vapid02 = field(repr=False)
    tokens: dict[str, str] = field(default_factory=dict, repr=False)  #: by origin of the push service

    def send(self, letter: Letter) -> Outcome:
        subscription = json.loads(letter.to)
        endpoint = subscription["endpoint"]
        if not is_push_service(endpoint):
            return Outcome(Fate.GONE, error="obcy adres")
        try:
            answer = self.client.post(
                endpoint, content=encrypted(subscription, payload(letter)), headers=self.headers(endpoint, letter)
            )
        except httpx.HTTPError as error:
            return Outcome(Fate.LATER, error=type(error).__name__)
        except (httpx.InvalidURL, UnicodeError):  # a host that has no form of one
            return Outcome(Fate.GONE, error="adres nie do użycia")
        return read(answer)

    def headers(self, endpoint: str, letter: Letter) -> dict[str, str]:
        return {
            "Authorization": self.token(endpoint), "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream", "TTL": str(min(letter.lives_s, LONGEST_LIFE_S)),
            "Urgency": "high" if letter.is_danger else "normal",
            "Topic": urlsafe_b64encode(letter.key.bytes).decode().rstrip("="),
        }  # fmt: skip

    def token(self, endpoint: str) -> str:
        """One for each push service: signing is dearer than the rest together."""
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.tokens:
            claims = {"aud": origin, "exp": int(time.time()) + TOKEN_S, "sub": settings.PUSH_CONTACT}
            self.tokens[origin] = self.key.sign(claims)["Authorization"]
        return self.tokens[origin]


def payload(letter: Letter) -> bytes:
    shown = {
        "title": letter.title, "lang": letter.language, "dir": "ltr", "body": shortened(letter.body),
        "navigate": letter.address, "tag": letter.tag,
    }  # fmt: skip
    return json.dumps({"web_push": 8030, "notification": shown}, ensure_ascii=False).encode()


def shortened(text: str) -> str:
    return text.encode()[:LONGEST_BODY].decode(errors="ignore")


def encrypted(subscription: dict[str, Any], content: bytes) -> bytes:
    """For the browser of the subscription."""
    body: bytes = WebPusher(subscription).encode(content)["body"]
    return body


def read(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if status in {200, 201, 202}:
        return Outcome(Fate.ACCEPTED, status, provider_id=answer.headers.get("Location", "").rsplit("/")[-1][:60])
    if status in {404, 410}:
        return Outcome(Fate.GONE, status, error="przeglądarka odłączona")
    if status in {401, 403}:
        return Outcome(Fate.REFUSED, status, error="odmowa dostępu")
    if status == 429 or status >= 500:
        return Outcome(Fate.LATER, status, retry_after_s=seconds(answer))
    return Outcome(Fate.WRONG, status, error="wiadomość odrzucona")


# --- subscriptions -------------------------------------------------------------------------------------------------


def subscription_of(content: bytes) -> dict[str, Any]:
    """What a browser gave, with nothing more in it. Raises Malformed for what could not be written to."""
    try:
        said = json.loads(content)
        keys = {name: str(said["keys"][name]) for name in ("p256dh", "auth")}
        found = {"endpoint": str(said["endpoint"]), "keys": keys}
        encrypted(found, b"?")
    except (ValueError, TypeError, LookupError, RecursionError, WebPushException):
        raise Malformed(_("Przeglądarka podała adres, którego nie umiemy użyć. Spróbuj jeszcze raz.")) from None
    if not is_push_service(found["endpoint"]):
        raise Malformed(_("Nie znamy usługi powiadomień tej przeglądarki. Wybierz e-mail albo SMS."))
    return found


def is_push_service(endpoint: object) -> bool:
    """Of ``settings.PUSH_HOSTS``: a host with all below it by HTTPS, or one whole origin."""
    if not isinstance(endpoint, str) or len(endpoint) > LONGEST_ENDPOINT or not endpoint.isprintable():
        return False
    try:
        parts = urlsplit(endpoint)
        host, origin = parts.hostname or "", f"{parts.scheme}://{parts.netloc}"
        is_plain = parts.port in {None, 443} and parts.username is None
    except ValueError:
        return False
    by_host = parts.scheme == "https" and is_plain
    return any(
        origin == known or (by_host and (host == known or host.endswith(f".{known}"))) for known in settings.PUSH_HOSTS
    )


# --- the key -------------------------------------------------------------------------------------------------------


def is_ready() -> bool:
    return bool(settings.PUSH_CONTACT) and settings.PUSH_KEY.is_file()


def make_key(path: Path) -> bool:
    """Whether there was none: a new key makes every subscription useless, so that one is never replaced."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    key = Vapid02()
    key.generate_keys()
    path.write_bytes(key.private_pem())
    return True


def public_key() -> str:
    """As browsers want it: the point, base64url."""
    return _public_key(settings.PUSH_KEY, settings.PUSH_KEY.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _public_key(path: Path, _changed: int) -> str:
    point = Vapid02.from_file(str(path)).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")


@contextmanager
def opened_for_run() -> Iterator[WebPush]:
    with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
        yield WebPush(client, Vapid02.from_file(str(settings.PUSH_KEY)))
