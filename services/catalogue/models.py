"""A form that is being filled in, and one that was filed."""

from datetime import datetime, timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models

from services.cases.models import Case
from services.documents.signatures import Signature
from services.parties.models import PartyLink
from spatial.municipalities.models import Municipality

KEPT = timedelta(days=30)


class DraftQuerySet(models.QuerySet["Draft"]):
    def open(self, *, at: datetime) -> Self:
        """Neither filed nor expired."""
        return self.filter(case=None, expires_at__gt=at)


class Draft(models.Model):
    """What somebody has typed so far, as it was typed; kept 30 days from the last change."""

    key = models.UUIDField("klucz", primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="kto", related_name="drafts")
    service = models.CharField("usługa", max_length=40)
    #: whose form it is, once an answer says so
    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", null=True, related_name="+")
    #: for whom the owner began it; files only while it is in force
    representation = models.ForeignKey(
        PartyLink, models.PROTECT, verbose_name="umocowanie", null=True, related_name="drafts"
    )
    form_version = models.CharField("wersja formularza", max_length=20)
    typed = models.JSONField("wpisane", default=dict)
    begun_at = models.DateTimeField("rozpoczęto")
    saved_at = models.DateTimeField("zapisano")
    expires_at = models.DateTimeField("przechowujemy do")
    #: set in the transaction that files it: a second press of the button finds the case
    case = models.OneToOneField(Case, models.CASCADE, null=True, related_name="draft")

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "wersja robocza"
        verbose_name_plural = "wersje robocze"
        indexes = [models.Index(fields=["owner", "service", "-saved_at"], name="draft_of_owner")]

    def __str__(self) -> str:
        return f"{self.service} {self.saved_at:%Y-%m-%d}"


class CoSignature(models.Model):
    """A second person's signature of a draft, asked for by a link; of exactly the answers and files of ``sha256``."""

    key = models.UUIDField("klucz", primary_key=True, default=uuid4, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="cosignatures")
    sha256 = models.CharField("SHA-256", max_length=64)
    asked_at = models.DateTimeField("poproszono")
    expires_at = models.DateTimeField("ważne do")
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto podpisał", null=True, related_name="+"
    )
    signed_at = models.DateTimeField("podpisano", null=True)
    refused_at = models.DateTimeField("odmówiono", null=True)

    objects: ClassVar[models.Manager["CoSignature"]] = models.Manager()

    class Meta:
        verbose_name = "współpodpis"
        verbose_name_plural = "współpodpisy"

    def __str__(self) -> str:
        return f"{self.draft} {self.asked_at:%Y-%m-%d}"


class FormEdition(models.Model):
    """What an office changed in a declared form: words, and questions of its own. One without a day of publication is
    being worked on; a published one is never changed, only followed or withdrawn.
    """

    municipality = models.ForeignKey(Municipality, models.CASCADE, verbose_name="gmina", related_name="+")
    service = models.CharField("usługa", max_length=40)
    number = models.PositiveSmallIntegerField("numer")
    #: {question: {"label": {"pl", "en"}, "hint": {"pl", "en"}}}; what is not named stays as declared
    words = models.JSONField("słowa", default=dict)
    #: [{"name", "step", "kind", "label": {"pl", "en"}, "hint": {…}, "is_required", "options": [text, …]}]
    added = models.JSONField("pytania urzędu", default=list)
    reason = models.CharField("podstawa zmiany", max_length=300, blank=True)
    published_at = models.DateTimeField("opublikowano", null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("wycofano", null=True)

    objects: ClassVar[models.Manager["FormEdition"]] = models.Manager()

    class Meta:
        verbose_name = "wersja formularza urzędu"
        verbose_name_plural = "wersje formularzy urzędów"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "service", "number"], name="form_edition_once"),
            models.UniqueConstraint(
                fields=["municipality", "service"], condition=models.Q(published_at=None), name="form_edition_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.municipality_id}: {self.number}"


class Attachment(models.Model):
    """A file of a draft, later of its case; stored by its hash, so equal files are one."""

    key = models.UUIDField("klucz", primary_key=True, default=uuid4, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="attachments")
    question = models.CharField("pytanie", max_length=40)
    name = models.CharField("nazwa", max_length=120)
    media_type = models.CharField("rodzaj", max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveIntegerField("bajty")
    added_at = models.DateTimeField("dodano")
    signatures = models.JSONField("podpisy", default=list)  #: as they were found when the file was attached

    objects: ClassVar[models.Manager["Attachment"]] = models.Manager()

    class Meta:
        verbose_name = "załącznik"
        verbose_name_plural = "załączniki"

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Below the storage's root."""
        return f"attachments/{self.sha256[:2]}/{self.sha256}"

    @property
    def signed(self) -> list[Signature]:
        return [Signature.of_json(row) for row in self.signatures]


class Filing(models.Model):
    """An application as it was filed; never changed. ``sha256`` is of the canonical JSON of the answers."""

    case = models.OneToOneField(Case, models.PROTECT, verbose_name="sprawa", related_name="filing")
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="filings")
    form_version = models.CharField("wersja formularza", max_length=20)
    answers = models.JSONField("odpowiedzi")
    told = models.JSONField("odpowiedzi słowami")  #: [label, answer] as they stood in the form of that version
    sha256 = models.CharField("SHA-256", max_length=64)
    receipt = models.CharField("numer poświadczenia", max_length=40, unique=True)
    clause = models.TextField("klauzula informacyjna", blank=True)  #: RODO art. 13, as it was shown
    filed_at = models.DateTimeField("złożono")

    objects: ClassVar[models.Manager["Filing"]] = models.Manager()

    class Meta:
        verbose_name = "złożony wniosek"
        verbose_name_plural = "złożone wnioski"

    def __str__(self) -> str:
        return self.receipt

    @property
    def newest(self) -> "Filing | Amendment":
        """What counts now: the application as filed, or as the office last mended it."""
        return self.amendments.order_by("-pk").first() or self


class Amendment(models.Model):
    """A plain mistake in an application (a wrong district) that the office mended and told the applicant of."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="amendments")
    answers = models.JSONField("odpowiedzi")
    told = models.JSONField("odpowiedzi słowami")
    note = models.CharField("co i dlaczego", max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="kto", related_name="+")
    at = models.DateTimeField("kiedy")

    objects: ClassVar[models.Manager["Amendment"]] = models.Manager()

    class Meta:
        verbose_name = "sprostowanie wniosku"
        verbose_name_plural = "sprostowania wniosków"

    def __str__(self) -> str:
        return f"{self.filing} {self.at:%Y-%m-%d}"
