"""Files of strangers shown to ClamAV, where the office has it: ``clamd`` by its socket, command INSTREAM.

The file goes in pieces, each after its length in four bytes; a length of zero ends it. One line comes back.
"""

import logging
import re
import socket
from enum import StrEnum
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

PIECE = 64 * 1024  #: bytes
PATIENCE_S = 10  #: for everything together
LONGEST_ANSWER = 1024  #: bytes

FOUND = re.compile(rb"stream: .+ FOUND\x00")
CLEAN = b"stream: OK\x00"


class Verdict(StrEnum):
    """What is known of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"  #: nobody answered, or not to the question


def verdict_on(content: bytes) -> Verdict:
    """Of the scanner of the office; never raises and never waits long."""
    try:
        answer = asked(content)
    except OSError as fault:
        logger.warning("ClamAV at %s does not answer: %r", settings.CLAMAV, fault)
        return Verdict.UNKNOWN
    if answer == CLEAN:
        return Verdict.CLEAN
    if FOUND.fullmatch(answer):
        logger.warning("ClamAV found a virus: %r", answer)
        return Verdict.INFECTED
    logger.warning("ClamAV at %s answers %r", settings.CLAMAV, answer)
    return Verdict.UNKNOWN


def asked(content: bytes) -> bytes:
    """The answer as it came, up to its zero. Raises OSError."""
    until = monotonic() + PATIENCE_S
    with connected(settings.CLAMAV) as line:
        send(line, b"zINSTREAM\x00", until=until)
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            send(line, len(piece).to_bytes(4) + piece, until=until)
        send(line, bytes(4), until=until)
        answer = b""
        while not answer.endswith(b"\x00") and len(answer) < LONGEST_ANSWER:
            line.settimeout(left(until))
            if not (more := line.recv(LONGEST_ANSWER)):
                break
            answer += more
    return answer


def connected(address: str) -> socket.socket:
    """A path of a socket, or ``host:port``. Raises OSError."""
    if not address.startswith("/"):
        parts = urlsplit(f"//{address}")
        return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(PATIENCE_S)
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def send(line: socket.socket, content: bytes, *, until: float) -> None:
    line.settimeout(left(until))
    line.sendall(content)


def left(until: float) -> float:
    """Seconds. Raises TimeoutError."""
    if (seconds := until - monotonic()) <= 0:
        raise TimeoutError
    return seconds
