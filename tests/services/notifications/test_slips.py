"""What goes wrong between the first word of a message and its last letter: areas, topics, roles, tabs, addresses."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from services.identity.models import StaffRole
from services.notifications import delivering, topics
from services.notifications.messages import approve, draft
from services.notifications.models import Channel, ChannelAddress, Delivery, Message
from services.notifications.queueing import due, queue
from spatial import crs
from spatial.errors import Conflict, Malformed, Refused
from tests import factories
from tests.services.notifications import NOON, send
from tests.services.notifications.test_messages import words
from tests.services.notifications.test_pages import form, signed_in

NEW = "/urzad/powiadomienia/120610/nowa/"
State = Delivery.State


def geojson(*pairs: tuple[float, float]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [pairs]})


def page_of(message: Message) -> str:
    return f"/urzad/powiadomienia/wiadomosc/{message.pk}/"


BOW = geojson((19.85, 50.22), (19.86, 50.23), (19.86, 50.22), (19.85, 50.23), (19.85, 50.22))
WARSAW = geojson((21.00, 52.20), (21.01, 52.20), (21.01, 52.21), (21.00, 52.20))


@pytest.mark.django_db
class TestArea:
    @pytest.mark.parametrize(
        ("area", "said"),
        [
            ("", "Wskaż, kto ma dostać wiadomość."),
            ('{"type": "Polygon", "coordinates": []}', "Tego miejsca nie da się odczytać"),
            (geojson((19.85, 50.22), (19.85, 50.22), (19.85, 50.22), (19.85, 50.22)), "przecina samą siebie"),
            (BOW, "przecina samą siebie"),
            (WARSAW, "To miejsce leży poza gminami"),
        ],
    )
    def test_that_is_none_comes_back_with_a_word(self, area, said, office):
        answer = office.post(NEW, form(audience="area", area=area))

        assert (answer.status_code, Message.objects.count()) == (422, 0)
        assert said in answer.content.decode()

    def test_of_the_neighbours_is_refused(self, skala, suloszowa, office):
        """Both are served here, and each warns its own people."""
        skala.boundary = factories.rectangle(east=0, north=0, width=5_000, height=5_000)
        skala.save()
        theirs = factories.rectangle(east=5_000, north=0, width=100, height=100)  # shares a line with ours
        answer = office.post(NEW, form(audience="area", area=theirs.transform(crs.WGS84, clone=True).json))

        assert (answer.status_code, Message.objects.count()) == (422, 0)
        assert "Ten obszar leży poza gminą Skała." in answer.content.decode()

    def test_across_the_border_is_taken(self, skala, suloszowa, office):
        skala.boundary = factories.rectangle(east=0, north=0, width=5_000, height=5_000)
        skala.save()
        flood = factories.rectangle(east=4_900, north=0, width=200, height=100)
        answer = office.post(NEW, form(audience="area", area=flood.transform(crs.WGS84, clone=True).json))

        assert (answer.status_code, Message.objects.count()) == (302, 1)

    def test_that_no_page_has_looked_at_is_looked_at_too(self, skala, jadwiga):
        [(west, south), (east, north)] = (7_418_000, 5_566_000), (7_418_100, 5_566_100)
        bow = Polygon(((west, south), (east, north), (east, south), (west, north), (west, south)), srid=crs.PL_2000_7)
        for area in (MultiPolygon(bow, srid=crs.PL_2000_7), MultiPolygon(srid=crs.PL_2000_7)):
            with pytest.raises(Malformed):
                draft(words(audience="area", area=area), municipality=skala, author=jadwiga, at=NOON)


@pytest.mark.django_db
class TestWithdrawnTopic:
    def test_between_approval_and_sending_nothing_goes(
        self, anna, reachable, skala, jadwiga, karol, gate, office, monkeypatch
    ):
        reachable(anna, Channel.SMS, "+48600100201", topic="service.planned")
        said = words(topic="service.planned", channels=["sms"], send_at=NOON + timedelta(hours=1))
        message = draft(said, municipality=skala, author=jadwiga, at=NOON)
        approve(message, by=karol, version=1, at=NOON)
        monkeypatch.delitem(topics.TOPICS, "service.planned")
        [waiting] = due(at=NOON + timedelta(hours=1))

        assert queue(waiting, at=NOON + timedelta(hours=1)) == 0
        send(NOON + timedelta(hours=1))
        assert (gate.sent, Delivery.objects.count(), due(at=NOON + timedelta(days=1)).count()) == ([], 0, 0)
        assert "Tego tematu już nie ma, więc wiadomość nie wyszła." in office.get(page_of(message)).content.decode()

    def test_in_the_middle_of_sending_the_rest_stays(self, anna, reachable, gate, told, office, monkeypatch):
        reachable(anna, Channel.SMS, "+48600100201", topic="service.planned")
        message = told(topic="service.planned")
        monkeypatch.delitem(topics.TOPICS, "service.planned")
        monkeypatch.delitem(topics.KINDS, "service.planned")
        send()

        row = message.deliveries.get(channel="sms")
        assert (gate.sent, row.state, row.error) == ([], State.CANCELLED, "temat wycofany")
        assert "temat wycofany" in office.get(page_of(message)).content.decode()

    def test_a_draft_is_not_approved(self, skala, jadwiga, karol, monkeypatch):
        message = draft(words(topic="service.planned"), municipality=skala, author=jadwiga, at=NOON)
        monkeypatch.delitem(topics.TOPICS, "service.planned")

        with pytest.raises(Malformed):
            approve(message, by=karol, version=1, at=NOON)


@pytest.mark.django_db
class TestWhoApproves:
    @pytest.fixture
    def message(self, skala, jadwiga) -> Message:
        now = timezone.now()
        return draft(words(expires_at=now + timedelta(days=1)), municipality=skala, author=jadwiga, at=now)

    def approved_on_page(self, message: Message, who) -> str:
        answer = signed_in(who).post(f"{page_of(message)}krok/zatwierdz/", {"wersja": "1"}, follow=True)
        message.refresh_from_db()
        return answer.content.decode()

    def test_not_its_author(self, message, jadwiga):
        said = self.approved_on_page(message, jadwiga)

        assert message.state == "draft"
        assert "Swojej wiadomości do wielu osób nie zatwierdzisz." in said

    def test_not_who_was_a_clerk_when_the_page_was_opened(self, message, karol):
        StaffRole.objects.filter(user=karol).delete()
        self.approved_on_page(message, karol)

        assert message.state == "draft"

    @pytest.mark.parametrize("role", [None, StaffRole.Role.PLANNER])
    def test_not_whose_role_went_while_the_page_was_answered(self, role, message, karol, suloszowa):
        """The page has looked and let them through."""
        if role is None:
            StaffRole.objects.filter(user=karol).update(municipality=suloszowa)
        else:
            StaffRole.objects.filter(user=karol).update(role=role)

        with pytest.raises(Refused, match="Nie prowadzisz już"):
            approve(message, by=karol, version=1, at=NOON)
        message.refresh_from_db()
        assert (message.state, message.approved_by) == ("draft", None)

    def test_the_second_tab_is_told(self, message, karol):
        self.approved_on_page(message, karol)

        assert "Wiadomość jest już w stanie: zatwierdzona." in self.approved_on_page(message, karol)


@pytest.mark.django_db(transaction=True)
def test_approved_in_two_tabs_at_once_goes_out_once(anna, reachable, skala, jadwiga, karol, gate):
    reachable(anna, Channel.SMS, "+48600100201")
    message = draft(words(channels=["sms"]), municipality=skala, author=jadwiga, at=NOON)
    both = Barrier(2)

    def tab() -> str:
        try:
            both.wait(timeout=5)
            approve(message, by=karol, version=1, at=NOON)
            return f"queued {queue(message, at=NOON)}"
        except Conflict:
            return "conflict"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        ends = [one.result() for one in [pool.submit(tab), pool.submit(tab)]]
    send()

    assert sorted(ends) == ["conflict", "queued 2"]
    assert len(gate.sent) == 1


@pytest.mark.django_db
class TestOneBadAddress:
    """Of a mass send in batches of five; a thousand are ten batches of a hundred."""

    @pytest.fixture
    def many(self, crowd, told, gate, monkeypatch) -> Message:
        monkeypatch.setitem(delivering.BATCH, "sms", 5)
        crowd(20)
        return told(lives=timedelta(days=3))

    def states(self, message: Message) -> dict[str, int]:
        return {state: many for (channel, state), many in delivering.tally(message).items() if channel == "sms"}

    def test_that_cannot_be_opened_stops_none_of_the_others(self, many, gate, office):
        """Sealed under a key that is no more."""
        bad = ChannelAddress.objects.order_by("pk")[7]
        ChannelAddress.objects.filter(pk=bad.pk).update(sealed=b"gAAAA of another key")
        send()
        send(NOON + timedelta(hours=1))

        assert self.states(many) == {State.ACCEPTED: 19, State.FAILED: 1}
        assert len(gate.sent) == len({one.to for one in gate.sent}) == 19
        assert "adres nie do odczytania" in office.get(page_of(many)).content.decode()

    def test_that_the_operator_refuses_is_the_only_one_suspended(self, many, gate, anna, reachable, told):
        reachable(anna, Channel.SMS, "+1600100201")  # no Polish number
        message = told(lives=timedelta(days=3))
        send()

        assert self.states(message) == {State.ACCEPTED: 20, State.FAILED: 1}
        assert [one.user for one in ChannelAddress.objects.exclude(revoked_at=None)] == [anna]


@pytest.mark.django_db
class TestCommand:
    def test_words_of_a_terminal_are_cleaned_like_those_of_a_page(self, jadwiga):
        call_command("notify", municipality="120610", author="jadwiga", title="Awaria\x0b wody", body="a\0b")

        assert (Message.objects.get().title_pl, Message.objects.get().body_pl) == ("Awaria wody", "ab")

    def test_a_title_that_no_row_can_hold_is_refused(self, jadwiga):
        with pytest.raises(CommandError, match="160"):
            call_command("notify", municipality="120610", author="jadwiga", title="x" * 161)
