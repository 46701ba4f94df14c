"""The keeper's pages: bring, look, decide, take back; nobody else sees anything."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from services.identity.models import StaffRole, User
from spatial.cadastre.models import Parcel
from spatial.imports import uploads
from spatial.imports.models import DataSource, Finding, Snapshot, Upload
from spatial.imports.registry import Terms
from tests.spatial.deliveries import FIRST, SECOND, deliver, parcel
from tests.spatial.imports.test_uploads import geojson

pytestmark = pytest.mark.django_db


def keeper_of(municipality, name: str) -> User:
    user = User.objects.create_user(name, password="x")
    role = StaffRole.Role.REGISTER_KEEPER
    StaffRole.objects.create(user=user, municipality=municipality, role=role, job_title="inspektor")
    return user


@pytest.fixture
def feliks(skala) -> User:
    return keeper_of(skala, "feliks")


@pytest.fixture
def as_feliks(client, feliks):
    client.force_login(feliks)
    return client


@pytest.fixture
def brought(skala, feliks):
    """A checked upload: one parcel changed, one added, one removed."""
    deliver([parcel("1"), parcel("2", east=200)], state_on=FIRST)
    upload = uploads.receive(
        source="parcels",
        files=[SimpleUploadedFile("dzialki.geojson", geojson(("1", 0, 90), ("3", 400, 50)))],
        municipality=skala,
        terms=Terms(options={"mapping": "own-export"}, state_on=SECOND),
        by=feliks,
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()
    return upload


def page(client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"registers:{name}", args=args), query)
    assert response.status_code == 200, response.content[:400]
    return response.content.decode()


class TestOverview:
    def test_each_source_with_the_day_of_its_state(self, as_feliks):
        deliver([parcel("1")], state_on=FIRST)

        html = page(as_feliks, "index")

        assert "Ewidencja gruntów i budynków" in html
        assert "1 stycznia 2026" in html.replace("\xa0", " ")
        assert "brak danych" in html

    def test_old_data_are_marked_by_the_agreed_rhythm(self, as_feliks, skala):
        deliver([parcel("1")], state_on=FIRST)
        DataSource.objects.create(
            municipality=skala, source="egib", keeper="Starosta Krakowski", licence="art. 40a", rhythm_days=30
        )

        html = page(as_feliks, "index")

        assert "nieaktualne" in html
        assert "Starosta Krakowski" in html

    def test_the_source_register_is_edited_here(self, as_feliks, skala):
        address = reverse("registers:keeper", args=[120610, "egib"])

        as_feliks.post(
            address, {"keeper": "Starosta Krakowski", "licence": "art. 40a ust. 2 pkt 4", "rhythm_days": "90"}
        )

        row = DataSource.objects.get()
        assert (row.municipality, row.source, row.rhythm_days) == (skala, "egib", 90)


class TestBringing:
    def send(self, client, content: bytes, name: str = "a.geojson", **said: str):
        form = {"brought": SimpleUploadedFile(name, content), "opcja-mapping": "own-export", **said}
        return client.post(reverse("registers:bring", args=[120610, "parcels"]), form)

    def test_files_wait_for_the_check_and_the_page_shows_progress(self, as_feliks):
        response = self.send(as_feliks, geojson(("1", 0, 100)))

        upload = Upload.objects.get()
        assert response["Location"] == reverse("registers:upload", args=[upload.pk])
        assert 'data-waiting="' in page(as_feliks, "upload", upload.pk)
        state = as_feliks.get(reverse("registers:state", args=[upload.pk])).json()
        assert state == {"state": "queued", "label": "czeka na sprawdzenie", "taken": 0}

    def test_several_files_are_one_delivery(self, as_feliks):
        files = [SimpleUploadedFile(name, geojson((name[0], 0, 100))) for name in ("1.geojson", "2.geojson")]

        as_feliks.post(
            reverse("registers:bring", args=[120610, "parcels"]), {"brought": files, "opcja-mapping": "own-export"}
        )

        assert Upload.objects.get().files == ["1.geojson", "2.geojson"]

    @pytest.mark.parametrize(
        ("content", "said", "words"),
        [
            (b"", {}, "Wybrany plik jest pusty"),
            (b"x", {"opcja-mapping": ""}, "Wypełnij to pole"),
            (b"x", {"opcja-mapping": "/etc/passwd.toml"}, "Wybierz z listy"),
            (b"x", {"state_on": "wczoraj"}, "Nie rozumiemy tej daty"),
            (b"x", {"state_on": "2026-01-01", "valid_from": "2026-02-02"}, "nie może być późniejsza"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, as_feliks, content, said, words):
        response = self.send(as_feliks, content, **said)

        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Upload.objects.exists()

    def test_no_file_at_all(self, as_feliks):
        response = as_feliks.post(reverse("registers:bring", args=[120610, "egib"]), {})

        assert (response.status_code, "Wybierz plik" in response.content.decode()) == (422, True)

    def test_every_declared_source_has_a_form(self, as_feliks):
        from spatial.imports import registry

        for source in registry.sources():
            if source.has_page_of_its_own:
                continue
            assert source.title in page(as_feliks, "bring", 120610, source.code)

    def test_hostile_files_end_in_a_report(self, as_feliks, shared_data):
        for file in sorted((shared_data / "hostile").iterdir()):
            if not file.is_file() or not file.stat().st_size:
                continue
            for source, said in (("egib", {}), ("app", {}), ("parcels", {"opcja-mapping": "own-export"})):
                form = {"brought": SimpleUploadedFile(file.name, file.read_bytes()), **said}
                as_feliks.post(reverse("registers:bring", args=[120610, source]), form)
                upload = Upload.objects.latest("pk")
                uploads.check(upload.pk)
                upload.refresh_from_db()
                assert upload.state in {"unreadable", "refused"} or upload.fault, (file.name, source, upload.state)
                assert upload.fault != uploads.OUR_FAULT, (file.name, source)
        assert not Parcel.objects.exists()


class TestReview:
    def test_counts_rules_and_map_stand_on_one_page(self, as_feliks, brought):
        html = page(as_feliks, "upload", brought.pk)

        assert "Można opublikować" in html
        assert 'id="roznice"' in html
        assert "działki ewidencyjne" in html

    def test_the_map_gets_both_shapes_in_degrees(self, as_feliks, brought):
        features = as_feliks.get(reverse("registers:map-data", args=[brought.pk])).json()["features"]

        said = [(feature["properties"]["kind"], feature["properties"]["side"]) for feature in features
                if feature["properties"]["kind"] != "finding"]  # fmt: skip
        assert sorted(said) == [("added", "after"), ("changed", "after"), ("changed", "before"), ("removed", "before")]
        east, north = features[0]["geometry"]["coordinates"][0][0][0]
        assert (19 < east < 20, 50 < north < 51) == (True, True)

    def test_differences_name_the_attribute_before_and_after(self, as_feliks, brought):
        html = page(as_feliks, "changes", brought.pk, zmiana="changed")

        assert "pole ewidencyjne [m²]: 10000 → <strong>8100</strong>" in html
        assert "120610_5.0007.3" not in html

    def test_an_empty_upload_has_an_empty_map(self, as_feliks, brought):
        brought.changes.all().delete()
        Finding.objects.all().delete()

        document = as_feliks.get(reverse("registers:map-data", args=[brought.pk])).json()

        assert document == {"type": "FeatureCollection", "features": []}


class TestReport:
    @pytest.fixture
    def refused(self, brought):
        Finding.objects.create(
            upload=brought, rule="area-differs", severity="warning", object="=1+1", message="Pole różni się.", geom=None
        )
        return brought

    def test_rules_say_what_to_do(self, as_feliks, refused):
        html = page(as_feliks, "upload", refused.pk)

        from data.rules import rules

        assert rules()["area-differs"].remedy["pl"] in html

    def test_findings_are_found_by_rule_severity_and_object(self, as_feliks, refused):
        assert "Pole różni się." in page(as_feliks, "upload-findings", refused.pk, regula="area-differs", obiekt="1+1")
        assert "Nie ma takich ustaleń" in page(as_feliks, "upload-findings", refused.pk, waga="error")

    def test_no_cell_of_the_table_is_a_formula(self, as_feliks, refused):
        body = as_feliks.get(reverse("registers:upload-report", args=[refused.pk, "csv"])).content.decode("utf-8-sig")

        assert ";'=1+1;" in body

    def test_the_layer_opens_in_a_desktop_gis(self, as_feliks, refused, tmp_path):
        import pyogrio

        file = tmp_path / "ustalenia.gpkg"
        file.write_bytes(as_feliks.get(reverse("registers:upload-report", args=[refused.pk, "gpkg"])).content)

        info = pyogrio.read_info(file)
        assert (info["features"], info["crs"]) == (refused.findings.count(), "EPSG:2178")

    def test_the_object_for_programs_is_that_of_the_command(self, as_feliks, refused):
        said = json.loads(as_feliks.get(reverse("registers:upload-report", args=[refused.pk, "json"])).content)

        assert said["counts"]["parcel"] == {"added": 1, "changed": 1, "removed": 1, "unchanged": 0}
        assert {"rule", "severity", "object", "message", "geometry"} == set(said["findings"][0])

    def test_other_forms_are_not_there(self, as_feliks, refused):
        assert as_feliks.get(reverse("registers:upload-report", args=[refused.pk, "exe"])).status_code == 404


class TestDecision:
    def decide(self, client, upload: Upload, **said: str):
        return client.post(reverse("registers:decide", args=[upload.pk]), said, follow=True)

    def test_publishing_is_queued_and_done_by_the_worker(self, as_feliks, brought):
        self.decide(as_feliks, brought, decyzja="opublikuj")
        uploads.publish(brought.pk)

        brought.refresh_from_db()
        assert brought.state == "published"
        assert "Zobacz dostawę w historii" in page(as_feliks, "upload", brought.pk)

    def test_rejecting_needs_a_reason(self, as_feliks, brought):
        response = self.decide(as_feliks, brought, decyzja="odrzuc", note="")

        brought.refresh_from_db()
        assert (response.status_code, brought.state) == (422, "ready")

    def test_a_rejected_delivery_keeps_its_report(self, as_feliks, brought):
        self.decide(as_feliks, brought, decyzja="odrzuc", note="Nie ten obręb.")

        assert "Nie ten obręb." in page(as_feliks, "upload", brought.pk)

    def test_a_second_decision_is_told_that_it_comes_late(self, as_feliks, brought):
        self.decide(as_feliks, brought, decyzja="opublikuj")

        response = self.decide(as_feliks, brought, decyzja="odrzuc", note="Jednak nie.")

        assert "jest już w innym stanie" in response.content.decode()

    def test_other_terms_start_another_check(self, as_feliks, brought):
        self.decide(
            as_feliks,
            brought,
            decyzja="sprawdz",
            state_on="2026-06-01",
            is_partial="on",
            **{"opcja-mapping": "own-export"},
        )
        uploads.check(brought.pk)

        brought.refresh_from_db()
        assert brought.report["counts"]["parcel"]["removed"] == 0

    @pytest.mark.parametrize("choice", ["", "nic", "\x00"])
    def test_no_choice_changes_nothing(self, as_feliks, brought, choice):
        self.decide(as_feliks, brought, decyzja=choice)

        brought.refresh_from_db()
        assert brought.state == "ready"


class TestHistory:
    def test_a_delivery_is_taken_back_with_a_reason(self, as_feliks):
        deliver([parcel("1")], state_on=FIRST)
        deliver([parcel("1", side=90)], state_on=SECOND)
        newest = Snapshot.objects.latest("pk")

        as_feliks.post(reverse("registers:take-back", args=[newest.pk]), {"note": "Zły eksport."})

        assert Parcel.objects.current().get().registered_area_m2 == 10_000
        html = page(as_feliks, "delivery", newest.pk)
        assert "Zły eksport." in html
        assert "cofnięta" in page(as_feliks, "history", 120610)

    def test_one_that_others_build_on_says_which(self, as_feliks):
        deliver([parcel("1")], state_on=FIRST)
        deliver([parcel("1", side=90)], state_on=SECOND)
        first = Snapshot.objects.earliest("pk")

        html = page(as_feliks, "delivery", first.pk)
        as_feliks.post(reverse("registers:take-back", args=[first.pk]), {"note": "Próba."})

        assert "Cofnij najpierw je" in html
        assert Parcel.objects.current().get().registered_area_m2 == 8_100

    def test_without_a_reason_nothing_happens(self, as_feliks):
        deliver([parcel("1")], state_on=FIRST)

        response = as_feliks.post(reverse("registers:take-back", args=[Snapshot.objects.get().pk]), {"note": " "})

        assert (response.status_code, Snapshot.objects.get().rolled_back_at) == (422, None)


ADDRESSES = [
    ("index", ()), ("bring", (120610, "egib")), ("keeper", (120610, "egib")), ("history", (120610,)),
    ("upload", ("upload",)), ("state", ("upload",)), ("upload-findings", ("upload",)), ("changes", ("upload",)),
    ("map-data", ("upload",)), ("upload-report", ("upload", "csv")), ("delivery", ("snapshot",)),
    ("delivery-findings", ("snapshot",)), ("delivery-report", ("snapshot", "csv")),
]  # fmt: skip


class TestWhoMay:
    def address(self, name: str, args: tuple[object, ...], upload: Upload) -> str:
        real = {"upload": upload.pk, "snapshot": Snapshot.objects.latest("pk").pk}
        return reverse(f"registers:{name}", args=[real.get(str(part), part) for part in args])

    @pytest.mark.parametrize(("name", "args"), ADDRESSES)
    def test_a_stranger_signs_in_first(self, client, brought, name, args):
        response = client.get(self.address(name, args, brought))

        assert (response.status_code, "/logowanie/" in response["Location"]) == (302, True)

    @pytest.mark.parametrize(("name", "args"), ADDRESSES)
    def test_residents_and_planners_are_refused(self, client, brought, anna, danuta, name, args):
        for person in (anna, danuta):
            client.force_login(person)
            assert client.get(self.address(name, args, brought)).status_code == 403

    @pytest.mark.parametrize(("name", "args"), [row for row in ADDRESSES if row[0] != "index"])
    def test_the_keeper_of_another_municipality_finds_nothing(self, client, brought, suloszowa, name, args):
        client.force_login(keeper_of(suloszowa, "grazyna"))

        assert client.get(self.address(name, args, brought)).status_code == 404

    def test_nor_can_decide(self, client, brought, suloszowa):
        client.force_login(keeper_of(suloszowa, "grazyna"))

        decided = client.post(reverse("registers:decide", args=[brought.pk]), {"decyzja": "opublikuj"})
        taken = client.post(reverse("registers:take-back", args=[Snapshot.objects.get().pk]), {"note": "x"})

        assert (decided.status_code, taken.status_code) == (404, 404)
        brought.refresh_from_db()
        assert brought.state == "ready"


@pytest.mark.parametrize(
    "query", ["strona=9999", "strona=x", "obiekt=%00", "obiekt=" + "a" * 5000, "rejestr=nic&zmiana=nic"]
)
def test_strange_questions_get_a_page(as_feliks, brought, query):
    for name in ("changes", "upload-findings"):
        response = as_feliks.get(f"{reverse(f'registers:{name}', args=[brought.pk])}?{query}")
        assert response.status_code == 200


def test_the_files_of_an_upload_are_not_served(client, as_feliks, brought):
    folder = Path("uploads") / brought.folder / "dzialki.geojson"

    for prefix in ("/media/", "/static/", "/"):
        assert as_feliks.get(f"{prefix}{folder}").status_code == 404
