"""Topographic objects of BDOT500 and BDOT10k as they came, for maps and for questions about the ground."""

from django.contrib.gis.db import models

from spatial import crs
from spatial.versions import Versioned, VersionedQuerySet


class TopographicObjectQuerySet(VersionedQuerySet["TopographicObject"]):
    """Objects."""


class TopographicObject(Versioned):
    """Obiekt topograficzny of any class."""

    class Database(models.TextChoices):
        BDOT500 = "BDOT500", "BDOT500"
        BDOT10K = "BDOT10k", "BDOT10k"

    database = models.CharField("baza", max_length=10, choices=Database, db_comment="przestrzeń nazw pliku")
    class_code = models.CharField("klasa", max_length=60, db_index=True, db_comment="nazwa klasy obiektu")
    name = models.CharField("nazwa", max_length=200, blank=True, db_comment="nazwa, nazwaWlasna")
    attributes = models.JSONField("atrybuty", default=dict, db_comment="proste atrybuty klasy")
    geom = models.GeometryField("geometria", srid=crs.PL_2000_7, db_comment="geometria")

    objects = TopographicObjectQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = "obiekt topograficzny"
        verbose_name_plural = "obiekty topograficzne"
