"""The one way to owners' data: say who, of which parcels, on which ground; it is written down, then the rows open.

What cannot be written down is not read. The database opens the rows of the parcels and kinds of data that the entry
names, and no others, also to SQL of our own.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import psycopg
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from spatial.errors import Refused
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality
from spatial.owners import opening
from spatial.owners.grounds import GROUNDS, Field, Ground, Role, fields_for
from spatial.owners.opening import Entry


class PrivateDataFault(Exception):
    """A statement about private rows failed. What the database said is left out: it quotes the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is open within a ``with reading(...)``."""

    municipality: str
    parcels: Sequence[str] | None  #: None: all of the municipality
    fields: frozenset[Field]


@contextmanager
def reading(
    *,
    user: AbstractBaseUser,
    role: Role,
    municipality: Municipality,
    ground: str,
    parcels: Sequence[str] | None,
    fields: Collection[Field],
    case: str = "",
) -> Iterator[Opened]:
    """Owners' rows of the parcels (None: of all) are open within the block, in a transaction of its own.

    role: one that the caller knows the user to hold in the municipality. case: number of a case that the caller has
    found to be of a service of the ground.
    Raises Refused when the tables of ``spatial.owners.grounds`` do not allow it; then nothing was read.
    A block that fails leaves an entry too: what it had read may have been seen.
    """
    chosen = _allowed(role, ground, fields, case)
    if parcels is not None and not parcels:
        raise Refused(_("Wskaż działkę."))
    entry = Entry(
        municipality=municipality.pk,
        action="read",
        ground=chosen.code,
        user=user,
        role=role.value,
        case_number=case.strip()[:60],
        parcels=parcels,
        fields=sorted(field.value for field in fields),
    )
    try:
        with transaction.atomic(durable=True), without_words():
            key = opening.write(entry)
            with opening.opened("reading", key, municipality=municipality.pk, ground=chosen.code):
                yield Opened(municipality=municipality.pk, parcels=parcels, fields=frozenset(fields))
    except BaseException:
        with suppress(DatabaseError):
            opening.write(replace(entry, action="attempt"))
        raise


def _allowed(role: Role, code: str, fields: Collection[Field], case: str) -> Ground:
    ground = GROUNDS.get(code)
    if ground is None or role not in ground.roles:
        raise Refused(_("Wybierz z listy podstawę, na jakiej czytasz dane właścicieli."))
    if ground.needs_case and not case.strip():
        raise Refused(_("Podaj znak sprawy, w której trzeba ustalić strony."))
    if not fields or not set(fields) <= fields_for(role, ground):
        raise Refused(_("Ta podstawa nie pozwala zobaczyć takich danych."))
    return ground


@contextmanager
def writing(snapshot: Snapshot) -> Iterator[None]:
    """All rows of the delivery's municipality are open to it, within its transaction; the log says so."""
    key = opening.entry_for(snapshot)
    with (
        opening.opened("writing", key, municipality=snapshot.municipality_id, ground=opening.KEEPING),
        without_words(),
    ):
        yield


@contextmanager
def reviewing(*, user: AbstractBaseUser, municipality: Municipality) -> Iterator[None]:
    """The log of the municipality is open within the block; that it was read is a line of it."""
    ground = "access-review"
    with transaction.atomic(durable=True):
        key = opening.write(
            Entry(municipality=municipality.pk, action="review", ground=ground, user=user, role=Role.DATA_PROTECTION)
        )
        with opening.opened("reviewing", key, municipality=municipality.pk, ground=ground):
            yield


@contextmanager
def verifying(municipality: str) -> Iterator[int]:
    """The log of the municipality is open to the walk along its chain; yields the key of the line that says so.

    No person asks: the office does, by a command. That line is linked at the end, after the walk.
    """
    ground = "integrity"
    with transaction.atomic(durable=True):
        key = opening.write(Entry(municipality=municipality, action="verify", ground=ground, user=None))
        with opening.opened("reviewing", key, municipality=municipality, ground=ground):
            yield key


@contextmanager
def without_words() -> Iterator[None]:
    """Errors of the database quote rows (COPY does so, whatever the security of the table): they end here."""
    try:
        yield
    except (DatabaseError, psycopg.Error) as fault:
        kind = type(fault.__cause__ or fault).__name__
        raise PrivateDataFault(f"{kind} in the private registers; what the database said is left out") from None
