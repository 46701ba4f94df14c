"""A mandate over HTTP: asked for by a resident, decided by a clerk of that office, ended by who gave it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from services.audit.models import AuditEntry
from services.parties import mandates
from services.parties.models import Organisation, PartyLink, Person
from services.parties.people import Known, party_of
from spatial.errors import Refused
from tests.services.parties.conftest import NIP, PESEL, pdf

pytestmark = pytest.mark.django_db

ASK = "/moje/w-imieniu/nowe/"
TODAY = timezone.localdate().isoformat()


@pytest.fixture
def wish(skala, suloszowa):
    def make(**more: object) -> dict[str, object]:
        said = {
            "municipality": "120610", "kind": "person", "pesel": PESEL, "first_name": "Celina", "name": "Wiśniewska",
            "nip": "", "basis": "mandate", "valid_from": TODAY, "valid_to": "", "document": pdf(),
        }  # fmt: skip
        return said | more

    return make


@pytest.fixture
def asked(signed_in, anna, wish) -> PartyLink:
    assert signed_in(anna).post(ASK, wish()).status_code == 302
    return PartyLink.objects.get()


def decide(client, link: PartyLink, step: str, reason: str = ""):
    return client.post(f"/urzad/umocowania/{link.pk}/", {"krok": step, "przyczyna": reason})


class TestAsking:
    def test_it_waits_for_the_office(self, signed_in, anna, jadwiga, asked):
        assert (asked.state, asked.asked_as, asked.municipality_id) == ("asked", "Celina Wiśniewska", "120610")
        assert "czeka na urząd" in signed_in(anna).get("/moje/w-imieniu/").content.decode()
        desk = signed_in(jadwiga).get("/urzad/strony/").content.decode()
        assert "Anna Nowak: Celina Wiśniewska" in desk

    def test_it_opens_nothing_meanwhile(self, signed_in, anna, asked):
        assert signed_in(anna).post("/moje/w-imieniu/", {"powiazanie": str(asked.pk)}).status_code == 404

    def test_the_true_name_of_a_pesel_is_not_told(self, signed_in, anna, principal, wish):
        client = signed_in(anna)
        client.post(ASK, wish(first_name="X", name="Y"))

        page = client.get("/moje/w-imieniu/").content.decode()
        assert "X Y" in page
        assert "Wiśniewska" not in page

    def test_twice_the_same_is_once(self, signed_in, anna, wish, asked):
        answer = signed_in(anna).post(ASK, wish())
        assert answer.status_code == 422
        assert "już czeka" in answer.content.decode()
        assert PartyLink.objects.count() == 1

    @pytest.mark.parametrize(
        ("more", "told"),
        [
            ({"pesel": "44051401459"}, "PESEL jest błędny"),
            ({"pesel": ""}, "Wpisz PESEL osoby"),
            ({"kind": "organisation", "nip": "123"}, "NIP jest błędny"),
            ({"kind": "organisation"}, "Wpisz NIP firmy"),
            ({"kind": ""}, "Wybierz, czy to osoba"),
            ({"kind": "person", "first_name": ""}, "Wpisz imię."),
            ({"municipality": "x"}, "alert danger"),
            ({"basis": "self"}, "alert danger"),
            ({"scope": ["x"]}, "alert danger"),
            ({"valid_to": "2020-01-01"}, "nie może być przed pierwszym"),
            ({"valid_from": "x"}, "alert danger"),
            ({"document": SimpleUploadedFile("a.exe", b"MZ\x90\x00" * 9)}, "Nie przyjmujemy takich plików"),
            ({"document": ""}, "Dołącz dokument."),
            ({"name": "\x00"}, "alert danger"),
            ({"basis": "representation"}, "reprezentuje się firmę albo instytucję"),
        ],
    )
    def test_bad_input_is_named_and_nothing_is_kept(self, signed_in, anna, wish, more, told):
        answer = signed_in(anna).post(ASK, wish(**more))
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert not PartyLink.objects.exists()
        assert not Person.objects.exists()
        assert not Organisation.objects.exists()

    def test_one_asks_a_few_at_a_time(self, signed_in, anna, wish, monkeypatch):
        monkeypatch.setattr(mandates, "MOST_ASKED", 1)
        client = signed_in(anna)
        client.post(ASK, wish())
        answer = client.post(ASK, wish(kind="organisation", nip=NIP, name="Piekarnia"))
        assert "dużo zgłoszeń" in answer.content.decode()


class TestDeciding:
    def test_approved_it_opens(self, signed_in, anna, jadwiga, asked):
        assert decide(signed_in(jadwiga), asked, "zatwierdz").status_code == 302
        asked.refresh_from_db()

        assert (asked.state, asked.approved_by, asked.party.is_confirmed) == ("approved", jadwiga, True)
        assert signed_in(anna).post("/moje/w-imieniu/", {"powiazanie": str(asked.pk)}).status_code == 302

    def test_the_office_confirms_the_name_of_the_document(self, signed_in, jadwiga, wish, asked, bogdan):
        signed_in(bogdan).post(ASK, wish(first_name="Cela", name="Inna"))
        decide(signed_in(jadwiga), asked, "zatwierdz")
        later = PartyLink.objects.latest("pk")
        decide(signed_in(jadwiga), later, "zatwierdz")

        later.refresh_from_db()
        assert later.party.name == "Celina Wiśniewska"

    def test_refused_with_a_reason_only(self, signed_in, anna, jadwiga, asked):
        assert decide(signed_in(jadwiga), asked, "odmow").status_code == 422
        assert decide(signed_in(jadwiga), asked, "odmow", "Brak podpisu.").status_code == 302
        assert decide(signed_in(jadwiga), asked, "zatwierdz").status_code == 422

        page = signed_in(anna).get("/moje/w-imieniu/").content.decode()
        assert "Brak podpisu." in page
        assert not PartyLink.objects.filter(state="approved").exists()

    def test_nonsense_is_no_step(self, signed_in, jadwiga, asked):
        assert decide(signed_in(jadwiga), asked, "x\x00").status_code == 422

    def test_another_office_does_not_see_it(self, signed_in, kazimierz, asked):
        client = signed_in(kazimierz)
        assert decide(client, asked, "zatwierdz").status_code == 404
        assert client.get(f"/urzad/umocowania/{asked.pk}/dokument/").status_code == 404
        assert "Wiśniewska" not in client.get("/urzad/strony/").content.decode()

    def test_nor_do_residents(self, signed_in, anna, asked):
        assert decide(signed_in(anna), asked, "zatwierdz").status_code == 403
        asked.refresh_from_db()
        assert asked.state == "asked"

    def test_nobody_decides_of_their_own(self, jadwiga, make_link, principal):
        own = make_link(jadwiga, principal, state="asked", approved_at=None)
        with pytest.raises(Refused):
            mandates.approve(own, clerk=jadwiga, at=timezone.now())

    @pytest.mark.parametrize("basis", ["self", "representation", "mandate"])
    def test_nor_of_whom_they_are_or_act_for(self, signed_in, jadwiga, make_link, principal, asked, basis):
        make_link(jadwiga, principal, basis=basis)
        assert decide(signed_in(jadwiga), asked, "zatwierdz").status_code == 422
        asked.refresh_from_db()
        assert asked.state == "asked"

    def test_the_document_is_read_and_the_look_written_down(self, signed_in, anna, jadwiga, celina, asked):
        mine, theirs = f"/moje/w-imieniu/{asked.pk}/dokument/", f"/urzad/umocowania/{asked.pk}/dokument/"
        answer = signed_in(jadwiga).get(theirs)

        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert AuditEntry.objects.filter(user=jadwiga, subject=anna, thing__endswith="dokument").count() == 1
        assert signed_in(anna).get(mine).status_code == 200
        assert signed_in(celina).get(mine).status_code == 404


class TestEnding:
    def test_who_gave_it_revokes_it(self, signed_in, anna, celina, for_celina):
        client = signed_in(celina)
        assert "Anna Nowak" in client.get("/moje/w-imieniu/").content.decode()
        client.post(f"/moje/w-imieniu/{for_celina.pk}/odwolaj/", {"przyczyna": ""})

        for_celina.refresh_from_db()
        assert (for_celina.state, for_celina.ended_by, for_celina.reason) == (
            "revoked",
            celina,
            "Odwołanie przez mocodawcę.",
        )
        assert client.post(f"/moje/w-imieniu/{for_celina.pk}/odwolaj/").status_code == 404

    def test_whoever_proved_to_be_the_person_ends_what_another_holds_by_a_code(
        self, signed_in, bogdan, celina, principal, make_link, skala
    ):
        """The letter with the code was read by somebody else."""
        by_code = make_link(bogdan, principal, basis="self", level=2)
        proved = make_link(celina, principal, basis="self", municipality=None, level=3)
        client = signed_in(celina)
        assert "Bogdan Kowalski" in client.get("/moje/w-imieniu/").content.decode()
        assert signed_in(bogdan).post(f"/moje/w-imieniu/{proved.pk}/odwolaj/").status_code == 404
        assert client.post(f"/moje/w-imieniu/{proved.pk}/odwolaj/").status_code == 404

        assert client.post(f"/moje/w-imieniu/{by_code.pk}/odwolaj/").status_code == 302
        by_code.refresh_from_db()
        assert (by_code.state, by_code.ended_by) == ("revoked", celina)

    def test_a_code_alone_ends_no_code_of_another(self, signed_in, bogdan, celina, principal, make_link, skala):
        first, _second = (make_link(user, principal, basis="self", level=2) for user in (celina, bogdan))
        assert signed_in(bogdan).post(f"/moje/w-imieniu/{first.pk}/odwolaj/").status_code == 404

    def test_who_holds_it_gives_it_up(self, signed_in, anna, for_celina):
        signed_in(anna).post(f"/moje/w-imieniu/{for_celina.pk}/odwolaj/")
        for_celina.refresh_from_db()
        assert for_celina.state == "revoked"

    def test_who_represents_the_firm_ends_mandates_of_the_firm(
        self, signed_in, anna, bogdan, firm, for_firm, make_link
    ):
        given = make_link(anna, firm)
        assert signed_in(bogdan).post(f"/moje/w-imieniu/{given.pk}/odwolaj/").status_code == 302
        given.refresh_from_db()
        assert given.state == "revoked"

    def test_a_mandatary_ends_nobody_elses(self, signed_in, anna, bogdan, firm, for_firm, make_link):
        make_link(anna, firm)
        assert signed_in(anna).post(f"/moje/w-imieniu/{for_firm.pk}/odwolaj/").status_code == 404

    def test_a_representative_before_one_office_does_not_before_another(
        self, signed_in, anna, bogdan, firm, for_firm, make_link, suloszowa
    ):
        given = make_link(anna, firm, municipality=suloszowa)
        assert signed_in(bogdan).post(f"/moje/w-imieniu/{given.pk}/odwolaj/").status_code == 404

    def test_the_office_revokes_it(self, signed_in, jadwiga, for_celina):
        assert decide(signed_in(jadwiga), for_celina, "odwolaj").status_code == 422
        assert decide(signed_in(jadwiga), for_celina, "odwolaj", "Zgon mocodawcy.").status_code == 302
        for_celina.refresh_from_db()
        assert for_celina.state == "revoked"


def test_a_party_that_a_resident_named_is_not_confirmed(asked):
    assert not asked.party.is_confirmed
    assert party_of(Known(name="Ktoś", first_name="Inny", pesel=PESEL)) == asked.party
