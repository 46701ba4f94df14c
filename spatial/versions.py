"""Rows that have a life: a register object is a chain of versions, each valid from a day until (not on) another.

Two times are kept. ``valid_from`` and ``valid_to`` are days of the register's state (EGiB delivery dates).
``recorded_at``, ``closed_at`` and ``superseded_at`` are moments of our own knowledge: when we learnt of the version,
when we learnt that it ended, and when we learnt that it had been wrong (a correction, a delivery taken back).
A row is never changed in what it says; so a document can name the versions it was made from.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality

CURRENT = Q(valid_to=None, superseded_at=None)


class VersionedQuerySet[M: "Versioned"](models.QuerySet[M]):
    def known(self, at: datetime | None = None) -> Self:
        """Versions we held for true at the moment; without one, those we hold for true now."""
        if at is None:
            return self.filter(superseded_at=None)
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gt=at), recorded_at__lte=at)

    def on(self, day: date, *, known_at: datetime | None = None) -> Self:
        """Versions valid on the day, as we know it now or knew it at a moment; ``valid_to`` is exclusive."""
        is_open = Q(valid_to=None) | Q(valid_to__gt=day)
        if known_at is not None:
            is_open |= Q(closed_at__gt=known_at)
        return self.known(known_at).filter(is_open, valid_from__lte=day)

    def current(self) -> Self:
        """Versions that no later delivery has closed."""
        return self.filter(CURRENT)

    def of(self, municipality: Municipality | str) -> Self:
        """Rows of one municipality."""
        return self.filter(municipality=municipality)


class Versioned(models.Model):
    """Base of every register table; a concrete ``Meta`` inherits from this one and adds to its lists."""

    #: columns that only later deliveries fill, with the value they take in a version opened again
    learnt_after_closing: ClassVar[Mapping[str, str]] = {}

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="dostawa danych")
    identifier = models.CharField("identyfikator", max_length=80)
    valid_from = models.DateField("ważny od")
    valid_to = models.DateField("ważny do", null=True, blank=True)
    recorded_at = models.DateTimeField("zapisano", default=timezone.now)
    #: when the end of validity became known; null while open, and where the end came with the version
    closed_at = models.DateTimeField("zamknięto", null=True, blank=True)
    superseded_at = models.DateTimeField("wycofano", null=True, blank=True)
    #: the delivery that closed or withdrew the version
    closed_by = models.ForeignKey(
        Snapshot, models.PROTECT, verbose_name="zamknięta przez", null=True, blank=True, related_name="+"
    )
    #: MD5 of all that the source said; equal fingerprints mean that nothing changed
    fingerprint = models.CharField(max_length=32)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["identifier"], condition=CURRENT, name="%(class)s_one_current")]
        indexes = [models.Index(fields=["identifier"], name="%(class)s_identifier")]

    def __str__(self) -> str:
        return self.identifier

    @classmethod
    def writable(cls, snapshot: Snapshot, by: AbstractBaseUser | None) -> AbstractContextManager[None]:
        """Around what a delivery writes or takes back; registers behind row-level security open here."""
        return nullcontext()


def table_of(model: type[Versioned]) -> sql.Identifier:
    """The table, also of a model that names its schema (``'"private"."party"'``)."""
    return sql.Identifier(*(part.strip('"') for part in model._meta.db_table.split('"."')))
