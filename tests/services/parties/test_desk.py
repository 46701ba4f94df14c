"""The clerk's pages: parties of the own office only, each look written down, a PESEL only when it is asked for."""

import pytest

from services.audit.models import AuditEntry
from services.catalogue.parties import known_to
from services.parties.models import ExternalRef, Organisation, Party, PartyLink
from services.parties.people import Known, party_of
from tests import office
from tests.services.parties.conftest import NIP, PESEL

pytestmark = pytest.mark.django_db

NEW = {
    "kind": "organisation", "pesel": "", "first_name": "", "nip": NIP, "name": "Piekarnia", "regon": "", "krs": "",
    "address": "", "municipality": "120610", "register": "water", "key": "W/7",
}  # fmt: skip


@pytest.fixture
def clerk(signed_in, jadwiga):
    return signed_in(jadwiga)


@pytest.fixture
def known(principal, skala):
    ExternalRef.objects.create(party=principal, municipality=skala, register="tax", key="T/1")
    return principal


def text(client, address: str) -> str:
    return client.get(address).content.decode()


class TestFinding:
    def test_by_name_and_nip(self, clerk, for_firm):
        for words in ("piekarnia", "KOWALSKI", NIP, "526-104-08-28", "sp. piekarnia"):
            assert "Piekarnia Kowalski sp. z o.o." in text(clerk, f"/urzad/strony/?szukaj={words}"), words

    def test_nothing_else(self, clerk, for_firm, known):
        for words in ("", "x", PESEL, "5261040829", "%00", "_", "%25"):
            page = text(clerk, f"/urzad/strony/?szukaj={words}")
            assert "Piekarnia Kowalski" not in page, words
            assert "Celina" not in page, words

    def test_two_offices_know_their_own(self, clerk, signed_in, kazimierz, for_firm, known):
        other = signed_in(kazimierz)
        for party in (for_firm.party, known):
            assert clerk.get(f"/urzad/strony/{party.pk}/").status_code == 200
            assert other.get(f"/urzad/strony/{party.pk}/").status_code == 404
            assert other.post(f"/urzad/strony/{party.pk}/pesel/").status_code == 404
        assert "Piekarnia" not in text(other, "/urzad/strony/?szukaj=piekarnia")

    def test_keys_and_links_of_one_office_are_not_shown_to_another(
        self, clerk, signed_in, kazimierz, firm, for_firm, make_link, anna, suloszowa, skala
    ):
        ExternalRef.objects.create(party=firm, municipality=skala, register="tax", key="SK-1")
        ExternalRef.objects.create(party=firm, municipality=suloszowa, register="tax", key="SU-1")
        make_link(anna, firm, municipality=suloszowa)
        ours, theirs = (text(one, f"/urzad/strony/{firm.pk}/") for one in (clerk, signed_in(kazimierz)))

        assert ("SK-1" in ours, "SU-1" in ours, "Anna Nowak" in ours) == (True, False, False)
        assert ("SK-1" in theirs, "SU-1" in theirs, "Bogdan" in theirs) == (False, True, False)

    def test_an_applicant_is_known_by_the_case(self, principal, celina, make_link, filing, skala, suloszowa):
        make_link(celina, principal, basis="self", municipality=None)
        assert not known_to([skala]).exists()
        office.filed("pismo-ogolne", celina, office="120610", kind="question", subject="x", text="x", signing="alone")

        assert list(known_to([skala])) == [principal]
        assert not known_to([suloszowa]).exists()

    @pytest.mark.parametrize("more", [{"municipality_id": "120613"}, {"municipality": None, "state": "revoked"}])
    def test_nor_by_a_code_of_another_office_or_a_link_that_has_ended(
        self, principal, anna, make_link, filing, skala, suloszowa, more
    ):
        link = make_link(anna, principal, basis="self")
        PartyLink.objects.filter(pk=link.pk).update(**more)
        office.filed("pismo-ogolne", anna, office="120610", kind="question", subject="x", text="x", signing="alone")

        assert not known_to([skala]).filter(pk=principal.pk).exists()

    def test_residents_and_planners_have_no_such_page(self, signed_in, anna, danuta, known):
        for user in (anna, danuta):
            assert signed_in(user).get("/urzad/strony/").status_code == 403


class TestPesel:
    def test_it_is_shown_when_asked_for_and_written_down_first(self, clerk, jadwiga, celina, for_celina, known):
        address = f"/urzad/strony/{known.pk}/"
        assert PESEL not in text(clerk, address)
        assert PESEL in clerk.post(f"{address}pesel/").content.decode()

        entry = AuditEntry.objects.get(thing=f"strona {known.pk}: PESEL")
        assert (entry.user, entry.subject, entry.municipality_id) == (jadwiga, celina, "120610")
        assert PESEL not in str(AuditEntry.objects.values())

    def test_a_firm_has_none(self, clerk, for_firm):
        assert "NIP" in clerk.post(f"/urzad/strony/{for_firm.party_id}/pesel/").content.decode()


class TestEntering:
    def test_a_nip_finds_the_party_there_is(self, clerk, for_firm):
        answer = clerk.post("/urzad/strony/nowa/", NEW)
        assert answer["Location"] == f"/urzad/strony/{for_firm.party_id}/"
        assert Organisation.objects.get().name == "Piekarnia Kowalski sp. z o.o."
        assert ExternalRef.objects.get().key == "W/7"

    def test_what_the_office_knows_stands_over_what_a_resident_said(self, clerk):
        """Otherwise whoever asks first names the addressee of the letter with the code."""
        party_of(Known(name="Podstawiony", first_name="Jan", pesel=PESEL))
        party_of(Known(name="Podstawiona", nip=NIP))
        clerk.post("/urzad/strony/nowa/", NEW | {"address": "Rynek 5, 32-043 Skała"})
        person = {"kind": "person", "nip": "", "pesel": PESEL, "first_name": "Celina", "name": "Wiśniewska"}
        clerk.post("/urzad/strony/nowa/", NEW | person | {"key": "W/8"})

        firm, celina = (Party.objects.get(refs__key=key) for key in ("W/7", "W/8"))
        assert (firm.name, firm.organisation.address, firm.is_confirmed) == ("Piekarnia", "Rynek 5, 32-043 Skała", True)
        assert (celina.name, celina.is_confirmed) == ("Celina Wiśniewska", True)
        assert party_of(Known(name="Jeszcze inna", nip=NIP)).name == "Piekarnia"

    def test_a_name_only_suggests(self, clerk, for_firm):
        said = NEW | {"nip": "", "name": "Piekarnia"}
        answer = clerk.post("/urzad/strony/nowa/", said)
        assert answer.status_code == 422
        assert "Piekarnia Kowalski sp. z o.o." in answer.content.decode()
        assert not ExternalRef.objects.exists()

        clerk.post("/urzad/strony/nowa/", said | {"strona": "nowa"})
        assert ExternalRef.objects.get().party != for_firm.party
        clerk.post("/urzad/strony/nowa/", said | {"strona": str(for_firm.party_id), "key": "W/8"})
        assert ExternalRef.objects.get(key="W/8").party == for_firm.party

    def test_of_parties_of_the_own_office(self, clerk, signed_in, kazimierz, for_firm):
        said = NEW | {"nip": "", "municipality": "120613"}
        assert signed_in(kazimierz).post("/urzad/strony/nowa/", said).status_code == 302
        chosen = said | {"strona": str(for_firm.party_id), "key": "x"}
        assert signed_in(kazimierz).post("/urzad/strony/nowa/", chosen).status_code == 404

    @pytest.mark.parametrize(
        "more",
        [{"municipality": "120613"}, {"regon": "1"}, {"krs": "1"}, {"key": ""}, {"register": "x"}, {"nip": "1"}],
    )
    def test_bad_input_is_named(self, clerk, skala, suloszowa, more):
        assert clerk.post("/urzad/strony/nowa/", NEW | more).status_code == 422
        assert not Party.objects.exists()

    def test_a_key_is_of_one_party(self, clerk, known):
        clerk.post("/urzad/strony/nowa/", NEW)
        answer = clerk.post("/urzad/strony/nowa/", NEW | {"nip": "8567346215"})
        assert "ma już w tym rejestrze inna strona" in answer.content.decode()
        assert not Organisation.objects.filter(nip="8567346215").exists()
