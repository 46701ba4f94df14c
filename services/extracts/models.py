"""Wniosek o wypis i wyrys z planu miejscowego."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.cases.models import Case


class ExtractApplication(models.Model):
    """What the resident asked for and what the planner decided about it."""

    class Scope(models.TextChoices):
        BOTH = "both", _("wypis i wyrys")
        TEXT = "text", _("tylko wypis (tekst)")
        DRAWING = "drawing", _("tylko wyrys (rysunek)")

    case = models.OneToOneField(Case, models.PROTECT, related_name="extract_application")
    parcels = ArrayField(models.CharField(max_length=80), verbose_name="działki")
    scope = models.CharField("zakres", max_length=10, choices=Scope, default=Scope.BOTH)
    purpose = models.CharField("cel", max_length=300, blank=True)
    as_of = models.DateField("stan na dzień")
    #: slivers the planner chose to print: ["plan code|parcel|symbol", ...]
    confirmed_slivers = ArrayField(models.CharField(max_length=200), default=list)
    refusal_reason = models.TextField("przyczyna odmowy", blank=True)

    objects: ClassVar[models.Manager["ExtractApplication"]] = models.Manager()

    class Meta:
        verbose_name = "wniosek o wypis i wyrys"
        verbose_name_plural = "wnioski o wypis i wyrys"

    def __str__(self) -> str:
        return self.case.number
