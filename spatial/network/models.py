"""Water and sewage network: pipes and nodes with their versions (water dossier 6.2).

What is public of it is a drawing in broad strokes and hydrants: valves, wells and service pipes are nobody's business.
"""

from django.contrib.gis.db import models

from spatial import crs
from spatial.versions import Versioned, VersionedQuerySet


class PipeQuerySet(VersionedQuerySet["Pipe"]):
    """Pipes."""


class NetworkNodeQuerySet(VersionedQuerySet["NetworkNode"]):
    """Nodes."""


class Medium(models.TextChoices):
    WATER = "water", "woda"
    SEWAGE = "sewage", "ścieki"


class Origin(models.TextChoices):
    GESUT = "gesut", "GESUT"
    EPANET = "epanet", "model EPANET"
    SURVEY = "survey", "inwentaryzacja zakładu"


class Status(models.TextChoices):
    PROJECTED = "projected", "projektowany"
    ACTIVE = "active", "czynny"
    CLOSED = "closed", "nieczynny"


class Pipe(Versioned):
    """Przewód."""

    class Kind(models.TextChoices):
        TRANSMISSION = "transmission", "magistrala"
        DISTRIBUTION = "distribution", "sieć rozdzielcza"
        SERVICE = "service", "przyłącze"
        GENERAL = "general", "sieć (rodzaj nieznany)"

    medium = models.CharField("sieć", max_length=10, choices=Medium, db_comment="GESUT: klasa obiektu")
    kind = models.CharField("rodzaj", max_length=20, choices=Kind, db_comment="GESUT: funkcja, typPrzewodu")
    origin = models.CharField("źródło danych", max_length=10, choices=Origin)
    status = models.CharField("stan", max_length=10, choices=Status, db_comment="GESUT: status, eksploatacja")
    purpose = models.CharField("przeznaczenie kanału", max_length=12, blank=True, db_comment="GESUT: typPrzewodu")
    diameter_mm = models.PositiveIntegerField("średnica [mm]", null=True, db_comment="GESUT: srednica")
    material = models.CharField("materiał", max_length=40, blank=True)
    built_year = models.PositiveSmallIntegerField("rok budowy", null=True)
    length_m = models.FloatField("długość wg źródła [m]", null=True, db_comment="EPANET: Length")
    roughness = models.FloatField("chropowatość", null=True, db_comment="EPANET: Roughness")
    owner = models.CharField("władający", max_length=200, blank=True, db_comment="GESUT: wladajacy")
    asset_number = models.CharField("numer branżowy", max_length=60, blank=True, db_comment="GESUT: idBranzowy")
    accuracy = models.CharField("sposób pomiaru", max_length=10, blank=True, db_comment="GESUT: zrodlo")
    geom = models.LineStringField("przebieg", srid=crs.PL_2000_7, db_comment="GESUT: geometria")

    objects = PipeQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "przewód"
        verbose_name_plural = "przewody"


class NetworkNode(Versioned):
    """Urządzenie sieci albo węzeł modelu."""

    class Kind(models.TextChoices):
        JUNCTION = "junction", "węzeł"
        VALVE = "valve", "zasuwa"
        HYDRANT = "hydrant", "hydrant"
        WELL = "well", "studnia"
        STANDPIPE = "standpipe", "zdrój uliczny"
        PUMP = "pump", "pompownia"
        TANK = "tank", "zbiornik"
        RESERVOIR = "reservoir", "ujęcie"
        MANHOLE = "manhole", "studnia kanalizacyjna"
        INLET = "inlet", "wpust"
        SEPTIC_TANK = "septic-tank", "zbiornik bezodpływowy"
        OUTLET = "outlet", "wylot"
        TREATMENT_PLANT = "treatment-plant", "przydomowa oczyszczalnia"
        DEVICE = "device", "urządzenie techniczne"

    medium = models.CharField("sieć", max_length=10, choices=Medium, db_comment="GESUT: klasa obiektu")
    kind = models.CharField("rodzaj", max_length=20, choices=Kind, db_comment="GESUT: rodzajUrzadzenia")
    origin = models.CharField("źródło danych", max_length=10, choices=Origin)
    status = models.CharField("stan", max_length=10, choices=Status, db_comment="GESUT: status, eksploatacja")
    elevation_m = models.FloatField("rzędna [m]", null=True, db_comment="EPANET: Elevation, PL-EVRF2007-NH")
    owner = models.CharField("władający", max_length=200, blank=True, db_comment="GESUT: wladajacy")
    asset_number = models.CharField("numer branżowy", max_length=60, blank=True, db_comment="GESUT: idBranzowy")
    accuracy = models.CharField("sposób pomiaru", max_length=10, blank=True, db_comment="GESUT: zrodlo")
    geom = models.PointField("położenie", srid=crs.PL_2000_7, db_comment="GESUT: geometria")

    objects = NetworkNodeQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "urządzenie sieci"
        verbose_name_plural = "urządzenia sieci"
