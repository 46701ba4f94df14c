"""Which addresses may be asked. A free one would let anybody make this server ask any other (SSRF).

Allowed are services of the list that the office has switched on, and https addresses of hosts in ``MIEDZA_MAP_HOSTS``.
Either way the transport goes to public addresses only and follows no redirect.
"""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from spatial.errors import Malformed, Refused
from spatial.remote.endpoints import Endpoint, endpoints

LONGEST = 2_000
NEVER = 2**31 - 1
#: parts of an address that say what is asked, not of whom
QUESTION = frozenset({"service", "request", "version", "f", "limit", "bbox"})


def listed() -> list[Endpoint]:
    """Services of the list that are switched on."""
    return [one for one in endpoints(on=timezone.localdate()) if one.kind == "shown" and one.is_enabled]


def allowed(address: str) -> Endpoint:
    """The service of the address. Raises Malformed for what is no address, Refused for one that may not be asked."""
    address = address.strip()
    if not address or len(address) > LONGEST or not address.isprintable():
        raise Malformed(_("To nie jest adres usługi. Adres zaczyna się od https://."))
    for one in listed():
        if is_same(one.url, address):
            return one
    if not is_of_allowed_host(address):
        raise Refused(_("Tego adresu nie ma na liście usług urzędu. Wybierz usługę z listy albo poproś o jej dodanie."))
    host = urlsplit(address).hostname or ""
    return Endpoint(
        code="adres", kind="shown", title=host, url=without_question(address), is_enabled=True, timeout_s=8,
        connect_timeout_s=3, max_bytes=5_000_000, attempts=1, failures_to_rest=NEVER, types={"attribution": host},
    )  # fmt: skip


def is_same(known: str, address: str) -> bool:
    """Host and path are equal; the question after them does not matter."""
    try:
        ours, theirs = urlsplit(known), urlsplit(address)
        return (ours.netloc, ours.path.rstrip("/")) == (theirs.netloc, theirs.path.rstrip("/"))
    except ValueError:
        return False


def is_of_allowed_host(address: str) -> bool:
    """https, the usual port, nobody's password, and a host that is allowed or lies below one that is."""
    try:
        parts = urlsplit(address)
        usual = parts.scheme == "https" and parts.port in {None, 443} and "@" not in parts.netloc
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".")
    return usual and any(host == one or host.endswith(f".{one}") for one in settings.MAP_HOSTS)


def without_question(address: str) -> str:
    """The address with what it says of whom: of ``?map=x&REQUEST=GetMap`` only ``map=x`` is left."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() not in QUESTION]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))
