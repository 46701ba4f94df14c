"""One HTTP question to the address of a service: no redirects, no proxies, a limit of size, a limit of time.

Nothing that an answer names is ever asked; the only addresses are those of ``spatial.remote.endpoints``.
"""

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import httpcore
import httpx

from spatial.remote.base import Body
from spatial.remote.endpoints import Endpoint
from spatial.remote.network import GuardedBackend
from spatial.remote.reasons import Reason, ServiceFailed

USER_AGENT = "Miedza/0.1 (spatial e-office of a municipality)"
_EXCEPTION_SHOWN = 300
#: unpacked although it was not asked for, as old servers send it; others make gigabytes of the 64 KiB that are counted
_PACKINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
# httpx writes whole addresses to the log, and they say what somebody looked for
logging.getLogger("httpx").setLevel(logging.WARNING)


def fetch(endpoint: Endpoint, params: Mapping[str, str]) -> Body:
    """The answer to a GET. Raises ServiceFailed with the reason; a status under 300 proves nothing yet."""
    url = httpx.URL(endpoint.url).copy_merge_params(dict(params))
    with _failing(), _client(endpoint) as client, client.stream("GET", url) as response:
        if response.is_redirect or response.has_redirect_location:
            raise ServiceFailed(Reason.REDIRECTED, response.headers.get("location", ""))
        body = Body(_content(response, endpoint), response.headers.get("content-type", ""))
    if response.status_code >= 500 or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise ServiceFailed(Reason.FAULT, f"HTTP {response.status_code}")
    if response.status_code >= 400:
        said = body.content[:_EXCEPTION_SHOWN].decode("utf-8", errors="replace")
        raise ServiceFailed(Reason.REFUSED, f"HTTP {response.status_code}: {said}")
    return body


def _content(response: httpx.Response, endpoint: Endpoint) -> bytes:
    """All of the answer; counted as it comes, because a declared length may be untrue."""
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in _PACKINGS:
        raise ServiceFailed(Reason.MALFORMED, f"Content-Encoding: {packing[:40]}")
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes(1 << 16):
        size += len(piece)
        if size > endpoint.max_bytes:
            raise ServiceFailed(Reason.TOO_LARGE, f"over {endpoint.max_bytes} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _client(endpoint: Endpoint) -> httpx.Client:
    headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    return httpx.Client(transport=GuardedTransport(endpoint), headers=headers, follow_redirects=False, trust_env=False)


class GuardedTransport(httpx.BaseTransport):
    """httpx over a pool whose connections are guarded."""

    def __init__(self, endpoint: Endpoint) -> None:
        backend = GuardedBackend(
            allow_private=endpoint.private_network,
            connect_timeout_s=endpoint.connect_timeout_s,
            timeout_s=endpoint.timeout_s,
        )
        self.pool = httpcore.ConnectionPool(ssl_context=tls(legacy=endpoint.legacy_tls), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        content = cast(httpx.SyncByteStream, request.stream)
        asked = httpcore.Request(request.method, url, headers=request.headers.raw, content=content)
        answer = self.pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def close(self) -> None:
        self.pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self.answer.iter_stream()

    def close(self) -> None:
        self.answer.close()


def tls(*, legacy: bool) -> ssl.SSLContext:
    """Certificates are checked in any case; ``legacy`` takes ciphers and renegotiation that modern servers gave up."""
    context = ssl.create_default_context()
    if legacy:
        context.set_ciphers("DEFAULT@SECLEVEL=1")
        context.options |= cast(Any, ssl).OP_LEGACY_SERVER_CONNECT
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@contextmanager
def _failing() -> Iterator[None]:
    """What a connection does, in our words."""
    try:
        yield
    except httpcore.ConnectError as fault:
        is_certificate = isinstance(fault.__cause__ or fault.__context__, ssl.SSLCertVerificationError)
        reason = Reason.CERTIFICATE if is_certificate else Reason.UNREACHABLE
        raise ServiceFailed(reason, str(fault)) from None
    except httpcore.TimeoutException as fault:
        raise ServiceFailed(Reason.TIMEOUT, str(fault)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.DecodingError) as fault:
        raise ServiceFailed(Reason.BROKEN, str(fault)) from None
