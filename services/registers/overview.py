"""Where each register of a municipality stands: last delivery, its age, what it brought, what waits."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from spatial.imports import registry
from spatial.imports.models import DataSource, Finding, Snapshot, Upload
from spatial.imports.registry import Source
from spatial.municipalities.models import Municipality

DECIDED = (Upload.State.PUBLISHED, Upload.State.REJECTED)


@dataclass(frozen=True, slots=True)
class Standing:
    """One source in one municipality."""

    source: Source
    newest: Snapshot | None
    keeper: DataSource | None
    warnings: int
    is_stale: bool


def standings(municipality: Municipality, *, today: date) -> list[Standing]:
    """Every declared source, those with data first."""
    newest: dict[str, Snapshot] = {}
    for snapshot in Snapshot.objects.standing().filter(municipality=municipality).order_by("state_on", "pk"):
        newest[snapshot.source] = snapshot
    keepers = {row.source: row for row in DataSource.objects.filter(municipality=municipality)}
    serious = Finding.objects.filter(snapshot__in=[row.pk for row in newest.values()]).exclude(severity="info")
    warnings = dict(serious.values_list("snapshot").annotate(number=Count("pk")))
    rows = [
        Standing(
            source,
            found := newest.get(source.code),
            keeper := keepers.get(source.code),
            warnings.get(found.pk, 0) if found else 0,
            is_stale(found, keeper, today=today),
        )
        for source in registry.sources()
        if not source.has_page_of_its_own
    ]
    return sorted(rows, key=lambda row: (row.newest is None, row.source.title))


def is_stale(newest: Snapshot | None, keeper: DataSource | None, *, today: date) -> bool:
    """Older than the rhythm that was agreed; without a rhythm nothing is stale."""
    if newest is None or keeper is None or keeper.rhythm_days is None:
        return False
    return (today - newest.state_on).days > keeper.rhythm_days


def waiting(municipality: Municipality) -> list[Upload]:
    """Uploads that somebody has to do something about, newest first."""
    rows = Upload.objects.filter(municipality=municipality).exclude(state__in=DECIDED).select_related("created_by")
    return list(rows.order_by("-pk")[:50])
