"""What the post office says of a batch: the numbers of its letters and the day on which it took them.

The day is that of the stamp in the posting book; a confirmation of posting by the designated operator is an official
document (postal act of 23.11.2012, art. 17). Both are kept as evidence that only grows: what was entered last counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from services.correspondence.posting_numbers import following, normal, readable
from services.delivery.account import end_of
from services.delivery.models import PaperBatch, Shipment
from services.delivery.proofs import NewProof, keep
from services.identity.models import User
from spatial.errors import Conflict, Malformed
from spatial.municipalities.models import Municipality
from spatial.words import polish_date

#: the number of a letter, and the corrected day of its posting
NUMBERED, CORRECTED = "P.R", "P.S"


@dataclass(frozen=True, slots=True)
class Row:
    """One letter on the page of its batch. ``seen``: its number when the page was shown; ``number``: as it was read."""

    shipment: Shipment
    typed: str
    seen: str
    fault: str = ""
    number: str = ""

    @property
    def is_open(self) -> bool:
        """Whether its number may still be corrected."""
        return not self.shipment.is_ended

    @property
    def is_changed(self) -> bool:
        """Whether it gets a number that it did not have."""
        return not self.fault and bool(self.number) and self.number != self.shipment.posting_number

    @property
    def stands(self) -> str:
        """The number with which the letter ends up."""
        return self.shipment.posting_number if self.fault else self.number


def rows_of(shipments: Iterable[Shipment]) -> list[Row]:
    """As they are kept."""
    return [Row(one, readable(one.posting_number), one.posting_number) for one in shipments]


def typed_rows(shipments: Iterable[Shipment], said: Mapping[str, str]) -> list[Row]:
    """``said``: ``numer-<id>`` and ``byl-<id>`` of a letter; what it says nothing of stays as it is kept."""
    return [
        Row(
            row.shipment,
            said.get(f"numer-{row.shipment.pk}", row.typed).strip()[:60],
            said.get(f"byl-{row.shipment.pk}", row.seen),
        )
        for row in rows_of(shipments)
    ]


def filled(rows: Sequence[Row], first: str, *, start: int) -> list[Row]:
    """From the row ``start`` on, counted from 0, numbers follow each other as on a roll that begins with ``first``.

    Where the roll ends, the row says so, and those behind it stay as they were. Raises Malformed for a wrong number.
    """
    made, number = list(rows), normal(first)
    places = [index for index, row in enumerate(rows) if row.is_open and index >= start]
    for order, index in enumerate(places):
        if order:
            try:
                number = following(number)
            except Malformed as end:
                made[index] = replace(made[index], fault=end.message)
                break
        made[index] = replace(made[index], typed=readable(number))
    return made


@transaction.atomic
def enter_numbers(municipality: Municipality, rows: Sequence[Row], *, clerk: User, at: datetime) -> list[Row]:
    """Keeps the numbers that are right. The rows as they are now; one that says what is wrong with it is not kept."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)  # one number, one letter of the office
    locked = Shipment.objects.select_for_update(of=("self",)).filter(pk__in=[row.shipment.pk for row in rows])
    now = {one.pk: one for one in locked.select_related("letter").order_by("pk")}
    read = [read_row(replace(row, shipment=now[row.shipment.pk])) for row in rows]
    checked = without_clashes(without_taken(read, municipality))
    return [row if row.fault else entered(row, clerk=clerk, at=at) for row in checked]


def read_row(row: Row) -> Row:
    """With its ``number``, or with what is wrong about it alone. A row that nobody touched is as it is kept now."""
    kept = row.shipment.posting_number
    try:
        number = normal(row.typed) if row.typed else ""
    except Malformed as error:
        return replace(row, fault=error.message)
    if number in (row.seen, kept):
        return replace(row, number=kept, typed=readable(kept))
    if row.shipment.is_ended:
        return replace(row, fault=_("Zwrotka tego listu jest już zapisana, więc numeru nie można zmienić."))
    if row.seen != kept:
        text = _("Ktoś zmienił ten numer po otwarciu strony na %(number)s. Sprawdź, który jest dobry.")
        return replace(row, fault=text % {"number": readable(kept) or "–"}, seen=kept)
    return replace(row, number=number)


def without_taken(rows: Sequence[Row], municipality: Municipality) -> list[Row]:
    """A number that another letter of the office has is not kept."""
    others = numbered(municipality).exclude(pk__in=[row.shipment.pk for row in rows])
    having = others.filter(posting_number__in=[row.number for row in rows if row.number])
    taken = {one.posting_number: told_of(one) for one in having.select_related("letter", "batch")}
    return [replace(row, fault=row.fault or taken.get(row.number, "")) for row in rows]


def without_clashes(rows: Sequence[Row]) -> list[Row]:
    """Nor is one that stands, or remains, with another letter of the page."""
    made = list(rows)
    while True:
        standing = Counter(row.stands for row in made)
        clashing = [index for index, row in enumerate(made) if row.is_changed and standing[row.number] > 1]
        if not clashing:
            return made
        for index in clashing:
            made[index] = replace(made[index], fault=_("Ten numer ma także inny list na tej stronie."))


def told_of(shipment: Shipment) -> str:
    """Where the number is already."""
    if shipment.batch is None:
        return _("Ten numer ma już pismo %(letter)s.") % {"letter": shipment.letter}
    day = polish_date(timezone.localdate(shipment.batch.made_at))
    return _("Ten numer ma już pismo %(letter)s z paczki z %(day)s.") % {"letter": shipment.letter, "day": day}


def entered(row: Row, *, clerk: User, at: datetime) -> Row:
    """Of a locked shipment."""
    shipment, number = row.shipment, row.number
    if number != shipment.posting_number:
        shipment.posting_number = number
        shipment.save(update_fields=["posting_number"])
        told = readable(number) or "usunięto"
        keep(shipment, [NewProof(code=NUMBERED, key=next_key(shipment, NUMBERED), at=at, reason=told, by=clerk)], at=at)
    return Row(shipment, readable(number), number)


def next_key(shipment: Shipment, code: str) -> str:
    """Of a locked shipment: each entry is a row of its own."""
    return f"{code}/{shipment.evidence.filter(code=code).count() + 1}"


def numbered(municipality: Municipality) -> QuerySet[Shipment]:
    return Shipment.objects.filter(letter__municipality=municipality).exclude(posting_number="")


def found(municipality: Municipality, typed: str) -> Shipment:
    """The letter of the office with the number. Raises Malformed."""
    number = normal(typed)
    rows = numbered(municipality).filter(posting_number=number).select_related("letter__municipality")
    shipment = rows.order_by("-pk").first()
    if shipment is None:
        raise Malformed(_("Żaden list tego urzędu nie ma numeru %(number)s.") % {"number": readable(number)})
    return shipment


# --- the day ----------------------------------------------------------------------------------------------------------


def posted_on(shipment: Shipment) -> date:
    """By the stamp of the post office, as it was entered last; until then when it was printed. Of a hybrid letter that
    says nothing of it, when it was made.
    """
    rows = sorted(shipment.evidence.all(), key=lambda row: (row.added_at, row.pk))
    corrected = [row.at for row in rows if row.code == CORRECTED][-1:]
    posted = sorted(row.at for row in rows if row.code in ("P.N", "H.PN"))
    return timezone.localdate(next(chain(corrected, posted), shipment.created_at))


@transaction.atomic
def correct_day(batch: PaperBatch, on: date, *, clerk: User, at: datetime) -> int:
    """How many letters of the batch were posted on another day than was kept. Letters whose confirmation stands stay.

    Raises Malformed for a day before the printing or in the future, Conflict where every confirmation stands.
    """
    if not timezone.localdate(batch.made_at) <= on <= timezone.localdate(at):
        raise Malformed(_("List nadano najwcześniej w dniu wydruku i najpóźniej dzisiaj."))
    rows = batch.shipments.select_for_update(of=("self",)).prefetch_related("evidence").order_by("pk")
    changeable = [one for one in rows if not one.is_ended]
    if not changeable:
        raise Conflict(_("Zwrotki tych listów są już zapisane, więc dnia nadania nie można zmienić."))
    wrong = [one for one in changeable if posted_on(one) != on]
    for shipment in wrong:
        told = f"wcześniej zapisano {polish_date(posted_on(shipment))}"
        proof = NewProof(
            code=CORRECTED, key=next_key(shipment, CORRECTED), at=min(end_of(on), at), reason=told, by=clerk
        )
        keep(shipment, [proof], at=at)
    return len(wrong)
