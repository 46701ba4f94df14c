"""Changes of settings: who proposed what and on which ground, and who decided. Secrets are not kept here."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spatial.municipalities.models import Municipality


class Change(models.Model):
    """A change of one setting; one that could lead money or letters astray waits for another person."""

    class State(models.TextChoices):
        ASKED = "asked", _("czeka na drugą osobę")
        DONE = "done", _("wprowadzona")
        REFUSED = "refused", _("odrzucona")
        WITHDRAWN = "withdrawn", _("wycofana")

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="+")
    kind = models.SlugField("rodzaj", max_length=40)  #: ``kinds.Kind.code``
    row = models.BigIntegerField("wiersz", null=True)  #: key of the setting; None: a new one, until it is there
    old = models.JSONField("przed", null=True)  #: None: a new one
    new = models.JSONField("po")
    sealed_secrets = models.BinaryField("klucze", default=b"")  #: until the decision; then nothing is left of them
    has_secrets = models.BooleanField("zmienia klucze", default=False)
    ground = models.CharField("podstawa", max_length=300)
    state = models.CharField("stan", max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="proponuje", null=True, related_name="+"
    )  #: None: from the command line
    asked_at = models.DateTimeField("kiedy")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="rozstrzyga", null=True, related_name="+"
    )  #: None: still waits, or one person was enough
    decided_at = models.DateTimeField("rozstrzygnięto", null=True)

    objects: ClassVar[models.Manager["Change"]] = models.Manager()

    class Meta:
        verbose_name = "zmiana ustawienia"
        verbose_name_plural = "zmiany ustawień"
        indexes = [models.Index(fields=["municipality", "-asked_at"], name="setup_changes_of_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "row"], condition=Q(state="asked"), name="setup_one_open_change"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="setup_change_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(sealed_secrets=b""), name="setup_change_forgets_secrets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.ASKED
