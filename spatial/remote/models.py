"""Addresses of services with their days, how each is doing, and a log of questions without what was asked."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class RemoteServiceQuerySet(models.QuerySet["RemoteService"]):
    def on(self, day: date) -> Self:
        """Addresses in force on the day; ``valid_to`` is exclusive."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class RemoteService(models.Model):
    """One address of a service, as this office uses it; stands above the one that comes with the system."""

    code = models.SlugField("kod", max_length=40)
    url = models.URLField("adres", max_length=500)
    is_enabled = models.BooleanField("włączona", default=False)
    #: overrides of ``spatial.remote.endpoints.Endpoint``, e.g. {"timeout_s": 30, "axes": "north-east"}
    options = models.JSONField("ustawienia", default=dict, blank=True)
    valid_from = models.DateField("obowiązuje od")
    valid_to = models.DateField("obowiązuje do", null=True, blank=True)

    objects = RemoteServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "usługa zewnętrzna"
        verbose_name_plural = "usługi zewnętrzne"
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="remote_service_one_current"),
            models.UniqueConstraint(fields=["code", "valid_from"], name="remote_service_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.url}"


class ServiceHealth(models.Model):
    """How a service is doing, shared by all workers: the state of its circuit breaker."""

    code = models.SlugField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)  #: in a row
    rests_until = models.DateTimeField(null=True)
    #: a worker that tries a service after its rest holds the others back until then
    probed_until = models.DateTimeField(null=True)
    capabilities = models.JSONField(default=dict)  #: the last snapshot that check_services kept
    seen_at = models.DateTimeField(null=True)  #: when the snapshot was taken

    class Meta:
        verbose_name = "stan usługi zewnętrznej"
        verbose_name_plural = "stany usług zewnętrznych"

    objects: ClassVar[models.Manager["ServiceHealth"]] = models.Manager()

    def __str__(self) -> str:
        return self.code

    @classmethod
    def may_be_asked(cls, code: str, *, at: datetime, probe_until: datetime) -> bool:
        """False while the service rests; after its rest one worker at a time may try."""
        if not cls.objects.filter(pk=code, rests_until__isnull=False).exists():
            return True
        free = Q(probed_until=None) | Q(probed_until__lte=at)
        return bool(cls.objects.filter(free, pk=code, rests_until__lte=at).update(probed_until=probe_until))

    @classmethod
    def note_success(cls, code: str) -> None:
        cls.objects.filter(pk=code).exclude(failures=0, rests_until=None).update(
            failures=0, rests_until=None, probed_until=None
        )

    @classmethod
    def note_failure(cls, code: str, *, limit: int, rests_until: datetime) -> None:
        """Counts a failure; from the limit on the service rests."""
        cls.objects.get_or_create(pk=code)
        cls.objects.filter(pk=code).update(failures=F("failures") + 1, probed_until=None)
        cls.objects.filter(pk=code, failures__gte=limit).update(rests_until=rests_until)


class RemoteCall(models.Model):
    """One question to a service. What was asked is not written down: it may tell who looks for what."""

    code = models.SlugField("usługa", max_length=40)
    operation = models.CharField("pytanie", max_length=60)
    asked_at = models.DateTimeField("kiedy", default=timezone.now)
    outcome = models.CharField("wynik", max_length=10)  #: found, nothing, failed
    reason = models.CharField("przyczyna", max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField("próby", default=1)
    duration_ms = models.PositiveIntegerField("czas [ms]", default=0)
    size_bytes = models.PositiveBigIntegerField("bajty", default=0)

    class Meta:
        verbose_name = "pytanie do usługi"
        verbose_name_plural = "pytania do usług"
        indexes = [models.Index(fields=["code", "-asked_at"], name="remote_call_by_service")]

    objects: ClassVar[models.Manager["RemoteCall"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.code} {self.operation} {self.outcome}"


def capabilities_of(code: str) -> dict[str, Any]:
    """The snapshot that was kept last; empty without one."""
    kept = ServiceHealth.objects.filter(pk=code).values_list("capabilities", flat=True).first()
    return dict(kept or {})
