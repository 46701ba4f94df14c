"""Which encoding a Polish shapefile is written in: by its .cpg, else by counting Polish letters.

Mazovia, of Polish DOS programs before 1995, is no codec of Python or GDAL: such a table is read as ISO-8859-1, which
gives every byte a sign of its own, and ``from_mazovia`` puts the letters right.
"""

import re
from pathlib import Path

_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_TYPOGRAPHY = frozenset("„”–—°²³§…’ ")
MAZOVIA = "mazovia"
_CANDIDATES = ("cp1250", "iso-8859-2", "cp852", MAZOVIA)
_SAMPLE_BYTES = 1 << 20
#: bytes of Mazovia (code page 620); other bytes are those of code page 437
_MAZOVIA_LETTERS = bytes.fromhex("8f95909ca5a398a0a1868d9192a4a29ea6a7").decode("latin-1")
_MAZOVIA = {place: bytes([place]).decode("cp437") for place in range(128, 256)} | {
    ord(sign): letter for sign, letter in zip(_MAZOVIA_LETTERS, "ĄĆĘŁŃÓŚŹŻąćęłńóśźż", strict=True)
}
#: ways to write an encoding in a .cpg, without signs and in lower case
_NAMES = {
    name: encoding
    for encoding, names in {
        "utf-8": ("utf8", "65001", "cp65001"),
        "cp1250": ("1250", "cp1250", "windows1250", "ansi1250"),
        "iso-8859-2": ("88592", "iso88592", "latin2"),
        "cp852": ("852", "cp852", "oem852", "ibm852"),
        "cp1252": ("1252", "cp1252", "windows1252", "ansi1252"),
        "iso-8859-1": ("88591", "iso88591", "latin1"),
        MAZOVIA: ("620", "cp620", "790", "cp790", "mazovia"),
    }.items()
    for name in names
}


def shapefile_encoding(shapefile: Path) -> tuple[str, str | None]:
    """Encoding to read the .dbf with, and a Polish remark when the .cpg is missing or untrue."""
    table = _beside(shapefile, ".dbf")
    sample = _records(table) if table is not None else b""
    declared = _declared(shapefile)
    found = best_encoding(sample)
    if declared is not None and _fits(sample, declared, found):
        return declared, None
    if sample.isascii():
        return found, None
    if declared is not None:
        return (
            found,
            f"Plik .cpg podaje kodowanie {declared}, a jest {found}; odczytano z nim. Sprawdź nazwy.",
        )
    return (
        found,
        f"Brak pliku .cpg z kodowaniem; po polskich literach przyjęto {found}. Sprawdź nazwy.",
    )


def best_encoding(sample: bytes) -> str:
    """UTF-8 when the bytes are that, else the one of cp1250, ISO-8859-2, cp852, Mazovia with the best Polish score."""
    if _decodes(sample, "utf-8"):
        return "utf-8"
    return max(_CANDIDATES, key=lambda name: polish_score(_decoded(sample, name)))


def from_mazovia(text: str) -> str:
    """Text of a Mazovia table that was read as ISO-8859-1."""
    return text.translate(_MAZOVIA)


def _decoded(sample: bytes, encoding: str) -> str:
    if encoding == MAZOVIA:
        return from_mazovia(sample.decode("latin-1"))
    return sample.decode(encoding, errors="replace")


def _fits(sample: bytes, declared: str, found: str) -> bool:
    """Whether the .cpg may be believed: one-byte encodings decode anything, also what makes no Polish sense."""
    if not _decodes(sample, declared):
        return False
    said = polish_score(_decoded(sample, declared))
    return said >= 0 or said >= polish_score(_decoded(sample, found))


def polish_score(text: str) -> int:
    """Polish letters count for the text, any other letter or sign outside ASCII counts against it."""
    foreign = [sign for sign in text if not sign.isascii()]
    return sum(1 if sign in _POLISH else 0 if sign in _TYPOGRAPHY else -2 for sign in foreign)


def _declared(shapefile: Path) -> str | None:
    """Encoding that the .cpg names, if it is one that Polish offices use."""
    file = _beside(shapefile, ".cpg")
    if file is None:
        return None
    with file.open("rb") as stream:
        text = stream.read(64).decode("ascii", errors="ignore")
    return _NAMES.get(re.sub(r"[^a-z0-9]", "", text.lower()))


def _decodes(sample: bytes, encoding: str) -> bool:
    if encoding == MAZOVIA:
        return True
    try:
        sample.decode(encoding)
    except UnicodeDecodeError as fault:
        # the sample may end inside a letter
        return len(sample) == _SAMPLE_BYTES and fault.start >= len(sample) - 3
    return True


def _records(table: Path) -> bytes:
    """Beginning of the rows of a .dbf, without its binary header."""
    with table.open("rb") as stream:
        header = stream.read(32)
        length = int.from_bytes(header[8:10], "little")
        stream.seek(length)
        return stream.read(_SAMPLE_BYTES)


def _beside(shapefile: Path, suffix: str) -> Path | None:
    """Part of a shapefile, whatever the case of its suffix."""
    wanted = (shapefile.stem + suffix).lower()
    return next((file for file in shapefile.parent.iterdir() if file.name.lower() == wanted), None)
