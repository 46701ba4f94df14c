"""What becomes of letters when operators answer, do not answer, or answer nonsense. The gate is asked over HTTP."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.test import Client

from services.notifications import delivering, keeping
from services.notifications.channels.base import Fate, Outcome
from services.notifications.channels.mail import Mail
from services.notifications.channels.sms import SmsApi
from services.notifications.models import Channel, ChannelAddress, ChannelState, Delivery, Message
from tests.services.notifications import NOON, send
from tests.simulators.base import EMPTY, GATEWAY_PAGE, CutsOff, Resets, Says

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)  #: 23:00 in Poland
MORNING = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)  #: 7:00
State = Delivery.State


@pytest.fixture
def anna_phone(anna, reachable) -> ChannelAddress:
    return reachable(anna, Channel.SMS, "+48600100201")


def letter_of(message: Message) -> Delivery:
    return message.deliveries.get(channel=Channel.SMS)


def test_a_letter_goes_out_once(anna_phone, gate, told):
    message = told(body_pl="Zażółć")
    for _twice in range(2):
        send()

    [sms] = gate.sent
    found = letter_of(message)
    message.refresh_from_db()
    assert sms.message == f"Przerwa w dostawie wody\nZazolc\nhttp://localhost:8000/n/{message.public_id}"
    assert (sms.to, sms.sender, sms.idx) == ("48600100201", "UMiG Skala", str(found.key))
    assert (found.state, found.provider_id, found.attempts, message.state) == (State.ACCEPTED, sms.id, 1, "sent")


@pytest.mark.parametrize(
    "lie",
    [
        EMPTY,
        GATEWAY_PAGE,
        CutsOff(),
        Resets(),
        Says(b"[]", content_type="application/json"),
        Says(b"[" * 100_000, content_type="application/json"),
    ],
)
def test_an_answer_that_was_lost_doubles_nothing(lie, anna_phone, gate, told):
    """The gate took the letter and said something that cannot be read; the second time it knows the key."""
    message = told()
    gate.lie(lie)
    send()
    assert letter_of(message).state == State.QUEUED

    send(NOON + timedelta(seconds=30))

    assert gate.asked[str(letter_of(message).key)] == 2
    assert (len(gate.sent), letter_of(message).state) == (1, State.ACCEPTED)


def test_a_number_of_the_operator_that_is_none_is_not_kept(anna_phone, gate, told):
    message = told()
    gate.lie(Says(b'{"list": [{"id": "7\\u0000"}]}', content_type="application/json"))
    send()

    assert (letter_of(message).state, letter_of(message).provider_id) == (State.ACCEPTED, "7")


def test_waits_longer_each_time_and_gives_up(anna_phone, gate, told):
    message, at, waited = told(lives=timedelta(days=3)), NOON, []
    gate.always = Says(b"", 503)
    for _try in range(6):
        send(at)
        found = letter_of(message)
        if found.next_try:
            waited.append((found.next_try - at).total_seconds())
            assert send(found.next_try - timedelta(seconds=1)) == 0
            at = found.next_try

    # tourism-reports-portal.md 7.2; the last wait ends by day, 12:00 + 7 h 12 min 30 s
    assert waited == [30, 120, 600, 3_600, 21_600]
    assert (letter_of(message).state, letter_of(message).attempts) == (State.FAILED, 6)


def test_the_gate_may_ask_for_a_longer_pause(anna_phone, gate, told):
    message = told()
    gate.lie(Says(b"", 429, headers=(("Retry-After", "900"),)))
    send()

    assert letter_of(message).next_try == NOON + timedelta(seconds=900)


def test_nothing_is_tried_past_its_time(anna_phone, gate, told):
    message = told(lives=timedelta(seconds=20))
    gate.always = Says(b"", 503)
    send()

    assert letter_of(message).state == State.EXPIRED


def test_what_waited_too_long_expires_even_where_nothing_can_be_sent(anna_phone, gate, told, settings):
    message = told(lives=timedelta(hours=1))
    ChannelState.objects.create(municipality=message.municipality, channel="sms", stopped_at=NOON)
    send(NOON + timedelta(hours=1))

    assert (gate.sent, letter_of(message).state) == ([], State.EXPIRED)


class TestNight:
    def test_waits_for_the_morning(self, anna_phone, gate, told):
        told(at=NIGHT, severity="Moderate")

        assert (send(NIGHT), send(MORNING - timedelta(seconds=1)), gate.sent) == (0, 0, [])
        assert (send(MORNING), len(gate.sent)) == (1, 1)

    def test_danger_does_not_wait(self, anna_phone, gate, told):
        told(at=NIGHT, severity="Severe")
        send(NIGHT)

        assert len(gate.sent) == 1

    def test_what_was_queued_by_day_does_not_go_at_night(self, anna_phone, gate, told):
        message = told()
        send(NIGHT)

        assert (gate.sent, letter_of(message).next_try) == ([], MORNING)

    def test_danger_stands_before_what_waits(self, crowd, gate, told):
        crowd(3)
        told(at=NOON - timedelta(hours=1), title_pl="Dawniej")
        told(title_pl="Niebezpieczeństwo", severity="Extreme")

        taken = delivering.take(delivering.Road("120610", Channel.SMS), at=NOON)
        assert [one.message.title_pl for one in taken] == ["Niebezpieczeństwo"] * 3 + ["Dawniej"] * 3


def test_a_slow_road_leaves_time_to_the_others(anna, bogdan, celina, reachable, gate, told, monkeypatch):
    """Each mail takes a minute of the clock; an SMS waits behind all of them, danger behind none."""
    clock = [NOON]

    def slow(mail, letter):
        clock[0] += timedelta(minutes=1)
        return Outcome(Fate.ACCEPTED)

    monkeypatch.setattr(Mail, "send", slow)
    for person, phone in ((anna, "+48600100201"), (bogdan, "+48600100202"), (celina, "+48600100203")):
        reachable(person, Channel.EMAIL, f"{person.username}@example.pl")
        reachable(person, Channel.SMS, phone)
    told(channels=[Channel.EMAIL])
    told(channels=[Channel.SMS], at=NOON + timedelta(seconds=1))
    told(channels=[Channel.EMAIL], title_pl="Niebezpieczeństwo", severity="Extreme")
    clock[0] = NOON + timedelta(minutes=1)

    delivering.run(clock=lambda: clock[0], until=clock[0] + timedelta(minutes=4))

    mails = Delivery.objects.filter(channel=Channel.EMAIL, state=State.ACCEPTED)
    assert {one.message.title_pl for one in mails} == {"Niebezpieczeństwo"}
    assert len(gate.sent) == 3


@pytest.mark.parametrize("channel", [Channel.PUSH, Channel.EMAIL])
def test_a_damaged_key_stops_no_other_road_and_is_told(
    channel, anna_phone, bogdan, reachable, gate, told, push_service, settings, monkeypatch
):
    reachable(bogdan, channel, "bogdan@example.pl")
    told(channels=[channel])
    told()
    settings.PUSH_KEY.write_text("uszkodzony")
    monkeypatch.setattr(Mail, "send", lambda *_: (_ for _ in ()).throw(LookupError))

    with pytest.raises(ExceptionGroup):
        send()

    assert len(gate.sent) == 1


class TestRefusals:
    def test_twenty_in_a_row_stop_the_channel_and_a_person_starts_it_again(self, crowd, gate, told, office, skala):
        crowd(25)
        gate.token = "inny"
        message = told()
        send()

        assert ChannelState.objects.get().stopped_at == NOON
        page = office.get("/urzad/powiadomienia/").content.decode()
        assert "Wysyłanie stoi: SMS" in page
        later = NOON + timedelta(hours=2)
        assert send(later) == 0

        gate.token = "sekretny-token-1"
        assert office.post("/urzad/powiadomienia/120610/wznow/sms/").status_code == 302
        send(later)

        assert len(gate.sent) == 25
        assert set(message.deliveries.filter(channel="sms").values_list("state", flat=True)) == {State.ACCEPTED}

    def test_an_account_without_points_is_a_refusal(self, anna_phone, gate, told):
        gate.points = 0
        message = told()
        send()

        assert (letter_of(message).state, letter_of(message).error) == (State.QUEUED, "SMSAPI 103")
        assert ChannelState.objects.get().refusals == 1

    def test_a_number_that_is_none_is_revoked(self, anna, reachable, gate, told):
        reachable(anna, Channel.SMS, "+1600100201")
        message = told()
        send()

        assert (letter_of(message).state, letter_of(message).error) == (State.FAILED, "SMSAPI 13")
        assert not ChannelAddress.objects.usable().exists()

    def test_a_letter_that_is_not_taken_waits_for_a_person(self, anna_phone, gate, told, office):
        gate.lie(Says(b'{"error": 11, "message": "too long"}', content_type="application/json"))
        message = told()
        send()
        page = f"/urzad/powiadomienia/wiadomosc/{message.pk}/"
        assert "SMSAPI 11" in office.get(page).content.decode()

        assert delivering.again(message, at=NOON) == 1
        send()

        assert (len(gate.sent), letter_of(message).state) == (1, State.ACCEPTED)


class TestAgain:
    @pytest.mark.parametrize("more", [{}, {"MsgId": ""}])
    def test_a_letter_that_was_taken_and_not_delivered_really_goes_again(self, anna_phone, gate, told, more):
        message = told()
        send()
        Client().post("/powiadomienia/raport-sms/raporty/", gate.report((gate.sent[0], 405)) | more)
        assert letter_of(message).state == State.FAILED

        assert delivering.again(message, at=NOON) == 1
        send()

        assert (len(gate.sent), letter_of(message).state) == (2, State.ACCEPTED)

    def test_one_whose_answers_were_lost_keeps_its_key(self, anna_phone, gate, told):
        message, at = told(lives=timedelta(days=3)), NOON
        gate.always = Says(b"", 503)  # taken each time, and says that it was not
        for _try in range(6):
            send(at)
            at = letter_of(message).next_try or at
        gate.always = None

        assert (delivering.again(message, at=at), send(at)) == (1, 1)
        assert (len(gate.sent), letter_of(message).state) == (1, State.ACCEPTED)


class TestReceipts:
    def post(self, params: dict[str, str], key: str = "raporty") -> str:
        return Client().post(f"/powiadomienia/raport-sms/{key}/", params).content.decode()

    @pytest.mark.parametrize(
        ("statuses", "ends"),
        [((409, 403, 404), State.DELIVERED), ((403, 405), State.FAILED), ((403, 408, 401), State.ACCEPTED)],
    )
    def test_each_order_ends_the_same(self, statuses, ends, anna_phone, gate, told):
        message = told()
        send()
        for order in set(permutations([*statuses, statuses[-1]])):  # the last one comes twice
            Delivery.objects.filter(channel="sms").update(state=State.ACCEPTED)

            assert {self.post(gate.report((gate.sent[0], status))) for status in order} == {"OK"}
            assert letter_of(message).state == ends, order

    def test_several_come_in_one(self, crowd, gate, told):
        crowd(2)
        message = told()
        send()
        first, second = gate.sent

        self.post(gate.report((first, 404), (second, 407)))

        states = dict(message.deliveries.filter(channel="sms").values_list("provider_id", "state"))
        assert states == {first.id: State.DELIVERED, second.id: State.FAILED}

    def test_one_that_overtakes_the_answer_stays(self, anna_phone, gate, told, monkeypatch):
        honest = SmsApi.send

        def slow(sender, letter):
            outcome = honest(sender, letter)
            early.append(letter.key)
            return outcome

        early: list = []
        monkeypatch.setattr(SmsApi, "send", slow)
        message = told()
        [taken] = delivering.take(delivering.Road("120610", Channel.SMS), at=NOON)
        with delivering.Road("120610", Channel.SMS).opener()() as sender:
            outcome = sender.send(delivering.letter_of(taken, at=NOON))
            self.post(gate.report((gate.sent[0], 404)))
            delivering.write([(taken, outcome)], at=NOON)

        assert letter_of(message).state == State.DELIVERED

    def test_nonsense_and_strangers_change_nothing(self, anna_phone, gate, told, suloszowa):
        message = told()
        send()
        key = str(letter_of(message).key)
        odd = [{}, {"idx": "x", "status": "y"}, {"idx": key, "status": "9" * 30}, {"idx": f"{key}\0", "status": "4"}]
        for said in odd:
            assert self.post(said) == "OK"
        assert Client().post("/powiadomienia/raport-sms/zgadnij/", {"idx": key, "status": "404"}).status_code == 404

        assert letter_of(message).state == State.ACCEPTED


def test_after_a_year_only_numbers_stay(anna_phone, gate, told, office):
    message = told()
    send()
    assert keeping.forget(at=NOON + timedelta(days=364)) == 0
    assert keeping.forget(at=NOON + timedelta(days=366)) == 2

    message.refresh_from_db()
    assert message.counts["states"] == [["inbox", "delivered", 1], ["sms", "accepted", 1]]
    assert "przyjęta przez operatora" in office.get(f"/urzad/powiadomienia/wiadomosc/{message.pk}/").content.decode()
