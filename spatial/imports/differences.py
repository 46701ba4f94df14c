"""What a delivery would change, object by object, for the person who decides about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from spatial.imports.models import Change, Upload

SHOWN = 1000  #: of each table and kind; the report has the true numbers

type Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """before and after: columns by name; shapes as hexadecimal EWKB in EPSG:2178."""

    table: str
    kind: Kind
    identifier: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    shape_before: str | None = None
    shape_after: str | None = None


@dataclass(slots=True)
class Differences:
    """Fills while a delivery is compared; what goes beyond the limit is not kept."""

    found: list[Difference] = field(default_factory=list)
    shown: Counter[tuple[str, Kind]] = field(default_factory=Counter)

    def room(self, table: str, kind: Kind) -> int:
        return max(0, SHOWN - self.shown[table, kind])

    def add(self, differences: Iterable[Difference]) -> None:
        for one in differences:
            if self.room(one.table, one.kind):
                self.shown[one.table, one.kind] += 1
                self.found.append(one)

    def keep(self, upload: Upload) -> None:
        """Replace what was kept of an earlier check of the upload."""
        upload.changes.all().delete()
        Change.objects.bulk_create((_row(upload, one) for one in self.found), batch_size=500)


def _row(upload: Upload, one: Difference) -> Change:
    return Change(
        upload=upload,
        table=one.table,
        kind=one.kind,
        identifier=one.identifier[:120],
        before=one.before,
        after=one.after,
        geom_before=one.shape_before,
        geom_after=one.shape_after,
    )
