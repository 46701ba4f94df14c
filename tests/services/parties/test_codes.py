"""Activation codes: shown once, kept as a hash, 30 days, five tries, a limit by account (dossier 3.3)."""

import re
from datetime import timedelta
from io import BytesIO

import pypdf
import pytest
from django.http import HttpRequest
from django.utils import timezone

from services.audit.models import AuditEntry
from services.identity.base import Level
from services.identity.models import User
from services.identity.news import NaturalPerson, identified
from services.parties import acting, codes
from services.parties.models import ActivationCode, CodeTry, ExternalRef, PartyLink
from tests.services.parties.conftest import PESEL

pytestmark = pytest.mark.django_db

WRITTEN = re.compile(r"[A-HJKMNP-Z2-9]{4}(?:-[A-HJKMNP-Z2-9]{4}){2}")


@pytest.fixture
def ref(principal, skala):
    return ExternalRef.objects.create(party=principal, municipality=skala, register="water", key="W/12")


@pytest.fixture
def code(ref, jadwiga) -> str:
    return codes.make(ref, clerk=jadwiga, at=timezone.now())[1]


def typed(client, text: str):
    return client.post("/moje/powiaz/", {"kod": text})


def level_of(user) -> Level:
    request = HttpRequest()
    request.user, request.session = user, {}
    return acting.level_of(request)


class TestMaking:
    def test_it_is_kept_as_a_hash_only(self, ref, code):
        assert WRITTEN.fullmatch(code)
        row = ActivationCode.objects.filter(ref=ref).values().get()
        assert code.replace("-", "")[4:] not in str(row)
        assert code not in str(row)
        assert row["handle"] == code[:4]

    def test_a_new_one_voids_the_former(self, signed_in, ref, code, jadwiga, celina):
        codes.make(ref, clerk=jadwiga, at=timezone.now())
        assert typed(signed_in(celina), code).status_code == 422

    def test_the_clerk_reads_it_once_on_the_page(self, signed_in, ref, jadwiga):
        client = signed_in(jadwiga)
        page = client.post(f"/urzad/strony/klucz/{ref.pk}/kod/").content.decode()
        assert WRITTEN.search(page)
        assert not WRITTEN.search(client.get(f"/urzad/strony/{ref.party_id}/").content.decode())
        assert AuditEntry.objects.filter(user=jadwiga, thing=f"strona {ref.party_id}: kod aktywacyjny").exists()

    def test_or_in_a_letter(self, signed_in, ref, jadwiga, celina):
        answer = signed_in(jadwiga).post(f"/urzad/strony/klucz/{ref.pk}/kod/", {"jako": "pdf"})
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.content)).pages)

        assert "Celina Wiśniewska" in text
        assert typed(signed_in(celina), WRITTEN.search(text)[0]).status_code == 302

    def test_another_office_does_not(self, signed_in, ref, kazimierz):
        assert signed_in(kazimierz).post(f"/urzad/strony/klucz/{ref.pk}/kod/").status_code == 404


class TestEntering:
    @pytest.mark.parametrize("write", [str, str.lower, lambda code: f" {code.replace('-', ' ')} "])
    def test_it_links_the_account(self, signed_in, celina, principal, code, write):
        assert level_of(celina) is Level.ACCOUNT
        assert typed(signed_in(celina), write(code)).status_code == 302

        link = PartyLink.objects.get()
        assert (link.user, link.party, link.basis, link.municipality_id) == (celina, principal, "self", "120610")
        assert level_of(celina) is Level.LINKED

    def test_a_firm_is_represented_by_it(self, signed_in, bogdan, firm, skala, jadwiga):
        ref = ExternalRef.objects.create(party=firm, municipality=skala, register="waste", key="1")
        typed(signed_in(bogdan), codes.make(ref, clerk=jadwiga, at=timezone.now())[1])
        assert PartyLink.objects.get().basis == "representation"

    def test_it_works_once(self, signed_in, anna, celina, code):
        typed(signed_in(celina), code)
        assert typed(signed_in(anna), code).status_code == 422
        assert typed(signed_in(celina), code).status_code == 422
        assert PartyLink.objects.count() == 1

    def test_five_wrong_tries_lock_it(self, signed_in, celina, code):
        client = signed_in(celina)
        wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
        answers = [typed(client, wrong) for _try in range(5)]

        assert {answer.status_code for answer in answers} == {422}
        assert typed(client, code).status_code == 422
        assert ActivationCode.objects.get().tries == 5
        assert not PartyLink.objects.exists()

    def test_one_answer_to_all_that_is_wrong(self, signed_in, celina, code):
        client = signed_in(celina)
        texts = [code[:-1] + "2", "", "x", "\x00", "A" * 5000, "ż" * 12, code[:4]]
        told = {
            re.sub(r"\s+", " ", typed(client, text).content.decode().split("alert danger")[1][:150]) for text in texts
        }
        assert len(told) == 1

    def test_four_tries_do_not(self, signed_in, celina, code):
        client = signed_in(celina)
        for _try in range(4):
            typed(client, code[:-1] + ("A" if code[-1] != "A" else "B"))
        assert typed(client, code).status_code == 302

    @pytest.mark.parametrize(("age", "status"), [(timedelta(days=29, hours=23), 302), (timedelta(days=30), 422)])
    def test_thirty_days(self, signed_in, celina, ref, jadwiga, age, status):
        code = codes.make(ref, clerk=jadwiga, at=timezone.now() - age)[1]
        assert typed(signed_in(celina), code).status_code == status

    def test_an_account_may_not_guess_on(self, signed_in, celina, anna, code):
        CodeTry.objects.bulk_create(CodeTry(user=celina, at=timezone.now()) for _try in range(codes.MOST_WRONG))
        answer = typed(signed_in(celina), code)

        assert "Za dużo błędnych kodów" in answer.content.decode()
        CodeTry.objects.update(at=timezone.now() - codes.WITHIN)
        assert typed(signed_in(celina), code).status_code == 302

    def test_who_made_it_is_refused(self, signed_in, jadwiga, celina, code):
        """KPA art. 24 § 1: nobody of the office links an own account with whom they like."""
        assert typed(signed_in(jadwiga), code).status_code == 422
        assert not PartyLink.objects.exists()
        assert typed(signed_in(celina), code).status_code == 302

    def test_who_is_known_to_be_another_is_refused(self, signed_in, anna, code):
        other = NaturalPerson(identifier="02070803628", first_name="Anna", last_name="Nowak")
        identified.send(User, user=anna, person=other)

        assert typed(signed_in(anna), code).status_code == 422
        assert ActivationCode.objects.get().used_at is None

    def test_who_proves_to_be_another_later_is_that_person_no_longer(self, signed_in, anna, code):
        typed(signed_in(anna), code)
        other = NaturalPerson(identifier="02070803628", first_name="Anna", last_name="Nowak")
        identified.send(User, user=anna, person=other)

        assert [link.party.name for link in PartyLink.objects.filter(user=anna, state="approved")] == ["Anna Nowak"]
        assert PartyLink.objects.get(state="revoked").reason == "Węzeł Krajowy wskazał inną osobę."

    def test_who_proves_to_be_the_person_of_the_code_stays(self, signed_in, celina, principal, code):
        typed(signed_in(celina), code)
        same = NaturalPerson(identifier=PESEL, first_name="Celina", last_name="Wiśniewska")
        identified.send(User, user=celina, person=same)

        links = PartyLink.objects.filter(state="approved").order_by("pk").values_list("party", "municipality")
        assert list(links) == [(principal.pk, "120610"), (principal.pk, None)]

    def test_the_level_goes_with_the_link(self, signed_in, celina, code):
        typed(signed_in(celina), code)
        PartyLink.objects.update(state="revoked")
        assert level_of(celina) is Level.ACCOUNT
