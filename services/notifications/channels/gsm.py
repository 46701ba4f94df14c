"""How long an SMS is: alphabets and parts of 3GPP TS 23.038 and 23.040."""

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

#: the GSM 7 bit default alphabet without the escape; each sign is one septet
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: its extension table; each sign is two septets, never in two parts
EXTENSION = frozenset("\f^{}\\[~]|€")
ONE_GSM, MANY_GSM = 160, 153  #: septets of a message alone, and of a part of several
ONE_UCS2, MANY_UCS2 = 70, 67  #: 16-bit units

MARKS = str.maketrans({
    "ł": "l", "Ł": "L", "„": '"', "”": '"', "“": '"', "’": "'", "–": "-", "—": "-", "…": "...",
    "\N{NO-BREAK SPACE}": " ",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Length:
    """Units are septets, or 16-bit units where ``is_unicode``."""

    units: int
    parts: int
    is_unicode: bool


def folded(text: str) -> str:
    """Polish letters and printers' marks as signs that an SMS carries cheaply; what is in the alphabet stays."""
    return "".join(sign if sign in BASIC else plain(sign) for sign in text.translate(MARKS))


def plain(sign: str) -> str:
    """The letter under the accent, where that is in the alphabet."""
    bare = normalize("NFD", sign)[0]
    return bare if bare in BASIC else sign


def length(text: str) -> Length:
    """Of the text as it stands; "" is one part."""
    if all(sign in BASIC or sign in EXTENSION for sign in text):
        sizes, one, many = [1 + (sign in EXTENSION) for sign in text], ONE_GSM, MANY_GSM
        return Length(sum(sizes), parts(sizes, one=one, many=many), is_unicode=False)
    sizes = [len(sign.encode("utf-16-be")) // 2 for sign in text]
    return Length(sum(sizes), parts(sizes, one=ONE_UCS2, many=MANY_UCS2), is_unicode=True)


def parts(sizes: Iterable[int], *, one: int, many: int) -> int:
    """How many; a sign is never divided between two."""
    sizes = list(sizes)
    if sum(sizes) <= one:
        return 1
    count, left = 0, 0
    for size in sizes:
        if size > left:
            count, left = count + 1, many
        left -= size
    return count
