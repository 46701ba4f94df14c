"""Letters after the mandate has ended in the middle of a case: to the party itself, never to who acted (KPA art. 40).

By the account of the party, its address for electronic delivery, then paper: KPA art. 39.
"""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from services.audit.reading import about
from services.cases.models import Case
from services.cases.terms import moved
from services.catalogue.exchange import call_to_mend, leave
from services.catalogue.filing import apply
from services.correspondence.models import Correspondence
from services.delivery import outbox, paper, rerouting
from services.delivery.models import Addressee, PartyAddress, Shipment
from services.identity.models import User
from services.identity.news import NaturalPerson, identified
from services.parties import mandates
from spatial.errors import Conflict
from tests import office
from tests.services.delivery.conftest import ANNAS, STREET, mailbox_at
from tests.services.parties.test_acting import LETTER, shown
from tests.simulators.edelivery import EDelivery

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def link(make_link, anna, principal):
    """Anna acts for Celina, who has no account."""
    return make_link(anna, principal)


@pytest.fixture
def case(filing, link) -> Case:
    return apply(
        office.service("pismo-ogolne"), owner=link.user, answers=LETTER, at=timezone.now(), representation=link
    )


@pytest.fixture
def revoke(link, jadwiga):
    return lambda: mandates.revoke(link, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())


@pytest.fixture
def letter(case, revoke, jadwiga):
    """The answer, written when the mandate had ended."""
    revoke()
    return answered(case, jadwiga)


def answered(case: Case, clerk) -> Correspondence:
    office.decided(Case.objects.get(pk=case.pk), clerk, text="Lampa będzie w piątek.")
    return Correspondence.objects.filter(direction="out").latest("pk")


def address_of(case: Case) -> str:
    return f"/urzad/doreczenia/120610/strony/{case.on_behalf_of_id}/"


def words_of(letter: Correspondence, folder: Path) -> str:
    """Of its document."""
    with letter.document.file.open("rb") as file:
        (folder / "letter.pdf").write_bytes(file.read())
    command = ["pdftotext", folder / "letter.pdf", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def carrying(letter: Correspondence) -> Shipment:
    return Shipment.objects.current().get(letter=letter)


class TestWithoutAnAccount:
    def test_it_waits_for_an_address_and_not_with_who_acted(self, letter, case, signed_in, anna, jadwiga, skala):
        assert (letter.party, letter.party_name, letter.channel) == (None, "Celina Wiśniewska", "post")
        assert not paper.waiting(skala).exists()
        assert letter.subject not in shown(signed_in(anna), "/moje/korespondencja/")
        clerk = signed_in(jadwiga)
        assert "Urząd nie zna adresu strony" in shown(clerk, f"/urzad/sprawy/{case.pk}/")
        desk = shown(clerk, "/urzad/doreczenia/")
        assert "Listy bez adresu" in desk
        assert address_of(case) in desk

    def test_on_paper_once_the_clerk_has_found_the_address(self, letter, case, signed_in, jadwiga, skala, tmp_path):
        clerk = signed_in(jadwiga)
        assert clerk.post(address_of(case), STREET | {"ade": ""}).status_code == 302

        assert carrying(letter).address == {"name": "Celina Wiśniewska", **STREET}
        assert "listem na adres: Rynek 5, 32-043 Skała" in shown(clerk, f"/urzad/sprawy/{case.pk}/")
        printed = tmp_path / "letters.pdf"
        printed.write_bytes(paper.batch_pdf(paper.post(skala, clerk=jadwiga, at=timezone.now())))
        text = subprocess.run(["pdftotext", printed, "-"], check=True, capture_output=True, text=True).stdout
        assert "Celina Wiśniewska\nRynek 5\n32-043 Skała" in text
        assert "Lampa będzie w piątek." in text

    def test_by_her_address_for_electronic_delivery_where_it_is_known(self, case, revoke, jadwiga, skala, signed_in):
        with EDelivery().running() as operator:
            mailbox_at(operator, skala)
            revoke()
            signed_in(jadwiga).post(address_of(case), STREET | {"ade": ANNAS})
            letter = answered(case, jadwiga)
            outbox.work(at=timezone.now())

            [sent] = operator.sent.values()
            assert (letter.channel, sent.metadata["to"][0]["eDeliveryAddress"]) == ("ade", ANNAS)
        assert f"na adres do doręczeń elektronicznych {ANNAS}" in shown(signed_in(jadwiga), f"/urzad/sprawy/{case.pk}/")

    def test_what_waited_leaves_electronically_when_that_is_found(self, letter, case, skala, signed_in, jadwiga):
        with EDelivery().running() as operator:
            mailbox_at(operator, skala)
            signed_in(jadwiga).post(address_of(case), {"ade": ANNAS.lower()})

        letter.refresh_from_db()
        assert (letter.channel, carrying(letter).channel, letter.shipments.count()) == ("ade", "ade", 1)

    def test_a_call_is_a_document_with_its_words(self, case, revoke, jadwiga, tmp_path):
        revoke()
        call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())

        letter = Correspondence.objects.get(direction="out")
        assert (letter.channel, letter.document.title) == ("post", "Wezwanie do uzupełnienia")
        assert "Podaj ulicę." in words_of(letter, tmp_path)

    @pytest.mark.parametrize(
        "said", [{}, {"street": "Rynek 5"}, {"ade": "AE:PL-1"}, STREET | {"postal_code": "1"}, {"ade": "\0"}]
    )
    def test_a_bad_address_is_answered_in_words(self, letter, case, signed_in, jadwiga, said):
        answer = signed_in(jadwiga).post(address_of(case), said)

        assert answer.status_code == 422
        assert 'class="error"' in answer.content.decode()
        assert not PartyAddress.objects.exists()

    def test_it_is_of_the_office_of_the_case(self, letter, case, signed_in, kazimierz, jadwiga, anna, firm):
        assert signed_in(kazimierz).get(address_of(case)).status_code == 404
        assert signed_in(kazimierz).get(address_of(case).replace("120610", "120613")).status_code == 404
        assert signed_in(jadwiga).get(f"/urzad/doreczenia/120610/strony/{firm.pk}/").status_code == 404
        assert signed_in(anna).get(address_of(case)).status_code == 403


class TestWithAnAccount:
    def test_it_lies_there(self, case, revoke, make_link, celina, principal, jadwiga, signed_in):
        make_link(celina, principal, basis="self", municipality=None)
        revoke()
        letter = answered(case, jadwiga)

        assert (letter.party, letter.channel) == (celina, "portal")
        assert "Pisma dostaje sama strona" in shown(signed_in(celina), f"/moje/sprawy/{case.pk}/")
        assert signed_in(celina).post(f"/moje/pisma/{letter.pk}/").status_code == 302

    def test_who_proved_to_be_the_person_comes_before_who_typed_a_code(
        self, case, revoke, make_link, bogdan, celina, principal, jadwiga, signed_in
    ):
        """The letter with the code was read by somebody else."""
        make_link(bogdan, principal, basis="self", level=2)
        make_link(celina, principal, basis="self", municipality=None, level=3)
        revoke()

        assert answered(case, jadwiga).party == celina
        assert signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/").status_code == 200
        assert signed_in(jadwiga).get(f"/urzad/strony/{principal.pk}/").status_code == 200
        assert set(about(celina).values_list("action", flat=True)) == {"case", "party"}
        assert not about(bogdan).exists()

    def test_a_look_is_told_to_nobody_who_is_the_party_before_another_office(
        self, case, make_link, bogdan, principal, jadwiga, signed_in, suloszowa
    ):
        make_link(bogdan, principal, basis="self", level=2, municipality=suloszowa)
        signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/")
        assert not about(bogdan).exists()

    def test_while_the_mandate_holds_it_lies_with_who_acts(self, case, jadwiga, anna, signed_in):
        assert answered(case, jadwiga).party == anna
        assert "Pisma dostaje sama strona" not in shown(signed_in(anna), f"/moje/sprawy/{case.pk}/")


class TestLyingLetters:
    """Unopened in the account of who acted when the mandate ends."""

    def test_are_sent_to_the_party_and_closed_to_who_acted(self, case, revoke, jadwiga, anna, signed_in):
        first = answered(case, jadwiga)
        client = signed_in(anna)
        assert first.subject in shown(client, "/moje/")
        revoke()

        first.refresh_from_db()
        again = Correspondence.objects.filter(direction="out").latest("pk")
        assert (first.status, again.document, again.party) == ("returned", first.document, None)
        assert [
            client.get(f"/moje/pisma/{first.pk}/").status_code,
            client.post(f"/moje/pisma/{first.pk}/").status_code,
        ] == [404, 404]
        assert first.subject not in shown(client, "/moje/")
        [event] = case.events.filter(kind="letter-redirected")
        assert again.number in event.text

    def test_the_party_opens_what_was_sent_to_it_and_not_the_first(
        self, case, revoke, make_link, celina, principal, jadwiga, signed_in
    ):
        make_link(celina, principal, basis="self", municipality=None)
        first, client = answered(case, jadwiga), signed_in(celina)
        revoke()
        again = Correspondence.objects.filter(direction="out").latest("pk")

        page = shown(client, "/moje/korespondencja/")
        answers = [client.get(f"/moje/pisma/{first.pk}/"), client.post(f"/moje/pisma/{first.pk}/")]

        assert first.document.code not in page
        assert f"/moje/pisma/{again.pk}/" in page
        assert [one.status_code for one in answers] == [404, 404]
        assert set(Correspondence.objects.filter(direction="out").values_list("status", flat=True)) == {
            "returned", "sent",
        }  # fmt: skip
        client.post(f"/moje/pisma/{again.pk}/")
        assert again.document.code in shown(client, "/moje/korespondencja/")

    def test_so_are_those_of_a_mandate_that_ended_by_its_day(self, case, link, jadwiga):
        first = answered(case, jadwiga)
        link.valid_to = TODAY - timedelta(days=1)
        link.save()

        for _twice in range(2):
            rerouting.redirect_lapsed(at=timezone.now())

        first.refresh_from_db()
        assert first.status == "returned"
        assert Correspondence.objects.filter(direction="out").count() == 2

    @pytest.mark.parametrize("way", ["ade", "paper"])
    def test_so_are_those_that_have_not_left_the_office(self, case, revoke, jadwiga, anna, skala, way):
        Addressee.objects.create(user=anna, way=way, ade=ANNAS, **STREET)
        with EDelivery().running() as operator:
            mailbox_at(operator, skala)
            first = answered(case, jadwiga)
            assert first.channel == {"ade": "ade", "paper": "post"}[way]
            revoke()
            outbox.work(at=timezone.now() + timedelta(minutes=1))

            assert not operator.sent
        assert not paper.waiting(skala).exists()
        first.refresh_from_db()
        again = Correspondence.objects.filter(direction="out").latest("pk")
        assert (first.status, again.document, again.party) == ("returned", first.document, None)

    def test_one_sent_on_while_a_worker_holds_it_does_not_leave(self, case, revoke, jadwiga, anna, skala, monkeypatch):
        Addressee.objects.create(user=anna, way="ade", ade=ANNAS)

        def meanwhile(shipment):
            revoke()
            return honest(shipment)

        honest = outbox.parcel_of
        monkeypatch.setattr(outbox, "parcel_of", meanwhile)
        with EDelivery().running() as operator:
            mailbox_at(operator, skala)
            answered(case, jadwiga)
            outbox.work(at=timezone.now() + timedelta(minutes=1))

            assert not operator.sent

    @pytest.mark.parametrize("code", ["A.2", ""])
    def test_one_that_did_not_come_is_sent_again_to_the_party(self, case, revoke, jadwiga, anna, skala, code):
        """By e-Doręczenia, rejected there or never taken."""
        Addressee.objects.create(user=anna, way="ade", ade=ANNAS)
        with EDelivery().running() as operator:
            mailbox_at(operator, skala)
            first, operator.rejects = answered(case, jadwiga), "" if code else "awaria"
            for minutes in (0, 2):
                outbox.work(at=timezone.now() + timedelta(minutes=minutes))
            if code:
                operator.happens(carrying(first).message_id, code, timezone.now())
                outbox.work(at=timezone.now() + timedelta(minutes=5))
            revoke()

            again = outbox.send_again(carrying(first), at=timezone.now())

        first.refresh_from_db()
        assert (first.status, again.letter.party, again.letter.channel) == ("returned", None, "post")
        assert again.letter.document == first.document

    @pytest.mark.parametrize("by", ["the person", "the node"])
    def test_so_are_those_of_who_passed_for_the_party_by_a_code(
        self, case, revoke, make_link, bogdan, celina, principal, jadwiga, signed_in, by
    ):
        by_code = make_link(bogdan, principal, basis="self", level=2)
        revoke()
        first = answered(case, jadwiga)
        assert first.party == bogdan
        if by == "the person":
            make_link(celina, principal, basis="self", municipality=None, level=3)
            assert signed_in(celina).post(f"/moje/w-imieniu/{by_code.pk}/odwolaj/").status_code == 302
        else:
            other = NaturalPerson(identifier="02070803628", first_name="Bogdan", last_name="Kowalski")
            identified.send(User, user=bogdan, person=other)

        first.refresh_from_db()
        again = Correspondence.objects.filter(direction="out").latest("pk")
        assert (first.status, again.party) == ("returned", celina if by == "the person" else None)
        assert signed_in(bogdan).post(f"/moje/pisma/{first.pk}/").status_code == 404

    def test_what_lies_with_who_is_the_recipient_still_stays(self, case, make_link, anna, principal, jadwiga):
        """Another mandate of the same person has ended."""
        other = make_link(anna, principal, scope=["wypis-z-planu"])
        first = answered(case, jadwiga)
        mandates.revoke(other, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())

        first.refresh_from_db()
        assert (first.status, Correspondence.objects.filter(direction="out").count()) == ("sent", 1)

    def test_an_opened_one_stays_delivered(self, case, revoke, jadwiga):
        first = answered(case, jadwiga)
        office.collected(case)
        revoke()

        first.refresh_from_db()
        assert first.status == "delivered"
        assert Correspondence.objects.filter(direction="out").count() == 1

    @pytest.fixture
    def call(self, case, jadwiga) -> Correspondence:
        """Words of the case, without a document: they lie in the account of who acts."""
        call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())
        return Correspondence.objects.get(direction="out", document=None)

    def test_a_call_is_printed_for_the_party(self, call, case, revoke, jadwiga, skala, tmp_path):
        PartyAddress.objects.create(municipality=skala, party=case.on_behalf_of, entered_by=jadwiga, **STREET)
        revoke()

        call.refresh_from_db()
        again = Correspondence.objects.filter(direction="out").latest("pk")
        assert (call.status, again.channel, again.event) == ("returned", "post", call.event)
        assert again.number in case.events.get(kind="letter-redirected").text
        assert [one.letter for one in paper.waiting(skala)] == [again]
        text = words_of(again, tmp_path)
        assert "Podaj ulicę." in text
        assert "co najmniej 7 dni od doręczenia" in text.replace("\n", " ")
        assert "pozostanie bez rozpoznania (art. 64 § 2 KPA)" in text.replace("\n", " ")
        assert "Jadwiga Kaczmarek, inspektor" in text

    def test_a_call_goes_to_her_address_for_electronic_delivery(self, call, case, revoke, jadwiga, skala):
        PartyAddress.objects.create(municipality=skala, party=case.on_behalf_of, entered_by=jadwiga, ade=ANNAS)
        with EDelivery().running() as operator:
            mailbox_at(operator, skala)
            revoke()
            outbox.work(at=timezone.now())

            [sent] = operator.sent.values()
        again = Correspondence.objects.filter(direction="out").latest("pk")
        assert (again.channel, sent.metadata["to"][0]["eDeliveryAddress"]) == ("ade", ANNAS)
        assert again.document.title == "Wezwanie do uzupełnienia"

    def test_without_a_seal_it_waits_for_the_next_night(self, call, revoke, anna, signed_in, settings, tmp_path):
        settings.SEAL_DIR, settings.SEAL_REQUIRED = tmp_path / "none", True
        revoke()
        assert signed_in(anna).post(f"/moje/pisma/{call.pk}/").status_code == 404
        assert Correspondence.objects.filter(direction="out").count() == 1

        settings.SEAL_REQUIRED = False
        for _twice in range(2):
            rerouting.redirect_lapsed(at=timezone.now())

        call.refresh_from_db()
        assert (call.status, Correspondence.objects.filter(direction="out").count()) == ("returned", 2)

    def test_words_that_nobody_knows_are_told_to_the_clerk(self, call, case, revoke):
        """Of calls from before letters named their events."""
        Correspondence.objects.update(event=None)
        revoke()

        letter = Correspondence.objects.get(direction="out")
        assert letter.status == "returned"
        assert "nie zostało odebrane" in case.events.get(kind="letter-redirected").text


class TestTerm:
    """Of a call to mend: never shorter than seven days from its delivery (KPA art. 64 § 2)."""

    @pytest.fixture
    def call(self, case, revoke, jadwiga, skala) -> Shipment:
        PartyAddress.objects.create(municipality=skala, party=case.on_behalf_of, entered_by=jadwiga, **STREET)
        revoke()
        call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())
        paper.post(skala, clerk=jadwiga, at=timezone.now())
        return Shipment.objects.get(letter__direction="out")

    @pytest.mark.parametrize(("after", "ends"), [(3, None), (14, 14 + 7)])
    def test_runs_from_the_delivery(self, call, case, jadwiga, after, ends):
        case.refresh_from_db()
        asked = case.awaits_until
        on = TODAY + timedelta(days=after)
        said = paper.Confirmation(outcome=paper.Outcome.DELIVERED, on=on)
        paper.confirm(call, said, clerk=jadwiga, at=timezone.now() + timedelta(days=after))

        case.refresh_from_db()
        assert case.awaits_until == (moved(TODAY + timedelta(days=ends)) if ends else asked)
        assert case.events.filter(kind="call-delivered").exists() == bool(ends)

    def test_does_not_end_before_the_delivery(self, call, case, jadwiga):
        later = timezone.now() + timedelta(days=60)
        with pytest.raises(Conflict, match="nie jest jeszcze doręczone"):
            leave(case, clerk=jadwiga, at=later)

        said = paper.Confirmation(outcome=paper.Outcome.DELIVERED, on=TODAY + timedelta(days=59))
        paper.confirm(call, said, clerk=jadwiga, at=later)
        with pytest.raises(Conflict, match="nie minął"):
            leave(case, clerk=jadwiga, at=later)
        leave(case, clerk=jadwiga, at=later + timedelta(days=14))

        case.refresh_from_db()
        assert case.status == "left"

    def test_is_kept_by_an_answer_on_paper(self, call, case, jadwiga, signed_in):
        clerk, step = signed_in(jadwiga), f"/urzad/sprawy/{case.pk}/krok/uzupelniono/"
        assert "Wpisz uzupełnienie z listu" in shown(clerk, f"/urzad/sprawy/{case.pk}/")
        assert clerk.post(step, {"tekst": " "}).status_code == 422
        assert [clerk.post(step, {"tekst": "Ulica Zielona."}).status_code for _twice in range(2)] == [302, 422]

        case.refresh_from_db()
        letter = Correspondence.objects.filter(direction="in").latest("pk")
        assert (case.status, case.awaits_until) == ("in-review", None)
        assert (letter.channel, letter.party, letter.party_name) == ("post", None, "Celina Wiśniewska")
        assert letter.number.startswith("RPW/2/")

    def test_of_an_older_call_changes_nothing(self, call, case, jadwiga):
        case.events.create(kind="called", text="Drugie", actor=jadwiga, at=timezone.now())
        said = paper.Confirmation(outcome=paper.Outcome.DELIVERED, on=TODAY + timedelta(days=20))
        paper.confirm(call, said, clerk=jadwiga, at=timezone.now() + timedelta(days=20))

        assert not case.events.filter(kind="call-delivered").exists()


def test_whoever_wants_paper_gets_calls_so_too(anna, jadwiga, skala, filing):
    Addressee.objects.create(user=anna, way="paper", **STREET)
    case = office.filed("pismo-ogolne", anna, **LETTER)
    call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())

    letter = Correspondence.objects.get(direction="out")
    assert (letter.channel, letter.document.title) == ("post", "Wezwanie do uzupełnienia")
    assert paper.waiting(skala).get().letter == letter
