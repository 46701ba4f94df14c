"""Identifiers of people at rest: encrypted to be read, fingerprinted to be found. The key is ``MIEDZA_PERSON_KEY``."""

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@lru_cache(maxsize=8)
def derived(key: str, purpose: str) -> bytes:
    """32 bytes for one purpose: what one of them gives away says nothing of the other."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key.encode())


def sealed(text: str) -> bytes:
    """Fernet; the same text gives another token each time."""
    return Fernet(urlsafe_b64encode(derived(settings.PERSON_KEY, "sealed"))).encrypt(text.encode())


def opened(token: bytes) -> str:
    """Raises cryptography.fernet.InvalidToken for another key's."""
    return Fernet(urlsafe_b64encode(derived(settings.PERSON_KEY, "sealed"))).decrypt(bytes(token)).decode()


def fingerprint(text: str) -> str:
    """HMAC-SHA256 in hex: equal for equal texts, and of no use without the key."""
    return hmac.new(derived(settings.PERSON_KEY, "fingerprint"), text.encode(), sha256).hexdigest()
