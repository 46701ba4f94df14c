"""What must be seen nowhere, and the detector that looks for it in any shape an answer may give it."""

import html
import io
import re
import unicodedata
from urllib.parse import unquote

import pypdf

FIRST_NAME, SURNAME, PARENT = "Kanarkosława", "Szczyglińska", "Makolągwy"
STREET, PLACE = "ul. Kanarkowa", "Żółtopióry"
PESEL, DEAD_PESEL, WRONG_PESEL = "60210100015", "60210200029", "60210300034"
LAND_BOOK = "KR1P/00765432/"  # completed below
REGON, COMPANY = "000331501", "Ptaszarnia Czyżykowa"

_VALUES = {sign: value for value, sign in enumerate("0123456789XABCDEFGHIJKLMNOPRSTUWYZ")}
LAND_BOOK += str(sum(_VALUES[s] * (1, 3, 7)[i % 3] for i, s in enumerate("KR1P00765432")) % 10)

#: distinctive parts: however a number is punctuated or a name inflected, this much of it stays
NEEDLES = (
    "kanarkos", "szczyglinsk", "makolagw", "kanarkowa", "zoltopior", "ptaszarnia", "czyzykow", "60210100015",
    "60210200029", "60210300034", "765432", "000331501",
)  # fmt: skip

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def found_in(body: bytes | str) -> set[str]:
    """Canaries in an answer: text, JSON, HTML, SQLite, protobuf, PDF; in any case, escaped or without accents."""
    if isinstance(body, str):
        return _in_text(body)
    texts = [body.decode("utf-8", "replace")]
    if body.startswith(b"%PDF"):
        reader = pypdf.PdfReader(io.BytesIO(body))
        texts += [page.extract_text() for page in reader.pages] + [str(reader.metadata)]
        texts += [file.decode("utf-8", "replace") for kept in reader.attachments.values() for file in kept]
    if b"\0" in body:
        texts.append(body.decode("utf-16-le", "replace"))
    return {needle for text in texts for needle in _in_text(text)}


def _in_text(text: str) -> set[str]:
    plain = unquote(html.unescape(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)))
    folded = unicodedata.normalize("NFKD", plain.replace("ł", "l").replace("Ł", "L")).casefold()
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign))
    run_together = re.sub(r"[\s/._-]+", "", letters)
    return {needle for needle in NEEDLES if needle in letters or needle in run_together}
