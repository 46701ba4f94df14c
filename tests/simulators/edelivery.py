"""An operator of e-Doręczenia: OIDC and the User Agent API 3.0.8 as far as the office uses it (dossier 4.2).

Strict where the real one is: tokens, the form of messages, SHA-3 of attachments, sizes. Tasks end later, evidence comes
when it is told to (``happens``), in any order.
"""

import json
import re
import threading
from base64 import b64decode, b64encode, urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha3_512
from time import time
from urllib.parse import parse_qs
from urllib.request import Request, urlopen
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.simulators.base import Question, Reply, Simulator

ADE = re.compile(r"AE:PL-\d{5}-\d{5}-[A-Z]{5}-\d{2}")
HYBRID = {
    "procedingType": {"general", "administrative", "tax", "court_civil", "court_criminal"},
    "categoryService": {"economic", "priority"}, "shippingMode": {"registered", "notRegistered"},
}  # fmt: skip
AT_ONCE = 15 * 1024**2 * 4 // 3 + 100_000


ROUTES = (
    (r"POST /messages", "post_message"),
    (r"GET /messages/tasks/([^/]+)/status", "task"),
    (r"POST /drafts", "post_draft"),
    (r"POST /drafts/send", "send_draft"),
    (r"POST /drafts/([^/]+)/attachments", "post_attachment"),
    (r"GET /messages", "listed"),
    (r"GET /messages/evidences/([^/]+)", "get_evidence"),
    (r"GET /evidences/puhepo/([^/]+)", "get_epo"),
    (r"GET /messages/([^/]+)/evidences", "get_evidences"),
    (r"GET /messages/([^/]+)/attachments/([^/]+)", "get_attachment"),
    (r"GET /messages/([^/]+)", "read"),
    (r"PUT /message_subscriptions", "subscribe"),
)


class Refused(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Sent:
    """A message as it was taken."""

    message_id: str
    said: dict
    attachments: list[dict]
    at: datetime
    is_listed: bool = True
    evidences: list[dict] = field(default_factory=list)

    @property
    def metadata(self) -> dict:
        return self.said["messageMetadata"]

    def as_json(self, label: str) -> dict:
        metadata = self.metadata | {
            "messageId": self.message_id, "threadId": self.metadata.get("threadId") or self.message_id,
            "submissionDate": self.at.isoformat(), "receiptDate": self.at.isoformat(),
        }  # fmt: skip
        control = {"status": label, "MessageType": "Message", "labels": [{"label": label}]}
        return {"messageControlData": control, "messageMetadata": metadata, "textBody": self.said.get("textBody", "")}


@dataclass
class EDelivery(Simulator):
    """``address``: the mailbox; ``secret`` or ``key`` is how its system signs in."""

    address: str = "AE:PL-55754-97181-CHDVR-19"
    client_id: str = "miedza"
    secret: str = "tajne"
    key: RSAPublicKey | None = None
    token_lasts_s: int = 300
    task_takes: int = 0  #: how many times a task is asked for before it ends
    rejects: str = ""  #: why every task ends without a message
    writes_dots: bool = True  #: codes as "A.1", otherwise "A1"
    lies_of_hash: bool = False
    is_ready: bool = True  #: letters that came may be read
    sent: dict[str, Sent] = field(default_factory=dict)
    came: dict[str, Sent] = field(default_factory=dict)
    tasks: dict[str, list] = field(default_factory=dict)
    drafts: dict[str, dict] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    signed_in: list[str] = field(default_factory=list)  #: jti of assertions
    callbacks: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  #: "METHOD path" of all questions
    lock: threading.RLock = field(default_factory=threading.RLock)

    # --- on command --------------------------------------------------------------------------------------------

    def happens(self, message_id: str, code: str, at: datetime, *, reason: str = "", key: str = "") -> str:
        """Evidence of a sent message; its identifier."""
        with self.lock:
            evidence_id = key or str(uuid4())
            written = code if self.writes_dots else code.replace(".", "")
            row = {"evidenceId": evidence_id, "messageId": message_id, "type": written, "eventDate": at.isoformat()}
            row |= {"createDate": at.isoformat(), "reasonDetails": [reason] if reason else []}
            self.sent[message_id].evidences.append(row)
            return evidence_id

    def comes(self, subject: str, *, sender: str, files: tuple = (), at: datetime | None = None, **metadata) -> str:
        """A letter to the office; files are (name, type, content)."""
        with self.lock:
            message_id = str(uuid4())
            told = {"from": {"eDeliveryAddress": sender, "contributor": {"firstName": "Anna", "lastName": "Nowak"}}}
            told |= {"to": [{"eDeliveryAddress": self.address}], "subject": subject, **metadata}
            attached = [attachment(number, *file) for number, file in enumerate(files)]
            said = {"messageMetadata": told, "textBody": subject}
            self.came[message_id] = Sent(message_id, said, attached, at or datetime.now(UTC))
            return message_id

    def call_back(self, message_id: str, name: str = "evidence", times: int = 1) -> list[int]:
        """Tells the office; the statuses of its answers."""
        body = json.dumps({"eDeliveryAddress": self.address, "messageId": message_id}).encode()
        address = self.callbacks[f"{name}CallbackUrl"]
        asked = [Request(address, body, {"Content-Type": "application/json"}) for _ in range(times)]
        return [urlopen(one, timeout=10).status for one in asked]

    # --- questions ---------------------------------------------------------------------------------------------

    def respond(self, question: Question) -> Reply:
        with self.lock:
            self.asked.append(f"{question.method} {question.path}")
            try:
                said, status = self.routed(question)
            except Refused as refused:
                said, status = {"errorDescription": str(refused)}, refused.status
            except (KeyError, TypeError, ValueError, AttributeError) as fault:
                said, status = {"errorDescription": f"schema: {fault!r}"}, 400
            if isinstance(said, Reply):
                return said
            body = json.dumps(said).encode() if said is not None else b""
            return Reply(body, status, "application/json")

    def routed(self, question: Question):
        if question.path == "/token":
            return self.token(question), 200
        self.check_token(question)
        prefix = f"/api/v1/{self.address}"
        if not question.path.startswith(f"{prefix}/"):
            raise Refused(403, "not this mailbox")
        asked = f"{question.method} {question.path.removeprefix(prefix)}"
        for pattern, name in ROUTES:
            if found := re.fullmatch(pattern, asked):
                return getattr(self, name)(question, *found.groups())
        raise Refused(404, "no such thing")

    def post_message(self, question: Question):
        if len(question.body) > AT_ONCE:
            raise Refused(413, "too large for one question")
        body = json.loads(question.body)
        self.check_message(body)
        for one in body["attachments"]:
            check_attachment(one)
        return {"messageTaskId": self.accept(body)}, 202

    def post_draft(self, question: Question):
        body = json.loads(question.body)
        self.check_message(body)
        draft = str(uuid4())
        self.drafts[draft] = body | {"attachments": []}
        return {"draftId": draft}, 201

    def post_attachment(self, question: Question, draft: str):
        body = json.loads(question.body)
        check_attachment(body)
        self.drafts[draft]["attachments"].append(body)
        return None, 204

    def send_draft(self, question: Question):
        [draft] = json.loads(question.body)["draftIds"]
        return {"messageTaskId": self.accept(self.drafts.pop(draft))}, 202

    def get_evidences(self, question: Question, message_id: str):
        return {"evidences": list(self.sent[message_id].evidences)}, 200

    def get_evidence(self, question: Question, evidence_id: str):
        found = [row for one in self.sent.values() for row in one.evidences if row["evidenceId"] == evidence_id]
        if not found:
            raise Refused(404, "no such evidence")
        return document(found[0]), 200

    def get_epo(self, question: Question, message_id: str):
        [epo] = [one for one in self.sent[message_id].evidences if one["type"] in {"H.EPO", "HEPO"}]
        return document(epo), 200

    def get_attachment(self, question: Question, message_id: str, wanted: str):
        [found] = [one for one in self.came[message_id].attachments if one["attachmentId"] == wanted]
        return Reply(b64decode(found["file"]["file"]), 200, "application/octet-stream"), 200

    def subscribe(self, question: Question):
        body = json.loads(question.body)
        self.callbacks |= {name: body[name] for name in body if name.endswith("CallbackUrl")}
        return None, 204

    def token(self, question: Question) -> dict:
        form = {name: values[0] for name, values in parse_qs(question.body.decode()).items()}
        if form.get("grant_type") != "client_credentials" or form.get("client_id") != self.client_id:
            raise Refused(401, "invalid_client")
        if self.key is None:
            if form.get("client_secret") != self.secret:
                raise Refused(401, "invalid_client")
        else:
            self.check_assertion(form)
        token = uuid4().hex
        self.tokens[token] = time() + self.token_lasts_s
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.token_lasts_s}

    def check_assertion(self, form: dict[str, str]) -> None:
        """RFC 7523: signed with the known key, for us, young, and used once."""
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            raise Refused(401, "assertion type")
        head, claims, signature = form["client_assertion"].split(".")
        try:
            self.key.verify(unpacked(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            raise Refused(401, "signature") from None
        told = json.loads(unpacked(claims))
        is_ours = told["iss"] == told["sub"] == self.client_id and told["aud"] == f"{self.root}/token"
        if json.loads(unpacked(head))["alg"] != "RS256" or not is_ours:
            raise Refused(401, "claims")
        if not told["iat"] - 5 <= time() < told["exp"] <= told["iat"] + 300 or told["jti"] in self.signed_in:
            raise Refused(401, "time or replay")
        self.signed_in.append(told["jti"])

    def check_token(self, question: Question) -> None:
        token = question.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= time():
            raise Refused(401, "token")

    def check_message(self, body: dict) -> None:
        metadata = body["messageMetadata"]
        if metadata["from"]["eDeliveryAddress"] != self.address or not 0 < len(metadata["subject"]) <= 250:
            raise Refused(400, "metadata")
        [to] = metadata["to"]
        if metadata["shippingService"] == "electronic":
            if not ADE.fullmatch(to["eDeliveryAddress"]) or "hybridShipment" in metadata:
                raise Refused(400, "addressee")
        elif metadata["shippingService"] == "hybrid":
            if any(metadata["hybridShipment"][name] not in known for name, known in HYBRID.items()):
                raise Refused(400, "hybridShipment")
            if not re.fullmatch(r"\d\d-\d{3}", to["address"]["postalCode"]) or not to["address"]["city"]:
                raise Refused(400, "address")
        else:
            raise Refused(400, "shippingService")

    def accept(self, body: dict) -> str:
        task, message_id = str(uuid4()), str(uuid4())
        if not self.rejects:
            self.sent[message_id] = Sent(message_id, body, body["attachments"], datetime.now(UTC))
        self.tasks[task] = [self.task_takes, message_id]
        return task

    def task(self, question: Question, task: str):
        left, message_id = self.tasks[task]
        if left:
            self.tasks[task][0] = left - 1
            return {"messageTaskId": task, "status": "PENDING"}, 200
        row = {"messageId": message_id, "Status": "SUCCESS"}
        if self.rejects:
            row = {"Status": "ERROR", "errorDescription": self.rejects}
        return {"messageTaskId": task, "status": "FINISHED", "messages": [row]}, 200

    def listed(self, question: Question):
        params = question.params
        offset, limit = int(params["offset"]), int(params["limit"])
        if limit > 50:
            raise Refused(400, "at most 50 at once")
        label = params["label"]
        rows = {"SENT": self.sent, "INBOX": self.came}[label].values()
        since = params.get("submissionDateFrom")
        found = [
            one.as_json(label) for one in rows
            if one.is_listed and (since is None or one.at >= datetime.fromisoformat(since))
        ]  # fmt: skip
        return {"messages": found[offset : offset + limit]}, 200

    def read(self, question: Question, message_id: str):
        if message_id not in self.came or question.params.get("format") != "fullExtended":
            raise Refused(404, "no such message")
        held = json.loads(json.dumps(self.came[message_id].attachments))
        for number, one in enumerate(held):
            if number % 2:  # every second must be asked for
                del one["file"]["file"]
            if self.lies_of_hash:
                one["file"]["fileMetadata"]["hash"] = b64encode(b"0" * 128).decode()
        said = self.came[message_id].as_json("INBOX") | {"attachments": held, "evidences": []}
        return (said, 200) if self.is_ready else (None, 202)


def check_attachment(one: dict) -> None:
    told, content = one["file"]["fileMetadata"], b64decode(one["file"]["file"], validate=True)
    digest = b64encode(sha3_512(content).hexdigest().encode()).decode()
    if told["alg"] != "SHA-3" or told["hash"] != digest or told["size"] != len(content) or not one["attachmentId"]:
        raise Refused(400, "attachment")


def attachment(order: int, name: str, media_type: str, content: bytes) -> dict:
    told = {"fileId": str(uuid4()), "filename": name, "contentType": media_type, "size": len(content), "alg": "SHA-3"}
    told["hash"] = b64encode(sha3_512(content).hexdigest().encode()).decode()
    held = {"fileMetadata": told, "file": b64encode(content).decode()}
    return {"order": order, "attachmentId": str(uuid4()), "file": held}


def document(evidence: dict) -> Reply:
    """XML of a proof, or PDF where the code says so."""
    if evidence["type"].endswith(("OP", "WP")):
        return Reply(b"%PDF-1.7\n% " + evidence["evidenceId"].encode() + b"\n%%EOF", 200, "application/pdf")
    xml = f'<?xml version="1.0"?><Evidence id="{evidence["evidenceId"]}" type="{evidence["type"]}"/>'
    return Reply(xml.encode(), 200, "application/xml")


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
