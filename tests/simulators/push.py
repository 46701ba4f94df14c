"""A push service (RFC 8030) and the browsers behind it: it checks VAPID, they read what was encrypted for them."""

import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.simulators.base import Question, Reply, Simulator

LARGEST = 4096


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """One subscription with its private half."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": b64(point), "auth": b64(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """RFC 8291."""
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return json.loads(text)


@dataclass(frozen=True)
class Pushed:
    """One letter that the service took."""

    endpoint: str
    topic: str
    ttl: int
    urgency: str
    body: bytes


@dataclass
class PushService(Simulator):
    public_key: str = ""  #: of the one office it knows; "" takes any that signs rightly
    pushed: list[Pushed] = field(default_factory=list)
    held: dict[tuple[str, str], Pushed] = field(default_factory=dict)  #: by endpoint and topic: a later one replaces
    gone: dict[str, int] = field(default_factory=dict)  #: status by path

    def browser(self, name: str) -> Browser:
        return Browser(f"{self.root}/wp/{name}")

    def respond(self, question: Question) -> Reply:
        if question.method != "POST" or not question.path.startswith("/wp/"):
            return Reply(b"", 404)
        if question.path in self.gone:
            return Reply(b"", self.gone[question.path])
        if fault := self.vapid_fault(question.headers.get("authorization", "")):
            return Reply(fault.encode(), 403)
        if fault := self.header_fault(question.headers, question.body):
            return Reply(fault.encode(), 413 if fault == "size" else 400)
        headers = question.headers
        one = Pushed(
            f"{self.root}{question.path}", headers["topic"], int(headers["ttl"]), headers["urgency"], question.body
        )
        self.pushed.append(one)
        self.held[one.endpoint, one.topic] = one
        return Reply(b"", 201, headers=(("Location", f"{self.root}/m/{len(self.pushed)}"),))

    def vapid_fault(self, authorization: str) -> str:
        """RFC 8292: an ES256 token for this origin, of the key beside it, not older than a day, with a contact."""
        try:
            scheme, _space, rest = authorization.partition(" ")
            parts = dict(one.strip().split("=", 1) for one in rest.split(","))
            signed, _dot, signature = parts["t"].rpartition(".")
            head, claims = (json.loads(unb64(one)) for one in signed.split("."))
            raw = unb64(signature)
            pair = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
            key.verify(pair, signed.encode(), ec.ECDSA(SHA256()))
        except (KeyError, ValueError, InvalidSignature) as error:
            return f"unreadable: {error!r}"
        rules = {
            "scheme": scheme == "vapid", "alg": head.get("alg") == "ES256", "length": len(raw) == 64,
            "aud": claims.get("aud") == self.root, "sub": claims.get("sub", "").startswith(("mailto:", "https:")),
            "exp": time.time() < claims.get("exp", 0) <= time.time() + 86_400,
            "key": self.public_key in {"", parts["k"]},
        }  # fmt: skip
        return ", ".join(name for name, is_kept in rules.items() if not is_kept)

    def header_fault(self, headers: dict[str, str], body: bytes) -> str:
        if len(body) > LARGEST:
            return "size"
        salt, record, length = body[:16], int.from_bytes(body[16:20]), body[20] if len(body) > 20 else 0
        rules = {
            "encoding": headers.get("content-encoding") == "aes128gcm",
            "ttl": headers.get("ttl", "").isdecimal(),
            "urgency": headers.get("urgency") in {"very-low", "low", "normal", "high"},
            "topic": 0 < len(headers.get("topic", "")) <= 32,
            "body": len(salt) == 16 and record >= 18 and length == 65 and body[21:22] == b"\x04",
        }
        return ", ".join(name for name, is_kept in rules.items() if not is_kept)
