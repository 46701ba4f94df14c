"""The pages of residents and of clerks, as a browser without scripts uses them."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.gis.geos import MultiPolygon
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from services.identity.protected import fingerprint, sealed
from services.notifications import consents
from services.notifications.models import (
    Channel,
    ChannelAddress,
    Consent,
    Delivery,
    Group,
    Message,
    SmsAccount,
    WatchedPlace,
)
from services.notifications.queueing import queue
from services.personal.erasing import erase
from services.personal.export import notifications_of
from spatial import crs
from tests import factories
from tests.services.notifications import NOON, send

pytestmark = pytest.mark.django_db

CENTRE = "/moje/powiadomienia/"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(**said) -> dict[str, object]:
    """A message as the page sends it."""
    until = timezone.localtime() + timedelta(days=1)
    return {
        "topic": "warning", "title_pl": "Awaria wodociągu", "severity": "Minor", "category": "Infra",
        "audience": "subscribers", "expires_at": f"{until:%Y-%m-%dT%H:%M}", **said,
    }  # fmt: skip


class TestResident:
    def test_ticks_and_unticks(self, anna, skala):
        here = signed_in(anna)
        page = here.get(CENTRE).content.decode()
        assert 'name="zgoda" value="warning:email"' in page
        assert " checked" not in page

        here.post(f"{CENTRE}zgody/", {"gmina": "120610", "zgoda": ["warning:email", "due:inbox"]})
        assert here.get(CENTRE).content.decode().count(" checked") == 2
        here.post(f"{CENTRE}zgody/", {"gmina": "120610", "zgoda": ["due:inbox"]})

        assert consents.standing(anna, skala) == {("due", "inbox")}

    def test_boxes_that_the_page_does_not_show_stay(self, anna, skala):
        consents.settle(anna, skala, wanted={("warning", "sms")}, at=NOON)  # the office has no SMS now
        signed_in(anna).post(f"{CENTRE}zgody/", {"gmina": "120610"})

        assert consents.standing(anna, skala) == {("warning", "sms")}

    @pytest.mark.parametrize("zgoda", ["x:email", "warning:fax", "warning", "\0:\0", ":" * 500])
    def test_nonsense_is_refused(self, anna, skala, zgoda):
        assert signed_in(anna).post(f"{CENTRE}zgody/", {"gmina": "120610", "zgoda": zgoda}).status_code == 422
        assert not Consent.objects.exists()

    @pytest.mark.parametrize("gmina", ["999999", "x", "\0", "1" * 500])
    def test_an_office_that_is_not_ours_is_not_found(self, anna, skala, gmina):
        assert signed_in(anna).get(CENTRE, {"gmina": gmina}).status_code == 404

    def test_an_address_is_confirmed_by_its_code(self, anna, skala):
        here = signed_in(anna)
        here.post(f"{CENTRE}adresy/", {"gmina": "120610", "droga": "email", "adres": "anna@example.pl"})
        [letter] = mail.outbox
        code = re.search(r"\d{6}", letter.subject)[0]
        row = ChannelAddress.objects.get()
        assert (letter.to, row.confirmed_at) == (["anna@example.pl"], None)
        assert b"anna@" not in bytes(row.sealed)

        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert here.post(f"{CENTRE}adresy/{row.pk}/kod/", {"gmina": "120610", "kod": wrong}).status_code == 422
        assert here.post(f"{CENTRE}adresy/{row.pk}/kod/", {"gmina": "120610", "kod": code}).status_code == 302

        assert list(ChannelAddress.objects.usable()) == [row]

    def test_a_phone_gets_its_code_by_sms(self, anna, gate):
        here = signed_in(anna)
        here.post(f"{CENTRE}adresy/", {"gmina": "120610", "droga": "sms", "adres": "600 100 201"})

        [sms] = gate.sent
        assert (sms.to, sms.message[:21]) == ("48600100201", "Kod do powiadomien: 0"[:20] + sms.message[20])
        assert (ChannelAddress.objects.get().shown, sms.notify_url) == ("+48600100201", "")

    def test_guessing_ends_after_five_tries(self, anna, skala):
        row = ChannelAddress.objects.create(
            user=anna, channel="email", sealed=sealed("a@example.pl"), fingerprint="x", added_at=NOON,
            code=fingerprint("123456"), code_at=timezone.now(), codes=1,
        )  # fmt: skip
        here = signed_in(anna)
        codes = ["000000", "000001", "000002", "000003", "000004", "123456"]
        answers = [here.post(f"{CENTRE}adresy/{row.pk}/kod/", {"gmina": "120610", "kod": code}) for code in codes]

        assert {one.status_code for one in answers} == {422}
        assert not ChannelAddress.objects.usable().exists()

    def test_an_old_tab_does_not_confirm_what_another_address_replaced(self, anna, skala):
        here, rows = signed_in(anna), []
        for number, code in enumerate(("111111", "222222")):
            rows.append(ChannelAddress.objects.create(
                user=anna, channel="email", sealed=sealed(f"a{number}@example.pl"), fingerprint=str(number),
                added_at=NOON, code=fingerprint(code), code_at=timezone.now(), codes=1,
            ))  # fmt: skip
        first, second = (f"{CENTRE}adresy/{row.pk}/kod/" for row in rows)

        assert here.post(second, {"gmina": "120610", "kod": "222222"}).status_code == 302
        assert here.post(first, {"gmina": "120610", "kod": "111111"}).status_code == 422
        assert [one.shown for one in ChannelAddress.objects.usable()] == ["a1@example.pl"]

    def test_codes_are_few(self, anna, skala):
        here = signed_in(anna)
        for number in range(8):
            ChannelAddress.objects.update(code_at=timezone.now() - timedelta(minutes=2))
            here.post(f"{CENTRE}adresy/", {"gmina": "120610", "droga": "email", "adres": f"a{number}@example.pl"})

        assert len(mail.outbox) == 5

    @pytest.mark.parametrize(
        ("droga", "adres"),
        [("email", "anna"), ("email", "a@b.pl\nBcc: c@d.pl"), ("sms", "112"), ("sms", "+49 600 100 201"), ("push", "x"),
         ("", ""), ("email", "a" * 300 + "@example.pl"), ("sms", "60010020\0"), ("sms", "6٠٠١٠٠٢٠١")],
    )  # fmt: skip
    def test_addresses_that_are_none(self, droga, adres, anna, gate):
        said = {"gmina": "120610", "droga": droga, "adres": adres}

        assert signed_in(anna).post(f"{CENTRE}adresy/", said).status_code == 422
        assert (mail.outbox, gate.sent) == ([], [])

    def test_another_persons_things_are_not_there(self, anna, bogdan, skala, reachable, told):
        way = reachable(anna, Channel.EMAIL, "anna@example.pl")
        message = told(channels=[])
        row = Delivery.objects.get(message=message, recipient=anna)
        stranger = signed_in(bogdan)

        assert stranger.get(f"{CENTRE}{row.pk}/").status_code == 404
        for path in (f"adresy/{way.pk}/usun/", f"adresy/{way.pk}/kod/", f"miejsca/{way.pk}/usun/"):
            assert stranger.post(CENTRE + path, {"gmina": "120610"}).status_code in {404, 422}
        assert ChannelAddress.objects.usable().get() == way

    def test_the_inbox_shows_and_reads(self, anna, reachable, told):
        reachable(anna, Channel.EMAIL, "anna@example.pl")
        told(channels=[], body_pl="Do 18.", title_en="No water", body_en="Until 18.")
        here = signed_in(anna)
        home = here.get("/moje/").content.decode()
        assert "Co nowego" in home
        assert "nowe: 1" in home
        [row] = Delivery.objects.inbox(anna)

        assert "Do 18." in here.get(f"{CENTRE}{row.pk}/").content.decode()
        assert "Co nowego" not in here.get("/moje/").content.decode()
        here.cookies["django_language"] = "en"
        assert "Until 18." in here.get(f"{CENTRE}{row.pk}/").content.decode()

    def test_a_place_by_a_parcel(self, anna, make_parcel):
        parcel = make_parcel(east=0, north=0, side=100, number="123/4")
        here = signed_in(anna)
        assert here.post(f"{CENTRE}miejsca/", {"gmina": "120610", "miejsce": parcel.identifier}).status_code == 302

        [place] = WatchedPlace.objects.all()
        assert (place.user, place.municipality_id, place.label) == (anna, "120610", parcel.identifier)
        assert parcel.geom.contains(place.point)
        here.post(f"{CENTRE}miejsca/{place.pk}/usun/", {"gmina": "120610"})
        assert not WatchedPlace.objects.exists()

    @pytest.mark.parametrize(
        "miejsce", ["", "nic", "{", '{"type":"Point","coordinates":[0,0]}', "52.2, 21.0", "\0", "x" * 999]
    )
    def test_a_place_that_is_none(self, anna, skala, miejsce):
        answer = signed_in(anna).post(f"{CENTRE}miejsca/", {"gmina": "120610", "miejsce": miejsce})

        assert (answer.status_code, WatchedPlace.objects.count()) == (422, 0)

    def test_everything_is_in_the_copy_and_goes_with_the_account(self, anna, skala, reachable, told):
        reachable(anna, Channel.EMAIL, "anna@example.pl")
        told(channels=[Channel.EMAIL])
        copy = notifications_of(anna)
        assert [one["title"] for one in copy["inbox"]] == ["Przerwa w dostawie wody"]
        assert [one["shown"] for one in copy["addresses"]] == ["anna@example.pl"]
        assert [(one["topic"], one["is_given"]) for one in copy["consents"]] == [("warning", True)]

        assert erase(anna, is_proved=True)

        assert not Delivery.objects.filter(recipient=anna).exists()
        assert not ChannelAddress.objects.exists()
        assert list(Consent.objects.order_by("pk").values_list("is_given", "source")) == [
            (True, "portal"),
            (False, "closing"),
        ]


class TestClerk:
    def test_from_the_draft_to_the_figures(self, office, karol, anna, reachable, gate):
        reachable(anna, Channel.SMS, "+48600100201")
        sent = office.post("/urzad/powiadomienia/120610/nowa/", form(channels=["sms"], body_pl="Naprawiamy."))
        message = Message.objects.get()
        page = f"/urzad/powiadomienia/wiadomosc/{message.pk}/"
        assert sent["Location"] == page
        seen = office.get(page).content.decode()
        assert "Osób: 1." in seen
        assert "0,16" in seen
        assert "Zatwierdź i wyślij" not in seen  # she wrote it
        office.post(f"{page}krok/zatwierdz/", {"wersja": 1})
        message.refresh_from_db()
        assert message.state == "draft"

        other = signed_in(karol)
        assert "Zatwierdź i wyślij" in other.get(page).content.decode()
        other.post(f"{page}krok/zatwierdz/", {"wersja": 1})
        message.refresh_from_db()
        queue(message, at=timezone.now())
        send(timezone.now() + timedelta(hours=12))

        assert "w portalu" in other.get(page).content.decode()
        assert message.approved_by == karol

    def test_draws_an_area(self, office):
        area = factories.rectangle(east=0, north=0, width=100, height=100).transform(crs.WGS84, clone=True)
        polygon = MultiPolygon(*area)[0].json

        answer = office.post("/urzad/powiadomienia/120610/nowa/", form(audience="area", area=polygon))

        assert answer.status_code == 302
        assert Message.objects.get().area.area == pytest.approx(10_000, rel=1e-3)
        page = office.get(answer["Location"])
        assert "data-shapes" in page.content.decode()
        assert office.get(f"{answer['Location']}zmien/").status_code == 200

    @pytest.mark.parametrize(
        "said",
        [{"title_pl": ""}, {"audience": "area", "area": "{"}, {"audience": "area", "area": '{"type":"Polygon"}'},
         {"audience": "person", "person": "nikt"}, {"expires_at": "jutro"}, {"severity": "x"}, {"topic": "due"},
         {"audience": "group", "group": "999999"}, {"channels": ["fax"]}, {"expires_at": "2020-01-01T10:00"},
         {"duty_reason": "bo tak"}, {"title_pl": "x" * 161}, {"send_at": "9999-12-31T23:59"},
         {"send_at": "0001-01-01T00:00"}, {"expires_at": "0001-01-01T00:00"}],
    )  # fmt: skip
    def test_what_cannot_be_sent_comes_back_with_its_words(self, said, office):
        answer = office.post("/urzad/powiadomienia/120610/nowa/", form(body_pl="Zostaje tutaj", **said))

        assert (answer.status_code, Message.objects.count()) == (422, 0)
        assert "Zostaje tutaj" in answer.content.decode()

    def test_other_offices_are_not_there(self, office, suloszowa, skala, karol):
        message = Message.objects.create(
            municipality=suloszowa, topic="warning", title_pl="x", channels=["inbox"], audience="subscribers",
            created_at=NOON, created_by=karol, expires_at=NOON,
        )  # fmt: skip
        page = f"/urzad/powiadomienia/wiadomosc/{message.pk}/"
        answers = [office.get(page), office.get(f"{page}zmien/"), office.post(f"{page}krok/odwolaj/"),
                   *(office.get(f"/urzad/powiadomienia/120613/{one}/") for one in ("nowa", "grupa", "sms")),
                   office.post("/urzad/powiadomienia/120613/wznow/sms/")]  # fmt: skip

        assert {one.status_code for one in answers} == {404}

    def test_residents_have_no_such_room(self, anna, skala):
        assert signed_in(anna).get("/urzad/powiadomienia/").status_code == 403

    def test_the_token_is_kept_and_never_shown(self, office):
        office.post("/urzad/powiadomienia/120610/sms/", {"sender": "UMiG", "part_price_gr": 16, "token": "tajny-token"})
        office.post("/urzad/powiadomienia/120610/sms/", {"sender": "Skala", "part_price_gr": 17, "token": ""})
        page = office.get("/urzad/powiadomienia/120610/sms/").content.decode()

        account = SmsAccount.objects.get()
        assert (account.sender, account.part_price_gr, b"tajny" in bytes(account.token)) == ("Skala", 17, False)
        assert "tajny" not in page

    @pytest.mark.parametrize("token", ["tajny\u200btoken", "tajny token", "żółty"])
    def test_a_token_that_no_header_can_carry_is_refused(self, office, token):
        said = {"sender": "UMiG", "part_price_gr": 16, "token": token}

        assert office.post("/urzad/powiadomienia/120610/sms/", said).status_code == 422
        assert not SmsAccount.objects.exists()

    def test_a_group_of_logins(self, office, anna, bogdan):
        path = "/urzad/powiadomienia/120610/grupa/"
        assert "nikt" in office.post(path, {"name": "Sołtysi", "logins": "anna\nnikt"}).content.decode()
        office.post(path, {"name": "Sołtysi", "logins": "anna\nbogdan"})

        assert set(Group.objects.get().members.all()) == {anna, bogdan}

    def test_a_group_changed_after_it_was_read_is_read_again(self, office, karol, anna, bogdan):
        """Two people look at what goes to many: at the people too."""
        path, second = "/urzad/powiadomienia/120610/grupa/", signed_in(karol)
        office.post(path, {"name": "Sołtysi", "logins": "anna"})
        hour = f"{timezone.localtime() + timedelta(hours=2):%Y-%m-%dT%H:%M}"
        said = form(audience="group", group=Group.objects.get().pk, send_at=hour)
        office.post("/urzad/powiadomienia/120610/nowa/", said)
        message = Message.objects.get()
        step = f"/urzad/powiadomienia/wiadomosc/{message.pk}/krok/zatwierdz/"

        office.post(path, {"name": "Sołtysi", "logins": "anna\nbogdan"})
        second.post(step, {"wersja": "1"})
        message.refresh_from_db()
        assert message.state == "draft"

        second.post(step, {"wersja": str(message.version)})
        message.refresh_from_db()
        assert message.state == "scheduled"
        assert office.post(path, {"name": "Sołtysi", "logins": "bogdan"}).status_code == 422
        assert set(message.group.members.all()) == {anna, bogdan}


class TestWarnings:
    @pytest.fixture
    def warning(self, told) -> Message:
        now = timezone.now()
        area = factories.rectangle(east=0, north=0, width=100, height=100)
        return told(
            at=now, channels=[], audience="area", area=MultiPolygon(*area, srid=crs.PL_2000_7), severity="Severe",
            body_pl="Nie pij.", title_en="Water", body_en="Do not drink.", category="Health",
        )  # fmt: skip

    def test_everybody_reads_them_until_they_expire(self, client, warning):
        assert "Nie pij." in client.get("/ostrzezenia/").content.decode()
        feed = ElementTree.fromstring(client.get("/ostrzezenia/atom.xml").content)
        [entry] = feed.findall("{http://www.w3.org/2005/Atom}entry")
        assert entry.find("{http://www.w3.org/2005/Atom}title").text == "Przerwa w dostawie wody"
        assert client.get(warning.get_absolute_url())["Location"] == f"/ostrzezenia/#{warning.public_id}"

        Message.objects.update(expires_at=timezone.now())
        assert "Nie pij." not in client.get("/ostrzezenia/").content.decode()
        assert client.get(f"/ostrzezenia/{warning.public_id}.cap.xml").status_code == 404

    def test_as_cap(self, client, warning):
        alert = ElementTree.fromstring(client.get(f"/ostrzezenia/{warning.public_id}.cap.xml").content)
        infos = alert.findall(f"{CAP}info")

        assert [one.tag.removeprefix(CAP) for one in alert][:6] == [
            "identifier", "sender", "sent", "status", "msgType", "scope",
        ]  # fmt: skip
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]0[12]:00", alert.find(f"{CAP}sent").text)
        assert [one.find(f"{CAP}language").text for one in infos] == ["pl-PL", "en-US"]
        assert (infos[0].find(f"{CAP}severity").text, infos[0].find(f"{CAP}category").text) == ("Severe", "Health")
        ring = [pair.split(",") for pair in infos[0].find(f"{CAP}area/{CAP}polygon").text.split()]
        assert ring[0] == ring[-1]
        assert {(float(lat) // 1, float(lon) // 1) for lat, lon in ring} == {(50.0, 19.0)}  # latitude first

    def test_signs_that_xml_cannot_hold_are_left_out(self, office, karol, client):
        """A line that was broken by hand in Word is pasted with a vertical tab."""
        said = form(
            title_pl="Awaria\x0bwody", body_pl="Nie pij.\x0bGotuj.", title_en="No\x0b water", body_en="Boil.\x0b"
        )
        office.post("/urzad/powiadomienia/120610/nowa/", said)
        message = Message.objects.get()
        signed_in(karol).post(f"/urzad/powiadomienia/wiadomosc/{message.pk}/krok/zatwierdz/", {"wersja": "1"})
        queue(message, at=timezone.now())

        assert (message.body_pl, message.body_en) == ("Nie pij.\nGotuj.", "Boil.")
        for path in ("atom.xml", f"{message.public_id}.cap.xml"):
            assert ElementTree.fromstring(client.get(f"/ostrzezenia/{path}").content) is not None

    def test_what_is_for_a_group_or_one_person_is_not_public(self, client, told, skala, anna):
        told(at=timezone.now(), channels=[], audience="person", person=anna, title_pl="Tylko dla Anny")

        assert "Tylko dla Anny" not in client.get("/ostrzezenia/").content.decode()


def test_clicks_are_counted_without_anybody(client, told):
    message = told(channels=[])
    for _twice in range(2):
        assert client.get(f"/n/{message.public_id}").status_code == 302
    client.head(f"/n/{message.public_id}")

    message.refresh_from_db()
    assert message.clicks == 2
    assert client.get("/n/nie-ma").status_code == 404


@pytest.mark.parametrize(
    "path", ["/n/%00", "/ostrzezenia/%00.cap.xml", "/powiadomienia/raport-sms/%00/", "/powiadomienia/wypisz/%00/"]
)
def test_addresses_with_a_nul_are_not_there(client, path):
    assert client.get(path).status_code == 404


def test_the_service_worker_has_an_address_of_its_own(client):
    answer = client.get(f"{CENTRE}worker.js")

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert b'addEventListener("push"' in answer.content


class TestCommand:
    def test_drafts_and_never_sends_by_itself(self, jadwiga, capsys):
        call_command("notify", municipality="120610", author="jadwiga", title="Awaria", severity="Severe")

        assert Message.objects.get().state == "draft"
        assert "szkic\tosób 0" in capsys.readouterr().out

    @pytest.mark.parametrize("said", [{}, {"municipality": "120610", "author": "nikt", "title": "x"}])
    def test_says_what_is_missing(self, said, skala):
        with pytest.raises(CommandError):
            call_command("notify", **said)

    def test_sends_what_waits(self, anna, reachable, told, gate, monkeypatch):
        reachable(anna, Channel.SMS, "+48600100201")
        told(at=timezone.now(), severity="Severe")
        call_command("notify", "--send")

        assert len(gate.sent) == 1
