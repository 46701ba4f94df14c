"""Rows that have a life: a register object is a chain of versions, each valid from a day until (not on) another.

``valid_from`` and ``valid_to`` are days of the register's state (EGiB delivery dates); ``recorded_at`` and
``superseded_at`` are moments of our own knowledge. A row is never changed in what it says: a correction
closes it and opens another.
"""

from datetime import date
from typing import Self

from django.contrib.gis.db import models
from django.db.models import Q

from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality


class VersionedQuerySet[M: "Versioned"](models.QuerySet[M]):
    def on(self, day: date) -> Self:
        """Versions valid on the day; ``valid_to`` is exclusive."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def current(self) -> Self:
        """Versions that no later delivery has closed."""
        return self.filter(valid_to=None)

    def of(self, municipality: Municipality | str) -> Self:
        """Rows of one municipality."""
        return self.filter(municipality=municipality)


class Versioned(models.Model):
    """Base of every register table."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="dostawa danych")
    identifier = models.CharField("identyfikator", max_length=80)
    valid_from = models.DateField("ważny od")
    valid_to = models.DateField("ważny do", null=True, blank=True)
    #: MD5 of all that the source said; equal fingerprints mean that nothing changed
    fingerprint = models.CharField(max_length=32)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.identifier
