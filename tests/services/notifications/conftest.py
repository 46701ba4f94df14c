"""An office that can send, and people who want to hear of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage

import pytest

from services.identity.models import StaffRole, User
from services.identity.protected import fingerprint, sealed
from services.notifications import consents, delivering
from services.notifications.channels import mail, push
from services.notifications.channels.base import Fate, Outcome
from services.notifications.messages import Words, approve, draft
from services.notifications.models import Channel, ChannelAddress, Consent, Delivery, Message, SmsAccount
from services.notifications.queueing import queue
from services.notifications.topics import TEXT_VERSION
from spatial.municipalities.models import Municipality
from tests.conftest import person
from tests.services.notifications import NOON
from tests.simulators.push import PushService
from tests.simulators.sms import TOKEN, SmsGate


@pytest.fixture
def karol(skala) -> User:
    """The second clerk."""
    clerk = person("karol", "Karol", "Kaczmarek")
    StaffRole.objects.create(user=clerk, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
    return clerk


@pytest.fixture
def gate(settings, skala):
    """SMSAPI, with an account of Skała."""
    SmsAccount.objects.create(
        municipality=skala, token=sealed(TOKEN), sender="UMiG Skala", part_price_gr=16, receipts_key="raporty"
    )
    with SmsGate().running() as running:
        settings.SMS_URL = running.root
        yield running


@pytest.fixture
def push_service(settings, tmp_path):
    """A push service that the office may write to, and the office's key."""
    settings.PUSH_KEY, settings.PUSH_CONTACT = tmp_path / "push-key.pem", "mailto:urzad@example.pl"
    push.make_key(settings.PUSH_KEY)
    with PushService(public_key=push.public_key()).running() as running:
        settings.PUSH_HOSTS = (running.root,)
        yield running


@pytest.fixture
def reachable(skala) -> Callable[..., ChannelAddress]:
    """A person with a confirmed address who agrees to a topic."""

    def make(
        user: User, channel: str, value: str, *, topic: str = "warning", agrees: bool = True, language: str = "pl",
        municipality: Municipality = skala,
    ) -> ChannelAddress:  # fmt: skip
        if agrees:
            wanted = consents.standing(user, municipality) | {(topic, channel)}
            consents.settle(user, municipality, wanted=wanted, at=NOON)
        return ChannelAddress.objects.create(
            user=user, channel=channel, sealed=sealed(value), fingerprint=fingerprint(value), language=language,
            added_at=NOON, confirmed_at=NOON,
        )  # fmt: skip

    return make


@pytest.fixture
def told(skala, jadwiga, karol) -> Callable[..., Message]:
    """A message of Jadwiga's that Karol approved and that is queued."""

    def make(
        *, at: datetime = NOON, channels: Iterable[str] = (Channel.SMS,), lives: timedelta = timedelta(days=2), **said
    ) -> Message:
        said = {"topic": "warning", "title_pl": "Przerwa w dostawie wody", **said}
        words = Words(channels=channels, expires_at=at + lives, **said)
        message = draft(words, municipality=skala, author=jadwiga, at=at)
        approve(message, by=karol, version=1, at=at)
        queue(message, at=at)
        message.refresh_from_db()
        return message

    return make


@pytest.fixture
def crowd(skala) -> Callable[[int], None]:
    """So many people more, with phones, who agree to warnings by SMS."""

    def make(many: int) -> None:
        first = User.objects.count()
        people = User.objects.bulk_create(User(username=f"osoba{first + number}") for number in range(many))
        Consent.objects.bulk_create(
            Consent(
                user=user, municipality=skala, topic="warning", channel=Channel.SMS, is_given=True,
                text_version=TEXT_VERSION, at=NOON, source=Consent.Source.PORTAL, actor=user,
            )
            for user in people
        )  # fmt: skip
        phones = [(user, f"+48600{user.pk:06d}") for user in people]
        ChannelAddress.objects.bulk_create(
            ChannelAddress(
                user=user, channel=Channel.SMS, sealed=sealed(phone), fingerprint=fingerprint(phone), added_at=NOON,
                confirmed_at=NOON,
            )
            for user, phone in phones
        )  # fmt: skip

    return make


@pytest.fixture
def anna_box(anna, reachable) -> ChannelAddress:
    return reachable(anna, Channel.EMAIL, "anna@example.pl")


@pytest.fixture
def sent(anna_box, told) -> Callable[[], tuple[EmailMessage, Delivery]]:
    """A letter that a server of mail took, and our row of it."""

    def make() -> tuple[EmailMessage, Delivery]:
        message = told(channels=[Channel.EMAIL])
        [row] = delivering.take(delivering.Road("120610", Channel.EMAIL), at=NOON)
        delivering.write([(row, Outcome(Fate.ACCEPTED))], at=NOON)
        letter = mail.mail_of(delivering.letter_of(row, at=NOON)).message(policy=policy.SMTP)
        return letter, message.deliveries.get(channel="email")

    return make
