"""Who is told of an event, and by which channels."""

from collections.abc import Iterator
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
from services.notifications.messages import tell as tell_of
from services.parties.models import PartyLink

#: the person who filed knows it, and is given a receipt
KNOWN = "filed"


class Portal:
    """The person's own page."""

    code = "portal"

    def send(self, news: News) -> None:
        Notice.objects.create(user_id=news.to, case=news.case, text=news.text, at=news.at)


class Letters:
    """What leaves the office, by the ways that the person chose (``services.notifications``)."""

    code = "letters"

    def send(self, news: News) -> None:
        tell_of(
            User(pk=news.to), topics.CASE, municipality=news.case.municipality, origin=f"case-event:{news.event}",
            link=reverse("catalogue:case", args=[news.case.pk]), at=news.at,
        )  # fmt: skip


#: all ways by which people are told
CHANNELS: list[Channel] = [Portal(), Letters()]


def tell(event: CaseEvent, **_signal: Any) -> None:
    """Everybody of the case but the one who did it; notes of the office are for nobody."""
    if event.is_public and event.kind != KNOWN:
        for person in people_of(event.case):
            if person != event.actor_id:
                for channel in CHANNELS:
                    channel.send(News(to=person, case=event.case, event=event.pk, text=event.text, at=event.at))


def people_of(case: Case) -> Iterator[int]:
    """The applicant or who acts for the party today, then who signed too; each once."""
    told = list(speakers_of(case)) if case.on_behalf_of_id else [case.applicant_id]
    signed = CaseParty.objects.filter(case=case).order_by("user").values_list("user", flat=True)
    yield from dict.fromkeys([*told, *signed])


def speakers_of(case: Case) -> QuerySet[PartyLink, int]:
    """Accounts of who is the party or acts for it in this case."""
    links = PartyLink.objects.in_force(timezone.localdate()).filter(party=case.on_behalf_of_id)
    covering = links.covering(service=Value(case.service), municipality=case.municipality_id)
    return covering.order_by("user").values_list("user", flat=True).distinct()


def read(user: User, case: Case, *, at: datetime) -> None:
    """The person has opened the case."""
    Notice.objects.unread(user).filter(case=case).update(read_at=at)
