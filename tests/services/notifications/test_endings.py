"""A warning that is over, was a mistake, or is corrected: who may say so, who hears of it, what programs read."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.gis.geos import MultiPolygon
from django.db import IntegrityError, transaction
from django.utils import timezone

from services.notifications import consents, delivering, endings
from services.notifications.messages import approve, cancel
from services.notifications.models import Channel, Delivery, Group, Message
from services.notifications.queueing import due, queue
from spatial import crs
from spatial.errors import Conflict, Malformed, Refused
from tests import factories
from tests.services.notifications import NOON, send
from tests.services.notifications.test_pages import CAP, signed_in
from tests.simulators.base import Says

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)  #: 23:00 in Poland
OVER, MISTAKE = Message.Follow.OVER, Message.Follow.MISTAKE
State = Delivery.State


@pytest.fixture
def phones(anna, bogdan, reachable, gate):
    """Anna and Bogdan want warnings by SMS."""
    return reachable(anna, Channel.SMS, "+48600100201"), reachable(bogdan, Channel.SMS, "+48600100202")


def corrected(**said) -> endings.Correction:
    return endings.Correction(**{"title_pl": "Woda tylko do mycia", "expires_at": NOON + timedelta(days=1), **said})


def work(at: datetime) -> None:
    """One run of the worker."""
    for message in due(at=at):
        queue(message, at=at)
    send(at)


def texts(gate, phone: str) -> list[str]:
    return [one.message.partition("\n")[0] for one in gate.sent if one.to == phone]


class TestWhoMaySayIt:
    def test_a_mistake_needs_one_person_even_of_a_danger(self, told, jadwiga):
        warning = told(channels=[], severity="Extreme")
        made = endings.end(warning, MISTAKE, by=jadwiga, at=NOON)

        warning.refresh_from_db()
        assert (made.state, made.approved_by, warning.replaced_at) == ("approved", jadwiga, NOON)
        assert made.title_pl == "Ostrzeżenie było pomyłką: Przerwa w dostawie wody"

    def test_so_does_the_end_of_a_lesser_warning(self, told, jadwiga):
        assert endings.end(told(channels=[], severity="Moderate"), OVER, by=jadwiga, at=NOON).state == "approved"

    def test_that_a_danger_is_over_a_second_one_confirms(self, told, jadwiga, karol):
        warning = told(channels=[], severity="Severe")
        made = endings.end(warning, OVER, by=jadwiga, at=NOON)
        warning.refresh_from_db()
        assert (made.state, warning.replaced_at) == ("draft", None)

        with pytest.raises(Refused):
            approve(made, by=jadwiga, version=1, at=NOON)
        approve(made, by=karol, version=1, at=NOON + HOUR)

        warning.refresh_from_db()
        assert warning.replaced_at == NOON + HOUR

    def test_own_words_always_need_two(self, told, jadwiga, karol):
        made = endings.correct(told(channels=[]), corrected(), by=karol, at=NOON)

        with pytest.raises(Refused):
            approve(made, by=karol, version=1, at=NOON)
        assert approve(made, by=jadwiga, version=1, at=NOON).state == "approved"

    def test_the_database_knows_it_too(self, told, jadwiga):
        made = endings.end(told(channels=[], severity="Severe"), OVER, by=jadwiga, at=NOON)

        with pytest.raises(IntegrityError, match="two_people_approve"), transaction.atomic():
            Message.objects.filter(pk=made.pk).update(approved_by=jadwiga)

    @pytest.mark.parametrize(
        "said",
        [{"topic": "service.planned"}, {"audience": "person"}, {"lives": timedelta(minutes=5)}],
    )
    def test_only_of_a_warning_that_stands(self, said, told, jadwiga, anna):
        warning = told(channels=[], **said, **({"person": anna} if "audience" in said else {}))

        with pytest.raises(Conflict):
            endings.end(warning, MISTAKE, by=jadwiga, at=NOON + timedelta(days=7, minutes=5))

    def test_also_of_one_that_has_expired_lately(self, told, jadwiga):
        warning = told(channels=[], lives=HOUR)

        assert endings.end(warning, OVER, by=jadwiga, at=NOON + timedelta(days=2)).state == "approved"

    def test_it_ends_once(self, told, jadwiga, karol):
        warning = told(channels=[])
        late = endings.correct(warning, corrected(), by=karol, at=NOON)
        endings.end(warning, OVER, by=jadwiga, at=NOON)

        with pytest.raises(Conflict):
            endings.end(warning, MISTAKE, by=karol, at=NOON)
        with pytest.raises(Conflict):
            approve(late, by=jadwiga, version=1, at=NOON)
        assert Message.objects.exclude(follow="").exclude(approved_at=None).count() == 1

    def test_the_same_draft_is_made_once(self, told, jadwiga, karol):
        warning = told(channels=[], severity="Severe")
        endings.end(warning, OVER, by=jadwiga, at=NOON)

        with pytest.raises(Conflict):
            endings.end(warning, OVER, by=karol, at=NOON)

    def test_what_has_ended_is_not_taken_back(self, told, jadwiga):
        made = endings.end(told(channels=[]), OVER, by=jadwiga, at=NOON)

        with pytest.raises(Conflict):
            cancel(made, at=NOON)

    def test_a_correction_that_has_expired_is_none(self, told, jadwiga):
        with pytest.raises(Malformed):
            endings.correct(told(channels=[]), corrected(expires_at=NOON), by=jadwiga, at=NOON)


class TestWhoHears:
    def test_those_whom_it_reached_and_nobody_else(self, phones, celina, reachable, gate, told, jadwiga):
        gate.lie(
            Says(b'{"error": 11, "message": "x"}', content_type="application/json")
        )  # not taken, of one of the two
        warning = told()
        send()
        reached = set(warning.deliveries.filter(channel="sms", state="accepted").values_list("recipient", flat=True))
        reachable(celina, Channel.SMS, "+48600100203")  # she came later
        endings.end(warning, OVER, by=jadwiga, at=NOON + HOUR)
        work(NOON + HOUR)

        end = Message.objects.get(follow=OVER)
        assert len(reached) == 1
        assert set(end.deliveries.filter(channel="sms").values_list("recipient", flat=True)) == reached
        assert end.deliveries.filter(channel="inbox").count() == 2  # both saw it in the portal
        assert gate.sent[-1].message.startswith("Zagrozenie minelo: Przerwa w dostawie wody\n")

    def test_an_answer_that_was_lost_may_have_reached(self, anna, reachable, gate, told, jadwiga):
        reachable(anna, Channel.SMS, "+48600100201")
        gate.lie(Says(b""))  # taken, but nothing we can read
        warning = told()
        send()
        assert warning.deliveries.get(channel="sms").state == State.QUEUED
        endings.end(warning, MISTAKE, by=jadwiga, at=NOON)
        work(NOON + HOUR)

        assert warning.deliveries.get(channel="sms").state == State.CANCELLED
        assert texts(gate, "48600100201") == [
            "Przerwa w dostawie wody",
            "Ostrzezenie bylo pomylka: Przerwa w dostawie wody",
        ]

    def test_what_still_waits_stays_in_the_office(self, phones, gate, told, jadwiga):
        warning = told(at=NIGHT, severity="Moderate")
        endings.end(warning, MISTAKE, by=jadwiga, at=NIGHT)
        work(NIGHT + timedelta(hours=12))

        assert gate.sent == []
        assert set(warning.deliveries.filter(channel="sms").values_list("state", flat=True)) == {State.CANCELLED}

    def test_what_a_worker_holds_is_not_tried_again(self, phones, gate, told, jadwiga):
        warning = told()
        taken = delivering.take(delivering.Road("120610", Channel.SMS), at=NOON)
        assert len(taken) == 2  # and the worker dies
        endings.end(warning, MISTAKE, by=jadwiga, at=NOON)
        work(NOON + timedelta(minutes=6))

        assert texts(gate, "48600100201") == ["Ostrzezenie bylo pomylka: Przerwa w dostawie wody"]

    def test_whoever_took_the_consent_back_hears_only_in_the_portal(self, phones, anna, skala, gate, told, jadwiga):
        warning = told()
        send()
        consents.settle(anna, skala, wanted=[], at=NOON)
        endings.end(warning, OVER, by=jadwiga, at=NOON + HOUR)
        work(NOON + HOUR)

        assert len(texts(gate, "48600100201")) == 1
        assert len(texts(gate, "48600100202")) == 2
        assert Delivery.objects.inbox(anna).count() == 2

    def test_of_a_warning_by_duty_everybody_hears(self, anna, bogdan, reachable, skala, gate, told, jadwiga, karol):
        group = Group.objects.create(municipality=skala, name="Strefa wody")
        group.members.set([anna])
        reachable(anna, Channel.SMS, "+48600100201", agrees=False)
        warning = told(severity="Severe", duty_reason="skażenie wody", audience="group", group=group)
        send()
        group.members.set([bogdan])  # whoever it reached, not whoever is in the group today
        end = endings.end(warning, OVER, by=jadwiga, at=NOON)
        approve(end, by=karol, version=1, at=NOON)
        work(NOON + HOUR)

        assert len(texts(gate, "48600100201")) == 2

    @pytest.mark.parametrize(("severity", "many"), [("Moderate", 1), ("Severe", 2)])
    def test_at_night_as_loud_as_the_warning(self, severity, many, anna, reachable, gate, told, jadwiga):
        reachable(anna, Channel.SMS, "+48600100201")
        warning = told(severity=severity)
        send()
        endings.end(warning, MISTAKE, by=jadwiga, at=NIGHT)
        work(NIGHT)
        assert len(gate.sent) == many

        work(NIGHT + timedelta(hours=8))
        assert len(gate.sent) == 2

    def test_after_a_correction_all_who_heard_of_either(self, phones, gate, told, jadwiga, karol):
        warning = told()
        send()
        better = endings.correct(warning, corrected(), by=jadwiga, at=NOON)
        approve(better, by=karol, version=1, at=NOON)
        work(NOON)
        better.refresh_from_db()
        endings.end(better, OVER, by=jadwiga, at=NOON + HOUR)
        work(NOON + HOUR)

        assert texts(gate, "48600100202") == [
            "Przerwa w dostawie wody", "Woda tylko do mycia", "Zagrozenie minelo: Woda tylko do mycia",
        ]  # fmt: skip


@pytest.fixture
def flood(told) -> Message:
    area = factories.rectangle(east=0, north=0, width=100, height=100)
    return told(
        at=timezone.now(), channels=[], audience="area", area=MultiPolygon(*area, srid=crs.PL_2000_7), category="Met",
        severity="Severe", title_pl="Powódź", title_en="Flood", body_pl="Idź wyżej.", body_en="Go up.",
    )  # fmt: skip


def alert(client, message: Message) -> ElementTree.Element:
    return ElementTree.fromstring(client.get(f"/ostrzezenia/{message.public_id}.cap.xml", follow=True).content)


def said(element: ElementTree.Element, name: str) -> str | None:
    found = element.find(f"{CAP}{name}")
    return None if found is None else found.text


class TestForEverybody:
    def test_cap_cancels_what_it_names(self, client, flood, jadwiga):
        first = alert(client, flood)
        named = ",".join(said(first, one) for one in ("sender", "identifier", "sent"))
        endings.end(flood, MISTAKE, by=jadwiga, at=timezone.now())
        cancel_alert = alert(client, flood)  # its old address leads to the last word

        assert [one.tag.removeprefix(CAP) for one in cancel_alert] == [
            "identifier", "sender", "sent", "status", "msgType", "scope", "code", "note", "references", "info", "info",
        ]  # fmt: skip
        assert (said(cancel_alert, "msgType"), said(cancel_alert, "references")) == ("Cancel", named)
        assert said(cancel_alert, "identifier") != said(first, "identifier")
        [info, english] = cancel_alert.findall(f"{CAP}info")
        assert [one.tag.removeprefix(CAP) for one in info][:7] == [
            "language", "category", "event", "responseType", "urgency", "severity", "certainty",
        ]  # fmt: skip
        assert [said(info, one) for one in ("event", "responseType", "urgency")] == ["Powódź", "AllClear", "Past"]
        assert said(english, "headline") == "The warning was a mistake: Flood"

    def test_cap_updates_and_then_names_both(self, client, flood, jadwiga, karol):
        now = timezone.now()
        words = corrected(title_pl="Powódź w Rzeplinie", expires_at=now + HOUR)
        approve(endings.correct(flood, words, by=jadwiga, at=now), by=karol, version=1, at=now)
        update = alert(client, flood)
        better = Message.objects.get(follow="correction")
        queue(better, at=now)
        better.refresh_from_db()
        endings.end(better, MISTAKE, by=jadwiga, at=timezone.now())
        last = alert(client, flood)

        assert [said(one, "msgType") for one in (update, last)] == ["Update", "Cancel"]
        names = said(last, "references").split(" ")
        assert names[0] == said(update, "references")
        assert names[1].split(",")[1] == said(update, "identifier")

    def test_the_page_and_the_feed_show_it_as_ended(self, client, flood, jadwiga):
        before = ElementTree.fromstring(client.get("/ostrzezenia/atom.xml").content).find(f"{ATOM}entry")
        endings.end(flood, MISTAKE, by=jadwiga, at=timezone.now())
        page = client.get("/ostrzezenia/").content.decode()
        [entry] = ElementTree.fromstring(client.get("/ostrzezenia/atom.xml").content).findall(f"{ATOM}entry")

        assert "Idź wyżej." not in page
        assert "Zakończone" in page
        assert f'id="{flood.public_id}"' in page
        assert entry.find(f"{ATOM}title").text == "Ostrzeżenie było pomyłką: Powódź"
        assert entry.find(f"{ATOM}id").text == before.find(f"{ATOM}id").text  # readers change what they show
        assert entry.find(f"{ATOM}updated").text > before.find(f"{ATOM}updated").text
        assert client.get(flood.get_absolute_url())["Location"] == f"/ostrzezenia/#{flood.public_id}"

    def test_an_end_goes_from_the_page_after_a_day(self, client, flood, jadwiga):
        end = endings.end(flood, MISTAKE, by=jadwiga, at=timezone.now())
        Message.objects.filter(pk=end.pk).update(expires_at=timezone.now())

        assert "Zakończone" not in client.get("/ostrzezenia/").content.decode()
        assert client.get(f"/ostrzezenia/{flood.public_id}.cap.xml").status_code == 404

    def test_a_draft_changes_nothing(self, client, flood, jadwiga):
        endings.end(flood, OVER, by=jadwiga, at=timezone.now())

        assert "Idź wyżej." in client.get("/ostrzezenia/").content.decode()
        assert said(alert(client, flood), "msgType") == "Alert"


class TestDesk:
    def test_one_click_and_its_word(self, office, told):
        warning = told(at=timezone.now(), channels=[])
        page = f"/urzad/powiadomienia/wiadomosc/{warning.pk}/"
        asked = office.get(page).content.decode()
        assert "Ostrzeżenie było pomyłką: Przerwa w dostawie wody" in asked
        assert asked.count("Wyślij od razu") == 2
        answer = office.post(f"{page}koniec/", {"jak": "mistake"}, follow=True)

        assert "Ostrzeżenie zakończone." in answer.content.decode()
        seen = office.get(page).content.decode()
        assert "Wyślij od razu" not in seen
        assert "Ostrzeżenie było pomyłką: Przerwa" in seen

    def test_a_correction_is_written_and_waits(self, office, karol, told):
        warning = told(at=timezone.now(), channels=[])
        page = f"/urzad/powiadomienia/wiadomosc/{warning.pk}/"
        assert "Przerwa w dostawie wody" in office.get(f"{page}popraw/").content.decode()
        until = timezone.localtime() + HOUR
        form = {"title_pl": "Przerwa do 20", "body_pl": "Dłużej.", "expires_at": f"{until:%Y-%m-%dT%H:%M}"}
        answer = office.post(f"{page}popraw/", form)
        draft = Message.objects.get(follow="correction")

        assert answer["Location"] == f"/urzad/powiadomienia/wiadomosc/{draft.pk}/"
        assert office.get(f"{answer['Location']}zmien/").status_code == 404
        signed_in(karol).post(f"{answer['Location']}krok/zatwierdz/", {"wersja": 1})
        draft.refresh_from_db()
        assert draft.state == "approved"

    @pytest.mark.parametrize("form", [{"title_pl": ""}, {"title_pl": "x"}, {"title_pl": "\0", "expires_at": "jutro"}])
    def test_bad_words_come_back(self, form, office, told):
        warning = told(at=timezone.now(), channels=[])
        answer = office.post(f"/urzad/powiadomienia/wiadomosc/{warning.pk}/popraw/", form)

        assert (answer.status_code, Message.objects.count()) == (422, 1)

    @pytest.mark.parametrize("how", ["", "correction", "x", "\0"])
    def test_unknown_ends_are_not_found(self, how, office, told):
        warning = told(at=timezone.now(), channels=[])
        page = f"/urzad/powiadomienia/wiadomosc/{warning.pk}/koniec/"

        assert office.post(page, {"jak": how}).status_code == 404

    def test_other_offices_and_residents_have_no_such_step(self, office, suloszowa, karol, anna, told):
        warning = told(at=timezone.now(), channels=[])
        page = f"/urzad/powiadomienia/wiadomosc/{warning.pk}/"
        assert signed_in(anna).post(f"{page}koniec/", {"jak": "mistake"}).status_code == 403
        Message.objects.update(municipality=suloszowa)

        assert office.post(f"{page}koniec/", {"jak": "mistake"}).status_code == 404
        assert office.get(f"{page}popraw/").status_code == 404

    def test_the_inbox_says_that_it_is_over(self, anna, reachable, told, jadwiga):
        reachable(anna, Channel.EMAIL, "anna@example.pl")
        warning = told(at=timezone.now(), channels=[])
        endings.end(warning, OVER, by=jadwiga, at=timezone.now())
        row = Delivery.objects.inbox(anna).get(message=warning)

        assert "nie obowiązuje od" in signed_in(anna).get(f"/moje/powiadomienia/{row.pk}/").content.decode()
