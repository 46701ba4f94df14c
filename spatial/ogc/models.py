"""Jobs of the OGC processes. Django tells only apps with this module that migrations begin and end (``apps``)."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """A process that runs in the worker: asked for, run, kept for a while with its answer.

    Inputs and answers are of public data only; who asked is not kept.
    """

    class Status(models.TextChoices):
        """Words of OGC 18-062r2, table 13."""

        ACCEPTED = "accepted", _("przyjęte")
        RUNNING = "running", _("w toku")
        SUCCESSFUL = "successful", _("zakończone")
        FAILED = "failed", _("nieudane")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.CharField(max_length=100)
    order = models.JSONField(help_text=_("treść zlecenia: dane wejściowe, wyniki, postać odpowiedzi"))
    status = models.CharField(max_length=12, choices=Status, default=Status.ACCEPTED)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    results = models.JSONField(null=True, help_text=_("wyniki po nazwach"))
    failure = models.JSONField(null=True, help_text=_("status i opis błędu"))

    class Meta:
        verbose_name = _("zadanie OGC API")
        verbose_name_plural = _("zadania OGC API")
        ordering = ("-created",)
        indexes = (models.Index(fields=("created",), name="ogc_job_created"),)

    def __str__(self) -> str:
        return f"{self.process} {self.id}"
