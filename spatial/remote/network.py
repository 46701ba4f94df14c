"""Connections of httpcore that go to public addresses only and end when their time is over.

The name is resolved once and the connection goes to the very address that was checked, so a name that answers twice
differently gains nothing. The deadline covers everything: a server that drips a byte a second does not hold a worker.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpcore

from spatial.remote.reasons import Reason, ServiceFailed


class GuardedBackend(httpcore.NetworkBackend):
    """allow_private: the service is meant to lie inside the office's own network."""

    def __init__(self, *, allow_private: bool, connect_timeout_s: float, timeout_s: float) -> None:
        self.inner = httpcore.SyncBackend()
        self.allow_private = allow_private
        self.connect_timeout_s = connect_timeout_s
        self.deadline = time.monotonic() + timeout_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = permitted_address(host, port, allow_private=self.allow_private)
        left = min(self.connect_timeout_s, seconds_left(self.deadline))
        stream = self.inner.connect_tcp(address, port, timeout=left, socket_options=socket_options)
        return TimedStream(stream, self.deadline)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise ServiceFailed(Reason.FORBIDDEN, "unix socket")


class TimedStream(httpcore.NetworkStream):
    """A stream whose every step must end before the deadline of the whole."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self.inner = inner
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, timeout=seconds_left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, timeout=seconds_left(self.deadline))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = seconds_left(self.deadline)
        return TimedStream(self.inner.start_tls(ssl_context, server_hostname, timeout=left), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


def seconds_left(deadline: float) -> float:
    """Raises httpcore.ReadTimeout when the time is over."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline of the whole question")
    return left


def permitted_address(host: str, port: int, *, allow_private: bool) -> str:
    """Address to connect to. Raises ServiceFailed (unreachable, address-forbidden)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise ServiceFailed(Reason.UNREACHABLE, f"{host}: {fault}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(map(is_public, addresses)):
        raise ServiceFailed(Reason.FORBIDDEN, f"{host} is {', '.join(addresses)}")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether the address belongs to the open internet; an IPv4 address in the clothes of IPv6 counts as itself."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    return parsed.is_global and not parsed.is_multicast
