"""Grammar of Polish land identifiers: parcel, district, building, land book, planning data set.

Input is read tolerantly, the stored form is strict. Nothing here knows whether the object exists.
"""

import re
from dataclasses import dataclass
from typing import Self

UNIT_RE = re.compile(r"[0-9]{6}_[1-9]")
DISTRICT_RE = re.compile(r"[0-9]{6}_[1-9]\.[0-9]{4}")
BUILDING_RE = re.compile(r"[0-9]{6}_[1-9]\.[0-9]{4}\.(?:AR_[0-9]+\.)?(?:[0-9]+(?:/[0-9]+)?\.)?[0-9]+_BUD")
PARCEL_RE = re.compile(
    r"(?P<unit>[0-9]{6}_[1-9])\.(?P<district>[0-9]{4})"
    r"(?:\.AR_(?P<sheet>[0-9A-Za-z]{1,8}))?"
    r"\.(?P<main>[1-9][0-9]{0,8})(?:/(?P<sub>[1-9][0-9]{0,8}))?"
)
#: przestrzenNazw of a planning data set: set number, TERYT of 2, 4 or 6 digits, kind
APP_NAMESPACE_RE = re.compile(
    r"PL\.ZIPPZP\.[0-9]+/(?P<teryt>[0-9][02468](?:[0-9]{2}|[0-9]{4})?)-(?P<kind>PZPW|MPZP|SUIKZP|POG)"
)
LAND_BOOK_RE = re.compile(r"(?P<court>[A-Z]{2}[0-9][A-Z])/?(?P<number>[0-9]{1,8})/(?P<control>[0-9])")

EXAMPLE_PARCEL = "120610_5.0007.123/4"
EXAMPLE_LAND_BOOK = "KR1P/00012345/2"
_JUNK = " \t\r\n\"'„”“«»()[]<>,;:"
#: value of each character in the control sum; the register uses neither Q nor V
_LAND_BOOK_VALUES = {sign: value for value, sign in enumerate("0123456789XABCDEFGHIJKLMNOPRSTUWYZ")}


class MalformedParcelIdError(ValueError):
    """The text is not a parcel identifier; the message (Polish) says which part is wrong."""


class MalformedLandBookError(ValueError):
    """The text is not a number of a land book, or its control digit is wrong; message in Polish."""


@dataclass(frozen=True, slots=True)
class ParcelId:
    """Identifier of a działka ewidencyjna, WWPPGG_R.XXXX[.AR_n].NDZ."""

    unit: str  #: jednostka ewidencyjna, "120610_5"
    district_number: str  #: "0007", unique in the unit only
    sheet: str | None  #: arkusz mapy, "2"; None where the district has no sheets
    number: str  #: "123/4"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an identifier as people write it: spaces inside, ``ar_`` in lower case, quotes around.

        A dash in the number is refused with a suggestion, because "123-4" may be a mistake of another kind.
        """
        cleaned = re.sub(r"\s+", "", text).strip(_JUNK).rstrip(".")
        cleaned = re.sub(r"\.ar_", ".AR_", cleaned, flags=re.IGNORECASE)
        match = PARCEL_RE.fullmatch(cleaned)
        if match is None:
            raise MalformedParcelIdError(_what_is_wrong(cleaned))
        sub = match["sub"]
        number = f"{match['main']}/{sub}" if sub else match["main"]
        return cls(match["unit"], match["district"], match["sheet"], number)

    @property
    def municipality(self) -> str:
        """First six digits of TERYT: town and rural part of one gmina share them."""
        return self.unit[:6]

    @property
    def district(self) -> str:
        """Identifier of the obręb, "120610_5.0007"."""
        return f"{self.unit}.{self.district_number}"

    @property
    def sort_key(self) -> str:
        """Text whose plain order is the natural one: 12/9 before 12/10, no sheet before sheet 1.

        Every part has a fixed width, so the order does not depend on a collation that skips punctuation.
        """
        digits = re.match(r"[0-9]*", self.sheet or "")
        sheet = (digits[0] if digits else "").zfill(8) + (self.sheet or "").lstrip("0123456789").ljust(8, "0")
        main, _, sub = self.number.partition("/")
        return f"{self.district}.{sheet}.{main.zfill(9)}.{sub.zfill(9)}"

    def __str__(self) -> str:
        sheet = f".AR_{self.sheet}" if self.sheet else ""
        return f"{self.district}{sheet}.{self.number}"


def _what_is_wrong(cleaned: str) -> str:
    """Polish sentence naming the first wrong part of a parcel identifier and the way out."""
    advice = f"Podaj go w postaci {EXAMPLE_PARCEL} (jednostka, obręb, numer działki)."
    if not cleaned:
        return f"Nie podano identyfikatora działki. {advice}"
    unit, _, rest = cleaned.partition(".")
    if not UNIT_RE.fullmatch(unit):
        return (
            f"„{unit}” na początku identyfikatora „{cleaned}” nie jest jednostką ewidencyjną: "
            f"ma być sześć cyfr, podkreślenie i jedna cyfra. {advice}"
        )
    district, _, number = rest.partition(".")
    if not re.fullmatch(r"[0-9]{4}", district):
        return f"Numer obrębu „{district}” w „{cleaned}” nie ma czterech cyfr (np. 0007). {advice}"
    dashed = re.fullmatch(r"([1-9][0-9]*)[-\u2013\u2014]([1-9][0-9]*)", number.rpartition(".")[2])
    if dashed:
        return (
            f"W numerze działki „{number}” jest myślnik zamiast ukośnika. "
            f"Jeśli chodzi o działkę {dashed[1]}/{dashed[2]}, wpisz ją z ukośnikiem."
        )
    return f"Numer działki „{number}” w „{cleaned}” jest błędny: ma być liczba albo dwie z ukośnikiem. {advice}"


@dataclass(frozen=True, slots=True)
class LandBookNumber:
    """Number of a księga wieczysta. PRIVATE: never in tiles, logs, messages of a public report."""

    court: str  #: code of the court division, "KR1P"
    number: str  #: eight digits, "00012345"
    control: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number as people write it; leading zeros may be missing ("KR1P/610770/2")."""
        cleaned = re.sub(r"\s+", "", text).strip(_JUNK).upper()
        match = LAND_BOOK_RE.fullmatch(cleaned)
        if match is None or not set(match["court"]) <= _LAND_BOOK_VALUES.keys():
            raise MalformedLandBookError(
                "To nie jest numer księgi wieczystej. Podaj kod wydziału, numer i cyfrę kontrolną, "
                f"np. {EXAMPLE_LAND_BOOK}."
            )
        number = match["number"].zfill(8)
        expected = land_book_control(match["court"], number)
        if int(match["control"]) != expected:
            raise MalformedLandBookError(
                f"Cyfra kontrolna numeru księgi wieczystej powinna być {expected}, a jest {match['control']}. "
                "Sprawdź numer w odpisie księgi."
            )
        return cls(match["court"], number, expected)

    def __str__(self) -> str:
        return f"{self.court}/{self.number}/{self.control}"


def land_book_control(court: str, number: str) -> int:
    """Control digit of a land book: weights 1, 3, 7 over the court code and the eight digits."""
    signs = court + number.zfill(8)
    return sum(_LAND_BOOK_VALUES[sign] * (1, 3, 7)[place % 3] for place, sign in enumerate(signs)) % 10
