"""The token of the office's system: OIDC ``client_credentials`` with a secret, or with a signed JWT (RFC 7523)."""

import json
import re
from base64 import urlsafe_b64encode
from time import time
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.cache import cache
from django.utils.translation import gettext as _

from services.delivery.base import OperatorFailed
from services.delivery.contrib.transport import ask
from services.delivery.models import Mailbox
from services.identity.protected import fingerprint, opened, sealed

SCOPES = "read_messages write_messages read_settings write_settings"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS_S = 60
#: before its end a token is no longer used
MARGIN_S = 30
LONGEST_S = 24 * 3600  #: for which one is kept, whatever its maker says
TOKEN = re.compile(r"[!-~]+")  #: what a header can carry


def token_of(mailbox: Mailbox) -> str:
    """Kept until its end, under our key. Raises OperatorFailed."""
    if kept := cache.get(place(mailbox)):
        return opened(kept)
    token, lasts_s = asked(mailbox)
    if lasts_s > MARGIN_S:
        cache.set(place(mailbox), sealed(token), min(lasts_s, LONGEST_S) - MARGIN_S)
    return token


def forget(mailbox: Mailbox) -> None:
    cache.delete(place(mailbox))


def place(mailbox: Mailbox) -> str:
    """Other settings of the mailbox have another token."""
    return "delivery.token." + fingerprint(f"{mailbox.token_url} {mailbox.client_id} {mailbox.address}")[:32]


def asked(mailbox: Mailbox) -> tuple[str, int]:
    """The token and its seconds."""
    proof = {"client_assertion_type": ASSERTION, "client_assertion": assertion(mailbox)}
    if mailbox.sign_in == Mailbox.SignIn.SECRET:
        proof = {"client_secret": mailbox.secret}
    said = {"grant_type": "client_credentials", "client_id": mailbox.client_id, "scope": SCOPES, **proof}
    reply = ask(
        "POST", mailbox.token_url, private_network=mailbox.private_network, data=said,
        headers={"Accept": "application/json"},
    )  # fmt: skip
    try:
        told = json.loads(reply.content) if reply.status == 200 else {}
        token, lasts_s = str(told["access_token"]), int(told.get("expires_in", 0))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        token, lasts_s = "", 0
    if not TOKEN.fullmatch(token):
        raise OperatorFailed(_("Operator e-Doręczeń nie przyjął logowania systemu urzędu."))
    return token, lasts_s


def assertion(mailbox: Mailbox) -> str:
    """RS256; "" where the mailbox signs in with a secret. Raises OperatorFailed for a key that is none."""
    if mailbox.sign_in == Mailbox.SignIn.SECRET:
        return ""
    try:
        key = load_pem_private_key(mailbox.secret.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise OperatorFailed(_("Klucz skrzynki e-Doręczeń nie jest kluczem RSA. Poproś administratora o nowy."))
    now = int(time())
    claims = {
        "iss": mailbox.client_id, "sub": mailbox.client_id, "aud": mailbox.token_url, "jti": str(uuid4()),
        "iat": now, "exp": now + ASSERTION_LASTS_S,
    }  # fmt: skip
    signed = f"{packed({'alg': 'RS256', 'typ': 'JWT'})}.{packed(claims)}"
    return f"{signed}.{base64(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def packed(part: dict[str, Any]) -> str:
    return base64(json.dumps(part, separators=(",", ":")).encode())


def base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
