"""What was brought in, from which file, when, by whom and with which findings; and what waits for a decision."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField

from spatial import crs
from spatial.municipalities.models import Municipality


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def standing(self) -> "SnapshotQuerySet":
        """Deliveries that were not taken back."""
        return self.filter(rolled_back_at=None)


class Snapshot(models.Model):
    """One delivery of one source, published as a whole; rows of the registers point at the one that brought them."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="snapshots")
    source = models.CharField("źródło", max_length=30)  # "egib", "app", "demo" ...
    file_name = models.CharField("plik", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    state_on = models.DateField("stan na dzień")
    published_at = models.DateTimeField("opublikowano", auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="opublikował(a)", null=True, related_name="+"
    )
    #: a delivery taken back: its versions are withdrawn, those it had closed stand again
    rolled_back_at = models.DateTimeField("cofnięto", null=True)
    rolled_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="cofnął(-ęła)", null=True, related_name="+"
    )
    rollback_note = models.TextField("powód cofnięcia", blank=True)
    is_sample = models.BooleanField("dane przykładowe", default=False)
    counts = models.JSONField("liczby obiektów", default=dict)
    #: parts of the registers it speaks of: "parcel:120610_5.0007", "plan:XI-85-15"
    scope = ArrayField(models.CharField(max_length=100), verbose_name="zakres", default=list)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = "dostawa danych"
        verbose_name_plural = "dostawy danych"

    def __str__(self) -> str:
        return f"{self.source} {self.municipality_id} {self.state_on}"


class Upload(models.Model):
    """Files that somebody brought to the back office: checked at once, published or rejected by a person.

    The check is the whole import with nothing kept; publishing runs it again on the kept files. Where the registers
    have moved in between, so that it would change other objects than the reviewer saw, it goes back to the check.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "czeka na sprawdzenie"
        CHECKING = "checking", "trwa sprawdzanie"
        READY = "ready", "do decyzji"
        UNCHANGED = "unchanged", "bez zmian"
        REFUSED = "refused", "ma błędy"
        UNREADABLE = "unreadable", "nie da się odczytać"
        PUBLISHING = "publishing", "trwa publikowanie"
        PUBLISHED = "published", "opublikowano"
        REJECTED = "rejected", "odrzucono"
        FAILED = "failed", "przerwano"

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="uploads")
    source = models.CharField("źródło", max_length=30)
    #: folder below MEDIA_ROOT/uploads, and names of the files in it as they came
    folder = models.CharField(max_length=40, unique=True)
    files = ArrayField(models.CharField(max_length=255), verbose_name="pliki")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("rozmiar [B]")
    terms = models.JSONField("warunki", default=dict)
    state = models.CharField("stan", max_length=12, choices=State, default=State.QUEUED)
    taken = models.PositiveBigIntegerField("przeczytano obiektów", default=0)
    report = models.JSONField("raport", default=dict)
    fault = models.TextField("przyczyna przerwania", blank=True)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, verbose_name="dostawa", null=True, related_name="uploads")
    created_at = models.DateTimeField("przesłano", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="przesłał(a)", related_name="+"
    )
    heartbeat_at = models.DateTimeField("znak życia", null=True)
    decided_at = models.DateTimeField("rozstrzygnięto", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="rozstrzygnął(-ęła)", null=True, related_name="+"
    )
    note = models.TextField("uzasadnienie", blank=True)

    class Meta:
        verbose_name = "przesłana dostawa"
        verbose_name_plural = "przesłane dostawy"

    objects: ClassVar[models.Manager["Upload"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.source} {', '.join(self.files)}"


class Change(models.Model):
    """One object that an upload would add, change or remove: what the reviewer sees on the map."""

    class Kind(models.TextChoices):
        ADDED = "added", "dodany"
        CHANGED = "changed", "zmieniony"
        REMOVED = "removed", "usunięty"

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="changes")
    table = models.CharField("rejestr", max_length=40)  # "parcel", "plan"
    kind = models.CharField("zmiana", max_length=10, choices=Kind)
    identifier = models.CharField("obiekt", max_length=120)
    before = models.JSONField("przed", null=True)
    after = models.JSONField("po", null=True)
    geom_before = models.GeometryField("kształt przed", srid=crs.PL_2000_7, null=True)
    geom_after = models.GeometryField("kształt po", srid=crs.PL_2000_7, null=True)

    class Meta:
        verbose_name = "zmiana w rejestrze"
        verbose_name_plural = "zmiany w rejestrach"
        indexes = [models.Index(fields=["upload", "table", "kind", "identifier"], name="change_of_upload")]

    objects: ClassVar[models.Manager["Change"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.identifier}"


class Finding(models.Model):
    """One line of the data-quality report of a published delivery or of an upload that waits or was refused."""

    class Severity(models.TextChoices):
        ERROR = "error", "błąd"
        WARNING = "warning", "ostrzeżenie"
        INFO = "info", "informacja"

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, null=True, related_name="findings")
    upload = models.ForeignKey(Upload, models.CASCADE, null=True, related_name="findings")
    rule = models.CharField("reguła", max_length=60)
    severity = models.CharField("waga", max_length=10, choices=Severity)
    object = models.CharField("obiekt", max_length=120, blank=True)
    message = models.TextField("opis")
    geom = models.PointField("miejsce", srid=crs.PL_2000_7, null=True)

    class Meta:
        verbose_name = "ustalenie jakości danych"
        verbose_name_plural = "ustalenia jakości danych"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(snapshot=None) ^ models.Q(upload=None), name="finding_of_snapshot_or_upload"
            )
        ]

    objects: ClassVar[models.Manager["Finding"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.rule} {self.object}"


class Replaced(models.Model):
    """A row without versions (a name, a rate) as it stood before a delivery changed it; for taking it back."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="replaced")
    table = models.CharField(max_length=60)  # "cadastre.locality"
    row = models.CharField(max_length=80)  # primary key
    before = models.JSONField(null=True)  # column -> value, geometry as EWKT; null: there was no row

    objects: ClassVar[models.Manager["Replaced"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.table} {self.row}"


class DataSource(models.Model):
    """The municipality's own register of where its data come from: keeper, licence, rhythm."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name="gmina", related_name="data_sources")
    source = models.CharField("źródło", max_length=30)
    keeper = models.CharField("prowadzący zbiór", max_length=200)
    licence = models.CharField("licencja lub podstawa", max_length=300)
    contact = models.CharField("kontakt", max_length=200, blank=True)
    link = models.URLField("adres usługi lub strony", max_length=500, blank=True)
    #: days after which the data count as stale; null: no rhythm agreed
    rhythm_days = models.PositiveIntegerField("odnawiane co [dni]", null=True, blank=True)
    note = models.TextField("uwagi", blank=True)

    class Meta:
        verbose_name = "źródło danych"
        verbose_name_plural = "źródła danych"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "source"], name="data_source_once_in_municipality")
        ]

    objects: ClassVar[models.Manager["DataSource"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.source} {self.keeper}"
