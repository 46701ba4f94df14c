"""Documents the office issued, with the inputs they were made from and the code anyone can check them by."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from services.cases.models import Case
from spatial.municipalities.models import Municipality


class IssuedDocument(models.Model):
    """One PDF as issued. ``inputs`` names every version it was made from: the same inputs give the same bytes."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="documents")
    case = models.ForeignKey(Case, models.PROTECT, verbose_name="sprawa", related_name="documents")
    code = models.CharField("kod weryfikacyjny", max_length=20, unique=True)
    title = models.CharField("tytuł", max_length=250)
    subject = models.CharField("dotyczy", max_length=500)  # no personal data: shown to whoever has the code
    file = models.FileField("plik", upload_to="documents/%Y/%m", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    sealed_by = models.CharField("pieczęć", max_length=200, blank=True)  # as its certificate names the office
    pages = models.PositiveSmallIntegerField("strony")
    inputs = models.JSONField("dane wejściowe")
    issued_at = models.DateTimeField("wydano")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager["IssuedDocument"]] = models.Manager()

    class Meta:
        verbose_name = "dokument"
        verbose_name_plural = "dokumenty"

    def __str__(self) -> str:
        return self.title

    @property
    def is_sealed(self) -> bool:
        return bool(self.sealed_by)
