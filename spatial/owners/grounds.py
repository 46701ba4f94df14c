"""Who may see what of owners' data, and on which ground: the two tables that every reading is measured by.

Grounds follow art. 24 ust. 5 of Prawo geodezyjne i kartograficzne: the commune reads as a body that performs public
tasks (pkt 2), an owner reads their own (pkt 1). Words of the law are Polish in every language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """As whom somebody asks; the services map their accounts to these."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    PLANNER = "planner"
    TAX_CLERK = "tax-clerk"
    ADDRESS_CLERK = "address-clerk"
    DATA_PROTECTION = "data-protection"  #: inspektor ochrony danych: the log, never the data
    ADMINISTRATOR = "administrator"
    DESKTOP = "desktop"  #: GIS by WMS and OGC API


class Field(StrEnum):
    """What a reading may show."""

    NAME = "name"  #: names, kind of right, share
    ADDRESS = "address"
    PARENTS = "parents"
    PESEL = "pesel"  #: also NIP and REGON
    LAND_BOOK = "land_book"


class May(StrEnum):
    NO = "no"
    YES = "yes"
    IN_CASE = "in-case"  #: in a case that needs to know the parties
    OWN = "own"  #: of one's own land or person
    MASKED_OWN = "masked-own"


_NOTHING: dict[Field, May] = dict.fromkeys(Field, May.NO)

#: dossier 2.7; parents' names identify a person as PESEL does and go with it
MATRIX: Mapping[Role, Mapping[Field, May]] = {
    Role.ANONYMOUS: _NOTHING,
    Role.RESIDENT: {
        Field.NAME: May.OWN,
        Field.ADDRESS: May.OWN,
        Field.PARENTS: May.NO,
        Field.PESEL: May.MASKED_OWN,
        Field.LAND_BOOK: May.OWN,
    },
    Role.PLANNER: {
        Field.NAME: May.IN_CASE,
        Field.ADDRESS: May.IN_CASE,
        Field.PARENTS: May.NO,
        Field.PESEL: May.NO,
        Field.LAND_BOOK: May.YES,
    },
    Role.TAX_CLERK: dict.fromkeys(Field, May.YES),
    Role.ADDRESS_CLERK: _NOTHING | {Field.NAME: May.YES, Field.ADDRESS: May.YES},
    Role.DATA_PROTECTION: _NOTHING,
    Role.ADMINISTRATOR: _NOTHING,
    Role.DESKTOP: _NOTHING,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason that may be chosen from the list."""

    code: str
    title: str | Promise
    basis: str  #: Polish
    roles: frozenset[Role]
    fields: frozenset[Field]
    #: services (``Case.service``) whose cases need to know the parties; empty: no case is asked for
    services: frozenset[str] = frozenset()

    @property
    def needs_case(self) -> bool:
        return bool(self.services)


PUBLIC_TASK = "art. 24 ust. 5 pkt 2 Prawa geodezyjnego i kartograficznego"

GROUNDS: Mapping[str, Ground] = {
    ground.code: ground
    for ground in (
        Ground(
            "proceedings",
            _("ustalenie stron postępowania"),
            f"{PUBLIC_TASK}; art. 28 k.p.a.; art. 6 ust. 1 lit. c i e RODO",
            frozenset({Role.PLANNER}),
            frozenset({Field.NAME, Field.ADDRESS, Field.LAND_BOOK}),
            frozenset({"warunki-zabudowy", "cel-publiczny", "podzial", "zawiadomienie-stron"}),
        ),
        Ground(
            "land-book",
            _("ustalenie księgi wieczystej działki"),
            f"{PUBLIC_TASK}; art. 6 ust. 1 lit. e RODO",
            frozenset({Role.PLANNER, Role.TAX_CLERK}),
            frozenset({Field.LAND_BOOK}),
        ),
        Ground(
            "tax",
            _("wymiar i pobór podatków i opłat"),
            f"{PUBLIC_TASK}; ustawy podatkowe; art. 6 ust. 1 lit. c RODO",
            frozenset({Role.TAX_CLERK}),
            frozenset(Field),
        ),
        Ground(
            "numbering",
            _("zawiadomienie o numerze porządkowym"),
            f"{PUBLIC_TASK}; art. 47a tej ustawy; art. 6 ust. 1 lit. c RODO",
            frozenset({Role.ADDRESS_CLERK}),
            frozenset({Field.NAME, Field.ADDRESS}),
        ),
    )
}

#: what ``import egib --owners`` takes: on which ground the office keeps owners at all
KEEPING_GROUNDS: Mapping[str, str] = {
    "register-keeping": "art. 24 ust. 5 pkt 2 i art. 40a ust. 2 pkt 4 Prawa geodezyjnego i kartograficznego; "
    "art. 15 ustawy o informatyzacji działalności podmiotów realizujących zadania publiczne",
    "tax": "ustawy podatkowe; art. 24 ust. 5 pkt 2 Prawa geodezyjnego i kartograficznego",
}


def grounds_for(role: Role) -> list[Ground]:
    return [ground for ground in GROUNDS.values() if role in ground.roles]


def fields_for(role: Role, ground: Ground) -> frozenset[Field]:
    """What the role may be shown on the ground; ``OWN`` is for residents, whom no ground of the office serves."""
    allowed = {May.YES, May.IN_CASE} if ground.needs_case else {May.YES}
    return frozenset(field for field in ground.fields if MATRIX[role][field] in allowed)
