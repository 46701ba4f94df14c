"""How often one address may ask: a limit in front of everything, so that one program cannot take the maps from all.

GCRA (a leaky bucket told by one number for each address), kept in each process. Programs on this machine are not
limited; behind a proxy on this machine the address is the one that the proxy names last in X-Forwarded-For.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from time import monotonic
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from services.identity.client import address_of

#: seconds of asking at the full rate that may be saved up
BURST = 10.0
REMEMBERED = 20_000  #: addresses


class Limits:
    """``per_second`` requests of one address in this process; 0 limits nobody."""

    def __init__(self, behind: WSGIApplication, per_second: float, clock: Callable[[], float] = monotonic) -> None:
        self.behind, self.clock = behind, clock
        self.pause = 1 / per_second if per_second else 0.0
        self._due: dict[str, float] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wait = self.wait(counted_as(address_of(environ))) if self.pause else 0.0
        if wait <= 0:
            return self.behind(environ, start_response)
        body = '{"code": "TooManyRequests", "description": "Za dużo zapytań, zwolnij / too many requests, slow down."}'
        headers = [("Content-Type", "application/json; charset=utf-8"), ("Retry-After", str(ceil(wait)))]
        start_response("429 Too Many Requests", headers)
        return (body.encode(),)

    def wait(self, address: str) -> float:
        """Seconds until the address may ask again; 0 and less: it may, and this was counted."""
        if not address:
            return 0.0
        now = self.clock()
        due = max(self._due.get(address, now), now) + self.pause
        if due - now > BURST:
            return due - now - BURST
        if address not in self._due and len(self._due) >= REMEMBERED:
            self._due = {one: at for one, at in self._due.copy().items() if at > now}
        self._due[address] = due
        return 0.0


def counted_as(address: str) -> str:
    """What an address is counted as: whoever has one of IPv6 has all of its network (RFC 6177), as django-allauth too
    counts tries.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or IPv6Network((int(found), 64), strict=False))
