"""Plans at work: what a planner changes before it becomes a record."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from planning.models.plans import LocalPlan
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality


class PlanDraftQuerySet(models.QuerySet["PlanDraft"]):
    def open(self) -> "PlanDraftQuerySet":
        return self.filter(state=PlanDraft.State.OPEN)

    def of(self, municipality: Municipality | str) -> "PlanDraftQuerySet":
        return self.filter(municipality=municipality)


class PlanDraft(models.Model):
    """Szkic: a whole plan as one document, changed by people, binding nobody; publishing makes it a record.

    ``revision`` grows with each change; a change made on an older one is refused, so nobody overwrites another's work.
    """

    class State(models.TextChoices):
        OPEN = "open", "w opracowaniu"
        PUBLISHED = "published", "opublikowany"
        DISCARDED = "discarded", "porzucony"

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="plan_drafts")
    code = models.CharField("oznaczenie", max_length=80)
    title = models.TextField("tytuł")
    #: the record that the draft began from; None: a new plan
    base = models.ForeignKey(LocalPlan, models.PROTECT, verbose_name="zapis wyjściowy", null=True, related_name="+")
    #: the plan with its parts (``planning.drafts.document``); geometry in EPSG:2178
    document = models.JSONField("treść")
    #: a recognised text of a resolution that waits for a person (``planning.drafts.document``)
    proposal = models.JSONField("proponowany tekst", null=True)
    revision = models.PositiveIntegerField("zmiana nr", default=1)
    state = models.CharField("stan", max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField("rozpoczęto", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="rozpoczął(-ęła)", related_name="+"
    )
    changed_at = models.DateTimeField("zmieniono", auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="zmienił(a)", related_name="+"
    )
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="dostawa", null=True, related_name="+")

    objects = PlanDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "szkic planu"
        verbose_name_plural = "szkice planów"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code"], condition=Q(state="open"), name="plan_one_open_draft"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.get_state_display()})"
