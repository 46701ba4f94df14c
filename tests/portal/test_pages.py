import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from planning.models import PlanRelation
from tests import factories
from tests.spatial.deliveries import FIRST, SECOND, deliver
from tests.spatial.deliveries import parcel as delivered


@pytest.fixture(autouse=True)
def _polish():
    with translation.override("pl"):
        yield


class TestHome:
    def test_asks_for_a_parcel_first(self, client, skala):
        page = client.get("/").content.decode()

        assert "<h1>Której działki szukasz?</h1>" in page
        assert "Urząd Miasta i Gminy w Skale" in page

    def test_has_no_script_without_nonce(self, client, db):
        response = client.get("/")

        page = response.content.decode()
        nonce = page.split('nonce="')[1].split('"')[0]
        assert f"'nonce-{nonce}'" in response["Content-Security-Policy"]
        scripts = re.findall(r"<script[^>]*>", page)
        assert scripts
        assert all(nonce in script for script in scripts)


class TestParcel:
    def test_page_shows_zones_with_shares(self, client, covered_parcel):
        page = client.get("/dzialki/120610_5.0007.123/4/").content.decode()

        assert 'Działka <span class="nowrap">123/4</span>, Cianowice' in page
        assert "tereny rolnicze" in page
        assert "70,0\u00a0%" in page
        assert "7\u00a0000\u00a0m²" in page
        assert "/uslugi/wypis-i-wyrys/?dzialka=120610_5.0007.123/4" in page

    def test_is_json_for_programs(self, client, covered_parcel):
        by_parameter = client.get("/dzialki/120610_5.0007.123/4/?f=json")
        by_header = client.get("/dzialki/120610_5.0007.123/4/", headers={"accept": "application/json"})

        assert by_parameter.json() == by_header.json()
        assert by_parameter.json()["planning"]["state"] == "covered"
        assert "Accept" in by_header["Vary"]

    def test_without_a_plan_says_so(self, client, make_parcel):
        make_parcel(number="1")

        assert "nie ma planu miejscowego" in client.get("/dzialki/120610_5.0007.1/").content.decode()

    def test_typed_with_spaces_leads_to_the_right_address(self, client, covered_parcel):
        response = client.get("/dzialki/120610_5.0007. 123/4/?na-dzien=2026-01-02")

        assert (response.status_code, response["Location"]) == (
            302, "/dzialki/120610_5.0007.123/4/?na-dzien=2026-01-02",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/dzialki/120610_5.0007.999/", 404),
            ("/dzialki/pies/", 400),
            ("/dzialki/120610_5.0007.123/4/?na-dzien=jutro", 400),
            ("/dzialki/%00/", 400),
            ("/plany/120610-BRAK/", 404),
            ("/plany/x/", 404),
            ("/plany/120610-%00/", 404),
            ("/nie-ma/", 404),
            ("/mapa/dzialka?lon=pies&lat=1", 400),
            ("/mapa/dzialka?lon=nan&lat=nan", 400),
        ],
    )
    def test_wrong_questions_get_a_message_as_page_and_as_json(self, client, covered_parcel, address, status):
        page = client.get(address)
        program = client.get(address, headers={"accept": "application/json"})

        assert (page.status_code, program.status_code) == (status, status)
        assert "<h1>" in page.content.decode()
        assert program.json()["description"] in page.content.decode().replace("&quot;", '"')


class TestParcelAt:
    def test_is_the_one_under_the_point(self, client, covered_parcel):
        west, south, east, north = client.get("/dzialki/120610_5.0007.123/4/?f=json").json()["bbox"]

        response = client.get("/mapa/dzialka", {"lon": (west + east) / 2, "lat": (south + north) / 2})

        assert response.json() == {"id": "120610_5.0007.123/4", "url": "/dzialki/120610_5.0007.123/4/"}

    def test_says_politely_that_none_is_there(self, client, covered_parcel):
        answer = client.get("/mapa/dzialka?lon=21.9&lat=54.1").json()

        assert answer["id"] is None
        assert "Wskaż miejsce na terenie gminy" in answer["description"]


class TestPlan:
    def test_lists_its_zones_in_natural_order(self, client, make_plan):
        plan = make_plan()
        for symbol in ("MN.10", "MN.2", "R.1"):
            factories.zone(plan, symbol, east=0, north=0, side=10)

        report = client.get("/plany/120610-XI-85-15/?f=json").json()

        assert [(zone["symbol"], zone["area_m2"]) for zone in report["zones"]] == [
            ("MN.2", 100), ("MN.10", 100), ("R.1", 100),
        ]  # fmt: skip
        assert report["is_in_force"]

    def test_says_which_plan_changes_it(self, client, make_plan):
        make_plan()
        change = make_plan(code="II-3-20")
        PlanRelation.objects.create(
            plan=change, kind="changes", target_code="XI-85-15", effective_on=factories.TODAY,
            scope=factories.rectangle(east=0, north=0, width=9, height=9),
        )  # fmt: skip

        page = client.get("/plany/120610-XI-85-15/").content.decode()

        assert 'zmieniony przez <a href="/plany/120610-II-3-20/">' in page
        assert "w części" in page

    def test_that_ended_warns(self, client, make_plan):
        make_plan(in_force_to=factories.TODAY.replace(year=2020))

        assert "Przestał obowiązywać" in client.get("/plany/120610-XI-85-15/").content.decode()


class TestSearchPage:
    def test_lists_hits_and_speaks_json(self, client, make_parcel):
        make_parcel(number="12")

        page = client.get("/szukaj", {"q": "Cianowice 12"}).content.decode()
        [result] = client.get("/szukaj", {"q": "Cianowice 12", "f": "json"}).json()["results"]

        assert "Działka 12, Cianowice" in page
        assert result["url"] == "/dzialki/120610_5.0007.12/"
        assert result["map_url"] == "/mapa/?dzialka=120610_5.0007.12"
        assert result["bbox"][0] < result["lon"] < result["bbox"][2]

    def test_a_full_identifier_opens_the_parcel(self, client, make_parcel):
        make_parcel(number="12")

        assert client.get("/szukaj", {"q": "120610_5.0007.12"})["Location"] == "/dzialki/120610_5.0007.12/"

    @pytest.mark.parametrize("query", ["x" * 10_000, "\x00", "\r\n", "<script>alert(1)</script>"])
    def test_never_fails(self, client, db, query):
        response = client.get("/szukaj", {"q": query})

        assert response.status_code in {200, 400}
        assert "<script>alert" not in response.content.decode()


class TestMapPage:
    def test_knows_the_extent_and_the_day_of_the_data(self, client, make_parcel):
        make_parcel()

        page = client.get("/mapa/").content.decode()

        assert "EGiB, stan na 1 listopada 2026" in page
        west, south, east, north = map(float, page.split('data-extent="')[1].split('"')[0].split(","))
        assert 19 < west < east < 21
        assert 49 < south < north < 51

    def test_embedded_has_no_header(self, client, db):
        page = client.get("/mapa/?osadzona=1").content.decode()

        assert "<header" not in page
        assert 'target="_top"' in page

    def test_starts_with_less_than_300_kb_of_scripts(self):
        dist = Path(settings.STATICFILES_DIRS[0])
        manifest = json.loads((dist / "manifest.json").read_text())
        needed, waiting = set(), ["src/site.ts", "src/map.ts"]
        while waiting:
            entry = manifest[waiting.pop()]
            if entry["file"] not in needed:
                needed.add(entry["file"])
                waiting += entry.get("imports", [])

        assert sum(len(gzip.compress((dist / file).read_bytes())) for file in needed) < 300_000


class TestAccount:
    def test_wrong_password_is_explained(self, client, anna):
        page = client.post("/logowanie/", {"username": "anna", "password": "nie"}).content.decode()

        assert "Nie udało się zalogować" in page
        assert 'value="anna"' in page

    def test_signs_in_to_where_one_was_going_and_out(self, client, anna):
        signed_in = client.post(
            "/logowanie/?next=/mapa/", {"username": "anna", "password": "miedza-demo", "next": "/mapa/"}
        )
        page = client.get("/").content.decode()
        signed_out = client.post("/wyloguj/")

        assert signed_in["Location"] == "/mapa/"
        assert "Anna Nowak" in page
        assert signed_out["Location"] == "/"

    def test_a_foreign_address_is_not_followed(self, client, anna):
        response = client.post(
            "/logowanie/", {"username": "anna", "password": "miedza-demo", "next": "https://zly.example/"}
        )

        assert response["Location"] == "/moje/"


class TestLanguage:
    def test_english_is_chosen_by_the_switch(self, client, skala):
        client.post("/i18n/setlang/", {"language": "en", "next": "/"})

        page = client.get("/").content.decode()

        assert '<html lang="en">' in page
        assert "Which parcel are you looking for?" in page


class TestHistory:
    def test_earlier_versions_stand_on_the_page_with_a_link_to_their_day(self, client, skala):
        deliver([delivered("1")], state_on=FIRST)
        deliver([delivered("1", side=90)], state_on=SECOND)

        page = client.get("/dzialki/120610_5.0007.1/").content.decode().replace("\xa0", " ")

        assert '<a href="?na-dzien=2026-01-01">od 1 stycznia 2026 do 1 czerwca 2026</a>: 10 000 m²' in page
        assert '<a href="?na-dzien=2026-06-01">od 1 czerwca 2026</a>: 8 100 m²' in page


class TestHealth:
    def test_names_each_part(self, client, db):
        response = client.get("/healthz")

        assert response.status_code == 200
        checks = response.json()["checks"]
        assert {name: part["status"] for name, part in checks.items()} == {
            "database": "ok", "migrations": "ok", "open-data": "ok", "storage": "ok", "jobs": "ok", "frontend": "ok",
        }  # fmt: skip
        assert checks["database"]["detail"].startswith("PostGIS 3")

    def test_is_503_when_a_part_fails(self, client, db, settings, tmp_path):
        blocked = tmp_path / "file"
        blocked.write_text("not a folder")
        settings.MEDIA_ROOT = str(blocked / "media")

        response = client.get("/healthz")

        assert (response.status_code, response.json()["checks"]["storage"]["status"]) == (503, "fail")
