"""Acting for others over HTTP: chosen in the session, asked anew at each request, ended in the middle of a case.

Whom the office serves with letters: KPA art. 40. Stamp duty of a mandate 17 zł, closest family free: dossier 1.10.
"""

import json
from dataclasses import replace
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from services.audit.reading import about
from services.cases.handling import call_to_mend
from services.cases.models import Case
from services.catalogue.declaration import eservices
from services.catalogue.exchange import mend
from services.catalogue.models import Attachment, Draft, Filing
from services.catalogue.prefill import Filler, given_before
from services.correspondence.models import Correspondence
from services.correspondence.services import Channel, Direction, Letter, enter
from services.delivery.models import Evidence
from services.fees.models import Due
from services.identity.base import Acting
from services.notices.models import Notice
from services.parties import mandates
from services.payments.ledger.models import Charge
from services.personal.erasing import erase
from services.personal.export import archive
from spatial.errors import Refused
from tests import office

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?", "signing": "alone"}
JSON = {"Accept": "application/json"}
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def classes(filing):
    """Both offices file."""


def act_for(client, link) -> None:
    assert client.post("/moje/w-imieniu/", {"powiazanie": str(link.pk)}).status_code == 302


def begun(client, answers=LETTER) -> str:
    """Address of the summary of a filled form."""
    first = client.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
    return client.post(client.post(first, answers)["Location"], {"signing": "alone"})["Location"]


def filed(client, answers=LETTER) -> Case:
    answer = client.post(begun(client, answers))
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.latest("pk")


def shown(client, address: str) -> str:
    return client.get(address).content.decode().replace("\u00a0", " ")


class TestChoice:
    def test_the_head_of_pages_says_for_whom(self, signed_in, bogdan, for_firm):
        client = signed_in(bogdan)
        assert "Działasz w imieniu" not in shown(client, "/moje/")

        act_for(client, for_firm)
        assert "Działasz w imieniu: Piekarnia Kowalski sp. z o.o." in shown(client, "/uslugi/")

        client.post("/moje/w-imieniu/", {"powiazanie": ""})
        assert "Działasz w imieniu" not in shown(client, "/uslugi/")

    def test_nonsense_is_not_there(self, signed_in, bogdan, for_firm):
        client = signed_in(bogdan)
        for key in ("0", "x", "9" * 40, "-1", "\u0661"):
            assert client.post("/moje/w-imieniu/", {"powiazanie": key}).status_code == 404, key

    def test_nor_is_the_link_of_another(self, signed_in, celina, for_firm):
        assert signed_in(celina).post("/moje/w-imieniu/", {"powiazanie": str(for_firm.pk)}).status_code == 404

    def test_it_is_asked_anew_at_each_request(self, signed_in, bogdan, jadwiga, for_firm):
        client = signed_in(bogdan)
        act_for(client, for_firm)
        mandates.revoke(for_firm, by=jadwiga, reason="Wpis w KRS.", at=timezone.now())

        assert "Działasz w imieniu" not in shown(client, "/uslugi/")

    def test_who_acts_for_nobody_sees_only_themselves(self, signed_in, celina, for_firm):
        assert "Piekarnia" not in shown(signed_in(celina), "/moje/w-imieniu/")


class TestFiling:
    def test_a_firm_files_by_who_represents_it(self, signed_in, bogdan, jadwiga, firm, for_firm):
        client = signed_in(bogdan)
        act_for(client, for_firm)
        address = begun(client)
        assert "Składasz ten wniosek w imieniu: Piekarnia" in shown(client, address)
        client.post(address)

        case = Case.objects.get()
        assert (case.on_behalf_of, case.representation, case.applicant) == (firm, for_firm, bogdan)
        assert Filing.objects.get().told[0] == [
            "W czyim imieniu", "Piekarnia Kowalski sp. z o.o., NIP 5261040828 (reprezentacja według KRS)",
        ]  # fmt: skip
        page = shown(signed_in(jadwiga), f"/urzad/sprawy/{case.pk}/")
        assert "Piekarnia Kowalski sp. z o.o." in page
        assert "reprezentacja według KRS" in page
        assert not Due.objects.exists()

    def test_only_an_organisation_may_where_the_service_says_so(self, signed_in, bogdan, for_firm, monkeypatch):
        asking = replace(eservices.held["pismo-ogolne"], who_may=frozenset({Acting.ORGANISATION}))
        monkeypatch.setitem(eservices.held, "pismo-ogolne", asking)
        client = signed_in(bogdan)
        assert client.post("/uslugi/pismo-ogolne/wniosek/").status_code == 403

        act_for(client, for_firm)
        assert filed(client).on_behalf_of == for_firm.party

    def test_the_draft_stays_of_whom_it_was_begun_for(self, signed_in, bogdan, for_firm):
        client = signed_in(bogdan)
        act_for(client, for_firm)
        address = begun(client)
        client.post("/moje/w-imieniu/", {"powiazanie": ""})
        client.post(address)

        assert Case.objects.get().on_behalf_of == for_firm.party

    def test_a_mandate_costs_17_zl(self, signed_in, anna, for_celina):
        client = signed_in(anna)
        act_for(client, for_celina)
        address = begun(client)
        assert "Opłata skarbowa za pełnomocnictwo: 17,00 zł" in shown(client, address)
        client.post(address)

        due = Due.objects.get()
        assert (due.amount_gr, due.exemption, due.title) == (1700, "", "Opłata skarbowa za pełnomocnictwo")

    def test_what_is_owed_for_a_party_is_there_for_both_while_they_act(
        self, signed_in, anna, bogdan, celina, jadwiga, for_celina
    ):
        """The duty of a mandate is owed by both together (stamp-duty act, art. 5 ust. 2)."""
        client = signed_in(anna)
        act_for(client, for_celina)
        filed(client)
        seen = {who: "17,00" in shown(signed_in(who), "/moje/oplaty/") for who in (anna, celina, bogdan)}
        assert seen == {anna: True, celina: True, bogdan: False}
        assert Charge.objects.get().payer_name == "Celina Wiśniewska"

        mandates.revoke(for_celina, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())

        assert "17,00" not in shown(signed_in(anna), "/moje/oplaty/")
        assert "17,00" in shown(signed_in(celina), "/moje/oplaty/")
        detail = f"/moje/oplaty/{Charge.objects.get().pk}/"
        answers = {who: signed_in(who).get(detail).status_code for who in (anna, celina, bogdan)}
        assert answers == {anna: 404, celina: 200, bogdan: 404}

    def test_a_narrow_mandate_opens_only_its_services(self, signed_in, anna, principal, make_link):
        client = signed_in(anna)
        act_for(client, make_link(anna, principal, scope=["wypis-i-wyrys"]))

        answer = client.post("/uslugi/pismo-ogolne/wniosek/")
        assert answer.status_code == 403
        assert "nie obejmuje tej sprawy" in answer.content.decode()

    def test_another_office_has_not_approved_it(self, signed_in, bogdan, for_firm):
        client = signed_in(bogdan)
        act_for(client, for_firm)
        answer = client.post(begun(client, LETTER | {"office": "120613"}))

        assert answer.status_code == 422
        assert "nie zatwierdził Urząd Gminy Sułoszowa" in answer.content.decode()
        assert not Case.objects.exists()

    def test_programs_act_as_the_session_does(self, signed_in, bogdan, for_firm):
        client = signed_in(bogdan)
        act_for(client, for_firm)
        answer = client.post(
            "/uslugi/pismo-ogolne/zloz", {"answers": LETTER}, content_type="application/json", headers=JSON
        )

        assert answer.status_code == 201
        assert Case.objects.get().on_behalf_of == for_firm.party

    def test_answers_of_one_party_are_not_proposed_to_another(self, signed_in, bogdan, for_firm):
        client = signed_in(bogdan)
        act_for(client, for_firm)
        filed(client)

        assert given_before(Filler(bogdan, for_firm.party), "subject") == "Lampa"
        assert given_before(Filler(bogdan), "subject") == ""


class TestEnd:
    """The mandatary is gone from the moment of the end; what was filed stays."""

    @pytest.fixture
    def case(self, signed_in, anna, for_celina):
        client = signed_in(anna)
        act_for(client, for_celina)
        return filed(client)

    @pytest.fixture
    def ended(self, case, for_celina, jadwiga):
        call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())
        mandates.revoke(for_celina, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())
        return case

    def test_all_doors_close(self, signed_in, anna, ended):
        client = signed_in(anna)
        for part in ("", "wniosek.xml", "poswiadczenie.pdf", "poswiadczenie.xml"):
            assert client.get(f"/moje/sprawy/{ended.pk}/{part}").status_code == 404, part
        assert client.post(f"/moje/sprawy/{ended.pk}/uzupelnij/", {"tekst": "ul. Krótka"}).status_code == 404
        assert client.post(f"/moje/sprawy/{ended.pk}/wycofaj/").status_code == 404
        for page in ("/moje/", "/moje/korespondencja/"):
            assert "Lampa" not in shown(client, page), page
        assert not Notice.objects.unread(anna).exists()
        ended.refresh_from_db()
        assert ended.status == Case.Status.AWAITING

    def test_an_answer_that_was_under_way_is_not_taken(self, anna, ended):
        """The page found the case before the end, its lock came after."""
        with pytest.raises(Refused):
            mend(ended, applicant=anna, text="ul. Krótka", at=timezone.now())
        ended.refresh_from_db()
        assert ended.status == Case.Status.AWAITING

    def test_what_was_filed_stays_and_the_principal_goes_on(self, signed_in, celina, ended):
        client = signed_in(celina)
        assert "Pismo: Lampa" in shown(client, f"/moje/sprawy/{ended.pk}/")
        assert client.post(f"/moje/sprawy/{ended.pk}/uzupelnij/", {"tekst": "ul. Krótka"}).status_code == 302
        assert client.post(f"/moje/sprawy/{ended.pk}/wycofaj/").status_code == 302
        ended.refresh_from_db()
        assert ended.status == Case.Status.WITHDRAWN
        assert Filing.objects.get().told[0][1] == "Celina Wiśniewska (pełnomocnictwo)"

    def test_the_office_sees_it_at_the_case(self, signed_in, jadwiga, ended):
        page = shown(signed_in(jadwiga), f"/urzad/sprawy/{ended.pk}/")
        assert "Umocowanie wygasło. Anna Nowak nie działa już w tej sprawie" in page
        assert ended.events.filter(kind="mandate-ended", actor=jadwiga).count() == 1

    def test_both_read_who_looked(self, signed_in, anna, celina, jadwiga, case):
        assert signed_in(jadwiga).get(f"/urzad/sprawy/{case.pk}/").status_code == 200
        for user in (anna, celina):
            [entry] = about(user).filter(user=jadwiga)
            assert entry.case_number == case.number

    def test_letters_are_for_the_party_then(self, jadwiga, case, for_celina):
        assert Correspondence.objects.get(direction="in").party_name == "Celina Wiśniewska, Anna Nowak"
        mandates.revoke(for_celina, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())
        office.decided(Case.objects.get(), jadwiga, text="Lampa będzie w piątek.")

        assert Correspondence.objects.get(direction="out").party_name == "Celina Wiśniewska"
        [notice] = Notice.objects.exclude(text__contains="Umocowanie")
        assert notice.user.username == "celina"

    def test_letters_of_later_lie_in_the_account_of_the_party(self, signed_in, anna, celina, jadwiga, case, for_celina):
        mandates.revoke(for_celina, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())
        office.decided(case, jadwiga, text="Lampa będzie w piątek.")
        address = f"/moje/pisma/{Correspondence.objects.get(direction='out').pk}/"

        assert signed_in(anna).get(address).status_code == 404
        assert signed_in(anna).post(address).status_code == 404
        assert address not in shown(signed_in(anna), "/moje/")
        assert address in shown(signed_in(celina), "/moje/")
        assert signed_in(celina).post(address).status_code == 302
        assert Evidence.objects.get(code="K.OP").received_by == "Celina Wiśniewska"

    def test_letters_of_others_in_the_case_are_for_the_office(self, signed_in, celina, skala, case):
        said = Letter(
            direction=Direction.IN, channel=Channel.POST, subject="Skarga sąsiada", party_name="Jan Sąsiad", case=case
        )
        with transaction.atomic():
            enter(said, municipality=skala, unit="OR", at=timezone.now())

        assert "Skarga sąsiada" not in shown(signed_in(celina), "/moje/korespondencja/")

    def test_news_is_for_who_may_see(self, anna, celina, jadwiga, case, for_celina):
        call_to_mend(case, clerk=jadwiga, what="Podaj ulicę.", until=TODAY + timedelta(days=14), at=timezone.now())
        assert {one.user for one in Notice.objects.all()} == {anna, celina}
        mandates.revoke(for_celina, by=jadwiga, reason="Pismo.", at=timezone.now())
        assert Notice.objects.filter(user=celina).count() == 2
        assert Notice.objects.filter(user=anna).count() == 1

    def test_a_day_of_the_calendar_ends_it_too(self, signed_in, anna, case, for_celina):
        client = signed_in(anna)
        assert client.get(f"/moje/sprawy/{case.pk}/").status_code == 200
        for_celina.valid_to = TODAY
        for_celina.save()
        assert client.get(f"/moje/sprawy/{case.pk}/").status_code == 200
        for_celina.valid_to = TODAY - timedelta(days=1)
        for_celina.save()
        assert client.get(f"/moje/sprawy/{case.pk}/").status_code == 404

    def test_a_draft_cannot_be_filed_and_is_not_lost(self, signed_in, anna, jadwiga, for_celina):
        client = signed_in(anna)
        act_for(client, for_celina)
        address = begun(client)
        mandates.revoke(for_celina, by=jadwiga, reason="Pismo mocodawcy.", at=timezone.now())
        answer = client.post(address)

        assert answer.status_code == 422
        assert "umocowanie już nie obowiązuje" in answer.content.decode()
        assert not Case.objects.exists()
        assert Draft.objects.get().typed["subject"] == ["Lampa"]

    def test_files_close_with_the_case(self, signed_in, anna, celina, case, for_celina, jadwiga):
        held = Attachment.objects.create(
            draft=case.draft, question="files", name="plan.txt", media_type="text/plain", sha256="a" * 64, size=1,
            added_at=timezone.now(),
        )  # fmt: skip
        default_storage.save(held.path, ContentFile(b"x"))
        assert signed_in(anna).get(f"/zalaczniki/{held.pk}/").status_code == 200
        mandates.revoke(for_celina, by=jadwiga, reason="Pismo.", at=timezone.now())

        assert signed_in(anna).get(f"/zalaczniki/{held.pk}/").status_code == 404
        assert signed_in(celina).get(f"/zalaczniki/{held.pk}/").status_code == 200

    def test_the_copy_of_ones_data_has_it_no_longer(self, anna, ended):
        with ZipFile(archive(anna, at=timezone.now())) as packed:
            assert json.loads(packed.read("sprawy.json")) == []
            assert json.loads(packed.read("powiadomienia.json")) == []
            [link] = json.loads(packed.read("umocowania.json"))
        assert (link["party"], link["state"], link["reason"]) == ("Celina Wiśniewska", "odwołane", "Pismo mocodawcy.")

    def test_a_closed_account_keeps_the_name_of_who_filed(self, anna, ended):
        assert erase(anna, is_proved=True)
        anna.refresh_from_db()
        assert anna.get_full_name() == "Anna Nowak"
