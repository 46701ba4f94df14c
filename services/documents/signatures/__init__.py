"""Who signed a file of somebody else, and whether the signature fits it. No network, no exception, no long wait."""

from datetime import datetime

from services.documents.signatures.apart import read_apart
from services.documents.signatures.result import Reason, Result, Signature
from services.documents.signatures.trust import trust

__all__ = ["Reason", "Result", "Signature", "media_type_of", "signatures_of"]

KINDS = {"application/pdf": "PAdES"} | dict.fromkeys(
    ("application/xml", "application/gml+xml", "application/gpx+xml"), "XAdES"
)
#: without one of these a file is not signed; never packed in a PDF
MARKS = {
    "PAdES": (b"/ByteRange",),
    "XAdES": tuple("Signature".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be")),
}


def media_type_of(content: bytes) -> str | None:
    """By the first bytes; None for what carries no signature that we read."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return "application/xml" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None


def signatures_of(content: bytes, media_type: str, *, at: datetime) -> list[Signature]:
    """In the order they stand in the file; none for a kind of file that carries none. ``at``: when it is asked."""
    kind = KINDS.get(media_type, "")
    if not any(mark in content for mark in MARKS.get(kind, ())):
        return []
    return read_apart(content, kind, trust=trust(), at=at)
