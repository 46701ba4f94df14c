"""Signatures of one file, read here and now; for files of strangers by ``apart``."""

from datetime import datetime

from services.documents.signatures import pades, xades
from services.documents.signatures.result import Signature
from services.documents.signatures.trust import Trust


def read(content: bytes, kind: str, *, trust: Trust, at: datetime) -> list[Signature]:
    """``kind``: PAdES or XAdES. In the order they stand in the file."""
    found_in = {pades.KIND: pades.found_in, xades.KIND: xades.found_in}[kind]
    return found_in(content, trust=trust, at=at)
