"""The work list: which cases of the person's roles, how pressing each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from services.cases.models import Case
from services.catalogue.handled import handled_by
from services.identity.models import User

SOON = timedelta(days=3)
SHOWN_PEOPLE = 200  #: of one name, whose cases are looked for
NOBODY = "nikt"


class Urgency(TextChoices):
    """How pressing an open case is."""

    LATE = "late", _("po terminie")
    SOON = "soon", _("pilne")
    WAITING = "waiting", _("czeka na wnioskodawcę")
    SUSPENDED = "suspended", _("zawieszona")
    CALM = "calm", _("w terminie")


def urgency(case: Case, today: date) -> Urgency:
    if case.status == Case.Status.AWAITING:
        return Urgency.WAITING
    if case.status == Case.Status.SUSPENDED:
        return Urgency.SUSPENDED
    if case.due_on is None or case.closed_at:
        return Urgency.CALM
    if case.due_on < today:
        return Urgency.LATE
    return Urgency.SOON if case.due_on - today <= SOON else Urgency.CALM


def of_urgency(wanted: Urgency, today: date) -> Q:
    """The open cases that ``urgency`` says it of."""
    stands = Q(status__in=(Case.Status.AWAITING, Case.Status.SUSPENDED))
    return {
        Urgency.LATE: ~stands & Q(due_on__lt=today),
        Urgency.SOON: ~stands & Q(due_on__range=(today, today + SOON)),
        Urgency.WAITING: Q(status=Case.Status.AWAITING),
        Urgency.SUSPENDED: Q(status=Case.Status.SUSPENDED),
        Urgency.CALM: ~stands & (Q(due_on=None) | Q(due_on__gt=today + SOON)),
    }[wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the clerk wants to see; what makes no sense asks for nothing."""

    is_closed: bool
    words: str
    service: str
    handler: str  #: primary key, or NOBODY
    urgency: Urgency | None
    municipality: str

    @classmethod
    def of(cls, typed: Mapping[str, str]) -> Self:
        words, handler = typed.get("szukaj", "").strip()[:100], typed.get("prowadzi", "")[:18]
        is_closed, pressing = typed.get("stan") == "zakonczone", typed.get("pilnosc", "")
        return cls(
            is_closed=is_closed,
            words=words if words.isprintable() else "",
            service=typed.get("usluga", "")[:40].replace("\x00", ""),
            handler=handler if handler == NOBODY or handler.isdecimal() else "",
            urgency=Urgency(pressing) if pressing in Urgency.values and not is_closed else None,
            municipality=typed.get("gmina", "")[:6].replace("\x00", ""),
        )

    @property
    def is_narrowed(self) -> bool:
        return any((self.words, self.service, self.handler, self.urgency, self.municipality))


def work_list(user: User | AnonymousUser, asked: Asked, *, today: date) -> QuerySet[Case]:
    """Open cases with the nearest term first, or ended ones with the newest first."""
    rows = handled_by(user).filter(closed_at__isnull=not asked.is_closed)
    if asked.municipality:
        rows = rows.filter(municipality=asked.municipality)
    if asked.service:
        rows = rows.filter(service=asked.service)
    if asked.handler:
        rows = rows.filter(handler=None if asked.handler == NOBODY else int(asked.handler))
    if asked.urgency:
        rows = rows.filter(of_urgency(asked.urgency, today))
    if asked.words:
        people = User.objects.filter(last_name__icontains=asked.words).values_list("pk", flat=True)
        named = list(people[:SHOWN_PEOPLE])
        rows = rows.filter(Q(number__icontains=asked.words) | Q(title__icontains=asked.words) | Q(applicant__in=named))
    order = (F("closed_at").desc(), "-pk") if asked.is_closed else (F("due_on").asc(nulls_last=True), "pk")
    return rows.order_by(*order)
