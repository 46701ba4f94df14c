"""An address of its own for each letter to come back to: ``urzad+<tag>@…``, a sub-address as in RFC 5233.

The tag is the letter's key with a signature, in signs that survive servers which change the case of letters.
"""

import re
from base64 import b32decode, b32encode
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "notifications.returns"
KEY, SIGNATURE = 16, 10  #: bytes
TAG = re.compile(r"\+([a-z2-7]{42})@", re.IGNORECASE)
PADDING = "=" * 6
LONGEST_LOCAL = 64  #: RFC 5321, 4.5.3.1.1


def office() -> tuple[str, str]:
    """Both sides of the address that letters come from."""
    local, _at, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")
    return local, domain or "localhost"


def sender_of(key: UUID) -> str | None:
    """Of the letter's envelope; None where the office has no such addresses or its own is too long for a tag."""
    (local, domain), secret = office(), settings.SECRET_KEY
    tag = b32encode(key.bytes + signature(key, secret)).decode().rstrip("=").lower()
    tagged = f"{local}+{tag}"
    return f"{tagged}@{domain}" if settings.BOUNCES_TAGS and local and len(tagged) <= LONGEST_LOCAL else None


def key_in(address: str) -> UUID | None:
    """Of the letter that the address was made for; None for a tag that is none of ours."""
    found = TAG.search(address)
    if found is None:
        return None
    said = b32decode(found[1].upper() + PADDING)
    key = UUID(bytes=said[:KEY])
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_ours = any(constant_time_compare(signature(key, secret), said[KEY:]) for secret in secrets)
    return key if is_ours else None


def signature(key: UUID, secret: str | bytes) -> bytes:
    return salted_hmac(SALT, key.hex, secret=secret, algorithm="sha256").digest()[:SIGNATURE]
