"""TOTP as RFC 6238 and RFC 4226 write it, apart from the library that the office uses."""

from base64 import b32decode
from hmac import digest


def totp(secret: bytes | str, at: float, *, digits: int = 6, step: int = 30) -> str:
    """secret: the bytes, or their Base32."""
    key = b32decode(secret.replace(" ", "")) if isinstance(secret, str) else secret
    mac = digest(key, int(at // step).to_bytes(8, "big"), "sha1")
    offset = mac[19] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)
