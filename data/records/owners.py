"""Who owns the land: register units, shares, parties. PRIVATE: never in a finding, a log or an error.

A record shows itself by its technical identifier only, so that a traceback or a debug page tells nobody's name.
Every identifier begins with the district whose delivery speaks of it ("120610_5.0007/<lokalnyId>"): the state of a
district comes and goes as a whole, with its people.
Field names of the source stand in brackets (EGiB regulation of 2021).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

type PartyKind = Literal["person", "marriage", "institution", "group", "community"]
type RightFamily = Literal["own", "hold"]


class _Discreet:
    """Shows nothing but the identifier."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'identifier', '')}>"


@dataclass(frozen=True, slots=True, repr=False)
class RegisterUnitRecord(_Discreet):
    """Jednostka rejestrowa gruntów [EGB_JednostkaRejestrowaGruntow]: parcels of one district with the same owners."""

    identifier: str
    number: str  #: "120610_5.0007.G12" [idJednostkiRejestrowej]
    group: str | None  #: grupa rejestrowa [grupaRejestrowa]


@dataclass(frozen=True, slots=True, repr=False)
class ParcelUnitRecord(_Discreet):
    """In which unit a parcel stands [JRG2]."""

    identifier: str  #: of the parcel, "120610_5.0007.123/4"
    unit: str


@dataclass(frozen=True, slots=True, repr=False)
class ShareRecord(_Discreet):
    """Udział we własności or we władaniu [EGB_UdzialWeWlasnosci, EGB_UdzialWeWladaniu]."""

    identifier: str
    unit: str
    party: str
    family: RightFamily
    right: str  #: code of rodzajPrawa (1, 2) or rodzajWladania (1-9)
    numerator: int | None = None  #: as written, not reduced; None: not said (allowed for holding) or unreadable
    denominator: int | None = None
    parties: tuple[str, ...] = ()  #: the party and everybody who is a member of it, at any depth

    @property
    def fraction(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.numerator and self.denominator else None


@dataclass(frozen=True, slots=True, repr=False)
class PartyRecord(_Discreet):
    """Podmiot ewidencyjny: a natural person, a marriage (one party of two persons), an institution, a group."""

    identifier: str
    kind: PartyKind
    first_name: str | None = None  #: [pierwszeImie]
    second_name: str | None = None  #: [drugieImie]
    surname: str | None = None  #: [pierwszyCzlonNazwiska]
    second_surname: str | None = None  #: [drugiCzlonNazwiska]
    father: str | None = None  #: [imieOjca]
    mother: str | None = None  #: [imieMatki]
    name: str | None = None  #: of an institution, group or community [nazwaPelna, nazwa]
    status: str | None = None  #: code of the kind of party [status]
    is_dead: bool = False  #: [informacjaOSmierci]
    street_address: str | None = None  #: "ul. Krakowska 12/3", "Cianowice 12" [EGB_AdresPodmiotu]
    postal_address: str | None = None  #: "32-043 Skała"
    country: str | None = None
    members: tuple[str, ...] = ()  #: direct ones


@dataclass(frozen=True, slots=True, repr=False)
class PersonalNumberRecord(_Discreet):
    """PESEL, NIP or REGON of a party, kept apart from the names: fewer may read it."""

    identifier: str  #: of the party
    pesel: str | None = None
    nip: str | None = None
    regon: str | None = None


type OwnersRecord = RegisterUnitRecord | ParcelUnitRecord | ShareRecord | PartyRecord | PersonalNumberRecord

OWNERS_RECORDS = (RegisterUnitRecord, ParcelUnitRecord, ShareRecord, PartyRecord, PersonalNumberRecord)
