"""What the portal has told a person."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from services.cases.models import Case


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Not of cases that the person may no longer see."""
        is_open = models.Q(case__on_behalf_of=None) | models.Q(case__in=Case.objects.of_parties(user))
        return self.filter(is_open, user=user.pk, read_at=None)


class Notice(models.Model):
    """One piece of news for one person, until it is read and after."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="kto", related_name="notices")
    case = models.ForeignKey(Case, models.CASCADE, verbose_name="sprawa", related_name="+")
    text = models.TextField("treść")
    at = models.DateTimeField("kiedy")
    read_at = models.DateTimeField("przeczytano", null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "powiadomienie"
        verbose_name_plural = "powiadomienia"
        indexes = [models.Index(fields=["user", "-at"], condition=models.Q(read_at=None), name="notice_unread")]

    def __str__(self) -> str:
        return f"{self.case}: {self.text[:40]}"
