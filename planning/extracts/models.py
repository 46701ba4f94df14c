"""Dated law that the extract needs: rates of stamp duty, each with its source."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q


class ExtractRateQuerySet(models.QuerySet["ExtractRate"]):
    def on(self, day: date) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class ExtractRate(models.Model):
    """Opłata skarbowa od wypisu i wyrysu (part I of the annex to the stamp-duty act), in whole grosze."""

    valid_from = models.DateField("od")
    valid_to = models.DateField("do", null=True)
    short_text_gr = models.PositiveIntegerField("wypis do progu stron [gr]")
    long_text_gr = models.PositiveIntegerField("wypis powyżej progu [gr]")
    short_text_pages = models.PositiveSmallIntegerField("próg stron")
    drawing_part_gr = models.PositiveIntegerField("wyrys za część A4 [gr]")
    drawing_cap_gr = models.PositiveIntegerField("wyrys najwyżej [gr]")
    legal_basis = models.CharField("podstawa prawna", max_length=300)
    source = models.CharField("źródło", max_length=300)

    objects = ExtractRateQuerySet.as_manager()

    class Meta:
        verbose_name = "stawka za wypis i wyrys"
        verbose_name_plural = "stawki za wypis i wyrys"

    def __str__(self) -> str:
        return f"od {self.valid_from}"
