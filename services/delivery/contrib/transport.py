"""One HTTP request to an operator, as guarded as any of ``spatial.remote``: no redirects, no proxies, limits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx
from django.utils.translation import gettext as _

from services.delivery.base import OperatorFailed
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import ServiceFailed
from spatial.remote.transport import USER_AGENT, GuardedTransport

LARGEST = 80 * 1024**2  #: bytes of an answer: 50 MB of attachments in base64, and what is round them
PATIENCE_S = 60
PATIENCE_CONNECT_S = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    content: bytes = field(repr=False)


def ask(method: str, url: str, *, private_network: bool, headers: Mapping[str, str], **body: Any) -> Reply:
    """body: ``json``, ``data`` or ``params`` of httpx. Raises OperatorFailed where there is no whole answer."""
    endpoint = Endpoint(
        code="e-delivery", kind="operator", title="e-Doręczenia", url=url, private_network=private_network,
        timeout_s=PATIENCE_S, connect_timeout_s=PATIENCE_CONNECT_S,
    )  # fmt: skip
    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
    with (
        failing(),
        httpx.Client(transport=GuardedTransport(endpoint), trust_env=False) as client,
        client.stream(method, url, headers=sent, **body) as answer,
    ):
        if answer.has_redirect_location:
            raise OperatorFailed(_("Operator e-Doręczeń odesłał pod inny adres. Sprawdź ustawienia skrzynki."))
        return Reply(answer.status_code, whole(answer))


def whole(answer: httpx.Response) -> bytes:
    """Counted as it comes, and never unpacked: packed answers were not asked for. Raises OperatorFailed."""
    pieces, size = [], 0
    for piece in answer.iter_raw(1 << 16):
        size += len(piece)
        if size > LARGEST:
            raise OperatorFailed(_("Odpowiedź operatora e-Doręczeń jest większa, niż przyjmujemy."))
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def failing() -> Iterator[None]:
    """What a connection does, in our words."""
    try:
        yield
    except httpcore.TimeoutException:
        raise OperatorFailed(_("Operator e-Doręczeń nie odpowiedział na czas.")) from None
    except (ServiceFailed, httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError, httpx.DecodingError):
        raise OperatorFailed(_("Nie udało się połączyć z operatorem e-Doręczeń.")) from None
