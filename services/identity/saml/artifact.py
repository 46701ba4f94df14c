"""The back door to the node: SOAP over HTTP, within seconds, and what an artifact is."""

import binascii
from base64 import b64decode
from functools import cache
from ssl import SSLContext

import httpcore
from lxml.etree import _Element as Element

from services.identity.saml.errors import NotProved, Reason, Silent
from services.identity.saml.xml import MOST_BYTES, enveloped, unwrapped
from spatial.remote.network import GuardedBackend
from spatial.remote.reasons import ServiceFailed
from spatial.remote.transport import USER_AGENT, tls

PATIENCE_S = 10.0  #: for the whole answer; a person waits for it
HEADERS = [("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", '""'), ("User-Agent", USER_AGENT)]
TYPE_4 = b"\x00\x04"  #: saml-bindings 3.6.4: type, place of the service, 20 bytes of who, 20 of which


def refuse_no_artifact(text: str) -> None:
    """Raises NotProved for what is no artifact of type 4, before anybody is asked."""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if len(content) != 44 or not content.startswith(TYPE_4):
        raise NotProved(Reason.ARTIFACT)


def answer_to(message: Element, *, url: str, expected: str) -> Element:
    """The element ``expected`` in the body of the answer, not yet believed. Raises NotProved."""
    backend = GuardedBackend(allow_private=True, connect_timeout_s=5, timeout_s=PATIENCE_S)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=authorities(), network_backend=backend) as pool,
            pool.stream("POST", url, headers=HEADERS, content=enveloped(message)) as response,
        ):
            content = body_of(response)
    except (ServiceFailed, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        raise Silent() from None
    return unwrapped(content, expected)


@cache
def authorities() -> SSLContext:
    """Those of the system; reading them takes longer than asking."""
    return tls(legacy=False)


def body_of(response: httpcore.Response) -> bytes:
    """Raises NotProved, also for more than an answer may be; it is counted as it comes."""
    if response.status != 200:
        raise Silent()
    content = b""
    for piece in response.iter_stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise Silent()
    return content
