"""Which encoding a Polish shapefile is written in: by its .cpg, else by counting Polish letters.

Mazovia, of Polish DOS programs before 1995, is made a codec of Python here. GDAL has none: such a table is read through
it as code page 437, which gives every byte a sign of its own, and ``from_mazovia`` puts the letters right.
"""

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_TYPOGRAPHY = frozenset("„”–—°²³§…’ ")
MAZOVIA = "mazovia"
_CANDIDATES = ("cp1250", "iso-8859-2", "cp852", MAZOVIA)
_SAMPLE_BYTES = 1 << 20
#: bytes of Mazovia (code page 620) that are Polish letters; the others are those of code page 437
_MAZOVIA_LETTERS = dict(zip(bytes.fromhex("8f95909ca5a398a0a1868d9192a4a29ea6a7"), "ĄĆĘŁŃÓŚŹŻąćęłńóśźż", strict=True))
_MAZOVIA = "".join(_MAZOVIA_LETTERS.get(place, bytes([place]).decode("cp437")) for place in range(256))
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
    return max(_CANDIDATES, key=lambda name: polish_score(sample.decode(name, errors="replace")))


def from_mazovia(text: str) -> str:
    """Text of a Mazovia table that was read as code page 437."""
    return text.encode("cp437", errors="replace").decode(MAZOVIA)


def _mazovia_codec(name: str) -> codecs.CodecInfo | None:
    if name != MAZOVIA:
        return None
    encoding = codecs.charmap_build(_MAZOVIA)

    class Codec(codecs.Codec):
        def encode(self, text: str, errors: str = "strict") -> tuple[bytes, int]:
            return codecs.charmap_encode(text, errors, encoding)

        def decode(self, data: "ReadableBuffer", errors: str = "strict") -> tuple[str, int]:
            return codecs.charmap_decode(data, errors, _MAZOVIA)

    class Decoder(codecs.IncrementalDecoder):
        def decode(self, data: "ReadableBuffer", final: bool = False) -> str:
            return codecs.charmap_decode(data, self.errors, _MAZOVIA)[0]

    class Encoder(codecs.IncrementalEncoder):
        def encode(self, text: str, final: bool = False) -> bytes:
            return codecs.charmap_encode(text, self.errors, encoding)[0]

    codec = Codec()
    return codecs.CodecInfo(
        codec.encode, codec.decode, name=MAZOVIA, incrementaldecoder=Decoder, incrementalencoder=Encoder
    )


codecs.register(_mazovia_codec)


def _fits(sample: bytes, declared: str, found: str) -> bool:
    """Whether the .cpg may be believed: one-byte encodings decode anything, also what makes no Polish sense."""
    if not _decodes(sample, declared):
        return False
    said = polish_score(sample.decode(declared, errors="replace"))
    return said >= 0 or said >= polish_score(sample.decode(found, errors="replace"))


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
