"""What is written down about personal data: who saw it, and what became of rows. Rows only come (``audit.0002``).

The tables lie in the schema ``audit``. No constraint crosses the schemas: what was written stays when accounts go.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from spatial.municipalities.models import Municipality


class AuditEntry(models.Model):
    """One look of the office at data of somebody who filed, or one thing done with an account."""

    class Action(models.TextChoices):
        CASE = "case", _("akta sprawy")
        COURSE = "course", _("metryka sprawy")
        ATTACHMENT = "attachment", _("załącznik")
        DOCUMENT = "document", _("wydany dokument")
        REVIEW = "review", _("przegląd dziennika")
        ERASURE = "erasure", _("usunięcie danych konta")
        PARTY = "party", _("dane osoby albo firmy")
        SETTING = "setting", _("ustawienie urzędu")

    at = models.DateTimeField("kiedy", db_default=Now(), editable=False)  # stamped by the database
    municipality = models.ForeignKey(
        Municipality, models.DO_NOTHING, verbose_name="gmina", related_name="+", null=True, db_constraint=False
    )  #: None: of the account itself
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name="kto", related_name="+", db_constraint=False
    )
    user_name = models.CharField("imię i nazwisko", max_length=200)  # as it was then, as are roles and post
    roles = models.CharField("role", max_length=200, blank=True)
    post = models.TextField("stanowisko", blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name="czyje dane", related_name="+", null=True,
        db_constraint=False,
    )  # fmt: skip
    action = models.CharField("czynność", max_length=12, choices=Action)
    thing = models.CharField("co", max_length=300, blank=True)  # name of the file or document
    case_number = models.CharField("znak sprawy", max_length=60, blank=True)
    ground = models.CharField("podstawa", max_length=30)  # services.audit.grounds
    request_id = models.CharField("numer żądania", max_length=64, blank=True)

    objects: ClassVar[models.Manager["AuditEntry"]] = models.Manager()

    class Meta:
        db_table = '"audit"."entry"'
        verbose_name = "wpis dziennika wglądów"
        verbose_name_plural = "dziennik wglądów w sprawy"
        indexes = [
            models.Index(fields=["subject", "-at"], name="audit_entry_of_subject"),
            models.Index(fields=["municipality", "-at"], name="audit_entry_newest"),
            models.Index(fields=["user", "-at"], name="audit_entry_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.case_number} {self.at}"


class AuditChange(models.Model):
    """One row of a followed table that was added, changed or removed (``services.audit.history``)."""

    class Action(models.TextChoices):
        INSERT = "insert", "dodanie"
        UPDATE = "update", "zmiana"
        DELETE = "delete", "usunięcie"

    at = models.DateTimeField("kiedy", db_default=Now(), editable=False)
    table = models.CharField("tabela", max_length=63)
    key = models.CharField("klucz wiersza", max_length=40)
    action = models.CharField("czynność", max_length=6, choices=Action)
    old = models.JSONField("przed", null=True)  # of changed columns only; of a removed row all
    new = models.JSONField("po", null=True)  # of changed columns only; an added row is its own copy
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name="kto", related_name="+", null=True,
        db_constraint=False,
    )  # fmt: skip
    transaction = models.BigIntegerField("transakcja")

    objects: ClassVar[models.Manager["AuditChange"]] = models.Manager()

    class Meta:
        db_table = '"audit"."change"'
        verbose_name = "zmiana wiersza"
        verbose_name_plural = "historia wierszy"
        indexes = [
            models.Index(fields=["table", "key", "at"], name="audit_change_of_row"),
            models.Index(fields=["at"], name="audit_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.table} {self.key}"
