"""One question to an operator: no redirects, no proxies, a limit of time and size, nothing of it in the log."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from typing import Any

import httpx
from django.utils import timezone
from django.utils.translation import gettext as _

from services.payments.base import OperatorFailed
from spatial.errors import Malformed

LOGGER = logging.getLogger(__name__)
MOST_BYTES = 1_000_000
PUT_OFF = (408, 425, 429)
PATIENCE_S = 20  #: for the whole answer
LONGEST = 100  #: text of a message that we keep
# httpx writes whole addresses to the log, and they name payments
logging.getLogger("httpx").setLevel(logging.WARNING)


def ask(method: str, url: str, **sent: Any) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the answer, {} where it is none. Raises OperatorFailed where it does not answer.

    An answer of 500 and more, one that puts us off, and a success that cannot be read, are no answers.
    """
    until = monotonic() + PATIENCE_S
    try:
        with (
            httpx.Client(timeout=httpx.Timeout(10, connect=5), follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, **sent) as response,
        ):
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES or monotonic() > until:
                    raise failed("too large or too slow")
    except httpx.HTTPError as fault:
        raise failed(type(fault).__name__) from None
    answer = as_object(bytes(body))
    if (
        response.status_code in PUT_OFF
        or response.status_code >= 500
        or (response.status_code < 300 and answer is None)
    ):
        raise failed(f"HTTP {response.status_code}")
    return response.status_code, answer or {}


def failed(why: str) -> OperatorFailed:
    LOGGER.warning("operator of payments: %s", why)
    return OperatorFailed(_("Operator płatności nie odpowiada. Spróbuj za chwilę."))


def as_object(body: bytes) -> dict[str, Any] | None:
    """None for what is no JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def message(body: bytes) -> dict[str, Any]:
    """Raises Malformed."""
    found = as_object(body)
    if found is None:
        raise Malformed("not a JSON object")
    return found


def text(of: Mapping[str, Any], name: str) -> str:
    """Raises Malformed where the field is no text or whole number."""
    found = of.get(name)
    is_text = isinstance(found, str | int) and not isinstance(found, bool)
    if not is_text or len(str(found)) > LONGEST or not str(found).isprintable():
        raise Malformed(f"{name} is missing or wrong")
    return str(found)


def whole(of: Mapping[str, Any], name: str) -> int:
    """Raises Malformed where the field is no whole number of at most 18 digits."""
    found = text(of, name)
    if not (found.isascii() and found.isdecimal()) or len(found) > 18:
        raise Malformed(f"{name} is not a whole number")
    return int(found)


def moment(of: Mapping[str, Any], name: str) -> datetime | None:
    """A time, of Warsaw where it has no offset. None for what is none, a day alone too: the message stays good."""
    found = str(of.get(name, ""))
    if found.isdecimal():  # 202611291205
        found = f"{found[:8]}T{found[8:]}"
    elif ":" not in found:
        return None
    try:
        read = datetime.fromisoformat(found)
    except ValueError:
        return None
    return read if read.tzinfo else timezone.make_aware(read)
