"""Units of the territorial division: TERC codes of a gmina, and boundaries of the gmina and its neighbours (PRG)."""

from typing import ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.gis.geos import Point

from spatial import crs
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality
from spatial.versions import CURRENT, Versioned, VersionedQuerySet


class TercUnit(models.Model):
    """Jednostka rejestru TERC: the gmina, its town and rural part, its county and voivodeship."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="terc_units")
    code = models.CharField("kod TERC", max_length=7, db_comment="TERC.WOJ, POW, GMI, RODZ")  # "1206103"
    name = models.CharField("nazwa", max_length=100, db_comment="TERC.NAZWA")
    kind = models.CharField("rodzaj", max_length=60, blank=True, db_comment="TERC.NAZWA_DOD")
    state_on = models.DateField("stan na dzień", null=True, db_comment="TERC.STAN_NA")

    class Meta:
        verbose_name = "jednostka TERC"
        verbose_name_plural = "jednostki TERC"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="terc_unit_once_in_municipality")]

    objects: ClassVar[models.Manager["TercUnit"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UnitBoundaryQuerySet(VersionedQuerySet["UnitBoundary"]):
    def at(self, location: Point) -> Self:
        """Gminas that hold the point, any CRS; on a shared border all that meet there."""
        return self.filter(geom__intersects=location.transform(crs.PL_2000_7, clone=True))


class UnitBoundary(Versioned):
    """Granica gminy wg PRG, own or of a neighbour. Each municipality keeps its own copies of its neighbours."""

    name = models.CharField("nazwa", max_length=100, db_comment="PRG: JPT_NAZWA_")
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7, db_comment="PRG: geometria jednostki")

    objects = UnitBoundaryQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "granica gminy"
        verbose_name_plural = "granice gmin"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "identifier"], condition=CURRENT, name="unitboundary_one_current"
            )
        ]


class ReplacedBoundary(models.Model):
    """Granica gminy sprzed dostawy: what stood before the delivery, for taking the delivery back."""

    snapshot = models.OneToOneField(Snapshot, models.CASCADE, related_name="replaced_boundary")
    geom = models.MultiPolygonField("granica przed dostawą", srid=crs.PL_2000_7)

    class Meta:
        verbose_name = "granica zastąpiona"
        verbose_name_plural = "granice zastąpione"

    objects: ClassVar[models.Manager["ReplacedBoundary"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.snapshot_id}"
