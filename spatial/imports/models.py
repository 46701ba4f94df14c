"""What was brought in, from which file, when and with which findings."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from spatial import crs
from spatial.municipalities.models import Municipality


class Snapshot(models.Model):
    """One delivery of one source, published as a whole; rows of the registers point at the one that brought them."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="snapshots")
    source = models.CharField("źródło", max_length=30)  # "egib", "app", "demo" ...
    file_name = models.CharField("plik", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    state_on = models.DateField("stan na dzień")
    published_at = models.DateTimeField("opublikowano", auto_now_add=True)
    is_sample = models.BooleanField("dane przykładowe", default=False)
    counts = models.JSONField("liczby obiektów", default=dict)
    #: parts of the registers it speaks of: "parcel:120610_5.0007", "plan:XI-85-15"
    scope = ArrayField(models.CharField(max_length=100), verbose_name="zakres", default=list)

    class Meta:
        verbose_name = "dostawa danych"
        verbose_name_plural = "dostawy danych"

    objects: ClassVar[models.Manager["Snapshot"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.source} {self.municipality_id} {self.state_on}"


class Finding(models.Model):
    """One line of the data-quality report of a published delivery."""

    class Severity(models.TextChoices):
        ERROR = "error", "błąd"
        WARNING = "warning", "ostrzeżenie"
        INFO = "info", "informacja"

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="findings")
    rule = models.CharField("reguła", max_length=60)
    severity = models.CharField("waga", max_length=10, choices=Severity)
    object = models.CharField("obiekt", max_length=120, blank=True)
    message = models.TextField("opis")
    geom = models.PointField("miejsce", srid=crs.PL_2000_7, null=True)

    class Meta:
        verbose_name = "ustalenie jakości danych"
        verbose_name_plural = "ustalenia jakości danych"

    objects: ClassVar[models.Manager["Finding"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.rule} {self.object}"
