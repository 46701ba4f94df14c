"""Reads a file of a stranger in a process of its own, which has little time and memory and knows no secret.

A PDF of 16 kB can hold a list of four million objects: no reader in Python is quick with everything.
"""

import json
import subprocess
import sys
from base64 import b64encode
from datetime import datetime
from pathlib import Path

from services.documents.signatures.result import Reason, Signature
from services.documents.signatures.trust import Trust

ROOT = Path(__file__).resolve().parents[3]
MOST_WAIT_S = 20


def read_apart(content: bytes, kind: str, *, trust: Trust, at: datetime) -> list[Signature]:
    """As ``reading.read``; a file that wants too much, or that breaks the reader, cannot be judged."""
    question = {
        "kind": kind, "at": at.isoformat(), "day": trust.day.isoformat() if trust.day else None,
        "roots": [b64encode(root.dump()).decode() for root in trust.roots],
    }  # fmt: skip
    told = json.dumps(question).encode() + b"\n" + content
    command = [sys.executable, "-m", __package__]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=told, capture_output=True, timeout=MOST_WAIT_S, cwd=ROOT, env={}, check=True
        )
    except subprocess.SubprocessError:
        return [Signature.unchecked(kind, Reason.TOO_MUCH)]
    return [Signature.of_json(row) for row in json.loads(done.stdout)]
