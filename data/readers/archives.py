"""The one file that matters inside a ZIP, unpacked under a name of ours; a path from an archive is never used."""

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from data.records import UnreadableFileError

MAX_MEMBERS = 100
MAX_BYTES = 2 << 30
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file to read; the folder lives as long as this object."""

    path: Path
    folder: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def of(cls, path: str | Path, *, suffixes: tuple[str, ...], max_bytes: int = MAX_BYTES) -> Self:
        """The file itself, or the only member with one of the suffixes when it is a ZIP.

        Raises UnreadableFileError: unreadable-archive, archive-too-large, unsupported-format.
        """
        file = Path(path)
        if not file.is_file() or not zipfile.is_zipfile(file) or file.suffix.lower() in suffixes:
            return cls(file)
        folder = tempfile.TemporaryDirectory(prefix="archive-")
        return cls(_unpacked(file, Path(folder.name), suffixes, max_bytes), folder)


def _unpacked(archive: Path, folder: Path, suffixes: tuple[str, ...], max_bytes: int) -> Path:
    try:
        with zipfile.ZipFile(archive) as content:
            member = _wanted(content.infolist(), suffixes, max_bytes)
            target = folder / f"dane{Path(member.filename).suffix.lower()}"
            with content.open(member) as packed, target.open("wb") as plain:
                _copy_limited(packed, plain, max_bytes)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as fault:
        raise UnreadableFileError(
            "unreadable-archive",
            f"Archiwum ZIP jest uszkodzone lub zaszyfrowane ({type(fault).__name__}). Wyślij je ponownie, bez hasła.",
        ) from None
    return target


def _wanted(members: list[zipfile.ZipInfo], suffixes: tuple[str, ...], max_bytes: int) -> zipfile.ZipInfo:
    wanted = [member for member in members if Path(member.filename).suffix.lower() in suffixes]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in wanted) > max_bytes:
        raise _too_large()
    if len(wanted) != 1:
        raise UnreadableFileError(
            "unsupported-format",
            f"Archiwum ZIP powinno zawierać jeden plik {' lub '.join(suffixes)}, a zawiera ich {len(wanted)}. "
            "Spakuj jeden albo wyślij go bez archiwum.",
        )
    return wanted[0]


def _copy_limited(packed: IO[bytes], plain: IO[bytes], left: int) -> None:
    """Copy a member, never more than the limit: the size that an archive declares may be untrue."""
    while piece := packed.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise _too_large()
        plain.write(piece)


def _too_large() -> UnreadableFileError:
    return UnreadableFileError(
        "archive-too-large", "Archiwum po rozpakowaniu jest za duże lub ma zbyt wiele plików. Podziel je."
    )
