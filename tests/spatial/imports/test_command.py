"""``manage.py import``: exit codes, the JSON report, the GeoPackage; real files where they are on the machine."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import CommandError, call_command

from spatial import crs
from spatial.cadastre.models import Parcel
from spatial.errors import ServiceError
from spatial.imports.models import Finding, Snapshot
from spatial.municipalities.models import Municipality

ROOT = Path(__file__).resolve().parents[3]
POG2_ZONES = "app_gml/pog2/StrefaPlanistyczna_{}.gml"
POG2_ACT = "app_gml/pog2/AktPlanowaniaPrzestrzennego.gml"


@pytest.fixture
def command(capsys):
    """Run the command: (exit code, the JSON object it prints or the message of wrong use)."""

    def run(*args: object) -> tuple[int, Any]:
        try:
            call_command("import", *map(str, args), "--json")
        except CommandError as fault:
            return fault.returncode, str(fault)
        except SystemExit as leave:
            return int(leave.code or 0), json.loads(capsys.readouterr().out)
        return 0, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def make_municipality(db):
    def make(teryt: str) -> Municipality:
        somewhere_in_poland = Polygon.from_bbox((6_900_000, 5_400_000, 7_850_000, 6_120_000))
        boundary = MultiPolygon(somewhere_in_poland, srid=crs.PL_2000_7)
        return Municipality.objects.create(teryt=teryt, name=teryt, boundary=boundary)

    return make


def error_rules(report: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in report["findings"] if finding["severity"] == "error"}


class TestEgib2021:
    @pytest.fixture
    def file(self, shared_data, make_municipality) -> Path:
        make_municipality("061304")
        return shared_data / "pzgik/dane-EGiB.gml"

    def test_is_refused_for_its_repeated_identifiers(self, command, file):
        code, report = command("egib", file)

        assert (code, report["published"], error_rules(report)) == (1, 0, {"duplicate-id"})
        assert (Parcel.objects.count(), Snapshot.objects.count()) == (0, 0)

    def test_publishes_the_29_live_parcels_when_told_to_skip_the_refused(self, command, file):
        code, report = command("egib", file, "--skip-refused")

        assert (code, report["outcome"], report["counts"]["parcel"]["added"]) == (0, "published", 29)
        assert Parcel.objects.count() == 29
        assert Finding.objects.count() == len(report["findings"])
        assert Snapshot.objects.get().sha256 == report["sha256"]

    def test_the_same_file_again_changes_nothing(self, command, file):
        command("egib", file, "--skip-refused")

        code, report = command("egib", file, "--skip-refused")

        assert (code, report["outcome"], report["published"]) == (0, "unchanged", 0)
        assert "Bez zmian" in report["findings"][0]["message"]
        assert (Snapshot.objects.count(), Parcel.objects.count()) == (1, 29)

    def test_an_older_day_is_refused(self, command, file):
        command("egib", file, "--skip-refused")

        code, report = command("egib", file, "--skip-refused", "--state-on", "2020-01-01")

        assert (code, error_rules(report)) == (1, {"duplicate-id", "older-state"})

    def test_an_unknown_municipality_is_wrong_use(self, command, db, shared_data):
        code, message = command("egib", shared_data / "pzgik/dane-EGiB.gml")

        assert code == 2
        assert message.startswith("Nie znamy gminy 061304 — dodaj ją")

    def test_the_municipality_named_must_be_that_of_the_file(self, command, file, skala):
        code, report = command("egib", file, "--municipality", "120610")

        assert code == 1
        assert "other-municipality" in error_rules(report)

    def test_the_report_is_a_layer_of_findings(self, command, file, tmp_path):
        out = tmp_path / "findings.gpkg"

        _, report = command("egib", file, "--report", out)

        info = pyogrio.read_info(out)
        assert (info["features"], info["crs"]) == (len(report["findings"]), "EPSG:2178")


class TestEgib2013:
    def test_eight_files_of_hel_are_one_delivery(self, command, shared_data, make_municipality):
        make_municipality("221101")
        files = sorted((shared_data / "egib_2012_ewid").glob("*.gml"))

        code, report = command("egib", *files, "--state-on", "2020-05-05", "--valid-from", "2010-01-01")

        assert (code, report["accepted"], report["published"]) == (0, 8, 8)
        assert Parcel.objects.on(date(2011, 1, 1)).count() == 8


class TestApp:
    @pytest.fixture
    def testowa(self, make_municipality) -> Municipality:
        return make_municipality("121201")

    def test_good_sets_are_published(self, command, shared_data, testowa, make_municipality):
        make_municipality("321202")

        first, _ = command("app", *sorted((shared_data / "app_gml/pog1").glob("*.gml")))
        second, report = command("app", shared_data / POG2_ACT, shared_data / POG2_ZONES.format("OK"))

        assert (first, second, report["published"]) == (0, 0, 5)

    @pytest.mark.parametrize(
        ("defect", "rule"),
        [
            ("BLEDNE-OZNACZENIE", "label-pattern"),
            ("DUPLIKAT-LOKALNYID", "duplicate-id"),
            ("DWA-MIEJSCA-INTENSYWNOSC", "one-decimal"),
            ("DWA-MIEJSCA-UDZIAL-BIO", "one-decimal"),
            ("LUKA", "zones-gap"),
        ],
    )
    def test_each_defective_set_is_refused_with_its_rule(self, command, shared_data, testowa, defect, rule):
        code, report = command("app", shared_data / POG2_ACT, shared_data / POG2_ZONES.format(defect))

        assert code == 1
        assert rule in error_rules(report)
        assert not testowa.plans.exists()

    def test_a_gap_has_a_place_in_degrees(self, command, shared_data, testowa):
        _, report = command("app", shared_data / POG2_ACT, shared_data / POG2_ZONES.format("LUKA"))

        (gap,) = [finding for finding in report["findings"] if finding["rule"] == "zones-gap"]
        lon, lat = gap["geometry"]["coordinates"]
        assert (19.2 < lon < 19.5, 50.0 < lat < 50.6) == (True, True)

    def test_a_set_adopted_with_its_defect_may_be_shown(self, command, shared_data, testowa):
        code, _ = command("app", shared_data / POG2_ACT, shared_data / POG2_ZONES.format("LUKA"), "--as-adopted")

        assert code == 0
        assert testowa.plans.get().general_zones.count() == 4


class TestUnreadable:
    @pytest.mark.parametrize(
        ("source", "name", "rule"),
        [
            ("egib", "hostile/xxe_external_entity.gml", "doctype-forbidden"),
            ("egib", "hostile/entity_bomb_small.gml", "doctype-forbidden"),
            ("app", "hostile/entity_bomb_small.gml", "doctype-forbidden"),
            ("egib", "pzgik/dane-GESUT.gml", "unknown-namespace"),
            ("app", "pzgik/dane-EGiB.gml", "unknown-namespace"),
            ("parcels", "hostile/swapped_axes.geojson", "axes-swapped"),
            ("parcels", "hostile/nan_coords.geojson", "missing-column"),
            ("parcels", "hostile/bowtie.geojson", "missing-column"),
            ("parcels", "hostile/zip_slip.zip", "unsupported-format"),
        ],
    )
    @pytest.mark.usefixtures("skala")
    def test_says_why_and_exits_with_2(self, command, shared_data, source, name, rule):
        extra = ["--mapping", "own-export"] if source == "parcels" else []

        code, report = command(source, shared_data / name, "--municipality", "120610", *extra)

        assert (code, report["outcome"], error_rules(report)) == (2, "unreadable", {rule})
        assert Snapshot.objects.count() == 0

    def test_a_truncated_file(self, command, skala, shared_data, tmp_path):
        whole = (shared_data / "pzgik/dane-EGiB.gml").read_bytes()
        cut = tmp_path / "cut.gml"
        cut.write_bytes(whole[: len(whole) // 2])

        code, report = command("egib", cut)

        assert (code, error_rules(report)) == (2, {"not-well-formed"})


class TestWrongUse:
    def test_a_missing_file(self, command, db):
        assert command("egib", "/nie/ma.gml")[0] == 2

    def test_a_mapping_that_does_not_exist(self, command, skala, tmp_path):
        file = tmp_path / "a.geojson"
        file.write_text("{}")

        code, message = command("parcels", file, "--mapping", "brak")

        assert (code, "brak" in message) == (2, True)

    def test_parcels_need_a_mapping(self, command, skala, tmp_path):
        file = tmp_path / "a.geojson"
        file.write_text("{}")

        assert command("parcels", file)[0] == 2

    def test_an_unknown_source_exits_with_2(self):
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "services.portal.settings.test"}
        asked = [sys.executable, str(ROOT / "manage.py"), "import", "shp", "a.shp"]

        finished = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)

        assert finished.returncode == 2

    def test_every_wrong_use_is_a_service_error(self):
        from spatial.imports.registry import WrongUse

        assert issubclass(WrongUse, ServiceError)


class TestWords:
    def test_tells_a_person_what_happened(self, db, shared_data, make_municipality, capsys):
        make_municipality("061304")

        call_command("import", "egib", str(shared_data / "pzgik/dane-EGiB.gml"), "--skip-refused", "--dry-run")

        out = capsys.readouterr().out
        assert "Na próbę" in out
        assert "BŁĄD [duplicate-id] 061304_5.0012.UG.8" in out
        assert "… i 24 takich samych [land-use-area-sum]" in out
