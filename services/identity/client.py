"""Who asks: the address of a client, also behind a proxy on this machine."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any


def address_of(environ: Mapping[str, Any]) -> str:
    """The client's address, "" for this machine."""
    direct = str(environ.get("REMOTE_ADDR", ""))
    if not is_ours(direct):
        return direct
    named = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return "" if is_ours(named) else named


def is_ours(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return not address


def known_address(environ: Mapping[str, Any]) -> str | None:
    """The same as it can be kept: None where a proxy names no IP address."""
    try:
        return str(ip_address(address_of(environ) or "127.0.0.1"))
    except ValueError:
        return None
