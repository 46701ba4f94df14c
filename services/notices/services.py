"""Who is told of an event, and by which channels."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from services.cases.models import Case, CaseEvent, CaseParty
from services.identity.models import User
from services.notices.base import Channel, News
from services.notices.models import Notice
from services.notifications import topics
from services.notifications.messages import Affair, tell_all
from services.parties.models import PartyLink

#: the person who filed knows it, and is given a receipt
KNOWN = "filed"


class Portal:
    """The person's own page."""

    code = "portal"

    def send(self, news: Sequence[News]) -> None:
        Notice.objects.bulk_create(Notice(user_id=one.to, case=one.case, text=one.text, at=one.at) for one in news)


class Letters:
    """What leaves the office, by the ways that the person chose (``services.notifications``)."""

    code = "letters"

    def send(self, news: Sequence[News]) -> None:
        by_office: dict[tuple[str, datetime], list[News]] = {}
        for one in news:
            by_office.setdefault((one.case.municipality_id, one.at), []).append(one)
        for (_teryt, at), some in by_office.items():
            tell_all([affair(one) for one in some], topics.CASE, municipality=some[0].case.municipality, at=at)


def affair(news: News) -> Affair:
    link = reverse("catalogue:case", args=[news.case.pk])
    return Affair(person=news.to, origin=f"case-event:{news.event}", link=link)


#: all ways by which people are told
CHANNELS: list[Channel] = [Portal(), Letters()]


def tell(events: Sequence[CaseEvent], **_signal: Any) -> None:
    """Everybody of the case but the one who did it; notes of the office are for nobody."""
    told = [event for event in events if event.is_public and event.kind != KNOWN]
    people = people_of({event.case for event in told})
    news = [
        News(to=person, case=event.case, event=event.pk, text=event.text, at=event.at)
        for event in told
        for person in people[event.case_id]
        if person != event.actor_id
    ]
    if news:
        for channel in CHANNELS:
            channel.send(news)


def people_of(cases: Collection[Case]) -> dict[int, list[int]]:
    """By the case: the applicant or who acts for the party today, then who signed too; each once."""
    if not cases:
        return {}
    signed: dict[int, list[int]] = {}
    for case, user in CaseParty.objects.filter(case__in=cases).order_by("user").values_list("case", "user"):
        signed.setdefault(case, []).append(user)
    return {case.pk: list(dict.fromkeys([*first_of(case), *signed.get(case.pk, ())])) for case in cases}


def first_of(case: Case) -> Iterable[int]:
    return speakers_of(case) if case.on_behalf_of_id else [case.applicant_id]


def speakers_of(case: Case) -> QuerySet[PartyLink, int]:
    """Accounts of who is the party or acts for it in this case."""
    links = PartyLink.objects.in_force(timezone.localdate()).filter(party=case.on_behalf_of_id)
    covering = links.covering(service=Value(case.service), municipality=case.municipality_id)
    return covering.order_by("user").values_list("user", flat=True).distinct()


def read(user: User, case: Case, *, at: datetime) -> None:
    """The person has opened the case."""
    Notice.objects.unread(user).filter(case=case).update(read_at=at)
