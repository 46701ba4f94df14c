"""The municipality (gmina): owner of rows, controller of data, name on documents."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs


class Municipality(models.Model):
    """One gmina; ``teryt`` is the first six digits, common to its town and rural units."""

    teryt = models.CharField("TERYT", max_length=6, primary_key=True)
    name = models.CharField("nazwa", max_length=100)
    office_name = models.CharField("urząd", max_length=200)
    street_address = models.CharField("ulica i numer", max_length=200)
    postal_address = models.CharField("kod i poczta", max_length=100)
    seat = models.CharField("siedziba", max_length=100)
    head_title = models.CharField("organ", max_length=100)  # "Burmistrz Miasta i Gminy Skała"
    #: after "z up.": "Burmistrza Miasta i Gminy Skała"
    head_title_genitive = models.CharField("organ w dopełniaczu", max_length=100, blank=True)
    council = models.CharField("rada", max_length=100)
    is_sample = models.BooleanField("dane przykładowe", default=False)
    boundary = models.MultiPolygonField("granica", srid=crs.PL_2000_7)

    class Meta:
        verbose_name = "gmina"
        verbose_name_plural = "gminy"

    objects: ClassVar[models.Manager["Municipality"]] = models.Manager()

    def __str__(self) -> str:
        return self.name
