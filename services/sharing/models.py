"""What is kept of shared views. Nobody's name stands here; one secret lets read, another lets write."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import ClassVar

from django.db import models
from django.utils import timezone

KEPT = timedelta(days=365)  #: since the drawing was last saved (dossier 8.1: 12 months)
LONGEST_VIEW = 1800  #: characters of an address


def secret() -> str:
    """128 bits: nobody finds it by trying."""
    return token_urlsafe(16)


def code() -> str:
    """48 bits: short enough to be copied from paper; what it leads to is no secret."""
    return token_urlsafe(6)


def expiry() -> datetime:
    return timezone.now() + KEPT


class ShortView(models.Model):
    """The query of a view of the map under a short name; one row for one view."""

    code = models.CharField("kod", max_length=12, primary_key=True, default=code)
    query = models.CharField("widok", max_length=LONGEST_VIEW, unique=True)
    created_at = models.DateTimeField("utworzono", auto_now_add=True)

    objects: ClassVar[models.Manager["ShortView"]] = models.Manager()

    class Meta:
        verbose_name = "skrócony adres widoku"
        verbose_name_plural = "skrócone adresy widoków"

    def __str__(self) -> str:
        return self.code


class Drawing(models.Model):
    """What somebody drew on the map, as GeoJSON in lon-lat."""

    view_secret = models.CharField("kod do oglądania", max_length=32, unique=True, default=secret)
    edit_secret = models.CharField("kod do zmiany", max_length=32, unique=True, default=secret)
    content = models.JSONField("rysunek")
    created_at = models.DateTimeField("utworzono", auto_now_add=True)
    expires_at = models.DateTimeField("wygasa", default=expiry, db_index=True)

    objects: ClassVar[models.Manager["Drawing"]] = models.Manager()

    class Meta:
        verbose_name = "rysunek na mapie"
        verbose_name_plural = "rysunki na mapie"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
