"""Places and trails: published, checked against boundaries, kept with their history, served without anybody's name."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.core.management import call_command

from services.tourism.models import Place, TrackFile, Trail
from spatial.imports.models import Snapshot
from spatial.imports.registry import Terms, WrongUse
from spatial.imports.services import run_import
from tests.data.test_readers_tourism import GPX, north, track
from tests.factories import TODAY
from tests.spatial.deliveries import rules

pytestmark = pytest.mark.django_db

HEAD = "id;nazwa;rodzaj;lon;lat;gmina;opis;verified_on;verified_by"
CASTLE = "zamek;Zamek w Ojcowie;castle;19,83;50,2119;;Ruiny;2026-05-01;Jan Kowalski"
MILL = "mlyn;Młyn;museum;19.84;50.21;;;;"


@pytest.fixture
def bring(tmp_path, skala):
    def bring(text, source="places", name="m.csv", **terms):
        path = tmp_path / name
        path.write_text(text)
        asked = Terms(municipality="120610", **{"state_on": date(2026, 1, 1)} | terms)
        return run_import(source=source, paths=[path], terms=asked, today=TODAY)

    return bring


@pytest.fixture
def real_outlines(shared_data, skala, suloszowa):
    """Both municipalities in their generalised outlines."""
    with (shared_data / "admin" / "gminy_skala_suloszowa.geojson").open() as stream:
        features = json.load(stream)["features"]
    for feature, municipality in zip(features, (skala, suloszowa), strict=True):
        shape = GEOSGeometry(json.dumps(feature["geometry"]), srid=4326).transform(2178, clone=True)
        municipality.boundary = shape if isinstance(shape, MultiPolygon) else MultiPolygon(shape, srid=2178)
        municipality.save()


def table(*rows):
    return "\n".join([HEAD, *rows, ""])


class TestPlaces:
    def test_are_published_with_everything_the_source_says(self, bring):
        report = bring(table(CASTLE, MILL))

        castle = Place.objects.get(identifier="zamek")
        assert (report.outcome, report.published) == ("published", 2)
        assert (castle.name, castle.kind, castle.description) == ("Zamek w Ojcowie", "castle", "Ruiny")
        assert (castle.located_in, castle.verified_on) == (["120610"], date(2026, 5, 1))
        assert rules(report, "info") == ["place-unverified"]

    def test_the_file_is_the_whole_list_unless_it_is_an_excerpt(self, bring):
        bring(table(CASTLE, MILL))

        excerpt = bring(table(MILL.replace("Młyn", "Stary młyn")), state_on=date(2026, 2, 1), is_partial=True)
        whole = bring(table(CASTLE), state_on=date(2026, 6, 1))

        assert excerpt.counts["place"] == {"added": 0, "changed": 1, "removed": 0, "unchanged": 0}
        assert whole.counts["place"]["removed"] == 1
        assert list(Place.objects.current().values_list("identifier", flat=True)) == ["zamek"]

    def test_one_identifier_twice_is_refused(self, bring):
        report = bring(table(CASTLE, CASTLE))

        assert (report.outcome, rules(report)) == ("refused", ["duplicate-id"])
        assert not Place.objects.exists()

    def test_invented_coordinates_contradict_the_gmina(self, bring, real_outlines):
        """Pieskowa Skała as three public files have it: in Skała, five kilometres off (dossier 3)."""
        invented = "zamek-ps;Zamek w Pieskowej Skale;castle;19.8460;50.2320;120613;;;"
        true = "zamek-ps;Zamek w Pieskowej Skale;castle;19.78004;50.24421;120613;;;"

        report = bring(table(invented))

        assert (report.outcome, rules(report)) == ("refused", ["place-outside-municipality"])
        assert "leży w gminie Skała" in report.findings[0].message
        assert bring(table(true)).outcome == "published"

    def test_a_place_that_moved_by_kilometres_is_told(self, bring):
        bring(table(CASTLE))

        report = bring(table(CASTLE.replace("50,2119", "50,2319")), state_on=date(2026, 6, 1))

        assert rules(report, "warning") == ["place-moved"]

    def test_near_the_boundary_the_source_is_believed(self, bring, skala):
        _, _, east_to, _ = skala.boundary.extent
        point = GEOSGeometry(f"SRID=2178;POINT({east_to + 200} {skala.boundary.centroid.y})").transform(
            4326, clone=True
        )
        report = bring(table(f"a;Aleja;park;{point.x};{point.y};;;;"))

        assert rules(report, "warning") == ["place-near-boundary"]
        assert Place.objects.get().located_in == ["120610"]

    def test_a_place_on_the_other_side_of_the_country_is_refused(self, bring):
        report = bring(table("a;Warszawa;square;21.01;52.23;;;;"))

        assert (report.outcome, rules(report)) == ("refused", ["place-too-far"])

    def test_the_list_of_the_dossier_is_published_whole(self, shared_data, real_outlines, tmp_path):
        terms = Terms(municipality="120610", state_on=date(2026, 1, 1))

        report = run_import(source="places", paths=[shared_data.parent / "places.csv"], terms=terms, today=TODAY)

        assert (report.outcome, report.published) == ("published", 103)
        assert Place.objects.get(identifier="zamek-pieskowa-skala").located_in == ["120613"]
        assert Place.objects.get(identifier="zamek-ojcow").located_in == ["120610"]
        assert Place.objects.get(identifier="zamek-rabsztyn").located_in == []
        assert set(rules(report, "info")) == {"place-elsewhere", "place-unverified"}


class TestTrails:
    def test_are_added_one_by_one_and_their_files_are_kept(self, bring):
        text = GPX.format(track(north(21), name="Zielona"))
        bring(text, "trails", "zielona.gpx")

        bring(GPX.format(track(north(21, start=3), name="Czarna")), "trails", "czarna.gpx")

        assert list(Trail.objects.current().order_by("name").values_list("name", flat=True)) == ["Czarna", "Zielona"]
        kept = TrackFile.objects.get(name="zielona.gpx")
        assert kept.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert (Path(settings.MEDIA_ROOT) / kept.stored_name).read_text() == text

    def test_a_list_of_all_closes_the_rest_only_when_it_says_so(self, bring):
        bring(GPX.format(track(north(21), name="Zielona")), "trails", "a.gpx")
        other = GPX.format(track(north(21, start=3), name="Czarna"))

        report = bring(other, "trails", "b.gpx", state_on=date(2026, 6, 1), options={"whole": True})

        assert report.counts["trail"] == {"added": 1, "changed": 0, "removed": 1, "unchanged": 0}

    def test_a_refused_delivery_leaves_no_file(self, bring):
        twice = GPX.format(track(north(3), name="A b") + track(north(3), name="A-b"))

        report = bring(twice, "trails", "a.gpx")

        assert (report.outcome, rules(report)) == ("refused", ["duplicate-id"])
        assert not list(Path(settings.MEDIA_ROOT).rglob("*.gpx"))
        assert not TrackFile.objects.exists()

    def test_a_trail_of_another_region_is_told(self, bring):
        reading = GPX.format(track([(20.5, 52.2), (20.51, 52.2)], name="Obca"))

        assert rules(bring(reading, "trails", "a.gpx"), "warning") == ["trail-elsewhere"]

    def test_the_list_of_the_dossier(self, shared_data, real_outlines):
        terms = Terms(municipality="120613", state_on=date(2026, 1, 1))

        report = run_import(source="trails", paths=[shared_data.parent / "trails.geojson"], terms=terms, today=TODAY)

        assert (report.outcome, report.published) == ("published", 23)
        red = Trail.objects.get(identifier="H01")
        assert (red.length_m, red.colour, set(red.located_in)) == (13_600, "czerwony", {"120610", "120613"})
        assert Trail.objects.get(identifier="H02").length_published_m is None

    @pytest.mark.parametrize("options", [{"kind": "lotnicza"}, {"colour": "beż"}, {"length": -1.0}, {"cut": 1e6}])
    def test_wishes_that_cannot_be_are_refused(self, bring, options):
        with pytest.raises(WrongUse):
            bring(GPX.format(track(north(3))), "trails", "a.gpx", options=options)

    def test_the_command_takes_the_options(self, tmp_path, skala):
        path = tmp_path / "a.gpx"
        path.write_text(GPX.format(track(north(21))))

        options = ["--name", "Dolina", "--kind", "rowerowa", "--colour", "zielony", "--length", "1.2"]
        call_command("import", "trails", str(path), "--municipality", "120610", *options)

        trail = Trail.objects.get()
        assert (trail.identifier, trail.kind, trail.colour, trail.length_m) == ("dolina", "rowerowa", "zielony", 1200)


class TestCollections:
    def test_serve_places_without_the_person_who_checked_them(self, bring, client):
        bring(table(CASTLE))

        answer = client.get("/ogc/collections/places/items").content.decode()

        (feature,) = json.loads(answer)["features"]
        assert feature["id"] == "120610-zamek"
        assert (feature["properties"]["kind_name"], feature["properties"]["located_in"]) == ("zamek", "120610")
        assert feature["geometry"]["coordinates"] == [pytest.approx(19.83, abs=1e-6), pytest.approx(50.2119, abs=1e-6)]
        assert "Kowalski" not in answer
        assert client.get("/ogc/collections/places/items/120610-zamek").status_code == 200
        assert client.get("/ogc/collections/places/items?verified_by=Jan").status_code == 400

    def test_serve_trails_with_the_published_length(self, bring, client):
        wishes = {"length": 1.5, "colour": "zielony"}
        bring(GPX.format(track(north(21), name="Zielona")), "trails", "zielona.gpx", options=wishes)

        (feature,) = json.loads(client.get("/ogc/collections/trails/items?colour=zielony").content)["features"]

        assert feature["geometry"]["type"] == "MultiLineString"
        assert (feature["properties"]["length_m"], feature["properties"]["loop"]) == (1500, "nie")

    def test_of_another_day_are_those_of_that_day(self, bring, client):
        bring(table(CASTLE))
        bring(table(MILL), state_on=date(2026, 6, 1), accept_removals=True)

        found = json.loads(client.get("/ogc/collections/places/items?datetime=2026-03-01").content)["features"]

        assert [one["properties"]["slug"] for one in found] == ["zamek"]
        assert Snapshot.objects.count() == 2
