"""What must be remembered of signing in by SAML: questions asked, assertions heard, sessions that the node knows."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import ClassVar, Self

from django.conf import settings
from django.db import models

LONGEST = timedelta(minutes=30)  #: from our question to the answer; people look for their telephone


class QuestionQuerySet(models.QuerySet["Question"]):
    def answered(self, relay_state: str, *, at: datetime) -> "Question | None":
        """The open question, closed by this very call; None where there is none any more."""
        open_ones = self.filter(relay_state=relay_state, answered_at=None, asked_at__gt=at - LONGEST)
        return self.get(relay_state=relay_state) if open_ones.update(answered_at=at) else None

    def past(self, *, at: datetime) -> Self:
        return self.filter(asked_at__lt=at - LONGEST)


class Question(models.Model):
    """An AuthnRequest of ours; it may be answered once."""

    request_id = models.CharField("identyfikator", max_length=40, unique=True)
    relay_state = models.CharField("stan", max_length=80, unique=True, default=token_urlsafe)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    asked_at = models.DateTimeField("zadane", db_index=True)
    answered_at = models.DateTimeField("odpowiedź", null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "zapytanie o tożsamość"
        verbose_name_plural = "zapytania o tożsamość"

    def __str__(self) -> str:
        return self.request_id


class Heard(models.Model):
    """An assertion that was used; a second time it is none."""

    digest = models.CharField("skrót", max_length=64, unique=True)  #: SHA-256 of its ID
    until = models.DateTimeField("ważne do", db_index=True)  #: later the assertion is refused by itself

    objects: ClassVar[models.Manager["Heard"]] = models.Manager()

    class Meta:
        verbose_name = "przyjęte potwierdzenie"
        verbose_name_plural = "przyjęte potwierdzenia"

    def __str__(self) -> str:
        return self.digest


class NodeSession(models.Model):
    """A session of ours as the node calls it, so that either side can end it. Both names are opaque."""

    session_key = models.CharField("sesja", max_length=40, unique=True)
    name_id = models.TextField("nazwa w węźle")
    session_index = models.TextField("sesja w węźle")
    began_at = models.DateTimeField("początek", db_index=True)

    objects: ClassVar[models.Manager["NodeSession"]] = models.Manager()

    class Meta:
        verbose_name = "sesja z Węzła Krajowego"
        verbose_name_plural = "sesje z Węzła Krajowego"

    def __str__(self) -> str:
        return f"sesja {self.pk}"
