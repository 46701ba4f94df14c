"""What a local plan says where: zones, overlays and the text that binds them."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from planning.models.plans import LocalPlan
from spatial import crs


class PlanZone(models.Model):
    """Teren: one area of a local plan under one set of provisions. Equal symbols of two plans are unrelated."""

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="zones")
    symbol_raw = models.CharField("symbol", max_length=30)  # exactly as adopted; printed, never parsed
    symbol_norm = models.CharField(max_length=30, db_index=True)  # upper case, no spaces; for the search
    class_2021 = models.CharField("klasa wg rozporządzenia 2021", max_length=10, blank=True)
    name = models.TextField("przeznaczenie")
    planning_fee_percent = models.PositiveSmallIntegerField("stawka opłaty planistycznej [%]", null=True)
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7)

    class Meta:
        verbose_name = "teren planu"
        verbose_name_plural = "tereny planów"

    objects: ClassVar[models.Manager["PlanZone"]] = models.Manager()

    def __str__(self) -> str:
        return self.symbol_raw


class PlanOverlay(models.Model):
    """Strefa, obszar or linia that binds across zones."""

    class Kind(models.TextChoices):
        PROTECTION = "protection", _("ochrona")
        BUILDING_LINE = "building-line", _("linia zabudowy")
        FLOOD = "flood", _("zagrożenie powodzią")
        ARCHAEOLOGY = "archaeology", _("ochrona archeologiczna")
        LANDSCAPE = "landscape", _("ochrona krajobrazu")
        NOISE = "noise", _("uciążliwość akustyczna")
        INFRASTRUCTURE = "infrastructure", _("infrastruktura")

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="overlays")
    key = models.CharField(max_length=40)
    kind = models.CharField("rodzaj", max_length=20, choices=Kind)
    symbol = models.CharField("symbol", max_length=30, blank=True)
    name = models.TextField("nazwa")
    geom = models.GeometryField("geometria", srid=crs.PL_2000_7)

    class Meta:
        verbose_name = "strefa planu"
        verbose_name_plural = "strefy planów"

    objects: ClassVar[models.Manager["PlanOverlay"]] = models.Manager()

    def __str__(self) -> str:
        return self.name


class Provision(models.Model):
    """One unit of the resolution's text; the tree is ordered by ``position`` over the whole plan."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", "rozdział"
        PARAGRAPH = "paragraph", "§"
        SECTION = "section", "ust."
        POINT = "point", "pkt"
        LETTER = "letter", "lit."
        INDENT = "indent", "tiret"

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="provisions")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    key = models.CharField(max_length=40)
    kind = models.CharField("jednostka", max_length=10, choices=Kind)
    number = models.CharField("numer", max_length=10, blank=True)
    position = models.PositiveIntegerField()
    heading = models.TextField("tytuł", blank=True)
    text = models.TextField("treść", blank=True)
    binds_whole_plan = models.BooleanField("ustalenie ogólne", default=False)
    zones = models.ManyToManyField(PlanZone, related_name="provisions")
    overlays = models.ManyToManyField(PlanOverlay, related_name="provisions")
    annulled_on = models.DateField("nieważny od", null=True)
    annulled_by = models.TextField("podstawa nieważności", blank=True)

    class Meta:
        verbose_name = "ustalenie planu"
        verbose_name_plural = "ustalenia planów"
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="provision_key_in_plan"),
            models.UniqueConstraint(fields=["plan", "position"], name="provision_position_in_plan"),
        ]

    objects: ClassVar[models.Manager["Provision"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
