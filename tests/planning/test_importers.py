"""Plans into records: everything of a plan, corrections, drawings, topology."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image
from rasterio.transform import Affine, from_origin

from data.records import (
    ActRecord,
    GeneralPlanZoneRecord,
    OverlayRecord,
    PlanRecord,
    ProvisionRecord,
    RelationRecord,
    SheetRecord,
    ZoneRecord,
)
from planning.content import stored_content
from planning.models import LocalPlan, PlanSheet, PlanZone, Provision
from spatial import crs
from spatial.imports.models import Finding, Snapshot
from spatial.imports.registry import Terms, WrongUse
from spatial.imports.report import Report
from spatial.imports.services import run_import
from tests.factories import EAST, NORTH, TODAY
from tests.spatial.deliveries import deliver, rules

CODE = "XI-85-15"
pytestmark = pytest.mark.usefixtures("skala")


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def box(east: float, north: float, width: float, height: float) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH + north, EAST + east + width, NORTH + north + height)


def plan(**fields) -> PlanRecord:
    """A square of 200 m: 1MN in the west, R.3 in the east, a protection overlay, four provisions."""
    values = {
        "code": CODE,
        "municipality": "120610",
        "title": "Plan testowy",
        "boundary": box(0, 0, 200, 200),
        "drawing_scale": 1000,
        "in_force_from": date(2015, 9, 1),
        "acts": (ActRecord("adopts", "Uchwała", "XI/85/15", adopted_on=date(2015, 7, 30)),),
        "zones": (ZoneRecord("1 mn", "mieszkaniowa", box(0, 0, 100, 200)), ZoneRecord("R.3", "rolna", EASTERN)),
        "overlays": (OverlayRecord("park", "protection", "otulina", box(50, 50, 20, 20)),),
        "provisions": (
            ProvisionRecord("r1", None, "chapter", "1", "", heading="Przepisy ogólne", binds_whole_plan=True),
            ProvisionRecord("p1", "r1", "paragraph", "1", "Dotyczy całości.", binds_whole_plan=True),
            ProvisionRecord("p2", None, "paragraph", "2", "Ustala się.", zones=("1 mn",)),
            ProvisionRecord("p2.u1", "p2", "section", "1", "Zakaz.", zones=("1 mn", "R.3"), overlays=("park",)),
        ),
        "relations": (RelationRecord("repeals", "OLD-1", date(2015, 9, 1)),),
    }
    return PlanRecord(**values | fields)


EASTERN = box(100, 0, 100, 200)


def publish(*records: object, **terms) -> Report:
    return deliver(records, source="app", state_on=None, **terms)


class TestPlan:
    def test_is_written_with_everything_of_it(self):
        report = publish(plan())

        row = LocalPlan.objects.get()
        assert (report.outcome, report.published) == ("published", 1)
        assert list(row.zones.order_by("pk").values_list("symbol_raw", "symbol_norm")) == [
            ("1 mn", "1MN"),
            ("R.3", "R.3"),
        ]
        assert row.acts.get().number == "XI/85/15"
        assert row.relations.get().target_code == "OLD-1"
        provision = Provision.objects.get(key="p2.u1")
        assert (provision.position, provision.parent.key) == (4, "p2")
        assert [zone.symbol_raw for zone in provision.zones.order_by("pk")] == ["1 mn", "R.3"]
        assert [overlay.key for overlay in provision.overlays.all()] == ["park"]

    def test_a_symbol_of_two_areas_binds_both(self):
        zones = (ZoneRecord("1 mn", "a", box(0, 0, 100, 200)), ZoneRecord("1 mn", "a", EASTERN))

        publish(plan(zones=zones, provisions=(ProvisionRecord("p1", None, "paragraph", "1", "x", zones=("1 mn",)),)))

        assert Provision.objects.get().zones.count() == 2

    def test_reads_back_as_it_was_written(self):
        record = plan()

        publish(record)

        stored = stored_content(LocalPlan.objects.get()).plan
        assert (stored.acts, stored.provisions) == (record.acts, record.provisions)
        assert [zone.symbol for zone in stored.zones] == ["1 mn", "R.3"]

    def test_the_same_plan_again_is_no_new_record(self):
        publish(plan())

        report = publish(plan())

        assert report.outcome == "unchanged"
        assert (LocalPlan.objects.count(), Snapshot.objects.count()) == (1, 1)

    def test_a_corrected_plan_supersedes_the_record_we_had(self):
        publish(plan())

        report = publish(plan(title="Plan poprawiony"))

        old, new = LocalPlan.objects.order_by("pk")
        assert report.counts["plan"] == {"changed": 1}
        assert old.superseded_at == new.recorded_at == Snapshot.objects.latest("pk").published_at
        assert LocalPlan.objects.known().get() == new
        assert (old.zones.count(), new.zones.count()) == (2, 2)

    def test_what_an_app_file_cannot_say_is_carried_over(self):
        publish(plan())

        publish(plan(title="Z pliku APP", zones=(), provisions=(), overlays=(), relations=()))

        current = LocalPlan.objects.known().get()
        assert (current.title, current.zones.count(), current.provisions.count()) == ("Z pliku APP", 2, 4)

    def test_a_provision_for_a_zone_that_is_not_there_is_told(self):
        provisions = (ProvisionRecord("p1", None, "paragraph", "1", "x", zones=("9US",)),)

        report = publish(plan(provisions=provisions))
        again = publish(plan(provisions=provisions))

        assert rules(report, "warning") == ["provision-target-missing"]
        assert again.outcome == "unchanged"


class TestTopology:
    def test_a_plan_that_is_tiled_has_no_findings(self):
        assert publish(plan()).findings == ()

    def test_gaps_overlaps_and_overhangs_are_warnings_with_a_place(self):
        zones = (ZoneRecord("A", "a", box(0, 0, 110, 200)), ZoneRecord("B", "b", box(100, 0, 100, 190)))
        outside = ZoneRecord("C", "c", box(-10, 0, 10, 10))

        report = publish(plan(zones=(*zones, outside), provisions=()))

        found = {problem.rule: problem for problem in report.findings}
        assert report.outcome == "published"
        assert found.keys() == {"zones-gap", "zones-overlap", "zones-outside"}
        assert "900 m²" in found["zones-gap"].message  # 90 m x 10 m
        assert "1900 m²" in found["zones-overlap"].message  # 10 m x 190 m
        assert shapely.Point(found["zones-gap"].point).within(box(110, 190, 90, 10))
        assert Finding.objects.filter(geom__isnull=False).count() == 3

    def test_less_than_a_square_metre_is_not_worth_a_word(self):
        zones = (ZoneRecord("A", "a", box(0, 0, 100, 200)), ZoneRecord("B", "b", box(100.004, 0, 99.996, 200)))

        assert publish(plan(zones=zones, provisions=())).findings == ()


def general_zone(number: int, geometry: shapely.Polygon, **fields) -> GeneralPlanZoneRecord:
    return GeneralPlanZoneRecord(f"1POG-{number}SJ", "1POG", f"{number}SJ", "SJ", "strefa", geometry, **fields)


class TestGeneralPlan:
    ACT = plan(code="1POG", kind="general-plan", zones=(), provisions=(), overlays=(), relations=(), acts=())

    def test_an_indicator_that_is_not_set_is_not_zero(self):
        report = publish(self.ACT, general_zone(1, box(0, 0, 200, 200), max_height_m=9.5))

        zone = LocalPlan.objects.get().general_zones.get()
        assert report.published == 2
        assert (zone.max_height_m, zone.min_green_percent) == (9.5, None)

    def test_zones_that_come_later_join_the_act(self):
        publish(self.ACT)

        publish(general_zone(1, box(0, 0, 200, 200)), municipality="120610")

        assert LocalPlan.objects.known().get().general_zones.count() == 1

    def test_zones_with_a_gap_are_refused(self):
        publish(self.ACT)

        report = publish(general_zone(1, box(0, 0, 200, 100)), municipality="120610")

        assert (report.outcome, rules(report)) == ("refused", ["zones-gap"])
        assert not LocalPlan.objects.known().get().general_zones.exists()

    def test_zones_without_their_act_are_refused(self):
        report = publish(general_zone(1, box(0, 0, 200, 200)), municipality="120610")

        assert rules(report) == ["plan-missing"]


@pytest.fixture
def make_raster(tmp_path):
    """A GeoTIFF of 200 m x 200 m over the plan; pixel in metres."""

    def make(name: str = "rysunek.tif", *, pixel: float = 0.5, epsg: int | None = crs.PL_2000_7, **profile) -> Path:
        path = tmp_path / name
        side = round(200 / pixel)
        transform = profile.pop("transform", from_origin(EAST, NORTH + 200, pixel, pixel))
        shade = profile.pop("shade", 255)
        values = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "uint8", **profile}
        with rasterio.open(path, "w", crs=epsg and f"EPSG:{epsg}", transform=transform, **values) as dataset:
            dataset.write(np.full((1, side, side), shade, np.uint8))
        return path

    return make


def sheet(path: Path, *, number: str = "1", **terms) -> Report:
    options = {"plan": CODE, "sheet": number, "scale": 1000, "rmse": None}
    asked = Terms(municipality="120610", options=options, **terms)
    return run_import(source="plan-sheet", paths=[path], terms=asked, today=TODAY)


class TestSheets:
    @pytest.fixture(autouse=True)
    def held(self, skala) -> None:
        publish(plan())

    def test_a_drawing_is_kept_byte_for_byte_under_its_hash(self, make_raster, media):
        path = make_raster(pixel=0.1)

        report = sheet(path)

        row = PlanSheet.objects.get()
        assert (report.outcome, report.findings) == ("published", ())
        assert row.file.name == f"plan-sheets/{report.sha256}.tif"
        assert (media / row.file.name).read_bytes() == path.read_bytes()
        assert (row.scale, row.pixel_m, row.footprint.area) == (1000, pytest.approx(0.1), pytest.approx(40_000))
        assert LocalPlan.objects.known().get() == row.plan

    def test_the_same_drawing_again_changes_nothing(self, make_raster):
        sheet(make_raster())

        report = sheet(make_raster())

        assert (report.outcome, LocalPlan.objects.count()) == ("unchanged", 2)

    def test_another_drawing_of_the_number_replaces_it_in_a_new_record(self, make_raster):
        sheet(make_raster())

        sheet(make_raster("nowy.tif", shade=200))

        old, new = PlanSheet.objects.order_by("pk")
        assert (old.plan.superseded_at is None, new.plan.superseded_at is None) == (False, True)
        assert Path(old.file.path).exists()

    def test_a_plan_from_an_app_file_keeps_its_drawings(self, make_raster):
        sheet(make_raster())

        publish(plan(title="Poprawiony"))

        assert LocalPlan.objects.known().get().sheets.count() == 1

    def test_coarse_pixels_are_a_warning(self, make_raster):
        report = sheet(make_raster(pixel=0.5))

        assert (report.outcome, rules(report, "warning")) == ("published", ["sheet-low-resolution"])
        assert "51 dpi" in report.findings[0].message

    def test_without_georeference_is_refused_with_the_remedy(self, tmp_path, media):
        scan = tmp_path / "skan.tif"
        Image.new("L", (50, 50), 255).save(scan)

        report = sheet(scan)

        assert (report.exit_code, rules(report)) == (1, ["sheet-no-georeference"])
        assert "GeoTIFF bez georeferencji" in report.findings[0].message
        assert "Georeferencer" in report.findings[0].message
        assert not media.exists()

    @pytest.mark.parametrize(
        ("profile", "rule"),
        [
            ({"epsg": 2180}, "sheet-wrong-crs"),
            ({"epsg": None}, "sheet-no-georeference"),
            ({"transform": Affine(0.5, 0.01, EAST, 0.01, -0.5, NORTH + 200)}, "sheet-rotated"),
            ({"transform": Affine(0.5, 0, EAST, 0, -0.6, NORTH + 200)}, "sheet-rotated"),
            ({"transform": from_origin(EAST + 5000, NORTH, 0.5, 0.5)}, "sheet-outside-plan"),
        ],
    )
    def test_a_drawing_unfit_for_an_excerpt_is_refused(self, make_raster, profile, rule):
        report = sheet(make_raster(**profile))

        assert (report.exit_code, rules(report)) == (1, [rule])
        assert not PlanSheet.objects.exists()

    def test_an_empty_sheet_of_a_regular_cut_is_only_told_of(self, make_raster):
        corner = box(0, 0, 500, 100).union(box(0, 0, 100, 500))
        publish(plan(boundary=corner, zones=(ZoneRecord("A", "a", corner),), provisions=()))

        report = sheet(make_raster(pixel=0.1, transform=from_origin(EAST + 250, NORTH + 490, 0.1, 0.1)))

        assert (report.outcome, rules(report, "warning")) == ("published", ["sheet-without-plan"])

    @pytest.mark.parametrize("keep", [0.5, 0.98])
    def test_a_truncated_drawing_is_unreadable(self, make_raster, tmp_path, keep):
        whole = make_raster(tiled=False).read_bytes()
        cut = tmp_path / "uciety.tif"
        cut.write_bytes(whole[: int(len(whole) * keep)])

        report = sheet(cut)

        assert (report.exit_code, rules(report)) == (2, ["sheet-unreadable"])

    def test_a_picture_of_another_kind_is_unreadable(self, tmp_path):
        picture = tmp_path / "rysunek.png"
        Image.new("L", (50, 50), 255).save(picture)

        assert sheet(picture).exit_code == 2

    def test_a_dry_run_leaves_no_file(self, make_raster, media):
        sheet(make_raster(), dry_run=True)

        assert not list(media.rglob("*.tif"))

    def test_an_unknown_plan_is_wrong_use(self, make_raster):
        LocalPlan.objects.all().delete()

        with pytest.raises(WrongUse, match=CODE):
            sheet(make_raster())

    def test_a_plan_record_with_a_bad_drawing_is_refused_whole(self, make_raster, media):
        bad = SheetRecord("2", str(make_raster("zly.tif", epsg=2180)), 1000)
        good = SheetRecord("1", str(make_raster()), 1000)

        report = publish(replace(plan(code="NOWY"), sheets=(good, bad)))

        assert (report.outcome, rules(report)) == ("refused", ["sheet-wrong-crs"])
        assert not PlanZone.objects.filter(plan__code="NOWY").exists()
        assert not list(media.rglob("*.tif"))
