"""Land-use codes of EGiB: what may stand with what (regulation of 2021, dossier 2.3)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from data.readers.amounts import square_metres
from data.records import LandUsePart

OFU = frozenset(
    {"R", "S", "Ł", "Ps", "Br", "Wsr", "W", "Lzr", "Ls", "Lz", "B", "Ba", "Bi", "Bp", "Bz", "K"}
    | {"dr", "Tk", "Ti", "Tp", "N", "Wp", "Ws", "Wm", "Tr"}
)
OZU = frozenset({"R", "Ł", "Ps", "Ls", "Lz", "N"})
ARABLE_CLASSES = frozenset({"I", "II", "IIIa", "IIIb", "IVa", "IVb", "V", "VI", "VIz"})
OTHER_CLASSES = frozenset({"I", "II", "III", "IV", "V", "VI"})

LABEL_RE = re.compile(
    r"(?P<eko>E-)?(?P<ofu>dr|Br|Ba|Bi|Bp|Bz|B|Lzr|Lz|Ls|Ps|Wsr|Wp|Ws|Wm|W|S|R|Ł|K|Tk|Ti|Tp|Tr|N)"
    r"(?:-?(?P<ozu>R|Ł|Ps|Ls|Lz|N))?(?P<ozk>VIz|VI|IVa|IVb|IV|V|IIIa|IIIb|III|II|I)?"
)


@lru_cache(maxsize=4096)
def faults(ofu: str | None, ozu: str | None, ozk: str | None) -> tuple[tuple[str, str], ...]:
    """Rule and Polish message for each thing wrong with a trio of codes; a delivery repeats few of them."""
    return tuple(_faults(ofu, ozu, ozk))


def _faults(ofu: str | None, ozu: str | None, ozk: str | None) -> Iterator[tuple[str, str]]:
    if ofu is not None and ofu.removeprefix("E-") not in OFU:
        yield "land-use-unknown-code", f"Nieznane oznaczenie użytku OFU „{ofu}”. Sprawdź je w ewidencji."
    if ozu is not None and ozu not in OZU:
        yield "land-use-unknown-code", f"Nieznane oznaczenie OZU „{ozu}”. Sprawdź je w ewidencji."
    # nieużytki (N) are drawn among classification contours and have no class
    if (ozu is None) != (ozk is None) and ozu != "N":
        there, missing = ("OZU", "OZK") if ozk is None else ("OZK", "OZU")
        message = f"Podano {there} bez {missing} (OFU „{ofu}”), a muszą wystąpić razem. Uzupełnij klasę w ewidencji."
        yield "land-use-class-pair", message
    allowed = ARABLE_CLASSES if ozu == "R" else OTHER_CLASSES
    if ozk is not None and ozu in OZU and (ozk not in allowed or ozu == "N"):
        yield (
            "land-use-class-not-allowed",
            f"Klasa „{ozk}” nie występuje dla użytku „{ozu}”. Sprawdź klasoużytek w ewidencji.",
        )


def read_label(label: str) -> LandUsePart | None:
    """Read "RIIIa", "Br-RIVa", "dr", with an area in hectares behind it where given; None when unreadable.

    A class without a separate OZU belongs to the actual use, so OZU = OFU.
    """
    text, _, area = label.strip().partition(" ")
    match = LABEL_RE.fullmatch(text)
    if match is None:
        return None
    ozk = match["ozk"]
    ozu = match["ozu"] or (match["ofu"] if ozk else None)
    hectares = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)(?:\s*ha)?", area.strip())
    area_m2 = square_metres(Decimal(hectares[1].replace(",", ".")), "ha") if hectares else None
    return LandUsePart((match["eko"] or "") + match["ofu"], ozu, ozk, area_m2)
