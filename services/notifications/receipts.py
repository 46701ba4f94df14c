"""Reports of delivery from SMSAPI. They come late, twice and in any order: the furthest state stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.models import Channel, Delivery, SmsAccount

State = Delivery.State
MOST = 500  #: reports in one request

SENT = frozenset({403, 409, 410, 411})
UNDELIVERED = frozenset({402, 405, 406, 407, 412})
DELIVERED = 404
#: how far a state is; a report never takes back what a further one has said
RANK = {State.ACCEPTED: 1, State.FAILED: 2, State.DELIVERED: 3}


@dataclass(frozen=True, slots=True)
class Report:
    """Of one letter."""

    key: UUID
    status: int
    provider_id: str

    @property
    def state(self) -> Delivery.State | None:
        """None for what says nothing: not found, unknown."""
        if self.status == DELIVERED:
            return State.DELIVERED
        return State.FAILED if self.status in UNDELIVERED else State.ACCEPTED if self.status in SENT else None


def reports_of(params: Mapping[str, str]) -> list[Report]:
    """Of lists with commas; those that cannot be read are left out, the rest of them stay."""
    columns = [params.get(name, "").split(",")[:MOST] for name in ("idx", "status", "MsgId")]
    found = []
    for key, status, provider_id in zip(*columns, strict=False):
        try:
            found.append(Report(UUID(key), int(status), "".join(filter(str.isalnum, provider_id))[:60]))
        except ValueError:
            continue
    return found


def take_in(reports: list[Report], *, account: SmsAccount, at: datetime) -> int:
    """How many changed something. Letters of another office are not touched."""
    return sum(note(one, one.state, account=account, at=at) for one in reports if one.state is not None)


def note(report: Report, state: Delivery.State, *, account: SmsAccount, at: datetime) -> int:
    """One UPDATE decides, so that two reports at once end as one after the other."""
    further = [known for known, rank in RANK.items() if rank >= RANK[state]]
    rows = Delivery.objects.exclude(state__in=further).filter(
        key=report.key, channel=Channel.SMS, message__municipality=account.municipality_id, attempts__gt=0
    )
    error = f"SMSAPI {report.status}" if state == State.FAILED else ""
    number = {"provider_id": report.provider_id} if report.provider_id else {}
    return rows.update(state=state, ended_at=at, next_try=None, status_code=report.status, error=error, **number)
