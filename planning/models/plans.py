"""Acts of planning with their papers and drawings, and what they do to each other."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils import timezone

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
    kind = models.CharField("rodzaj", max_length=20, choices=Kind, default=Kind.LOCAL_PLAN, db_comment="typPlanu")
    code = models.CharField("oznaczenie", max_length=80, db_comment="idIIP/lokalnyId")
    namespace = models.CharField("przestrzeń nazw", max_length=60, blank=True, db_comment="idIIP/przestrzenNazw")
    version = models.CharField("wersja danych", max_length=20, blank=True, db_comment="idIIP/wersjaId")
    version_from = models.DateTimeField("początek wersji", null=True, db_comment="poczatekWersjiObiektu")
    status = models.CharField("status", max_length=20, blank=True, db_comment="status")
    act_type = models.CharField("typ aktu", max_length=80, blank=True, db_comment="typPlanu")
    level = models.CharField("poziom hierarchii", max_length=20, blank=True, db_comment="poziomHierarchii")
    title = models.TextField("tytuł", db_comment="tytul")
    drawing_scale = models.PositiveIntegerField("skala rysunku 1:", db_comment="rysunek/rozdzielczoscPrzestrzenna")
    base_map_on = models.DateField("stan mapy podkładowej", null=True, db_comment="mapaPodkladowa/data")
    in_force_from = models.DateField("obowiązuje od", null=True, db_comment="obowiazujeOd")
    in_force_to = models.DateField("obowiązuje do", null=True, db_comment="obowiazujeDo")
    #: day that a project hopes for; never law
    planned_from = models.DateField("ma obowiązywać od", null=True, db_comment="obowiazujeOd of a project")
    alternative_titles = ArrayField(
        models.TextField(), verbose_name="tytuły alternatywne", default=list, db_comment="tytulAlternatywny"
    )
    change_count = models.PositiveSmallIntegerField("liczba zmian", null=True, db_comment="zmiana")
    is_partly_in_force = models.BooleanField("obowiązuje tylko w części", null=True, db_comment="modyfikacja")
    #: maps the act was drawn on: [{"on": "2010-02-10", "reference": ..., "link": ...}]
    base_maps = models.JSONField("mapy podkładowe", default=list, db_comment="mapaPodkladowa")
    recorded_at = models.DateTimeField("zapisano", default=timezone.now)
    superseded_at = models.DateTimeField("zastąpiono", null=True)
    is_sample = models.BooleanField("dane przykładowe", default=False)
    boundary = models.MultiPolygonField("granica", srid=crs.PL_2000_7, db_comment="zasiegPrzestrzenny")

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
    role = models.CharField(
        "rola", max_length=10, choices=Role, db_comment="przystapienie, uchwala, zmienia, uchyla, uniewaznia"
    )
    title = models.TextField("tytuł", db_comment="tytul")
    number = models.CharField("numer", max_length=60, blank=True, db_comment="numerIdentyfikacyjny")
    issuer = models.CharField("organ", max_length=200, blank=True, db_comment="organUstanawiajacy")
    adopted_on = models.DateField("z dnia", null=True, db_comment="data")
    in_force_on = models.DateField("wejście w życie", null=True, db_comment="dataWejsciaWZycie")
    journal_year = models.PositiveSmallIntegerField("rok Dz.Urz.", null=True, db_comment="szczegoloweOdniesienie")
    journal_position = models.PositiveIntegerField("pozycja Dz.Urz.", null=True, db_comment="szczegoloweOdniesienie")
    link = models.URLField("łącze", max_length=500, blank=True, db_comment="lacze")
    other_links = ArrayField(models.TextField(), verbose_name="inne łącza", default=list, db_comment="lacze")
    code = models.CharField("identyfikator", max_length=120, blank=True, db_comment="idIIP/lokalnyId")
    namespace = models.CharField("przestrzeń nazw", max_length=60, blank=True, db_comment="idIIP/przestrzenNazw")
    version = models.CharField("wersja danych", max_length=20, blank=True, db_comment="idIIP/wersjaId")
    short_title = models.TextField("nazwa skrócona", blank=True, db_comment="nazwaSkrocona")
    repealed_on = models.DateField("uchylono", null=True, db_comment="dataUchylenia")
    #: empty where it says no more than year and position
    reference = models.TextField("szczegółowe odniesienie", blank=True, db_comment="szczegoloweOdniesienie")
    journal = models.CharField("dziennik urzędowy", max_length=120, blank=True, db_comment="dziennikUrzedowy")

    class Meta:
        verbose_name = "akt"
        verbose_name_plural = "akty"

    objects: ClassVar[models.Manager["PlanAct"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class PlanDrawing(models.Model):
    """Opis rysunku in an APP data set; the file itself is a ``PlanSheet`` once it was brought in."""

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="drawings")
    code = models.CharField("identyfikator", max_length=120, db_comment="idIIP/lokalnyId")
    namespace = models.CharField("przestrzeń nazw", max_length=60, blank=True, db_comment="idIIP/przestrzenNazw")
    version = models.CharField("wersja danych", max_length=20, blank=True, db_comment="idIIP/wersjaId")
    version_from = models.DateTimeField("początek wersji", null=True, db_comment="poczatekWersjiObiektu")
    title = models.TextField("tytuł", db_comment="tytul")
    link = models.TextField("łącze", blank=True, db_comment="lacze")
    legend = models.TextField("legenda", blank=True, db_comment="legenda")
    crs = models.CharField("układ odniesienia", max_length=200, blank=True, db_comment="ukladOdniesieniaPrzestrzennego")
    scale = models.PositiveIntegerField("skala 1:", null=True, db_comment="rozdzielczoscPrzestrzenna")
    description = models.TextField("opis", blank=True, db_comment="opis")
    in_force_from = models.DateField("obowiązuje od", null=True, db_comment="obowiazujeOd")
    in_force_to = models.DateField("obowiązuje do", null=True, db_comment="obowiazujeDo")

    class Meta:
        verbose_name = "rysunek aktu"
        verbose_name_plural = "rysunki aktów"

    objects: ClassVar[models.Manager["PlanDrawing"]] = models.Manager()

    def __str__(self) -> str:
        return self.title


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
    #: of a scan that we gave its place: the scan itself (below MEDIA_ROOT/plan-scans) and the points it was fitted by
    scan_sha256 = models.CharField("SHA-256 skanu", max_length=64, blank=True)
    control_points = models.JSONField("punkty dostosowania", default=list)

    class Meta:
        verbose_name = "arkusz rysunku planu"
        verbose_name_plural = "arkusze rysunku planu"
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="sheet_number_in_plan")]

    objects: ClassVar[models.Manager["PlanSheet"]] = models.Manager()

    def __str__(self) -> str:
        return f"arkusz {self.number}"


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
