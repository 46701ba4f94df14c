"""No route, tile, error, log, search, report, table or file of the office tells what the private registers hold."""

import logging
import re
from pathlib import Path
from urllib.parse import quote, unquote_plus

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from spatial.cadastre.models import Parcel
from spatial.imports import uploads
from spatial.ogc import open_tables
from spatial.ogc.registry import Collection, FieldSpec, collections
from spatial.ogc.text import Text
from spatial.owners.models import Party
from tests.leaks import canaries, crawler, samples
from tests.leaks.canaries import found_in
from tests.leaks.conftest import PARCEL
from tests.spatial.owners.private import seen

pytestmark = pytest.mark.django_db

SECRETS = (canaries.PESEL, canaries.SURNAME, canaries.LAND_BOOK, canaries.COMPANY, canaries.REGON)
#: of the same length, in no register
DECOYS = ("60210100022", "Szczyglińskx", "KR1P/00765433/0", "Ptaszarnia Czyżykowx", "000331518")
PRIVATE_NAMES = (
    "owner", "owners", "surname", "pesel", "party", "land_book", "landbook", "kw", "number_kw", "share", "unit",
    "parcelunit__unit", "snapshot__sha256", "fingerprint", "municipality__party", "registerunit", "access_entry",
)  # fmt: skip


#: answered without a look at who asks (spatial.ogc.views.door)
SESSIONLESS = ("/ogc/", "/tiles/")


def as_user(user) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


class TestEverybody:
    def test_every_address_is_visited(self):
        assert crawler.unvisited() == [], "say in tests/leaks/samples.py how to visit them"

    def test_no_sample_is_of_an_address_that_is_gone(self):
        assert set(samples.SAMPLES) <= set(crawler.patterns())

    def test_the_canaries_are_there(self, delivered, skala):
        with seen(skala):
            held = str(list(Party.objects.values()))
        assert {"kanarkos", "szczyglinsk", "makolagw", "kanarkowa", "zoltopior", "ptaszarnia"} <= found_in(held)

    def test_nobody_sees_one_anywhere(self, office, people, caplog):
        """Also those who may: they have to ask on a ground (POST), which no address does by itself."""
        caplog.set_level(logging.DEBUG)
        visited = list(crawler.paths(office, Client()))
        for who, user in people.items():
            own = visited if user is None else [one for one in visited if not one.startswith(SESSIONLESS)]
            assert crawler.crawl(as_user(user), own) == [], who

        assert found_in(caplog.text) == set()
        assert len(visited) > 150

    def test_visits_reach_what_they_are_meant_to_reach(self, office, people):
        """A crawl of refusals would prove nothing."""
        keeper, planner = as_user(people["keeper"]), as_user(people["planner"])
        served = {200, 405}  # a page that only takes forms says so to a GET
        for client, part in (
            (keeper, "/urzad/dane/"),
            (planner, "/urzad/sprawy/"),
            (as_user(None), "/ogc/collections/"),
        ):
            codes = [client.get(one).status_code for one in crawler.paths(office, client) if one.startswith(part)]
            assert sum(code in served for code in codes) > len(codes) / 2, part


class TestErrors:
    def test_pages_of_errors_also_in_debug(self, office, people, settings, caplog):
        settings.DEBUG = True
        caplog.set_level(logging.DEBUG)
        for user in (people["visitor"], people["planner"], people["tax-clerk"]):
            visited = ["/nie-ma", f"/dzialki/{PARCEL}/x", f"/urzad/dzialki/{PARCEL}x/wlasciciele/"]
            assert crawler.crawl(as_user(user), visited) == []

        assert found_in(caplog.text) == set()

    def test_a_fault_of_ours_while_owners_are_shown(self, office, people, settings, caplog, monkeypatch):
        """The debug page lists the variables of every frame: owners among them show nothing of themselves."""
        from services.disclosure import views

        def broken(request, template, context=None, **_):
            raise RuntimeError("the template is broken")

        monkeypatch.setattr(views, "render", broken)
        asked = {"ground": "tax", "fields_shown": ["name", "address", "parents", "pesel", "land_book"]}
        for debug in (False, True):
            settings.DEBUG = debug
            response = as_user(people["tax-clerk"]).post(f"/urzad/dzialki/{PARCEL}/wlasciciele/", asked)

            assert response.status_code == 500
            assert found_in(response.content) == set()
        assert found_in(caplog.text) == set()

    def test_the_question_itself_is_answered(self, office, people):
        """The same reading without the fault shows them: the test above looks at the right thing."""
        asked = {"ground": "tax", "fields_shown": ["name", "address", "parents", "pesel", "land_book"]}
        response = as_user(people["tax-clerk"]).post(f"/urzad/dzialki/{PARCEL}/wlasciciele/", asked)

        assert found_in(response.content) >= {"kanarkos", "szczyglinsk", "60210100015", "765432", "ptaszarnia"}


class TestQuestions:
    """No answer depends on a private value: a canary is answered as a word that nobody bears."""

    def answers(self, client, template: str, word: str) -> tuple[int, str]:
        response = client.get(template.format(quote(word)))
        text = unquote_plus(response.content.decode("utf-8", "replace"))
        for changing in (
            word,
            word.replace(" ", ""),
            r'"timeStamp":"[^"]*"',
            r'nonce="[^"]*"',
            r'value="[0-9A-Za-z]{64}"',
        ):
            text = re.sub(changing, "", text)
        return response.status_code, text

    @pytest.mark.parametrize(
        "template",
        ["/szukaj?q={}", "/szukaj?q={}&f=json", "/dzialki/{}/", "/plany/{}/", "/weryfikacja/{}/",
         "/ogc/collections/parcels/items/{}", "/ogc/collections/parcels/items?number={}",
         "/ogc/collections/parcels/items?filter=number = '{}'",
         "/ogc/collections/parcels/items?filter=casei(identifier) LIKE casei('%25{}%25')"],
    )  # fmt: skip
    def test_a_search_for_one_finds_nothing(self, office, template):
        for secret, decoy in zip(SECRETS, DECOYS, strict=True):
            if "/" in secret and template.startswith(("/dzialki", "/plany", "/weryfikacja")):
                continue
            assert self.answers(Client(), template, secret) == self.answers(Client(), template, decoy), secret

    @pytest.mark.parametrize("name", PRIVATE_NAMES)
    def test_no_private_column_can_be_asked_about(self, office, name):
        for collection in collections:
            home = f"/ogc/collections/{collection.id}/items"
            if name in collection.fields:
                continue  # units of the register of land have names of their own
            for query in (
                {name: canaries.PESEL}, {"sortby": name}, {"sortby": f"-{name}"}, {"properties": name},
                {"filter": f"{name} = '{canaries.PESEL}'"}, {"filter": f"{name} IS NOT NULL"},
                {"filter": f"identifier = 'x' OR {name} LIKE '6021%'"},
            ):  # fmt: skip
                assert Client().get(home, query).status_code == 400, (collection.id, query)


class TestAtRest:
    def everything_outside_the_private_schema(self) -> set[str]:
        """Names of tables and views whose rows hold a canary in any column."""
        holders = set()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_schema, table_name FROM information_schema.tables "
                "WHERE table_schema IN ('public', 'open') AND table_name <> 'spatial_ref_sys'"
            )
            for schema, table in cursor.fetchall():
                cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t')
                if any(found_in(row) for (row,) in cursor.fetchall() if row):
                    holders.add(f"{schema}.{table}")
        return holders

    def test_no_public_table_holds_one(self, office):
        """Findings, reports, changes to review, names, jobs of the queue, sessions, documents."""
        assert self.everything_outside_the_private_schema() == set()

    def test_files_of_a_decided_delivery_are_gone(self, office, uploaded, people, kept_files):
        kept = list((kept_files / "uploads").rglob("*.gml"))
        assert [found_in(file.read_bytes()) != set() for file in kept] == [True]

        with_commit = uploads._forget_files
        uploads.reject(upload=uploaded, by=people["keeper"], note="nie")
        with_commit(uploaded)

        leaking = [file for file in kept_files.rglob("*") if file.is_file() and found_in(file.read_bytes())]
        assert leaking == []

    def test_an_uploaded_file_has_no_address(self, office, uploaded, people, kept_files):
        [file] = (kept_files / "uploads").rglob("*.gml")
        inside = file.relative_to(kept_files)
        for user in people.values():
            for prefix in ("/media/", "/static/", "/", "/uploads/"):
                assert as_user(user).get(f"{prefix}{inside}").status_code == 404


class TestCommands:
    def test_their_outputs_and_reports(self, office, tmp_path: Path, capsys, caplog):
        caplog.set_level(logging.DEBUG)
        from tests.leaks.conftest import egib_file

        file, report = tmp_path / "again.gml", tmp_path / "report.gpkg"
        file.write_text(egib_file(area="1.0009"))
        for arguments in (
            ["import", "egib", str(file), "--owners", "tax", "--dry-run", "--report", str(report)],
            ["import", "egib", str(file), "--owners", "tax", "--dry-run", "--json"],
            ["parcel", PARCEL],
            ["take_back"],
        ):
            call_command(*arguments)

        told = capsys.readouterr()
        assert "shares-not-one" in told.out
        assert found_in(told.out + told.err + caplog.text) == set()
        assert found_in(report.read_bytes()) == set()


class TestTheDetector:
    """It must be able to fire."""

    @pytest.mark.parametrize(
        "text",
        ["Szczyglińska", "SZCZYGLIŃSKIEJ", "szczyglinska", "Szczygli\\u0144ska", "Szczygli&#324;ska",
         "Szczygli%C5%84ska", "KR1P/00765432/1", "KR1P 765432", "602 101 000 15", "6021-0100-015", "ul. Kanarkowa 3"],
    )  # fmt: skip
    def test_knows_a_canary_in_other_feathers(self, text):
        assert found_in(text)
        assert found_in(text.encode())

    def test_knows_one_in_sqlite_tiles_and_pdf(self, tmp_path):
        from reportlab.pdfgen.canvas import Canvas

        canvas = Canvas(str(tmp_path / "x.pdf"))
        canvas.drawString(100, 100, "PESEL 60210100015")
        canvas.save()

        assert found_in((tmp_path / "x.pdf").read_bytes()) == {"60210100015"}
        assert found_in(b"\x1a\x10\x08Szczygli\xc5\x84ska\0") == {"szczyglinsk"}

    def test_is_silent_about_others(self):
        assert found_in("Anna Nowak, Cianowice 12, KR1P/00012345/2, 44051401359") == set()

    def leaking(self, monkeypatch, **changes) -> None:
        """A collection that shows more than it should, in the registry and as a view until the test ends."""
        word = Text("a", "a")
        base = {
            "id": "leak", "title": word, "description": word, "keywords": (), "public": Parcel.objects.current,
            "fields": {"id": FieldSpec("identifier", word)}, "id_field": "id", "tile_fields": ("id",),
        }  # fmt: skip
        monkeypatch.setitem(collections._held, "leak", Collection(**base | changes))
        open_tables.refresh()

    def of_leak(self, office) -> set[str]:
        visited = [one for one in crawler.paths(office, as_user(None)) if "/leak" in one]
        assert visited
        return {leak.path.partition("?")[0] for leak in crawler.crawl(as_user(None), visited)}

    def test_fires_when_a_private_value_is_copied_into_a_public_row(self, office, monkeypatch):
        Parcel.objects.filter(identifier=PARCEL).update(sheet="765432")
        word = Text("b", "b")
        fields = {"id": FieldSpec("identifier", word), "more": FieldSpec("sheet", word)}
        self.leaking(monkeypatch, fields=fields, tile_fields=("id", "more"))

        found = self.of_leak(office)

        assert f"/tiles/leak/{office['tile']}.mvt" in found
        assert "/ogc/collections/leak/items" in found
        assert TestAtRest().everything_outside_the_private_schema() >= {"public.cadastre_parcel", "open.leak"}

    def test_fires_when_a_page_shows_one(self, office, settings, monkeypatch):
        import sys
        import types

        from services.portal import urls

        module = types.ModuleType("tests.leaks.leaking_urls")
        module.urlpatterns = [
            path("", include(urls.urlpatterns)),
            path("nowa/strona/", lambda request: HttpResponse(f"Właściciel: {canaries.SURNAME}")),
        ]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        settings.ROOT_URLCONF = module.__name__

        assert crawler.unvisited() == ["nowa/strona/"]
        monkeypatch.setitem(samples.SAMPLES, "nowa/strona/", ["/nowa/strona/"])
        visited = [one for one in crawler.paths(office, Client()) if not one.startswith(SESSIONLESS)]
        assert [leak.path for leak in crawler.crawl(Client(), visited)] == ["/nowa/strona/"]

    def test_a_collection_over_the_private_register_is_not_made(self, office, monkeypatch, skala):
        from django.contrib.gis.db.models import GeometryField
        from django.db.models import Value

        word = Text("c", "c")
        nowhere = Value(None, output_field=GeometryField(srid=2178))
        with pytest.raises(ImproperlyConfigured, match="row-level security"):
            self.leaking(
                monkeypatch, public=lambda: Party.objects.annotate(place=nowhere), geometry="place",
                fields={"id": FieldSpec("identifier", word), "surname": FieldSpec("surname", word)},
            )  # fmt: skip

        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('open.leak')")
            assert cursor.fetchone() == (None,)
        with seen(skala):
            assert Party.objects.exists()
