"""Letters after the mandate has ended in the middle of a case: to the party itself, never to who acted (KPA art. 40).

By the account of the party, its address for electronic delivery, then paper: KPA art. 39.
"""

import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone

from services.audit.reading import about
from services.cases.models import Case
from services.catalogue.exchange import call_to_mend
from services.catalogue.filing import apply
from services.correspondence.models import Correspondence
from services.delivery import outbox, paper, rerouting
from services.delivery.models import PartyAddress, Shipment
from services.identity.models import User
from services.identity.news import NaturalPerson, identified
from services.parties import mandates
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
        with letter.document.file.open("rb") as file:
            (tmp_path / "call.pdf").write_bytes(file.read())
        command = ["pdftotext", tmp_path / "call.pdf", "-"]
        assert "Podaj ulicę." in subprocess.run(command, check=True, capture_output=True, text=True).stdout

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

    def test_so_are_those_of_a_mandate_that_ended_by_its_day(self, case, link, jadwiga):
        first = answered(case, jadwiga)
        link.valid_to = TODAY - timedelta(days=1)
        link.save()

        for _twice in range(2):
            rerouting.redirect_lapsed(at=timezone.now())

        first.refresh_from_db()
        assert first.status == "returned"
        assert Correspondence.objects.filter(direction="out").count() == 2

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

    def test_words_without_a_document_are_told_to_the_clerk(self, case, revoke, jadwiga):
        call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())
        revoke()

        letter = Correspondence.objects.get(direction="out")
        assert letter.status == "returned"
        assert "nie zostało odebrane" in case.events.get(kind="letter-redirected").text
