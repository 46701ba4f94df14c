"""Reports that a mail did not arrive: multipart/report of RFC 3464 with the codes of RFC 3463.

A letter of ours is known by the tag that the report is addressed to (``returns``), otherwise by its Message-ID, whose
key nobody but the receiver has seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from uuid import UUID

from services.notifications.channels import returns

#: no such box, no such domain, no address, moved, a domain without mail (RFC 7505), box closed
HARD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
OUR_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
#: of a report itself, where it carries nothing of the letter
ANSWERS = ("In-Reply-To", "References")
#: where servers write whom a mail was for
RECEIVERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a letter came back."""

    status: str  #: of RFC 3463, "" where none was said
    reply: int  #: of SMTP

    @property
    def is_hard(self) -> bool:
        """The address itself is no good; a full box or a refused text may be another day."""
        return self.status in HARD


@dataclass(frozen=True, slots=True)
class Returned:
    """One letter to one address that came back."""

    key: UUID
    verdict: Verdict
    addresses: tuple[str, ...] = field(repr=False)  #: as the report names the receiver


def read(content: bytes) -> list[Returned]:
    """Letters of ours that will not arrive; none in what is no report, or where a letter is only late."""
    report = message_from_bytes(content)
    if report.get_content_type() != "multipart/report":
        return []
    key = key_of(report)
    if key is None:
        return []
    failed = (block for block in receivers(report) if text(block, "Action").lower().startswith("failed"))
    return [Returned(key, verdict(text(one, "Status"), text(one, "Diagnostic-Code")), names(one)) for one in failed]


def verdict(status: str, reply: str) -> Verdict:
    """The words of the server say more than a status that only says "failed"."""
    codes = [*ENHANCED.findall(reply), *ENHANCED.findall(status)]
    best = next((code for code in codes if code in HARD), codes[0] if codes else "")
    said = REPLY.search(reply)
    return Verdict(best, int(said[1]) if said else 100 * int(best[:1] or 5))


def receivers(report: Message) -> Iterator[Message]:
    """Blocks of fields, one for each receiver."""
    for part in report.walk():
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (block for block in blocks if isinstance(block, Message) and "Action" in block)


def names(block: Message) -> tuple[str, ...]:
    said = (text(block, field).partition(";")[2] for field in ("Original-Recipient", "Final-Recipient"))
    return tuple(filter(None, (one.strip().strip("<>") for one in said)))


def key_of(report: Message) -> UUID | None:
    """Of the letter, from where the report is sent, what it returns of the letter, or what it answers."""
    for name in RECEIVERS:
        for address in report.get_all(name, []):
            if (key := returns.key_in(str(address))) is not None:
                return key
    found = [text(headers, "Message-ID") for headers in returned(report)]
    found += [text(report, name) for name in ANSWERS]
    known = next(filter(None, map(OUR_ID.search, found)), None)
    return UUID(known[1]) if known else None


def returned(report: Message) -> Iterator[Message]:
    """The letter, or only its headers."""
    for part in report.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            yield from (one for one in part.get_payload() if isinstance(one, Message))
        elif part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            yield message_from_bytes(content if isinstance(content, bytes) else b"")


def text(block: Message, name: str) -> str:
    """On one line; "" where there is none."""
    return " ".join(str(block.get(name, "")).split())
