"""Forms of nature protection on and near the municipality's land (ustawa o ochronie przyrody, art. 6)."""

from typing import Self

from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry

from data.records.nature import KIND_NAMES
from spatial import crs
from spatial.versions import CURRENT, Versioned, VersionedQuerySet


class ProtectedAreaQuerySet(VersionedQuerySet["ProtectedArea"]):
    def touching(self, geometry: GEOSGeometry) -> Self:
        """Areas that share at least a point with a geometry, any CRS; buffer zones too."""
        return self.filter(geom__intersects=geometry.transform(crs.PL_2000_7, clone=True))

    def forms(self) -> Self:
        """Forms of protection proper: a buffer zone (otulina) is none, though plans there are agreed with the park."""
        return self.filter(is_buffer=False)


class ProtectedArea(Versioned):
    """Obszar chroniony, cały: not cut at the municipality's boundary. Each municipality keeps its own copy."""

    kind = models.CharField(
        "forma ochrony", max_length=30, choices=KIND_NAMES, db_comment="GDOŚ: warstwa lub część kodinspire"
    )
    name = models.CharField("nazwa", max_length=200, db_comment="GDOŚ: nazwa")
    is_buffer = models.BooleanField("otulina", default=False, db_comment="GDOŚ: „otulina” w nazwie")
    code = models.CharField("kod Natura 2000", max_length=40, blank=True, db_comment="GDOŚ: kod")
    established_on = models.DateField("utworzono", null=True, db_comment="GDOŚ: data utworzenia")
    legal_act = models.CharField("akt prawny", max_length=500, blank=True, db_comment="GDOŚ: akt prawny")
    area_ha = models.FloatField("powierzchnia wg rejestru [ha]", null=True, db_comment="GDOŚ: pow")
    link = models.CharField("karta w rejestrze", max_length=300, blank=True, db_comment="CRFOP: adres z kodu INSPIRE")
    geom = models.MultiPolygonField("granica", srid=crs.PL_2000_7, db_comment="GDOŚ: geometria")

    objects = ProtectedAreaQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "obszar chroniony"
        verbose_name_plural = "obszary chronione"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "identifier"], condition=CURRENT, name="protectedarea_one_current"
            )
        ]

    def __str__(self) -> str:
        return self.name
