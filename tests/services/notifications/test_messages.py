"""Who may say what to whom, and how many would hear it."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon
from django.contrib.gis.geos import Point as GeosPoint
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from services.cases import handling
from services.notifications import consents, topics
from services.notifications.audience import Reach, outlook
from services.notifications.messages import Words, approve, cancel, change, draft, tell
from services.notifications.models import Channel, Delivery, Group, Message, WatchedPlace
from services.notifications.queueing import due, queue
from spatial import crs
from spatial.errors import Conflict, Malformed, Refused
from tests import factories, office
from tests.services.notifications import NOON, send

pytestmark = pytest.mark.django_db

CLOCKS = {"expires_at": NOON + timedelta(days=1)}


def words(**said) -> Words:
    return Words(**{"topic": "warning", "title_pl": "Awaria wodociągu", **CLOCKS, **said})


class TestTwoPeople:
    def test_the_author_does_not_approve_a_mass_message(self, skala, jadwiga, karol):
        message = draft(words(), municipality=skala, author=jadwiga, at=NOON)

        with pytest.raises(Refused):
            approve(message, by=jadwiga, version=1, at=NOON)

        assert approve(message, by=karol, version=1, at=NOON).state == "approved"

    def test_who_changes_the_words_is_the_author(self, skala, jadwiga, karol):
        message = draft(words(), municipality=skala, author=jadwiga, at=NOON)
        change(message, words(title_pl="Inny tytuł"), author=karol, at=NOON)

        with pytest.raises(Conflict):
            approve(message, by=jadwiga, version=1, at=NOON)  # the version that was read
        with pytest.raises(Refused):
            approve(message, by=karol, version=2, at=NOON)

        assert approve(message, by=jadwiga, version=2, at=NOON).approved_by == jadwiga

    def test_the_database_refuses_one_pair_of_eyes(self, skala, jadwiga):
        message = draft(words(), municipality=skala, author=jadwiga, at=NOON)

        with pytest.raises(IntegrityError, match="two_people_approve"), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(approved_by=jadwiga)

    def test_one_person_may_be_written_to_alone(self, skala, jadwiga, anna):
        message = draft(words(audience="person", person=anna), municipality=skala, author=jadwiga, at=NOON)

        assert approve(message, by=jadwiga, version=1, at=NOON).state == "approved"

    def test_is_approved_once(self, skala, jadwiga, karol):
        message = draft(words(), municipality=skala, author=jadwiga, at=NOON)
        approve(message, by=karol, version=1, at=NOON)

        with pytest.raises(Conflict):
            approve(message, by=karol, version=1, at=NOON)


@pytest.mark.parametrize(
    "said",
    [
        {"topic": "due"},  # automatic
        {"audience": "area"},
        {"audience": "person"},
        {"expires_at": NOON},
        {"send_at": NOON + timedelta(days=1)},  # after it expires
        {"duty_reason": "skażenie wody"},  # not severe
        {"duty_reason": "skażenie wody", "severity": "Severe", "topic": "service.planned"},
        {"channels": ["sms"]},  # the office has no account
        {"body_pl": "Do godziny 18.", "title_en": "No water"},  # who reads English would not read until when
        {"body_pl": "Do godziny 18.", "body_en": "Until 18."},  # would go to nobody
    ],
)
def test_what_must_not_be_sent_is_not_drafted(said, skala, jadwiga):
    with pytest.raises(Malformed):
        draft(words(**said), municipality=skala, author=jadwiga, at=NOON)

    assert not Message.objects.exists()


def test_a_long_sms_is_refused_with_its_parts(skala, jadwiga, gate):
    with pytest.raises(Malformed, match="części: 7"):
        draft(words(body_pl="a" * 7 * 140, channels=["sms"]), municipality=skala, author=jadwiga, at=NOON)


def test_waits_for_its_hour(skala, jadwiga, karol):
    message = draft(words(send_at=NOON + timedelta(hours=3)), municipality=skala, author=jadwiga, at=NOON)
    approve(message, by=karol, version=1, at=NOON)

    assert not due(at=NOON + timedelta(hours=2)).exists()
    assert list(due(at=NOON + timedelta(hours=3))) == [message]


class TestAudience:
    @pytest.fixture
    def people(self, anna, bogdan, celina, reachable, gate):
        """Anna wants warnings by SMS, Bogdan has a phone and does not, Celina wants them for Sułoszowa."""
        reachable(anna, Channel.SMS, "+48600100201")
        reachable(bogdan, Channel.SMS, "+48600100202", agrees=False)
        reachable(celina, Channel.SMS, "+48600100203", municipality=factories.municipality("120613"))

    def drafted(self, skala, jadwiga, **said) -> Message:
        return draft(words(channels=["sms"], **said), municipality=skala, author=jadwiga, at=NOON)

    def test_who_asked_for_it(self, people, skala, jadwiga):
        seen = outlook(self.drafted(skala, jadwiga))

        assert (seen.people, seen.reaches) == (1, [Reach(Channel.SMS, addresses=1, without_consent=0)])
        assert (seen.sms_parts, seen.sms_cost_gr) == (1, 16)

    def test_a_group_with_its_consents(self, people, skala, jadwiga, anna, bogdan):
        group = Group.objects.create(municipality=skala, name="Sołtysi")
        group.members.set([anna, bogdan])

        seen = outlook(self.drafted(skala, jadwiga, audience="group", group=group))

        assert (seen.people, seen.reaches) == (2, [Reach(Channel.SMS, addresses=1, without_consent=1)])

    def test_a_group_of_another_office_is_not_ours(self, skala, suloszowa, jadwiga):
        group = Group.objects.create(municipality=suloszowa, name="Sołtysi")

        with pytest.raises(Malformed, match="innej gminy"):
            draft(words(audience="group", group=group), municipality=skala, author=jadwiga, at=NOON)

    def test_an_area_covers_its_border(self, people, skala, jadwiga, anna, bogdan, celina):
        area = factories.rectangle(east=0, north=0, width=100, height=100)
        west, south, east, north = area.extent
        for user, x, y in ((anna, west, south), (bogdan, east + 0.5, north), (celina, east, north)):
            WatchedPlace.objects.create(
                user=user, municipality=skala, label="dom", point=GeosPoint(x, y, srid=crs.PL_2000_7)
            )

        message = self.drafted(skala, jadwiga, audience="area", area=MultiPolygon(*area, srid=crs.PL_2000_7))
        seen = outlook(message)

        assert (seen.people, seen.reaches) == (2, [Reach(Channel.SMS, addresses=1, without_consent=1)])

    def test_by_duty_consents_are_not_asked(self, people, skala, jadwiga, karol, anna, bogdan):
        group = Group.objects.create(municipality=skala, name="Strefa wody")
        group.members.set([anna, bogdan])
        message = self.drafted(
            skala, jadwiga, audience="group", group=group, severity="Severe", duty_reason="skażenie wody, art. 12"
        )

        approve(message, by=karol, version=1, at=NOON)
        queue(message, at=NOON)
        send()

        assert message.deliveries.filter(channel="sms", state="accepted").count() == 2


class TestQueueing:
    def test_asks_as_much_for_one_as_for_many(self, crowd, told, gate):
        counts = []
        for more in (1, 30):
            crowd(more)
            with CaptureQueriesContext(connection) as asked:
                message = told()
            counts.append(len(asked))

        assert counts[0] == counts[1]
        assert message.deliveries.filter(channel="sms", state="queued").count() == 31

    def test_a_second_time_adds_nothing(self, crowd, told, gate):
        crowd(3)
        message = told()

        assert queue(message, at=NOON) == 0
        assert message.deliveries.count() == 6  # an SMS and a row of the inbox each

    def test_cancelled_ones_stay_in_the_office(self, crowd, told, gate):
        crowd(3)
        message = told()

        cancel(message, at=NOON)
        send()

        assert gate.sent == []
        assert set(message.deliveries.filter(channel="sms").values_list("state", flat=True)) == {"cancelled"}


class TestAutomatic:
    def test_is_told_once_for_each_origin(self, anna, skala, reachable, gate):
        reachable(anna, Channel.SMS, "+48600100201", topic="due")
        for _twice in range(2):
            tell(
                anna, topics.DUE, municipality=skala, origin="due:7:D-3", link="/moje/", at=NOON,
                words=("Termin mija 5 grudnia", "Kwota 1 234,00 zł"),
            )  # fmt: skip
        send()

        [sms] = gate.sent
        assert sms.message.startswith("Masz wiadomosc o terminie platnosci.\nhttp://localhost:8000/n/")
        assert "1 234" not in sms.message
        [row] = Delivery.objects.inbox(anna)
        assert row.message.body_pl == "Kwota 1 234,00 zł"

    def test_nobody_who_did_not_ask_is_told(self, anna, skala):
        assert tell(anna, topics.CASE, municipality=skala, origin="x", link="/moje/", at=NOON) is None
        assert not Message.objects.exists()

    def test_news_of_a_case_goes_out_without_its_words(self, anna, jadwiga, skala, filing, reachable, gate):
        reachable(anna, Channel.SMS, "+48600100201", topic="application.status")
        letter = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?"}
        case = office.filed("pismo-ogolne", anna, **letter)

        handling.take(case, clerk=jadwiga, at=NOON)
        send()

        [sms] = gate.sent
        assert sms.message.startswith("W Twojej sprawie jest cos nowego.\n")
        assert not [word for word in (case.number, "Jadwiga", "Lampa") if word in sms.message]
        assert not Delivery.objects.inbox(anna).exists()  # "Co nowego" has it already

    def test_consents_of_another_topic_do_not_count(self, anna, skala, reachable, gate):
        reachable(anna, Channel.SMS, "+48600100201", topic="warning")

        assert tell(anna, topics.DUE, municipality=skala, origin="x", link="/moje/", at=NOON) is None
        assert consents.standing(anna, skala) == {("warning", "sms")}
