"""Files of strangers: told by their content, not by their names; refused where they could do something.

Kinds by the dossier (taxes-identity-cases 5.3). What comes out is what is stored and served; pictures are drawn anew.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree
from pikepdf import Array, Dictionary, Name, Pdf, PdfError, Stream
from PIL import Image, ImageOps

from services.documents.scanning import Verdict, verdict_on
from spatial.errors import Malformed

LARGEST = 10 * 1024**2  #: bytes of a file
MOST_PIXELS = 50_000_000
#: of a packed document, unpacked
MOST_UNPACKED, MOST_MEMBERS, MOST_RATIO = 200 * 1024**2, 5_000, 200
ENCRYPTED = 0x1  #: flag of a member that opens by a password: no scanner sees into it
LONGEST_NAME = 100
DEEPEST = 60  #: of things within things of a PDF

#: keys of a PDF that make a reader do something when it is opened
ACTIVE = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA")
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
}
TEXTS = {
    "txt": "text/plain", "csv": "text/csv", "xml": "application/xml", "xades": "application/xml",
    "sig": "application/xml", "gml": "application/gml+xml",
    "gpx": "application/gpx+xml", "geojson": "application/geo+json", "json": "application/json", "dxf": "image/vnd.dxf",
}  # fmt: skip
MARKUP = frozenset({"xml", "xades", "sig", "gml", "gpx"})
PICTURES = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png"), "TIFF": ("png", "image/png")}
CELL = rb"""(?:^(?:\xef\xbb\xbf)?|[,;|\t\r\n]) {0,3}["']? {0,3}"""  #: its beginning
#: a cell that a spreadsheet would reckon; a number may begin with its sign, but then calls nothing
FORMULA = re.compile(CELL + rb"(?:[=@]|[+-](?![\d.,;\s]|$))")
SIGNED = re.compile(CELL + rb"[+-][\d.,+*/^% -]*+(?:[^\s;,(|!]++(?P<call>[(|!])?)?")
#: of files that do something when they are opened, or hide others
DOING = frozenset({
    "exe", "com", "scr", "pif", "msi", "dll", "cpl", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh",
    "hta", "htm", "html", "xhtml", "mht", "svg", "jar", "lnk", "url", "reg", "chm", "docm", "dotm", "xlsm", "xltm",
    "xlam", "pptm", "zip", "7z", "rar", "gz", "tar", "cab", "iso", "img", "vhd",
})  # fmt: skip
PAGE = re.compile(rb"<\s*(?:!doctype|html|script|svg|iframe|body|head)\b", re.IGNORECASE)


class Refused(Malformed):
    """The file cannot be taken; the message says why and what to do."""


class Unchecked(Refused):
    """Nobody can look at the file just now; later it may be taken."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def checked(name: str, content: bytes) -> Checked:
    """Raises Refused for what is none of the kinds, lies about itself, is damaged, packed too tightly or does harm."""
    if not content:
        raise Refused(_("Plik „%(name)s” jest pusty.") % {"name": plain_name(name)})
    if len(content) > LARGEST:
        too_large = _("Plik „%(name)s” jest większy niż 10 MB. Zmniejsz go albo podziel.")
        raise Refused(too_large % {"name": plain_name(name)})
    ending = PurePosixPath(name.lower()).suffix.removeprefix(".")
    read = reader_of(content, ending)
    if read is None:
        raise Refused(
            _("Nie przyjmujemy takich plików jak „%(name)s”. Wyślij PDF, zdjęcie, dokument albo plik tekstowy.")
            % {"name": plain_name(name)}
        )
    refuse_infected(name, content)
    try:
        return read(name, content, ending)
    except Harmful:
        raise Refused(
            _("Plik „%(name)s” zawiera makra, skrypty albo inne pliki. Zapisz go bez nich, najlepiej jako PDF.")
            % {"name": plain_name(name)}
        ) from None
    except (OSError, ValueError, SyntaxError, PdfError, zipfile.BadZipFile, etree.XMLSyntaxError,
            Image.DecompressionBombError, RecursionError, NotImplementedError, RuntimeError):  # fmt: skip
        raise Refused(
            _("Plik „%(name)s” jest uszkodzony albo jest czym innym, niż mówi jego nazwa.") % {"name": plain_name(name)}
        ) from None


def refuse_infected(name: str, content: bytes) -> None:
    """Asks the scanner, where the office has one. Raises Refused, also when it must answer and does not."""
    verdict = verdict_on(content) if settings.CLAMAV else Verdict.CLEAN
    if verdict is Verdict.INFECTED:
        infected = _("W pliku „%(name)s” jest wirus. Nie przyjęliśmy go. Sprawdź komputer programem antywirusowym.")
        raise Refused(infected % {"name": plain_name(name)})
    if verdict is Verdict.UNKNOWN and settings.CLAMAV_REQUIRED:
        unknown = _("Nie możemy teraz sprawdzić pliku „%(name)s”. Spróbuj dołączyć go za kilka minut.")
        raise Unchecked(unknown % {"name": plain_name(name)})


class Harmful(Exception):
    """The file could do something when it is opened."""


type Reader = Callable[[str, bytes, str], Checked]


def reader_of(content: bytes, ending: str) -> Reader | None:
    """By the first bytes; of texts, which have none, by the name, and only where it is a text."""
    if content.startswith(b"%PDF-"):
        return pdf
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")):
        return picture
    if content.startswith(b"PK\x03\x04") and ending in OFFICE:
        return packed
    return text if ending in TEXTS else None


def plain_name(name: str, ending: str = "") -> str:
    """Without folders and signs that mislead; with the ending that the content has."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*\u202e\u202d').strip(". ")
    stem = kept.rsplit(".", 1)[0] if ending and "." in kept else kept
    stem = (stem or "plik")[:LONGEST_NAME]
    return f"{stem}.{ending}" if ending else stem


def pdf(name: str, content: bytes, _ending: str) -> Checked:
    with Pdf.open(BytesIO(content)) as document:
        if not len(document.pages):
            raise ValueError("no pages")
        if "/OpenAction" in document.Root and not isinstance(document.Root.OpenAction, Array):
            raise Harmful
        if any(is_active(held) for held in document.objects):
            raise Harmful
    return Checked(plain_name(name, "pdf"), "application/pdf", content)


def is_active(held: object, depth: int = 0) -> bool:
    """Whether an object of a PDF does something or carries a file; those that it only names have their own turn."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(held, Array):
        return any(is_active(part, depth + 1) for part in held if not getattr(part, "is_indirect", False))
    if not isinstance(held, Dictionary | Stream):
        return False
    if any(key in held for key in ACTIVE) or held.get("/S") in (Name.JavaScript, Name.Launch):
        return True
    return any(is_active(part, depth + 1) for part in held.values() if not getattr(part, "is_indirect", False))


def picture(name: str, content: bytes, _ending: str) -> Checked:
    """Drawn anew: what hides behind the pixels (places, pages, programs) stays behind."""
    with Image.open(BytesIO(content), formats=list(PICTURES)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        kind = opened.format or ""
        ending, media_type = PICTURES[kind]
        turned = ImageOps.exif_transpose(opened)
        drawn = turned.convert("RGB" if kind == "JPEG" or turned.mode not in {"RGBA", "LA", "L", "1"} else turned.mode)
        made = BytesIO()
        drawn.save(made, "JPEG" if kind == "JPEG" else "PNG", **({"quality": 90} if kind == "JPEG" else {}))
    return Checked(plain_name(name, ending), media_type, made.getvalue())


def packed(name: str, content: bytes, ending: str) -> Checked:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = archive.infolist()
        if any(member.flag_bits & ENCRYPTED for member in members):
            locked = _("Plik „%(name)s” jest zamknięty hasłem, więc nie możemy go sprawdzić. Wyślij go bez hasła.")
            raise Refused(locked % {"name": plain_name(name)})
        unpacked = sum(member.file_size for member in members)
        if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * len(content):
            raise ValueError("packed too tightly")
        names = [member.filename for member in members]
        if any(one.startswith(("/", "\\")) or ".." in PurePosixPath(one.replace("\\", "/")).parts for one in names):
            raise Harmful
        lowered = [one.lower() for one in names]
        is_active = any("vbaproject" in one or one.startswith(("basic/", "scripts/")) for one in lowered)
        if is_active or any(one.rstrip(". ").rpartition(".")[2] in DOING for one in lowered):
            raise Harmful
        told = archive.read("mimetype").decode() if "mimetype" in names else ""
        is_open_xml = "[Content_Types].xml" in names
        if ending in {"odt", "ods"} and told != OFFICE[ending]:
            raise ValueError(told)
        if ending in {"docx", "xlsx"} and not is_open_xml:
            raise ValueError("no document")
    return Checked(plain_name(name, ending), OFFICE[ending], content)


def is_reckoned(table: bytes) -> bool:
    return bool(FORMULA.search(table)) or any(found["call"] for found in SIGNED.finditer(table))


def text(name: str, content: bytes, ending: str) -> Checked:
    """UTF-8 or windows-1250, without what a browser would run."""
    try:
        content.decode()
    except UnicodeDecodeError:
        content.decode("cp1250")
    if b"\x00" in content:
        raise ValueError("no text")
    if PAGE.search(content) or (ending == "csv" and is_reckoned(content)):
        raise Harmful
    if ending in MARKUP:
        etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    return Checked(plain_name(name, ending), TEXTS[ending], content)
