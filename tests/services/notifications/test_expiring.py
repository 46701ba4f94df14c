"""A warning that nobody ended and whose time is over: told where it was asked for, once, and seen at once."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from services.notifications import consents, delivering, endings, expiring, tasks
from services.notifications.messages import approve, cancel
from services.notifications.models import Channel, Delivery, Message
from services.notifications.queueing import queue
from spatial.errors import Malformed
from tests.services.notifications import NOON, send
from tests.services.notifications.test_pages import form, signed_in

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
END = NOON + HOUR
NIGHT, MORNING = datetime(2026, 12, 1, 20, 30, tzinfo=UTC), datetime(2026, 12, 2, 6, 0, tzinfo=UTC)  #: 21:30, 7:00
ANNA = "48600100201"
TOLD = "Ostrzezenie przestalo obowiazywac: Przerwa w dostawie wody"
EXPIRED = Message.Follow.EXPIRED


@pytest.fixture
def phone(anna, reachable, gate):
    return reachable(anna, Channel.SMS, f"+{ANNA}")


def work(at: datetime) -> int:
    """One run of the worker; how many warnings were told of."""
    many = expiring.tell(at=at)
    send(at)
    return many


def texts(gate, phone: str = ANNA) -> list[str]:
    return [one.message.partition("\n")[0] for one in gate.sent if one.to == phone]


class TestWord:
    def test_goes_once_to_those_whom_the_warning_reached(self, phone, bogdan, reachable, gate, told):
        told(lives=HOUR, tells_expiry=True)
        send()
        reachable(bogdan, Channel.SMS, "+48600100202")  # he came later
        for at in (END - timedelta(seconds=1), END, END + timedelta(minutes=1), END + HOUR):
            work(at)

        assert texts(gate) == ["Przerwa w dostawie wody", TOLD]
        assert texts(gate, "48600100202") == []
        notice = Message.objects.get(follow=EXPIRED)
        assert (notice.state, notice.expires_at) == ("sent", END + timedelta(days=1))
        assert Delivery.objects.filter(message=notice).count() == 2  # the inbox and the phone

    def test_nothing_goes_where_nobody_asked(self, phone, gate, told):
        told(lives=HOUR)
        send()

        assert (work(END), texts(gate)) == (0, ["Przerwa w dostawie wody"])

    def test_waits_for_the_morning_whatever_the_danger_was(self, phone, gate, told):
        told(lives=NIGHT - NOON, tells_expiry=True, severity="Extreme")
        send()
        work(NIGHT)
        assert len(gate.sent) == 1

        work(MORNING)
        assert texts(gate)[1:] == [TOLD]

    def test_by_duty_consents_are_not_asked(self, phone, anna, skala, gate, told):
        told(lives=HOUR, tells_expiry=True, severity="Severe", duty_reason="skażenie wody, art. 12")
        send()
        consents.settle(anna, skala, wanted=[], at=NOON)
        work(END)

        assert texts(gate)[1:] == [TOLD]

    def test_whoever_took_the_consent_back_hears_only_in_the_portal(self, phone, anna, skala, gate, told):
        told(lives=HOUR, tells_expiry=True)
        send()
        consents.settle(anna, skala, wanted=[], at=NOON)
        work(END)

        assert len(gate.sent) == 1
        assert Delivery.objects.inbox(anna).count() == 2

    def test_a_worker_that_was_away_for_a_day_says_nothing_old(self, phone, gate, told):
        told(lives=HOUR, tells_expiry=True)
        send()

        assert work(END + timedelta(days=1)) == 0
        assert not Message.objects.filter(follow=EXPIRED).exists()

    def test_what_never_went_out_is_not_told_of(self, skala, phone, gate, told):
        Message.objects.filter(pk=told(lives=HOUR, tells_expiry=True).pk).update(state="approved")

        assert work(END) == 0

    def test_a_correction_speaks_for_the_warning_that_it_corrects(self, phone, gate, told, jadwiga, karol):
        warning = told(lives=HOUR, tells_expiry=True)
        send()
        words = endings.Correction(title_pl="Woda wróci o 20", expires_at=END + 3 * HOUR)
        better = approve(endings.correct(warning, words, by=jadwiga, at=NOON), by=karol, version=1, at=NOON)
        queue(better, at=NOON)
        send()

        assert (work(END), work(END + 3 * HOUR)) == (0, 1)
        assert texts(gate)[2:] == ["Ostrzezenie przestalo obowiazywac: Woda wroci o 20"]


class TestOnce:
    def test_a_worker_that_dies_half_way_leaves_nothing_and_another_tells(self, phone, gate, told, monkeypatch):
        told(lives=HOUR, tells_expiry=True)
        send()
        with monkeypatch.context() as broken, pytest.raises(SystemExit):
            broken.setattr(expiring, "queue", lambda one, *, at: sys.exit(queue(one, at=at)))
            work(END)
        assert not Message.objects.filter(follow=EXPIRED).exists()

        work(END)
        assert texts(gate)[1:] == [TOLD]

    def test_a_worker_that_dies_with_the_word_in_its_hands(self, phone, gate, told):
        """Whether it had gone out nobody knows: it goes again with its key, and the operator drops a second."""
        told(lives=HOUR, tells_expiry=True)
        send()
        expiring.tell(at=END)
        [taken] = delivering.take(delivering.Road("120610", Channel.SMS), at=END)
        with delivering.Road("120610", Channel.SMS).opener()() as sender:
            sender.send(delivering.letter_of(taken, at=END))
        work(END + 2 * delivering.LEASE)

        assert (gate.asked[str(taken.key)], texts(gate)[1:]) == (2, [TOLD])

    def test_two_workers_that_saw_it_at_once_tell_once(self, phone, gate, told):
        warning = told(lives=HOUR, tells_expiry=True)
        send()
        assert [expiring.tell_of(warning.pk, at=END) for _worker in range(2)] == [True, False]
        send(END)

        assert texts(gate)[1:] == [TOLD]

    def test_the_database_holds_one(self, phone, told):
        warning = told(lives=HOUR, tells_expiry=True)
        expiring.notice(warning, at=END).save()

        with pytest.raises(IntegrityError, match="expiry_told_once"), transaction.atomic():
            expiring.notice(warning, at=END).save()


class TestEnded:
    @pytest.mark.parametrize("follow", Message.ENDS)
    def test_a_warning_that_somebody_ended_does_not_run_out(self, follow, phone, gate, told, jadwiga):
        endings.end(told(lives=HOUR, tells_expiry=True), follow, by=jadwiga, at=NOON)

        assert work(END) == 0

    def test_nor_one_that_was_cancelled(self, phone, gate, told):
        cancel(told(lives=HOUR, tells_expiry=True), at=NOON)

        assert (work(END), gate.sent) == (0, [])

    def test_an_end_holds_the_word_back_that_still_waits(self, phone, gate, told, jadwiga):
        """That it was a mistake is not followed by "it has run out"."""
        warning = told(lives=NIGHT - NOON, tells_expiry=True)
        send()
        work(NIGHT)
        end = endings.end(warning, endings.Follow.MISTAKE, by=jadwiga, at=NIGHT)
        held = Delivery.objects.get(message__follow=EXPIRED, channel="sms")
        assert held.state == Delivery.State.CANCELLED
        queue(end, at=NIGHT)
        work(MORNING)

        assert texts(gate)[1:] == ["Ostrzezenie bylo pomylka: Przerwa w dostawie wody"]

    def test_it_can_be_ended_after_it_was_told_of(self, phone, gate, told, jadwiga):
        warning = told(lives=HOUR, tells_expiry=True)
        send()
        work(END)
        end = endings.end(warning, endings.Follow.OVER, by=jadwiga, at=END + HOUR)
        queue(end, at=END + HOUR)
        work(END + HOUR)

        assert texts(gate)[1:] == [TOLD, "Zagrozenie minelo: Przerwa w dostawie wody"]


class TestPages:
    @pytest.fixture
    def over(self, anna, reachable, gate, told) -> Message:
        """A warning whose last second has just gone; no job has run since."""
        reachable(anna, Channel.SMS, f"+{ANNA}")
        warning = told(at=timezone.now(), lives=HOUR, tells_expiry=True, body_pl="Nie pij.")
        Message.objects.filter(pk=warning.pk).update(expires_at=timezone.now())
        return warning

    def test_everybody_sees_it_as_over_at_once(self, over, client):
        page = client.get("/ostrzezenia/").content.decode()

        assert "Nie pij." not in page
        assert "Urząd nie potwierdził, że zagrożenie minęło." in page
        assert f'id="{over.public_id}"' in page
        assert client.get(over.get_absolute_url())["Location"] == f"/ostrzezenia/#{over.public_id}"
        assert "<entry>" not in client.get("/ostrzezenia/atom.xml").content.decode()
        assert client.get(f"/ostrzezenia/{over.public_id}.cap.xml").status_code == 404

    def test_the_worker_looks_for_it_each_minute(self, over):
        for _minute in range(2):
            tasks.send_now()

        assert Message.objects.filter(follow=EXPIRED).count() == 1

    def test_the_word_leads_to_the_warning_and_is_none_itself(self, over, client):
        expiring.tell(at=timezone.now())
        notice = Message.objects.get(follow=EXPIRED)
        page = client.get("/ostrzezenia/").content.decode()

        assert "przestało obowiązywać:" not in page
        assert client.get(notice.get_absolute_url())["Location"] == f"/ostrzezenia/#{over.public_id}"
        assert client.get(f"/ostrzezenia/{notice.public_id}.cap.xml").status_code == 404

    def test_goes_from_the_page_after_a_day(self, over, client):
        Message.objects.update(expires_at=timezone.now() - timedelta(days=1))

        assert over.public_id not in client.get("/ostrzezenia/").content.decode()

    def test_its_reader_and_its_clerk_see_it(self, over, anna, office):
        row = Delivery.objects.inbox(anna).get()
        reader = signed_in(anna)
        pages = [reader.get("/moje/powiadomienia/"), reader.get(f"/moje/powiadomienia/{row.pk}/")]
        pages += [office.get("/urzad/powiadomienia/"), office.get(f"/urzad/powiadomienia/wiadomosc/{over.pk}/")]
        for page in pages:
            assert "obowiązuje od" in page.content.decode()

    def test_what_the_portal_tells_by_itself_does_not_run_out_for_its_reader(self, over, anna):
        Message.objects.update(is_automatic=True)

        assert "obowiązuje od" not in signed_in(anna).get("/moje/powiadomienia/").content.decode()


class TestChoice:
    def test_is_made_with_the_words_and_read_by_the_second_person(self, office, skala):
        office.post("/urzad/powiadomienia/120610/nowa/", form(tells_expiry="on"))
        message = Message.objects.get()
        page = f"/urzad/powiadomienia/wiadomosc/{message.pk}/"

        assert message.tells_expiry
        assert "Gdy przestanie obowiązywać" in office.get(page).content.decode()
        assert 'name="tells_expiry" aria-describedby="id_tells_expiry_helptext" id="id_tells_expiry" checked' in (
            office.get(f"{page}zmien/").content.decode()
        )

    def test_is_off_unless_it_is_made(self, office, skala):
        office.post("/urzad/powiadomienia/120610/nowa/", form())

        assert not Message.objects.get().tells_expiry

    @pytest.mark.parametrize("said", [{"topic": "service.planned"}, {"audience": "person"}])
    def test_only_of_a_warning_for_many(self, said, told, anna):
        with pytest.raises(Malformed, match="O końcu ważności"):
            told(channels=[], tells_expiry=True, **said, person=anna if "audience" in said else None)
