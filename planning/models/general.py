"""What a plan ogólny says where: planning zones, and areas that regulate across them (APP 2.0, dossier 3.5)."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from planning.models.plans import LocalPlan
from spatial import crs


class InGeneralPlanQuerySet[Row: models.Model](models.QuerySet[Row]):
    """Parts of general plans."""

    def in_force(self, on: date | Combinable) -> Self:
        """Those that we know now and that bind on the day; ``in_force_to`` is exclusive."""
        open_then = Q(in_force_to=None) | Q(in_force_to__gt=on)
        return self.filter(open_then, in_force_from__lte=on, plan__superseded_at=None)


class GeneralPlanZone(models.Model):
    """Strefa planistyczna of a plan ogólny; an indicator that is None is not set, which is not zero."""

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="general_zones")
    identifier = models.CharField("identyfikator", max_length=40, db_comment="idIIP/lokalnyId")
    label = models.CharField("oznaczenie", max_length=10, db_comment="oznaczenie")
    symbol = models.CharField("symbol", max_length=2, db_comment="symbol")
    name = models.TextField("nazwa", db_comment="nazwa")
    alternative_name = models.TextField("nazwa alternatywna", blank=True, db_comment="nazwaAlternatywna")
    profiles_basic = ArrayField(
        models.CharField(max_length=10), verbose_name="profil podstawowy", default=list, db_comment="profilPodstawowy"
    )
    profiles_additional = ArrayField(
        models.CharField(max_length=10), verbose_name="profil dodatkowy", default=list, db_comment="profilDodatkowy"
    )
    max_intensity = models.FloatField(
        "maks. nadziemna intensywność", null=True, db_comment="maksNadziemnaIntensywnoscZabudowy"
    )
    max_coverage_percent = models.FloatField(
        "maks. udział zabudowy [%]", null=True, db_comment="maksUdzialPowierzchniZabudowy"
    )
    max_height_m = models.FloatField("maks. wysokość [m]", null=True, db_comment="maksWysokoscZabudowy")
    min_green_percent = models.FloatField(
        "min. udział biologicznie czynny [%]", null=True, db_comment="minUdzialPowierzchniBiologicznieCzynnej"
    )
    in_force_from = models.DateField("obowiązuje od", null=True, db_comment="obowiazujeOd")
    in_force_to = models.DateField("obowiązuje do", null=True, db_comment="obowiazujeDo")
    planned_from = models.DateField("ma obowiązywać od", null=True, db_comment="obowiazujeOd of a project")
    status = models.CharField("status", max_length=20, blank=True, db_comment="status")
    character = models.CharField("charakter ustalenia", max_length=40, blank=True, db_comment="charakterUstalenia")
    version = models.CharField("wersja danych", max_length=20, blank=True, db_comment="idIIP/wersjaId")
    version_from = models.DateTimeField("początek wersji", null=True, db_comment="poczatekWersjiObiektu")
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7, db_comment="geometria")

    class Meta:
        verbose_name = "strefa planistyczna"
        verbose_name_plural = "strefy planistyczne"

    objects = InGeneralPlanQuerySet["GeneralPlanZone"].as_manager()

    def __str__(self) -> str:
        return self.label


class Regulation(models.Model):
    """Obszar of a plan ogólny that regulates across zones: OUZ, OZS or OSD."""

    class Kind(models.TextChoices):
        INFILL = "OUZ", _("obszar uzupełnienia zabudowy")
        DOWNTOWN = "OZS", _("obszar zabudowy śródmiejskiej")
        STANDARDS = "OSD", _("obszar standardów dostępności infrastruktury społecznej")

    plan = models.ForeignKey(LocalPlan, models.CASCADE, related_name="regulations")
    kind = models.CharField("rodzaj", max_length=3, choices=Kind)
    identifier = models.CharField("identyfikator", max_length=40, db_comment="idIIP/lokalnyId")
    label = models.CharField("oznaczenie", max_length=12, db_comment="oznaczenie")
    symbol = models.CharField("symbol", max_length=3, db_comment="symbol")
    name = models.TextField("nazwa", blank=True, db_comment="nazwa")
    in_force_from = models.DateField("obowiązuje od", null=True, db_comment="obowiazujeOd")
    in_force_to = models.DateField("obowiązuje do", null=True, db_comment="obowiazujeDo")
    planned_from = models.DateField("ma obowiązywać od", null=True, db_comment="obowiazujeOd of a project")
    status = models.CharField("status", max_length=20, blank=True, db_comment="status")
    character = models.CharField("charakter ustalenia", max_length=40, blank=True, db_comment="charakterUstalenia")
    version = models.CharField("wersja danych", max_length=20, blank=True, db_comment="idIIP/wersjaId")
    version_from = models.DateTimeField("początek wersji", null=True, db_comment="poczatekWersjiObiektu")
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7, db_comment="geometria")

    class Meta:
        verbose_name = "obszar planu ogólnego"
        verbose_name_plural = "obszary planów ogólnych"

    objects = InGeneralPlanQuerySet["Regulation"].as_manager()

    def __str__(self) -> str:
        return self.label


class AccessStandard(models.Model):
    """Standards of access to social infrastructure of one OSD; distances in metres, areas in hectares."""

    regulation = models.OneToOneField(Regulation, models.CASCADE, primary_key=True, related_name="standards")
    excludes_farmsteads = models.BooleanField(
        "nie dotyczy zabudowy zagrodowej", db_comment="wylaczenieZabudowyZagrodowej"
    )
    primary_school_m = models.FloatField("szkoła podstawowa [m]", db_comment="odlegloscDoSzkolyPodstawowej")
    green_areas_m = models.FloatField(
        "obszary zieleni publicznej [m]", db_comment="odlegloscDoObszarowZieleniPublicznej"
    )
    green_areas_total_ha = models.FloatField(
        "ich łączna powierzchnia [ha]", db_comment="powierzchniaLacznaObszarowZieleniPublicznej"
    )
    green_area_m = models.FloatField("obszar zieleni publicznej [m]", db_comment="odlegloscDoObszaruZieleniPublicznej")
    green_area_ha = models.FloatField("jego powierzchnia [ha]", db_comment="powierzchniaObszaruZieleniPublicznej")
    kindergarten_m = models.FloatField("przedszkole [m]", null=True, db_comment="odlegloscDoPrzedszkola")
    nursery_m = models.FloatField("żłobek [m]", null=True, db_comment="odlegloscDoZlobka")
    clinic_m = models.FloatField("ambulatorium POZ [m]", null=True, db_comment="odlegloscDoAmbulatoriumPOZ")
    library_m = models.FloatField("biblioteka [m]", null=True, db_comment="odlegloscDoBiblioteki")
    culture_centre_m = models.FloatField("dom kultury [m]", null=True, db_comment="odlegloscDoDomuKultury")
    care_home_m = models.FloatField(
        "dom pomocy społecznej [m]", null=True, db_comment="odlegloscDoDomuPomocySpolecznej"
    )
    sports_ground_m = models.FloatField(
        "urządzony teren sportu [m]", null=True, db_comment="odlegloscDoUrzadzonegoTerenuSportu"
    )
    transport_stop_m = models.FloatField("przystanek [m]", null=True, db_comment="odlegloscDoPrzystanku")
    post_office_m = models.FloatField("placówka pocztowa [m]", null=True, db_comment="odlegloscDoPlacowkiPocztowej")
    pharmacy_m = models.FloatField("apteka [m]", null=True, db_comment="odlegloscDoApteki")
    police_m = models.FloatField("posterunek policji [m]", null=True, db_comment="odlegloscDoPosterunkuPolicji")
    fire_station_m = models.FloatField(
        "jednostka ochrony przeciwpożarowej [m]",
        null=True,
        db_comment="odlegloscDoPosterunkuJednostkiOchronyPrzeciwpozarowej",
    )

    class Meta:
        verbose_name = "standard dostępności"
        verbose_name_plural = "standardy dostępności"

    objects: ClassVar[models.Manager["AccessStandard"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.regulation)
