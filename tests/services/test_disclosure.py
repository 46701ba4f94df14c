"""Owners shown to the office: by role, ground and case; written down; nothing to anybody else."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from services.cases.models import Case
from services.identity.models import StaffRole, User
from spatial.owners import access
from spatial.owners.models import AccessEntry
from tests.conftest import person
from tests.spatial.owners.private import plant_owner

PARCEL = "120610_5.0007.123/4"
SECRETS = ("Anna", "Nowacka", "60210100015", "KR1P/00012345/2", "Cianowice 77")
Role = StaffRole.Role


def member(name: str, municipality, role: Role) -> User:
    user = person(name, name.title(), "Testowa")
    StaffRole.objects.create(user=user, municipality=municipality, role=role, job_title="inspektor")
    return user


@pytest.fixture
def land(make_parcel):
    parcel = make_parcel(number="123/4")
    plant_owner(
        parcel, key="anna", first_name="Anna", surname="Nowacka", father="Jan", street_address="Cianowice 77",
        postal_address="32-043 Skała", pesel="60210100015", land_book="KR1P/00012345/2",
    )  # fmt: skip
    return parcel


@pytest.fixture
def clerk(skala):
    return member("felicja", skala, Role.TAX_CLERK)


@pytest.fixture
def inspector(skala):
    return member("grzegorz", skala, Role.DATA_PROTECTION)


@pytest.fixture
def case(skala, celina):
    return Case.objects.create(
        municipality=skala, number="GP.6730.1.2026", service="warunki-zabudowy", title="Warunki zabudowy",
        applicant=celina, filed_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def ask(client):
    def ask(user: User | None, *, method: str = "post", parcel: str = PARCEL, **said: object):
        if user is not None:
            client.force_login(user)
        address = reverse("disclosure:owners", args=[parcel])
        if method == "get":
            return client.get(address)
        return client.post(address, {"ground": "tax", "fields_shown": ["name"]} | said)

    return ask


def shows(response) -> set[str]:
    text = response.content.decode()
    return {secret for secret in SECRETS if secret in text}


def log_of(municipality, user) -> list[AccessEntry]:
    with access.reviewing(user=user, municipality=municipality):
        return list(AccessEntry.objects.filter(action="read").exclude(user_name="Rachela").order_by("pk"))


class TestTaxClerk:
    def test_sees_all_that_was_asked_for(self, land, ask, clerk):
        response = ask(clerk, fields_shown=["name", "address", "parents", "pesel", "land_book"])

        assert response.status_code == 200
        assert shows(response) == set(SECRETS)
        assert "rodzice: Jan" in re.sub("<[^>]+>", "", response.content.decode())

    def test_and_nothing_else(self, land, ask, clerk):
        assert shows(ask(clerk, fields_shown=["name"])) == {"Anna", "Nowacka"}

    def test_first_only_the_question(self, land, ask, clerk, skala, inspector):
        response = ask(clerk, method="get")

        assert response.status_code == 200
        assert shows(response) == set()
        assert log_of(skala, inspector) == []

    def test_the_page_is_kept_nowhere(self, land, ask, clerk):
        assert "no-store" in ask(clerk)["Cache-Control"]

    def test_each_reading_is_a_line_of_the_log(self, land, ask, clerk, skala, inspector):
        ask(clerk, fields_shown=["name", "pesel"])
        ask(clerk, fields_shown=["land_book"])

        assert [(entry.user_name, entry.ground, entry.parcels, entry.fields) for entry in log_of(skala, inspector)] == [
            ("Felicja Testowa", "tax", [PARCEL], ["name", "pesel"]),
            ("Felicja Testowa", "tax", [PARCEL], ["land_book"]),
        ]

    @pytest.mark.parametrize(
        "said",
        [{"ground": ""}, {"ground": "proceedings"}, {"ground": "bo tak"}, {"fields_shown": []},
         {"fields_shown": ["fingerprint"]}, {"ground": "land-book"}],
    )  # fmt: skip
    def test_a_reading_that_does_not_fit_is_refused_in_words(self, land, ask, clerk, said, skala, inspector):
        response = ask(clerk, **said)

        assert response.status_code == 422
        assert shows(response) == set()
        assert "Popraw" in response.content.decode()
        assert log_of(skala, inspector) == []


class TestPlanner:
    def ask(self, ask, danuta, **said):
        return ask(danuta, **{"ground": "proceedings", "fields_shown": ["name", "address"]} | said)

    def test_sees_parties_in_a_case_that_needs_them(self, land, ask, danuta, case):
        assert shows(self.ask(ask, danuta, case_number=case.number)) == {"Anna", "Nowacka", "Cianowice 77"}

    @pytest.mark.parametrize("number", ["", "GP.6730.99.2026", "  "])
    def test_not_without_one(self, land, ask, danuta, case, number):
        response = self.ask(ask, danuta, case_number=number)

        assert (response.status_code, shows(response)) == (422, set())

    def test_not_in_a_case_of_another_kind(self, land, ask, danuta, case):
        Case.objects.update(service="wypis-i-wyrys")

        assert shows(self.ask(ask, danuta, case_number=case.number)) == set()

    def test_not_in_a_case_of_another_municipality(self, land, ask, danuta, case, suloszowa):
        Case.objects.update(municipality=suloszowa)

        assert shows(self.ask(ask, danuta, case_number=case.number)) == set()

    def test_never_the_pesel(self, land, ask, danuta, case):
        response = self.ask(ask, danuta, case_number=case.number, fields_shown=["name", "pesel"])

        assert (response.status_code, shows(response)) == (422, set())

    def test_the_land_book_without_a_case(self, land, ask, danuta):
        response = self.ask(ask, danuta, ground="land-book", fields_shown=["land_book"])

        assert shows(response) == {"KR1P/00012345/2"}


class TestOthers:
    def test_the_address_clerk_sees_whom_to_notify(self, land, ask, skala):
        clerk = member("halina", skala, Role.ADDRESS_CLERK)

        assert shows(ask(clerk, ground="numbering", fields_shown=["name", "address"])) == {
            "Anna", "Nowacka", "Cianowice 77",
        }  # fmt: skip
        assert shows(ask(clerk, ground="numbering", fields_shown=["land_book"])) == set()

    def test_a_visitor_has_to_sign_in(self, land, ask):
        assert ask(None).status_code == 302

    def test_a_resident_finds_nothing_there(self, land, ask, celina):
        response = ask(celina)

        assert (response.status_code, shows(response)) == (404, set())

    def test_nor_does_the_planner_of_another_municipality(self, land, ask, emil):
        response = ask(emil, ground="land-book", fields_shown=["land_book"])

        assert (response.status_code, shows(response)) == (404, set())

    @pytest.mark.parametrize("role", [Role.DATA_PROTECTION, Role.REGISTER_KEEPER])
    def test_nor_whoever_keeps_the_log_or_the_registers(self, land, ask, skala, role):
        response = ask(member("ktos", skala, role))

        assert (response.status_code, shows(response)) == (404, set())

    def test_an_unknown_parcel_is_told_like_a_foreign_one(self, land, ask, clerk):
        assert ask(clerk, parcel="120610_5.0007.999").status_code == 404

    def test_a_parcel_without_owners_says_so(self, make_parcel, ask, clerk):
        make_parcel(number="5")

        response = ask(clerk, parcel="120610_5.0007.5")

        assert "Nie mamy właścicieli tej działki" in response.content.decode()


class TestLogPage:
    def get(self, client, user, **query):
        client.force_login(user)
        return client.get(reverse("disclosure:log"), query)

    def test_the_inspector_reads_who_read_what(self, land, ask, client, clerk, inspector):
        ask(clerk)

        page = self.get(client, inspector).content.decode()

        assert all(text in page for text in ("Felicja Testowa", PARCEL, "wymiar i pobór podatków i opłat"))
        assert not any(secret in page for secret in SECRETS)

    def test_asks_by_person_parcel_and_day(self, land, ask, client, clerk, inspector):
        ask(clerk)
        found = [{"osoba": "felicja"}, {"dzialka": PARCEL}, {"od": "2020-01-01", "do": "2999-01-01"}]
        nothing = [{"osoba": "zenon"}, {"dzialka": "120610_5.0007.9"}, {"do": "2020-01-01"}]

        for query in found:
            assert "Felicja Testowa" in self.get(client, inspector, **query).content.decode(), query
        for query in nothing:
            assert "Felicja Testowa" not in self.get(client, inspector, **query).content.decode(), query

    @pytest.mark.parametrize(
        "query", [{"od": "wczoraj"}, {"strona": "x"}, {"strona": "999999999999"}, {"gmina": "999999"}]
    )
    def test_odd_questions_get_an_answer(self, land, client, inspector, query):
        assert self.get(client, inspector, **query).status_code in {200, 404, 422}

    def test_others_are_refused(self, land, client, clerk, danuta, celina):
        for user in (clerk, danuta, celina):
            assert self.get(client, user).status_code == 403

    def test_another_municipality_is_not_there(self, land, ask, client, clerk, suloszowa):
        ask(clerk)
        other = member("other", suloszowa, Role.DATA_PROTECTION)

        assert "Felicja" not in self.get(client, other).content.decode()
        assert self.get(client, other, gmina="120610").status_code == 404


class TestCommand:
    def test_shows_what_the_page_shows(self, land, clerk, capsys):
        call_command("owners", PARCEL, "--user", "felicja", "--ground", "tax", "--fields", "name,pesel")

        out = capsys.readouterr().out
        assert "Anna Nowacka, 60210100015" in out
        assert "Cianowice 77" not in out

    def test_as_json(self, land, clerk, capsys):
        call_command("owners", PARCEL, "--user", "felicja", "--ground", "tax", "--fields", "name", "--json")

        told = json.loads(capsys.readouterr().out)
        assert told["shares"][0]["owner"]["name"] == "Anna Nowacka"
        assert told["shares"][0]["written"] == "1/1"

    @pytest.mark.parametrize(
        ("user", "more"),
        [("danuta", ["--ground", "proceedings"]), ("celina", ["--ground", "tax"]), ("nikt", ["--ground", "tax"]),
         ("danuta", ["--ground", "tax"]), ("danuta", ["--ground", "land-book", "--fields", "sekret"])],
    )  # fmt: skip
    def test_refuses_in_words(self, land, danuta, celina, user, more):
        with pytest.raises(CommandError):
            call_command("owners", PARCEL, "--user", user, *more)


def test_in_english(land, ask, clerk, client):
    client.force_login(clerk)
    response = client.post(
        reverse("disclosure:owners", args=[PARCEL]), {"ground": "tax", "fields_shown": ["name"]},
        headers={"accept-language": "en"},
    )  # fmt: skip

    page = response.content.decode()
    assert "Show the owners and record the reading" in page
    assert "assessing and collecting taxes and fees" in page


def test_the_parcel_page_links_here_for_those_who_may(land, client, clerk, celina):
    link = reverse("disclosure:owners", args=[PARCEL])
    for user, is_there in ((clerk, True), (celina, False)):
        client.force_login(user)
        assert (link in client.get(f"/dzialki/{PARCEL}/").content.decode()) is is_there
