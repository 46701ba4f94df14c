"""The clerk's desk at scale: filters, steps with many cases, handing over, suspension, the map of the work list."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pyproj import Transformer

from services.cases import handling
from services.cases.models import Case, CaseParty
from services.cases.services import class_for, give_number, open_case
from services.cases.terms import MONTH
from services.catalogue.worklist import Asked, Urgency, of_urgency, urgency, work_list
from services.correspondence.models import Correspondence
from services.identity.models import StaffRole
from services.parties.models import PartyLink
from services.parties.people import Known, party_of
from spatial.errors import Conflict
from tests import factories
from tests.conftest import person
from tests.services.catalogue.test_filing import filed

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
TODAY = date(2026, 11, 25)
FAR = (timezone.localdate() + timedelta(days=90)).isoformat()


def clerk_of(owner, username="leon", role=StaffRole.Role.CLERK):
    user = person(username, username.title(), "Urzędowy")
    StaffRole.objects.create(user=user, municipality=owner, role=role, job_title="inspektor")
    return user


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def leon(skala):
    """A colleague of Jadwiga."""
    return clerk_of(skala)


@pytest.fixture
def make_case(filing, anna, skala):
    def make(owner=skala, service="pismo-ogolne", at=None, **fields) -> Case:
        at = at or timezone.now()
        under = class_for(service, owner, on=at.date())
        case = open_case(
            municipality=owner, service=service, title="Pismo", applicant=anna, at=at, term=MONTH, filed_under=under
        )  # fmt: skip
        give_number(case, under)
        Case.objects.filter(pk=case.pk).update(**fields)
        case.refresh_from_db()
        return case

    return make


def numbers_on(client, query="") -> set[str]:
    page = client.get(f"/urzad/{query}").content.decode()
    return {number for number in Case.objects.values_list("number", flat=True) if f">{number}</a>" in page}


class TestOwnMatters:
    """KPA art. 24 § 1 pkt 1 and 4: who is a party or speaks for one takes no part in the case."""

    @pytest.fixture(params=["filed", "signed", "of whom they are", "for whom they act"])
    def case(self, request, make_case, jadwiga, skala) -> Case:
        case = make_case(applicant=jadwiga) if request.param == "filed" else make_case()
        if request.param == "signed":
            CaseParty.objects.create(case=case, user=jadwiga, role=CaseParty.Role.COSIGNER)
        elif request.param != "filed":
            case.on_behalf_of = party_of(Known(name="Wiśniewska", first_name="Celina"))
            case.save()
            now, basis = timezone.now(), "self" if request.param == "of whom they are" else "mandate"
            PartyLink.objects.create(
                user=jadwiga, party=case.on_behalf_of, basis=basis, municipality=skala, valid_from=date(2026, 1, 1),
                state="approved", asked_at=now, approved_at=now,
            )  # fmt: skip
        return case

    def test_are_on_no_desk_of_theirs(self, case, make_case, office, jadwiga):
        other = make_case()
        assert numbers_on(office) == {other.number}
        page = office.get(f"/urzad/sprawy/{case.pk}/")
        assert (page.status_code, "prowadzi ją inna osoba" in page.content.decode()) == (403, True)
        assert office.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/").status_code == 403
        office.post("/urzad/razem/", {"sprawa": [case.pk], "czynnosc": "przejmij"})
        case.refresh_from_db()
        assert case.handler is None

    def test_are_handed_to_them_by_nobody(self, case, leon, jadwiga):
        colleague = signed_in(leon)
        page = colleague.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        assert f'value="{jadwiga.pk}"' not in page
        answer = colleague.post(f"/urzad/sprawy/{case.pk}/krok/przekaz/", {"komu": str(jadwiga.pk)})
        assert answer.status_code == 422


class TestUrgency:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"due_on": TODAY - timedelta(days=1)}, "late"),
            ({"due_on": TODAY}, "soon"),
            ({"due_on": TODAY + timedelta(days=3)}, "soon"),
            ({"due_on": TODAY + timedelta(days=4)}, "calm"),
            ({"due_on": None}, "calm"),
            ({"due_on": TODAY - timedelta(days=9), "status": "awaiting", "awaits_until": TODAY}, "waiting"),
            ({"due_on": TODAY - timedelta(days=9), "status": "suspended", "paused_on": TODAY}, "suspended"),
        ],
    )
    def test_is_the_same_of_one_case_and_of_the_filter(self, make_case, fields, expected):
        case = make_case(**fields)

        assert urgency(case, TODAY) == expected
        found = {one.value for one in Urgency if Case.objects.filter(of_urgency(one, TODAY)).exists()}
        assert found == {expected}


class TestFilters:
    def test_choose_service_handler_urgency_and_words(self, make_case, office, jadwiga, leon):
        letter = make_case(handler=leon)
        question = make_case(service="informacja-publiczna", handler=jadwiga)
        late = make_case(due_on=timezone.localdate() - timedelta(days=2))

        assert numbers_on(office) == {letter.number, question.number, late.number}
        assert numbers_on(office, "?usluga=informacja-publiczna") == {question.number}
        assert numbers_on(office, f"?prowadzi={leon.pk}") == {letter.number}
        assert numbers_on(office, "?prowadzi=nikt") == {late.number}
        assert numbers_on(office, "?pilnosc=late") == {late.number}
        assert numbers_on(office, f"?pilnosc=calm&szukaj={question.number}") == {question.number}

    def test_choose_the_municipality_where_there_are_two(self, make_case, office, jadwiga, suloszowa):
        assert 'name="gmina"' not in office.get("/urzad/").content.decode()
        StaffRole.objects.create(user=jadwiga, municipality=suloszowa, role=StaffRole.Role.CLERK, job_title="inspektor")
        own, other = make_case(), make_case(suloszowa, service="informacja-publiczna")

        assert 'name="gmina"' in office.get("/urzad/").content.decode()
        assert numbers_on(office) == {own.number, other.number}
        assert numbers_on(office, "?gmina=120613") == {other.number}

    def test_another_municipality_is_not_there_however_asked(self, make_case, office, suloszowa):
        make_case(suloszowa, service="informacja-publiczna")

        for query in ("", "?gmina=120613", "?usluga=informacja-publiczna", "?prowadzi=nikt", "?szukaj=OR.1431"):
            assert numbers_on(office, query) == set()

    def test_stay_on_the_next_page(self, make_case, office):
        first = make_case()
        Case.objects.bulk_create(
            Case(
                municipality=first.municipality, number=f"OR.1510.{number}.2020", service=first.service, title="x",
                applicant=first.applicant, filed_at=first.filed_at,
            )
            for number in range(60)
        )  # fmt: skip

        page = office.get("/urzad/?usluga=pismo-ogolne&prowadzi=nikt").content.decode()

        assert "?usluga=pismo-ogolne&amp;prowadzi=nikt&amp;strona=2" in page
        assert len(numbers_on(office, "?usluga=pismo-ogolne&prowadzi=nikt&strona=2")) == 11

    @pytest.mark.parametrize(
        "query",
        ["prowadzi=x", "prowadzi=999999999999999999", "usluga=%00", "gmina=%00", "pilnosc=x", "szukaj=%00",
         "strona=x", "strona=99999", "prowadzi=%C2%B2", "strona=%C2%B2", "stan=zakonczone&pilnosc=late"],
    )  # fmt: skip
    def test_of_rubbish_get_an_answer(self, office, query):
        assert office.get(f"/urzad/?{query}").status_code == 200
        assert office.get(f"/urzad/mapa/?{query}").status_code == 200
        assert office.get(f"/urzad/mapa/sprawy.json?{query}").status_code == 200

    def test_are_read_from_the_index_in_its_order(self, make_case, jadwiga):
        """Of 20,000 open cases the first page is read, nothing is sorted."""
        first = make_case()
        Case.objects.bulk_create(
            (
                Case(
                    municipality=first.municipality, number=f"OR.1510.{number}.2020", service=first.service, title="x",
                    applicant=first.applicant, filed_at=first.filed_at,
                    due_on=TODAY + timedelta(days=number % 400 - 30),
                )
                for number in range(20_000)
            ),
            batch_size=5_000,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE cases_case")

        for query in ({}, {"prowadzi": "nikt"}, {"usluga": "pismo-ogolne"}, {"pilnosc": "late"}):
            plan = work_list(jadwiga, Asked.of(query), today=TODAY)[:51].explain()

            assert "case_work_list" in plan, query
            assert "Sort" not in plan, query


class TestTogether:
    def post(self, client, cases, query="", **said):
        return client.post(f"/urzad/razem/{query}", {"sprawa": [case.pk for case in cases], **said})

    def test_taking_over(self, make_case, office, jadwiga):
        cases = [make_case() for _ in range(3)]

        response = self.post(office, cases[:2], "?prowadzi=nikt", czynnosc="przejmij")

        assert response["Location"] == "/urzad/?prowadzi=nikt"
        assert [case.handler for case in Case.objects.order_by("pk")] == [jadwiga, jadwiga, None]

    def test_handing_over_with_a_note_for_the_office(self, make_case, office, leon, client, anna):
        cases = [make_case(), make_case()]

        self.post(office, cases, czynnosc="przekaz", komu=leon.pk, notatka="Urlop do piątku")

        assert {case.handler for case in Case.objects.all()} == {leon}
        client.force_login(anna)
        page = client.get(f"/moje/sprawy/{cases[0].pk}/").content.decode()
        assert "Sprawę prowadzi Leon Urzędowy." in page
        assert "Urlop" not in page
        assert "Urlop do piątku" in office.get(f"/urzad/sprawy/{cases[0].pk}/").content.decode()

    def test_extending_does_those_that_can_be_and_names_the_others(self, make_case, office):
        good, later = make_case(), make_case(due_on=date(2099, 1, 5))
        standing = make_case(status="suspended", paused_on=TODAY)
        closed = make_case(closed_at=timezone.now(), status="issued")

        response = self.post(office, [good, later, standing, closed], czynnosc="przedluz", tekst="Opinia.", do=FAR)

        page = response.content.decode()
        assert response.status_code == 422
        assert "Gotowe. Liczba spraw: 1." in page
        for case, words in ((later, "musi być późniejszy"), (standing, "jest zawieszona"), (closed, "już zakończona")):
            [told] = [line for line in page.split("<li>") if f"{case.number}</span>:" in line]
            assert words in told
        good.refresh_from_db()
        assert good.due_on >= date.fromisoformat(FAR)
        assert [row.case for row in Correspondence.objects.all()] == [good]
        assert page.count(" checked") == 2  # later and standing; the closed one has left the list
        assert "Opinia." in page

    def test_cases_of_others_are_told_and_stay_as_they_are(self, make_case, office, suloszowa, jadwiga):
        own, other = make_case(), make_case(suloszowa, service="informacja-publiczna")

        page = self.post(office, [own, other], czynnosc="przejmij").content.decode()

        assert "Sprawy, których nie prowadzisz</span>: 1" in page
        assert other.number not in page
        other.refresh_from_db()
        own.refresh_from_db()
        assert (own.handler, other.handler) == (jadwiga, None)

    def test_a_colleague_without_the_role_gets_nothing(self, make_case, office, danuta, suloszowa):
        case, outsider = make_case(), clerk_of(suloszowa)

        for to in (danuta, outsider):
            page = self.post(office, [case], czynnosc="przekaz", komu=to.pk).content.decode()
            assert "nie prowadzi takich spraw" in page
            assert f'value="{to.pk}"' not in page
        case.refresh_from_db()
        assert case.handler is None

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"czynnosc": "przejmij", "sprawa": []}, "Zaznacz co najmniej jedną"),
            ({"czynnosc": "przejmij", "sprawa": ["x", "²", "9" * 40]}, "Zaznacz co najmniej jedną"),
            ({"czynnosc": "przejmij", "sprawa": ["999999999999999999"]}, "Sprawy, których nie prowadzisz"),
            ({"czynnosc": "przejmij", "sprawa": range(1, 400)}, "Zaznacz najwyżej 200"),
            ({}, "Wybierz, co zrobić"),
            ({"czynnosc": "nic"}, "Wybierz, co zrobić"),
            ({"czynnosc": "przekaz"}, "Wybierz, komu"),
            ({"czynnosc": "przekaz", "komu": "²"}, "Wybierz, komu"),
            ({"czynnosc": "przedluz", "tekst": "Powód", "do": "jutro"}, "rok-miesiąc-dzień"),
            ({"czynnosc": "przedluz", "tekst": " ", "do": FAR}, "art. 36"),
        ],
    )
    def test_what_is_wrong_is_told(self, make_case, office, said, words):
        case = make_case()

        response = office.post("/urzad/razem/", {"sprawa": [case.pk]} | said)

        assert response.status_code == 422
        assert words in response.content.decode()
        case.refresh_from_db()
        assert (case.handler, case.status) == (None, "filed")

    def test_is_for_who_handles_something(self, client, make_case, celina):
        assert self.post(client, [make_case()], czynnosc="przejmij")["Location"].startswith("/logowanie/")
        assert self.post(signed_in(celina), [make_case()], czynnosc="przejmij").status_code == 403


class TestHandingOver:
    def test_on_the_page_of_the_case(self, make_case, office, leon, danuta):
        case = make_case()
        page = office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        assert "Leon Urzędowy" in page
        assert "Danuta" not in page

        response = office.post(f"/urzad/sprawy/{case.pk}/krok/przekaz/", {"komu": leon.pk, "tekst": "Znasz ją."})

        assert response.status_code == 302
        case.refresh_from_db()
        assert (case.handler, case.status) == (leon, "in-review")
        [note] = case.events.filter(is_public=False)
        assert note.text == "Przekazano do: Leon Urzędowy. Znasz ją."

    @pytest.mark.parametrize("komu", ["", "x", "²", "999999999"])
    def test_to_nobody_is_told(self, make_case, office, komu):
        response = office.post(f"/urzad/sprawy/{make_case().pk}/krok/przekaz/", {"komu": komu, "tekst": "Notatka 5"})

        assert response.status_code == 422
        assert "Wybierz, komu" in response.content.decode()
        assert "Notatka 5" in response.content.decode()

    def test_to_who_leads_it_already_is_a_conflict(self, make_case, jadwiga, leon):
        case = make_case(handler=leon)

        with pytest.raises(Conflict, match="już prowadzi Leon"):
            handling.hand_over(case, clerk=jadwiga, to=leon, note="", at=timezone.now())


class TestSuspension:
    @pytest.mark.parametrize(
        ("suspended", "resumed", "due"),
        [
            (date(2026, 3, 10), date(2026, 3, 31), date(2026, 4, 23)),  # 2 April and 21 days: a Thursday
            (date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 4)),  # and 31 days: a Sunday and a holiday pass
            (date(2026, 3, 10), date(2026, 3, 10), date(2026, 4, 2)),  # the same day
        ],
    )
    def test_the_term_stands_still(self, make_case, jadwiga, suspended, resumed, due):
        """KPA art. 103: filed on 2 March 2026, a month ends on 2 April."""
        case = make_case(at=datetime(2026, 3, 2, 10, tzinfo=WARSAW))
        assert case.due_on == date(2026, 4, 2)

        for step, day in ((handling.suspend, suspended), (handling.resume, resumed)):
            case = step(
                case, clerk=jadwiga, reason="art. 97", at=datetime.combine(day, datetime.min.time(), tzinfo=WARSAW)
            )

        assert (case.due_on, case.status, case.paused_on) == (due, "in-review", None)
        assert [event.kind for event in case.events.order_by("pk")] == ["filed", "suspended", "resumed"]

    def test_is_seen_by_the_applicant_and_on_the_desk(self, resident, office):
        case = filed(resident)
        office.post(f"/urzad/sprawy/{case.pk}/krok/zawies/", {"tekst": "Śmierć strony, art. 97 § 1 pkt 1 KPA."})

        mine = resident.get(f"/moje/sprawy/{case.pk}/").content.decode()
        assert "Śmierć strony" in mine
        assert "wstrzymany do czasu podjęcia sprawy" in mine
        assert numbers_on(office, "?pilnosc=suspended") == {case.number}
        page = office.get(f"/urzad/sprawy/{case.pk}/").content.decode()
        assert "krok/podejmij/" in page
        assert not any(f"krok/{action}/" in page for action in ("odpowiedz", "odmow", "wezwij", "przedluz", "zawies"))

    @pytest.mark.parametrize(
        ("action", "said"),
        [
            ("odpowiedz", {"tekst": "Całe długie zdanie."}),
            ("odmow", {"tekst": "Całe długie zdanie."}),
            ("wezwij", {"tekst": "Podaj ulicę.", "do": FAR}),
            ("przedluz", {"tekst": "Opinia.", "do": FAR}),
            ("zawies", {"tekst": "Jeszcze raz."}),
        ],
    )
    def test_nothing_is_settled_meanwhile(self, make_case, office, action, said):
        case = make_case(status="suspended", paused_on=TODAY)

        response = office.post(f"/urzad/sprawy/{case.pk}/krok/{action}/", {"widziane": case.events.get().pk} | said)

        assert response.status_code == 422
        assert "jest zawieszona" in response.content.decode()
        assert not Correspondence.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "action", "text", "words"),
        [
            ({}, "zawies", " ", "art. 97 albo 98"),
            ({}, "podejmij", "Powód", "nie jest zawieszona"),
            ({"status": "suspended", "paused_on": TODAY}, "podejmij", "", "art. 97 § 2"),
            ({"status": "awaiting", "paused_on": TODAY, "awaits_until": TODAY}, "zawies", "Powód", "termin już stoi"),
        ],
    )
    def test_a_wrong_step_is_told(self, make_case, office, fields, action, text, words):
        case = make_case(**fields)

        response = office.post(f"/urzad/sprawy/{case.pk}/krok/{action}/", {"tekst": text})

        assert response.status_code == 422
        assert words in response.content.decode()

    def test_the_applicant_may_still_give_up(self, make_case, client, anna):
        case = make_case(status="suspended", paused_on=TODAY)
        client.force_login(anna)
        client.post(f"/moje/sprawy/{case.pk}/wycofaj/")

        case.refresh_from_db()
        assert case.status == "withdrawn"


class TestMap:
    @pytest.fixture
    def certificate(self, resident, make_parcel):
        parcel = make_parcel(number="123/4", side=100)
        answers = {"parcels": parcel.identifier, "purpose": "bank"}
        return filed(resident, answers, "zaswiadczenie-o-przeznaczeniu")

    def points(self, user, query=""):
        response = signed_in(user).get(f"/urzad/mapa/sprawy.json{query}")
        return {one["properties"]["number"]: one for one in json.loads(response.content)["features"]}

    def test_a_case_lies_on_its_parcel(self, certificate, danuta):
        """The middle of a square of 100 m, by PROJ."""
        middle = Transformer.from_crs(2178, 4326, always_xy=True).transform(factories.EAST + 50, factories.NORTH + 50)

        [point] = self.points(danuta).values()

        assert certificate.place.srid == 2180
        assert point["geometry"]["coordinates"] == pytest.approx(list(middle), abs=1e-6)
        assert point["properties"]["url"] == f"/urzad/sprawy/{certificate.pk}/"
        assert point["properties"]["kind"] in Urgency.values

    def test_the_list_says_what_the_map_shows(self, certificate, danuta):
        page = signed_in(danuta).get("/urzad/mapa/").content.decode()

        assert certificate.number in page
        assert certificate.title in page
        assert "/urzad/mapa/sprawy.json" in page

    def test_a_letter_has_no_place(self, resident, jadwiga):
        case = filed(resident)

        assert case.place is None
        assert self.points(jadwiga) == {}

    def test_is_filtered_as_the_list(self, certificate, danuta):
        assert self.points(danuta, "?prowadzi=nikt")
        assert self.points(danuta, f"?prowadzi={danuta.pk}") == {}

    def test_is_for_the_role_and_the_municipality_and_kept_nowhere(self, certificate, jadwiga, emil, celina, client):
        assert self.points(jadwiga) == {}
        assert self.points(emil) == {}
        for path in ("/urzad/mapa/", "/urzad/mapa/sprawy.json"):
            assert signed_in(celina).get(path).status_code == 403
            client.logout()
            assert client.get(path)["Location"].startswith("/logowanie/")
            assert "no-store" in signed_in(emil).get(path)["Cache-Control"]
