"""Local plans (MPZP) with their acts, drawings, zones, provisions and what they do to each other.

Two times, both kept: legal time (``in_force_from``, ``in_force_to``, exclusive) says when a plan binds; record
time (``recorded_at``, ``superseded_at``) says since when and until when this text was what we knew. A corrected
plan is a new record; documents keep pointing at the one they quoted.
"""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spatial import crs
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality


class LocalPlanQuerySet(models.QuerySet["LocalPlan"]):
    def in_force(self, on: date | Combinable) -> Self:
        """Plans that bind on the day; ``in_force_to`` is exclusive."""
        return self.filter(Q(in_force_to=None) | Q(in_force_to__gt=on), in_force_from__lte=on)

    def known(self, at: datetime | None = None) -> Self:
        """Records that were ours at the moment; without one, those that are ours now."""
        if at is None:
            return self.filter(superseded_at=None)
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gt=at), recorded_at__lte=at)

    def of(self, municipality: Municipality | str) -> Self:
        return self.filter(municipality=municipality)


class LocalPlan(models.Model):
    """Miejscowy plan zagospodarowania przestrzennego: local law on one area."""

    class Kind(models.TextChoices):
        LOCAL_PLAN = "local-plan", "miejscowy plan zagospodarowania przestrzennego"
        LEGACY_STUDY = "legacy-study", "studium uwarunkowań"
        GENERAL_PLAN = "general-plan", "plan ogólny gminy"
        OTHER = "other", "inny akt planowania"

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="plans")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="dostawa danych", related_name="plans")
    kind = models.CharField("rodzaj", max_length=20, choices=Kind, default=Kind.LOCAL_PLAN)
    code = models.CharField("oznaczenie", max_length=80)  # lokalnyId of the APP data set
    namespace = models.CharField("przestrzeń nazw", max_length=60, blank=True)
    version = models.CharField("wersja danych", max_length=20, blank=True)
    title = models.TextField("tytuł")
    drawing_scale = models.PositiveIntegerField("skala rysunku 1:")
    base_map_on = models.DateField("stan mapy podkładowej", null=True)
    in_force_from = models.DateField("obowiązuje od", null=True)
    in_force_to = models.DateField("obowiązuje do", null=True)
    recorded_at = models.DateTimeField("zapisano", default=timezone.now)
    superseded_at = models.DateTimeField("zastąpiono", null=True)
    is_sample = models.BooleanField("dane przykładowe", default=False)
    boundary = models.MultiPolygonField("granica", srid=crs.PL_2000_7)

    objects = LocalPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "plan miejscowy"
        verbose_name_plural = "plany miejscowe"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code"],
                condition=Q(superseded_at=None),
                name="plan_one_current_record",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        """Identifier in addresses and collections: ``"120610-XXIV-186-2012"``."""
        return f"{self.municipality_id}-{self.code}"


class PlanAct(models.Model):
    """Uchwała, rozstrzygnięcie nadzorcze or wyrok: the paper that makes, changes or ends a plan."""

    class Role(models.TextChoices):
        INITIATES = "initiates", "Przystąpienie do sporządzenia planu"
        ADOPTS = "adopts", "Uchwalenie planu"
        CHANGES = "changes", "Zmiana planu"
        REPEALS = "repeals", "Uchylenie planu"
        ANNULS = "annuls", "Stwierdzenie nieważności"

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="acts")
    role = models.CharField("rola", max_length=10, choices=Role)
    title = models.TextField("tytuł")
    number = models.CharField("numer", max_length=60, blank=True)
    issuer = models.CharField("organ", max_length=200, blank=True)
    adopted_on = models.DateField("z dnia", null=True)
    in_force_on = models.DateField("wejście w życie", null=True)
    journal_year = models.PositiveSmallIntegerField("rok Dz.Urz.", null=True)
    journal_position = models.PositiveIntegerField("pozycja Dz.Urz.", null=True)
    link = models.URLField("łącze", max_length=500, blank=True)

    class Meta:
        verbose_name = "akt"
        verbose_name_plural = "akty"

    objects: ClassVar[models.Manager["PlanAct"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class PlanSheet(models.Model):
    """Arkusz rysunku planu: the legal drawing, kept as it came; ``sha256`` is checked before it is printed."""

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="sheets")
    number = models.CharField("arkusz", max_length=10)
    #: GeoTIFF in EPSG:2178 below MEDIA_ROOT, named by its hash
    file = models.FileField("plik", upload_to="plan-sheets", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    scale = models.PositiveIntegerField("skala 1:")
    pixel_m = models.FloatField("piksel [m]")
    rmse_m = models.FloatField("błąd georeferencji [m]", null=True)
    footprint = models.PolygonField("zasięg", srid=crs.PL_2000_7)

    class Meta:
        verbose_name = "arkusz rysunku planu"
        verbose_name_plural = "arkusze rysunku planu"
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="sheet_number_in_plan")]

    objects: ClassVar[models.Manager["PlanSheet"]] = models.Manager()

    def __str__(self) -> str:
        return f"arkusz {self.number}"


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


class PlanRelation(models.Model):
    """What one plan does to another: changes, repeals, annuls it, wholly or in ``scope``, from a day on.

    The target is named by its code, so that a corrected record of it stays related.
    """

    class Kind(models.TextChoices):
        CHANGES = "changes", "zmienia"
        REPEALS = "repeals", "uchyla"
        ANNULS = "annuls", "unieważnia"

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="relations")
    kind = models.CharField("rodzaj", max_length=10, choices=Kind)
    target_code = models.CharField("plan zmieniany", max_length=80, db_index=True)
    effective_on = models.DateField("od dnia")
    scope = models.MultiPolygonField("zakres", srid=crs.PL_2000_7, null=True)
    note = models.TextField("uwaga", blank=True)

    class Meta:
        verbose_name = "relacja planów"
        verbose_name_plural = "relacje planów"

    objects: ClassVar[models.Manager["PlanRelation"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.target_code}"


class GeneralPlanZoneQuerySet(models.QuerySet["GeneralPlanZone"]):
    def in_force(self, on: date | Combinable) -> Self:
        """Zones of general plans as we know them now, that bind on the day; ``in_force_to`` is exclusive."""
        open_then = Q(in_force_to=None) | Q(in_force_to__gt=on)
        return self.filter(open_then, in_force_from__lte=on, plan__superseded_at=None)


class GeneralPlanZone(models.Model):
    """Strefa planistyczna of a plan ogólny; an indicator that is None is not set, which is not zero."""

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="general_zones")
    identifier = models.CharField("identyfikator", max_length=40)
    label = models.CharField("oznaczenie", max_length=10)
    symbol = models.CharField("symbol", max_length=2)
    name = models.TextField("nazwa")
    profiles_basic = ArrayField(models.CharField(max_length=10), verbose_name="profil podstawowy", default=list)
    profiles_additional = ArrayField(models.CharField(max_length=10), verbose_name="profil dodatkowy", default=list)
    max_intensity = models.FloatField("maks. nadziemna intensywność", null=True)
    max_coverage_percent = models.FloatField("maks. udział zabudowy [%]", null=True)
    max_height_m = models.FloatField("maks. wysokość [m]", null=True)
    min_green_percent = models.FloatField("min. udział biologicznie czynny [%]", null=True)
    in_force_from = models.DateField("obowiązuje od", null=True)
    in_force_to = models.DateField("obowiązuje do", null=True)
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7)

    class Meta:
        verbose_name = "strefa planistyczna"
        verbose_name_plural = "strefy planistyczne"

    objects = GeneralPlanZoneQuerySet.as_manager()

    def __str__(self) -> str:
        return self.label
