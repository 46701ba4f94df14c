"""Files that documents depend on."""

from hashlib import file_digest
from pathlib import Path


def sha256_of(path: Path) -> str:
    """Hex digest of a file read in pieces."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
