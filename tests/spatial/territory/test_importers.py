"""TERC and boundaries: the gmina's codes, its outline and its neighbours, and the way back."""

import json
from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from spatial.imports.models import Snapshot
from spatial.imports.registry import Terms
from spatial.imports.rollback import roll_back
from spatial.imports.services import run_import
from spatial.municipalities.models import Municipality
from spatial.territory.models import ReplacedBoundary, TercUnit, UnitBoundary
from spatial.territory.queries import holder_of
from tests.factories import EAST, NORTH, TODAY
from tests.spatial.deliveries import rules

HEAD = "WOJ;POW;GMI;RODZ;NAZWA;NAZWA_DOD;STAN_NA\n"
ROWS = (
    "12;;;;MAŁOPOLSKIE;województwo;2026-01-01\n12;06;;;krakowski;powiat;2026-01-01\n"
    "12;06;10;3;Skała;gmina miejsko-wiejska;2026-01-01\n12;06;10;4;Skała;miasto;2026-01-01\n"
    "12;06;10;5;Skała;obszar wiejski;2026-01-01\n12;06;13;2;Sułoszowa;gmina wiejska;2026-01-01\n"
    "14;;;;MAZOWIECKIE;w;2026-01-01\n"
)


def square(code, name, *, east=0, north=0, side=1000):
    ring = [
        [EAST + east, NORTH + north],
        [EAST + east + side, NORTH + north],
        [EAST + east + side, NORTH + north + side],
        [EAST + east, NORTH + north + side],
        [EAST + east, NORTH + north],
    ]
    return {
        "type": "Feature",
        "properties": {"JPT_KOD_JE": code, "JPT_NAZWA_": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(*features):
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2178"}}
    return json.dumps({"type": "FeatureCollection", "crs": system, "features": features})


SKALA = square("1206103", "Skała")
NEIGHBOUR = square("1206032", "Iwanowice", east=1000)
FAR = square("1206152", "Wielka Wieś", east=5000)
OTHER_COUNTY = square("1206", "krakowski", side=9000)


@pytest.fixture
def bring(tmp_path, skala):
    def bring(text, source="boundaries", name="g.geojson", **terms):
        path = tmp_path / name
        path.write_text(text)
        asked = Terms(municipality="120610", **{"state_on": date(2026, 1, 1)} | terms)
        return run_import(source=source, paths=[path], terms=asked, today=TODAY)

    return bring


class TestTerc:
    def test_keeps_the_gmina_its_parts_and_what_it_lies_in(self, bring):
        report = bring(HEAD + ROWS, "terc", "t.csv", state_on=None)

        assert (report.outcome, report.state_on) == ("published", date(2026, 1, 1))
        assert list(TercUnit.objects.order_by("code").values_list("code", "name")) == [
            ("12", "MAŁOPOLSKIE"), ("1206", "krakowski"), ("1206103", "Skała"), ("1206104", "Skała"),
            ("1206105", "Skała"),
        ]  # fmt: skip
        assert rules(report, "info") == ["others-skipped"]

    def test_a_file_without_the_gmina_is_refused(self, bring):
        report = bring(HEAD + "12;06;13;2;Sułoszowa;gmina wiejska;2026-01-01\n", "terc", "t.csv")

        assert (report.outcome, rules(report)) == ("refused", ["terc-unit-missing"])

    def test_a_missing_part_and_another_name_are_told(self, bring):
        report = bring(HEAD + "12;06;10;3;Skałka;gmina miejsko-wiejska;2026-01-01\n", "terc", "t.csv")

        assert rules(report, "warning") == ["terc-unit-missing", "terc-name-differs"]

    def test_of_the_voivodeship_as_gus_publishes_it(self, bring, shared_data, skala):
        path = shared_data / "teryt" / "TERC_malopolskie_2024-01-01.csv"

        report = run_import(source="terc", paths=[path], terms=Terms(municipality="120610"), today=TODAY)

        assert (report.outcome, report.state_on) == ("published", date(2024, 1, 1))
        assert TercUnit.objects.count() == 5


class TestBoundaries:
    def test_replace_the_outline_and_bring_the_neighbours(self, bring):
        report = bring(geojson(SKALA, NEIGHBOUR, FAR, OTHER_COUNTY))

        assert report.outcome == "published"
        assert Municipality.objects.get().boundary.area == pytest.approx(1e6)
        assert list(UnitBoundary.objects.order_by("identifier").values_list("identifier", "name")) == [
            ("1206032", "Iwanowice"), ("1206103", "Skała"),
        ]  # fmt: skip
        assert rules(report, "info") == ["units-not-read", "others-skipped"]
        assert rules(report, "warning") == ["boundary-changed"]

    def test_tell_whose_land_a_place_is(self, bring):
        bring(geojson(SKALA, NEIGHBOUR))

        assert holder_of(Point(EAST + 1500, NORTH + 500, srid=2178)).name == "Iwanowice"
        assert holder_of(Point(EAST + 10, NORTH + 500, srid=2178)).teryt == "120610"
        assert holder_of(Point(EAST + 90_000, NORTH, srid=2178)) is None

    def test_a_changed_boundary_is_a_new_version(self, bring):
        bring(geojson(SKALA, NEIGHBOUR))

        report = bring(geojson(square("1206103", "Skała", side=990)), state_on=date(2026, 6, 1))

        days = UnitBoundary.objects.filter(identifier="1206103").order_by("pk").values_list("valid_from", "valid_to")
        assert list(days) == [(date(2026, 1, 1), date(2026, 6, 1)), (date(2026, 6, 1), None)]
        assert UnitBoundary.objects.current().filter(identifier="1206032").exists()
        assert report.counts["unitboundary"]["removed"] == 0

    def test_the_outline_comes_back_with_the_delivery(self, bring, skala):
        before = skala.boundary.area
        bring(geojson(SKALA))

        roll_back(snapshot=Snapshot.objects.get(), by=None, note="na próbę", now=timezone.now())

        assert Municipality.objects.get().boundary.area == pytest.approx(before)
        assert not UnitBoundary.objects.current().exists()

    def test_a_trial_changes_nothing(self, bring, skala):
        report = bring(geojson(SKALA), dry_run=True)

        assert report.outcome == "dry-run"
        assert Municipality.objects.get().boundary.area == pytest.approx(skala.boundary.area)
        assert not ReplacedBoundary.objects.exists()

    @pytest.mark.parametrize(
        ("features", "rule"),
        [
            ((NEIGHBOUR,), "boundary-missing"),
            ((SKALA, square("1206103", "Skała", side=900)), "duplicate-id"),
        ],
    )
    def test_are_refused(self, bring, features, rule):
        report = bring(geojson(*features))

        assert (report.outcome, rules(report)) == ("refused", [rule])
        assert not UnitBoundary.objects.exists()

    def test_both_municipalities_keep_their_own_neighbours(self, tmp_path, skala, suloszowa):
        path = tmp_path / "g.geojson"
        path.write_text(geojson(SKALA, square("1206132", "Sułoszowa", east=1000)))

        for teryt in ("120610", "120613"):
            terms = Terms(municipality=teryt, state_on=date(2026, 1, 1))
            assert run_import(source="boundaries", paths=[path], terms=terms, today=TODAY).outcome == "published"

        assert UnitBoundary.objects.current().count() == 4

    def test_the_real_outlines_of_nine_gminas(self, shared_data, skala):
        path = shared_data / "admin" / "gminy_skala_suloszowa_z_sasiadami.geojson"
        terms = Terms(municipality="120610", state_on=date(2026, 1, 1))

        report = run_import(source="boundaries", paths=[path], terms=terms, today=TODAY)

        names = set(UnitBoundary.objects.values_list("name", flat=True))
        assert report.outcome == "published"
        assert {"Skała", "Sułoszowa", "Iwanowice", "Wielka Wieś", "Zielonki"} <= names
        assert Municipality.objects.get(pk="120610").boundary.area / 1e6 == pytest.approx(75.82, abs=0.01)
