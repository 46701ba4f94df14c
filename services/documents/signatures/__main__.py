"""The other side of ``apart``: a question and a file come in, signatures go out."""

import json
import resource
import sys
from base64 import b64decode
from datetime import date, datetime

from asn1crypto.x509 import Certificate

from services.documents.signatures.reading import read
from services.documents.signatures.trust import Trust

MOST_SECONDS, MOST_MEMORY = 6, 1024**3  #: of the processor; bytes

resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
head, _line_end, content = sys.stdin.buffer.read().partition(b"\n")
question = json.loads(head)
roots = tuple(Certificate.load(b64decode(root)) for root in question["roots"])
trust = Trust(roots, date.fromisoformat(question["day"]) if question["day"] else None)
found = read(content, question["kind"], trust=trust, at=datetime.fromisoformat(question["at"]))
json.dump([one.as_json() for one in found], sys.stdout)
