"""Files that appear whole, however many threads and processes make them at once."""

from pathlib import Path
from uuid import uuid4


def write_whole(path: Path, body: bytes) -> None:
    """The name stands for nothing or for all of it. Two that write the same at once do no harm to each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        made.write_bytes(body)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
