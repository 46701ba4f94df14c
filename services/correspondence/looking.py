"""Finding letters, for the person whose they are and for the office; and the table for a spreadsheet."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone, translation

from data.writers.cells import harmless
from services.cases.models import Case
from services.correspondence.models import Correspondence
from services.correspondence.posting_numbers import normal
from services.identity.models import User
from services.parties.models import PartyLink
from spatial.errors import Malformed
from spatial.municipalities.models import Municipality

Channel, Direction = Correspondence.Channel, Correspondence.Direction

COLUMNS = (
    "Numer", "Komórka", "Kierunek", "Data", "Data na piśmie", "Znak nadawcy", "Nadawca lub adresat", "Dotyczy",
    "Załączniki", "Sposób", "Stan", "Doręczono", "Sprawa", "Numer nadawczy",
)  # fmt: skip


def shown_to(user: User | AnonymousUser, letter: str = "") -> Q:
    """Their own letters, and those between the office and a party in cases that they may see for it today; letters of
    others that lie in the same case are for the office. ``letter``: how it is called in the query, "letter__".
    """
    mine = Q(**{f"{letter}party": user.pk})
    is_own = Q(**{f"{letter}case": None}) | Q(**{f"{letter}case__on_behalf_of": None})
    to_party = mine | Q(**{f"{letter}party": F(f"{letter}case__applicant")})
    return mine & is_own | to_party & Q(**{f"{letter}case__in": Case.objects.of_parties(user)})


def receivable(user: User | AnonymousUser) -> QuerySet[Correspondence]:
    """Letters that the person may open in their account. One to a party is for whoever filed for it, as long as they
    act for it (KPA art. 40 § 2), then for whoever does. One that was sent on to the party itself is opened by nobody.
    """
    links = PartyLink.objects.in_force(timezone.localdate()).filter(
        user=OuterRef("party"), party=OuterRef("case__on_behalf_of")
    )
    acting = links.covering(service=OuterRef("case__service"), municipality=OuterRef("case__municipality"))
    rows = Correspondence.objects.filter(shown_to(user), channel=Channel.PORTAL, direction=Direction.OUT)
    standing = rows.exclude(status=Correspondence.Status.RETURNED)
    return standing.filter(Q(party=user.pk) | ~Exists(acting))


def own(user: User, asked: Mapping[str, Any]) -> QuerySet[Correspondence]:
    """Letters of the person and of cases that they may see for a party today, newest first."""
    rows = of_year(Correspondence.objects.filter(shown_to(user)), asked)
    if office := asked.get("gmina"):
        rows = rows.filter(municipality=office)
    if number := asked.get("sprawa"):
        rows = rows.filter(case__number=number)
    return newest_first(rows)


def of_office(municipality: Municipality, asked: Mapping[str, Any]) -> QuerySet[Correspondence]:
    """Letters of one office as the clerk asked for them, newest first."""
    rows = of_year(Correspondence.objects.filter(municipality=municipality), asked)
    if unit := asked.get("komorka"):
        rows = rows.filter(unit_symbol=unit)
    if direction := asked.get("kierunek"):
        rows = rows.filter(direction=direction)
    if words := asked.get("szukaj"):
        cases = list(Case.objects.of(municipality).filter(number=words).values_list("pk", flat=True))
        rows = rows.filter(
            Q(subject__icontains=words) | Q(party_name__icontains=words) | Q(number=words) | Q(case__in=cases)
            | Q(pk__in=labelled(municipality, words))
        )  # fmt: skip
    return newest_first(rows)


def labelled(municipality: Municipality, words: str) -> list[int]:
    """Letters of the office whose number on the label the words are."""
    try:
        number = normal(words)
    except Malformed:
        return []
    rows = Correspondence.objects.filter(municipality=municipality, shipments__posting_number=number)
    return list(rows.values_list("pk", flat=True))


def of_year(rows: QuerySet[Correspondence], asked: Mapping[str, Any]) -> QuerySet[Correspondence]:
    """By the year of Warsaw, as numbers are."""
    year = asked.get("rok")
    if not year:
        return rows
    here = timezone.get_current_timezone()
    return rows.filter(at__gte=datetime(year, 1, 1, tzinfo=here), at__lt=datetime(year + 1, 1, 1, tzinfo=here))


def newest_first(rows: QuerySet[Correspondence]) -> QuerySet[Correspondence]:
    rows = rows.select_related("municipality", "case", "document").prefetch_related("shipments")
    return rows.order_by("-at", "-pk")


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: QuerySet[Correspondence]) -> Iterator[str]:
    """Line by line; semicolons and a byte-order mark, as the office's spreadsheet wants them; no cell is a formula."""
    writer = csv.writer(Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(COLUMNS)
    for row in rows.iterator(chunk_size=1000):
        yield writer.writerow(harmless(str(cell)) for cell in cells(row))


@translation.override("pl")
def cells(row: Correspondence) -> tuple[object, ...]:
    return (
        row.number, row.unit_symbol, row.get_direction_display(),
        f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}",
        row.written_on or "", row.their_mark, row.party_name, row.subject, row.attachments, row.get_channel_display(),
        row.get_status_display(), row.delivered_on or "", row.case.number if row.case else "", row.posting_number,
    )  # fmt: skip
