"""e-Doręczenia by the User Agent API 3.0.8 of COI (dossier 4.2), as one mailbox of an office.

Messages carry the key of our shipment in their text, so that one whose answer was lost is found among the sent ones.
``caseId`` is our case number. Hashes are SHA3-512 in hex, in base64, as the examples of the API have them.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha3_256, sha3_512
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_random

from services.delivery import ade
from services.delivery.base import File, Found, FoundEvidence, Message, OperatorFailed, PaperAddress, Parcel, Task
from services.delivery.contrib.sign_in import forget, token_of
from services.delivery.contrib.transport import Reply, ask
from services.delivery.course import normal_code
from services.delivery.models import Mailbox

#: bytes of files together that go in one question; more goes as a draft
AT_ONCE = 15 * 1024**2
ON_PAGE = 50  #: identifiers at once, at most
MOST_PAGES = 200
MOST_FILES = 100
MARK = "Identyfikator przesyłki: "
#: how paper is ordered: administrative proceedings, registered, with an electronic proof of delivery
HYBRID = {
    "procedingType": "administrative", "categoryService": "economic", "printingMode": "monochrome",
    "overprintMode": "none", "returnService": True, "proofOfDelivery": True, "shippingMode": "registered",
}  # fmt: skip

type Json = dict[str, Any]


def is_passing(fault: BaseException) -> bool:
    return isinstance(fault, OperatorFailed) and not fault.is_final


class UserAgent:
    """Questions to one mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    # --- sending ---------------------------------------------------------------------------------------------------

    def send(self, parcel: Parcel) -> str:
        message = self.message(parcel)
        if sum(len(file.content) for file in parcel.files) > AT_ONCE:
            return self.send_draft(message, parcel)
        attached = [attachment(parcel.key, order, file) for order, file in enumerate(parcel.files)]
        return task_in(self.tell("POST", "/messages", message | {"attachments": attached}))

    def send_draft(self, message: Json, parcel: Parcel) -> str:
        draft = text_of(self.tell("POST", "/drafts", message), "draftId")
        for order, file in enumerate(parcel.files):
            self.tell("POST", f"/drafts/{quote(draft, safe='')}/attachments", attachment(parcel.key, order, file))
        return task_in(self.tell("POST", "/drafts/send", {"draftIds": [draft]}))

    def message(self, parcel: Parcel) -> Json:
        metadata: Json = {
            "from": {"eDeliveryAddress": self.mailbox.address}, "subject": parcel.subject,
            "caseId": parcel.case_number,
        }  # fmt: skip
        if isinstance(parcel.to, PaperAddress):
            to: Json = {"contributor": {"name": parcel.name}, "address": address_of(parcel.to)}
            metadata |= {"to": [to], "shippingService": "hybrid", "hybridShipment": HYBRID}
        else:
            to = {"eDeliveryAddress": parcel.to, "contributor": {"name": parcel.name}}
            metadata |= {"to": [to], "shippingService": "electronic"}
        return {
            "messageControlData": {"MessageType": "Message"}, "messageMetadata": metadata,
            "textBody": f"{parcel.subject}\n\nSprawa {parcel.case_number}\n{MARK}{parcel.key}",
        }  # fmt: skip

    def task(self, task_id: str) -> Task:
        said = self.learn(f"/messages/tasks/{quote(task_id, safe='')}/status")
        if said.get("status") != "FINISHED":
            return Task(is_finished=False)
        rows = said.get("messages") or said.get("Messages") or [{}]
        row = rows[0] if isinstance(rows, list) and isinstance(rows[0], dict) else {}
        message_id = words_in(row, "messageId", 100)
        fault = "" if message_id else words_in(row, "errorDescription", 200) or words_in(row, "Status", 200) or "?"
        return Task(is_finished=True, message_id=message_id, fault=fault)

    def find(self, key: str, *, since: datetime) -> Found | None:
        # an hour more than needed: clocks differ
        asked = {"label": "SENT", "submissionDateFrom": written(since - timedelta(hours=1))}
        for row in self.pages(asked):
            if f"{MARK}{key}" in str(row.get("textBody")):
                metadata = part_of(row, "messageMetadata")
                return Found(text_of(metadata, "messageId"), words_in(metadata, "threadId", 100))
        return None

    # --- evidence --------------------------------------------------------------------------------------------------

    def evidences(self, message_id: str) -> list[FoundEvidence]:
        rows = self.learn(f"/messages/{quote(message_id, safe='')}/evidences").get("evidences")
        if not isinstance(rows, list):
            raise unreadable()
        return [evidence_in(row, message_id) for row in rows]

    def evidence_file(self, evidence: FoundEvidence, message_id: str) -> File:
        is_paper = normal_code(evidence.code) == "H.EPO"
        path = f"/evidences/puhepo/{quote(message_id, safe='')}" if is_paper else ""
        reply = self.get(path or f"/messages/evidences/{quote(evidence.evidence_id, safe='')}", accept="*/*")
        return document_in(reply, normal_code(evidence.code))

    # --- letters that came -----------------------------------------------------------------------------------------

    def inbox(self, *, since: datetime | None) -> Iterator[str]:
        asked = {"label": "INBOX"} | ({"submissionDateFrom": written(since)} if since else {})
        found = [
            (str(metadata.get("submissionDate")), text_of(metadata, "messageId"))
            for row in self.pages(asked)
            if (metadata := part_of(row, "messageMetadata"))
        ]
        yield from (message_id for _day, message_id in sorted(found))

    def read(self, message_id: str) -> Message | None:
        path = f"/messages/{quote(message_id, safe='')}"
        reply = self.get(path, params={"format": "fullExtended"})
        if reply.status == 202:
            return None
        said = read_json(reply)
        metadata = part_of(said, "messageMetadata")
        sender = part_of(metadata, "from")
        attached = said.get("attachments") or []
        if text_of(metadata, "messageId") != message_id or not isinstance(attached, list) or len(attached) > MOST_FILES:
            raise unreadable()
        if (named := addressees_in(metadata)) and ade.normal(self.mailbox.address) not in named:
            raise OperatorFailed(_("Operator podał pismo do innej skrzynki. Nie wpisujemy go do dziennika."))
        return Message(
            message_id=message_id, sender=words_in(sender, "eDeliveryAddress", 30), sender_name=name_in(sender),
            subject=words_in(metadata, "subject", 250), case_number=words_in(metadata, "caseId", 60),
            thread_id=words_in(metadata, "threadId", 100),
            received_at=moment(metadata.get("receiptDate") or metadata.get("submissionDate")),
            files=[self.file_of(message_id, one) for one in attached],
        )  # fmt: skip

    def file_of(self, message_id: str, attached: object) -> File:
        """From within the message, or asked for; its hash must agree."""
        held = part_of(attached, "file")
        told = part_of(held, "fileMetadata")
        if isinstance(held.get("file"), str):
            content = decoded(held["file"])
        else:
            attachment_id = quote(text_of(attached, "attachmentId"), safe="")
            path = f"/messages/{quote(message_id, safe='')}/attachments/{attachment_id}"
            content = self.get(path, accept="*/*").content
        if hash_in(told) not in {sha3_512(content).hexdigest(), sha3_256(content).hexdigest()}:
            raise OperatorFailed(_("Załącznik z e-Doręczeń ma inny skrót SHA-3, niż podano. Pobierzemy go ponownie."))
        return File(words_in(told, "filename", 250) or "plik", words_in(told, "contentType", 100), content)

    def subscribe(self, address: str) -> None:
        names = ("message", "messageCreated", "evidence", "inbox")
        self.tell("PUT", "/message_subscriptions", {f"{name}CallbackUrl": address for name in names})

    # --- one question ----------------------------------------------------------------------------------------------

    def pages(self, asked: dict[str, str]) -> Iterator[Json]:
        """All messages, page by page. Raises OperatorFailed for a list without an end."""
        for page in range(MOST_PAGES):
            rows = self.learn("/messages", params=asked | {"offset": page * ON_PAGE, "limit": ON_PAGE}).get("messages")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise unreadable()
            yield from rows
            if len(rows) < ON_PAGE:
                return
        raise unreadable()

    def learn(self, path: str, **more: Any) -> Json:
        return read_json(self.get(path, **more))

    @retry(retry=retry_if_exception(is_passing), stop=stop_after_attempt(2), wait=wait_random(0.1, 0.5), reraise=True)
    def get(self, path: str, *, accept: str = "application/json", **more: Any) -> Reply:
        """Asked again once: looking changes nothing."""
        return self.ask("GET", path, accept=accept, **more)

    def tell(self, method: str, path: str, said: Json) -> Json:
        """Never by itself a second time."""
        reply = self.ask(method, path, accept="application/json", json=said)
        return read_json(reply) if reply.content.strip() else {}

    def ask(self, method: str, path: str, *, accept: str, **more: Any) -> Reply:
        """Raises OperatorFailed; a token that has ended early is asked for anew."""
        reply = self.asked_with_token(method, path, accept, more)
        if reply.status == 401:
            forget(self.mailbox)
            reply = self.asked_with_token(method, path, accept, more)
        if reply.status >= 500 or reply.status in {401, 403, 429}:
            raise OperatorFailed(_("Operator e-Doręczeń zgłosił błąd %(status)s.") % {"status": reply.status})
        if reply.status >= 300:
            text = _("Operator e-Doręczeń odrzucił pytanie (błąd %(status)s).")
            raise OperatorFailed(text % {"status": reply.status}, is_final=True)
        return reply

    def asked_with_token(self, method: str, path: str, accept: str, more: dict[str, Any]) -> Reply:
        headers = {"Authorization": f"Bearer {token_of(self.mailbox)}", "Accept": accept}
        url = f"{self.mailbox.api_url.rstrip('/')}/{quote(self.mailbox.address, safe=':')}{path}"
        return ask(method, url, private_network=self.mailbox.private_network, headers=headers, **more)


# --- reading ----------------------------------------------------------------------------------------------------------


def unreadable() -> OperatorFailed:
    return OperatorFailed(_("Odpowiedź operatora e-Doręczeń ma inną postać, niż mówi opis usługi."))


def read_json(reply: Reply) -> Json:
    """Raises OperatorFailed."""
    try:
        said = json.loads(reply.content)
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(said, dict):
        raise unreadable()
    return said


def part_of(said: object, name: str) -> Json:
    """Raises OperatorFailed."""
    found = said.get(name) if isinstance(said, dict) else None
    if not isinstance(found, dict):
        raise unreadable()
    return found


def text_of(said: object, name: str) -> str:
    """Of an identifier. Raises OperatorFailed."""
    found = said.get(name) if isinstance(said, dict) else None
    if not isinstance(found, str) or not 0 < len(found) <= 100 or not found.isprintable():
        raise unreadable()
    return found


def words_in(said: Json, name: str, longest: int) -> str:
    """What somebody wrote, as it can be kept and shown; "" where nothing is said."""
    return printable(str(said.get(name) or ""))[:longest]


def printable(text: str) -> str:
    """On one line, without signs that no page shows and no table holds."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def task_in(said: Json) -> str:
    return text_of(said, "messageTaskId")


def evidence_in(row: object, message_id: str) -> FoundEvidence:
    """Raises OperatorFailed, also for a proof that names another message."""
    said = row if isinstance(row, dict) else {}
    if said.get("messageId", message_id) != message_id:
        raise unreadable()
    details = said.get("reasonDetails") or []
    reason = ", ".join(map(str, details)) if isinstance(details, list) else str(details)
    return FoundEvidence(
        evidence_id=text_of(said, "evidenceId"), code=text_of(said, "type"),
        at=moment(said.get("eventDate") or said.get("createDate")), reason=printable(reason)[:300],
    )  # fmt: skip


def moment(said: object) -> datetime:
    """Raises OperatorFailed, also for years that are not ours; without a zone it is the time of Poland."""
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        raise unreadable() from None
    if not 2000 <= found.year < 2100:
        raise unreadable()
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def written(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def name_in(sender: Json) -> str:
    told = sender.get("contributor")
    told = told if isinstance(told, dict) else {}
    names = (words_in(told, name, 200) for name in ("companyName", "name", "firstName", "lastName"))
    return " ".join(filter(None, names))[:200]


def addressees_in(metadata: Json) -> set[str]:
    """Addresses of the mailboxes that a message names."""
    rows = metadata.get("to")
    rows = rows if isinstance(rows, list) else []
    named = (words_in(row, "eDeliveryAddress", 30) for row in rows if isinstance(row, dict))
    return {ade.normal(one) for one in named if one}


def hash_in(told: Json) -> str:
    """Hex; "" where none is told. The API's examples hold the hex text in base64."""
    said = str(told.get("hash") or "")
    try:
        return b64decode(said, validate=True).decode("ascii").lower()
    except (ValueError, UnicodeDecodeError):
        return said.lower()


def decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise unreadable() from None


#: by the first bytes; the metadata of evidence that lies elsewhere is JSON
DOCUMENTS = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"<?xml", "xml", "application/xml"),
    (b"{", "json", "application/json"),
)


def document_in(reply: Reply, code: str) -> File:
    """A proof is kept as it came. Raises OperatorFailed for a page or anything else that is no proof."""
    for start, ending, media_type in DOCUMENTS:
        if reply.content.removeprefix(b"\xef\xbb\xbf").startswith(start):
            return File(f"{code}.{ending}", media_type, reply.content)
    raise unreadable()


def attachment(key: str, order: int, file: File) -> Json:
    """The same shipment gives the same identifiers."""
    file_id = str(uuid5(UUID(key), str(order)))
    digest = b64encode(sha3_512(file.content).hexdigest().encode()).decode()
    told = {
        "fileId": file_id, "filename": file.name, "contentType": file.media_type, "size": len(file.content),
        "alg": "SHA-3", "hash": digest,
    }  # fmt: skip
    held = {"fileMetadata": told, "file": b64encode(file.content).decode()}
    return {"order": order, "attachmentId": file_id, "file": held}


def address_of(to: PaperAddress) -> Json:
    return {"name": to.name, "street": to.street, "postalCode": to.postal_code, "city": to.city, "countryCode": "PL"}
