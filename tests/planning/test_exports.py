"""Plans leave as APP 2.0: valid against the official schema, and the same when they come back."""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from data.app_schema import INDICATORS, ZONES
from data.readers.xml import NULL_TEXTS
from data.records import ActRecord, GeneralPlanZoneRecord, PlanRecord
from data.records.plans import AccessStandards, BaseMapRecord, DrawingRecord, RegulationRecord
from planning.content import PlanContent, stored_content
from planning.models import LocalPlan
from planning.publishing import publish_plan
from spatial.imports.models import Snapshot
from spatial.imports.registry import Terms
from spatial.imports.services import run_import
from spatial.municipalities.models import Municipality
from tests.data.xsd import schema
from tests.factories import EAST, NORTH, TODAY, snapshot

WFS = "{http://www.opengis.net/wfs/2.0}"
BEGUN = datetime(2026, 8, 19, 1, 0, tzinfo=UTC)
SPACE = "PL.ZIPPZP.1234/120610-POG"
pytestmark = pytest.mark.usefixtures("skala")


def area(east: float = 0, side: float = 100) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH, EAST + east + side, NORTH + side)


def zone(number: int = 1, symbol: str = "SJ", **fields: Any) -> GeneralPlanZoneRecord:
    values: dict[str, Any] = {
        "identifier": f"1POG-{number}{symbol}", "plan": "1POG", "label": f"{number}{symbol}", "symbol": symbol,
        "name": ZONES[symbol].name, "geometry": area(100 * (number - 1)),
        "profiles_basic": tuple(sorted(ZONES[symbol].basic)), "max_intensity": 0.9, "max_coverage_percent": 30.5,
        "max_height_m": 12.0, "min_green_percent": 40.0, "in_force_from": date(2026, 9, 1), "status": "legalForce",
        "character": "generallyBinding", "version": "20260819T010000", "version_from": BEGUN,
    }  # fmt: skip
    return GeneralPlanZoneRecord(**values | fields)


def regulation(kind: Any, number: int = 1, **fields: Any) -> RegulationRecord:
    values: dict[str, Any] = {
        "kind": kind, "identifier": f"1POG-{number}{kind}", "plan": "1POG", "label": f"{number}{kind}", "symbol": kind,
        "geometry": area(side=50), "in_force_from": date(2026, 9, 1), "status": "legalForce",
        "character": "generallyBinding", "version": "20260819T010000", "version_from": BEGUN,
    }  # fmt: skip
    return RegulationRecord(**values | fields)


STANDARDS = AccessStandards(True, 1500, 1500, 3.0, 3000, 20.0, pharmacy_m=2000.5, fire_station_m=5000)
PLAN = PlanRecord(
    code="1POG",
    municipality="120610",
    title="Plan ogólny gminy Skała – „pierwszy”",
    boundary=shapely.MultiPolygon([shapely.box(EAST, NORTH, EAST + 200, NORTH + 100)]),
    drawing_scale=5000,
    in_force_from=date(2026, 9, 1),
    base_map_on=date(2025, 5, 5),
    kind="general-plan",
    namespace=SPACE,
    version="20260819T010000",
    version_from=BEGUN,
    status="legalForce",
    act_type="planOgolnyGminy",
    level="local",
    alternative_titles=("POG Skała",),
    change_count=0,
    is_partly_in_force=False,
    acts=(
        ActRecord("initiates", "Uchwała o przystąpieniu", "V/1/2024", "Rada Miejska w Skale", date(2024, 2, 1),
                  code="U1", namespace=SPACE, version="20260819T010000"),
        ActRecord("adopts", "Uchwała w sprawie planu ogólnego", "XX/10/2026", "Rada Miejska w Skale", date(2026, 8, 1),
                  date(2026, 9, 1), 2026, 4567, "https://edziennik.malopolska.uw.gov.pl/4567", ("https://skala.pl/u?a=1&b=2",),
                  "U2", SPACE, "20260819T010000", "POG", None, "Dz. Urz. Woj. Małop. z 2026 r. poz. 4567",
                  "dziennikUrzedowyWojMalopolskiego"),
    ),
    base_maps=(BaseMapRecord(date(2025, 5, 5), "BDOT10k", "https://mapy.geoportal.gov.pl"),),
    drawings=(
        DrawingRecord("1POG-R1", "Rysunek planu", "https://skala.pl/pog.tif", "http://www.opengis.net/def/crs/EPSG/0/2178",
                      5000, SPACE, "20260819T010000", BEGUN, "https://skala.pl/legenda.pdf", "załącznik nr 1"),
    ),
)  # fmt: skip
WHOLE = PlanContent(
    PLAN,
    general_zones=(zone(1), zone(2, "SN", max_intensity=None, max_coverage_percent=None, max_height_m=None,
                                profiles_additional=("US", "ZN"), alternative_name="Park")),
    regulations=(regulation("OUZ", name="Cianowice"), regulation("OZS"), regulation("OSD", standards=STANDARDS)),
)  # fmt: skip


def publish(content: PlanContent) -> LocalPlan:
    skala = Municipality.objects.get(pk="120610")
    return publish_plan(content, snapshot(skala), [])[0]


def export(folder: Path, **asked: Any) -> Path:
    file = folder / "plany.gml"
    call_command("export", "app", out=file, municipality="120610", on=TODAY, verbosity=0, **asked)
    return file


def held() -> PlanContent:
    return stored_content(LocalPlan.objects.known().get())


def assert_valid(file: Path, shared_data: Path) -> None:
    known = schema(shared_data / "app_gml" / "xsd" / "planowaniePrzestrzenne_2_0.xsd")
    members = etree.parse(file).getroot().findall(f"{WFS}member")
    assert members
    for member in members:
        assert known.validate(member[0]), known.error_log


class TestSchema:
    def test_a_general_plan_with_everything_is_valid(self, tmp_path, shared_data):
        publish(WHOLE)

        assert_valid(export(tmp_path), shared_data)

    def test_a_local_plan_of_our_own_making_is_valid_under_the_number_of_the_set(self, tmp_path, shared_data):
        act = ActRecord("adopts", "Uchwała", "XXIV/186/2012", "Rada", date(2012, 1, 1))
        publish(PlanContent(PlanRecord("XXIV-186-2012", "120610", "Plan", area(), 1000, date(2012, 3, 1), acts=(act,))))

        file = export(tmp_path, set_number="1234")

        assert_valid(file, shared_data)
        text = file.read_text()
        assert "PL.ZIPPZP.1234/120610-MPZP" in text
        assert "TypAktuPlanowaniaPrzestrzennegoKod/miejscowyPlanZagospodarowaniaPrzestrzennego" in text

    def test_names_of_objects_are_unique(self, tmp_path):
        publish(WHOLE)

        names = etree.parse(export(tmp_path)).xpath("//@gml:id", namespaces={"gml": "http://www.opengis.net/gml/3.2"})

        assert len(names) == len(set(names))
        assert "PL.ZIPPZP.1234_120610-POG_1POG_20260819T010000" in names

    def test_another_tool_finds_the_zones_where_they_lie(self, tmp_path):
        publish(WHOLE)

        zones = pyogrio.read_dataframe(export(tmp_path), layer="StrefaPlanistyczna")

        assert zones.crs.to_epsg() == 2178
        assert sorted(zones.geometry.area) == [10_000, 10_000]
        assert zones.geometry.total_bounds.tolist() == [EAST, NORTH, EAST + 200, NORTH + 100]


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (replace(WHOLE, plan=replace(PLAN, namespace=None)), "numer zbioru w EZiUDP"),
            (replace(WHOLE, plan=replace(PLAN, acts=(ActRecord("adopts", "Uchwała", "X/1"),))), "dzień wydania"),
            (replace(WHOLE, plan=replace(PLAN, in_force_from=None),
                     general_zones=(zone(1, in_force_from=None),)), "dzień wejścia w życie"),
            (replace(WHOLE, general_zones=(zone(1, profiles_basic=()),)), "profil podstawowy"),
        ],
    )  # fmt: skip
    def test_is_told_and_nothing_is_written(self, tmp_path, content, said):
        publish(content)

        with pytest.raises(CommandError, match=said):
            export(tmp_path)

        assert not (tmp_path / "plany.gml").exists()

    def test_an_unknown_plan(self, tmp_path):
        publish(WHOLE)

        with pytest.raises(CommandError, match="Nie mamy aktu"):
            export(tmp_path, plan="9POG")


class TestRoundTrip:
    def test_what_went_out_comes_back_as_nothing_new(self, tmp_path):
        publish(WHOLE)

        report = run_import(source="app", paths=[export(tmp_path)], terms=Terms(), today=TODAY)

        assert report.outcome == "unchanged", report.findings

    def test_an_empty_office_gets_the_same_plan(self, tmp_path):
        with transaction.atomic():
            publish(WHOLE)
            before = held()
            file = export(tmp_path)
            transaction.set_rollback(True)

        report = run_import(source="app", paths=[file], terms=Terms(), today=TODAY)

        assert report.outcome == "published", report.findings
        assert held() == before

    def test_a_project_keeps_the_day_it_hopes_for_and_is_no_law(self, tmp_path):
        hoped = date(2027, 1, 1)
        project = replace(PLAN, status="elaboration", in_force_from=None, planned_from=hoped)
        one = zone(1, status="elaboration", in_force_from=None, planned_from=hoped, geometry=area(side=100))
        whole = replace(project, boundary=shapely.MultiPolygon([area()]))
        publish(PlanContent(whole, general_zones=(one,)))

        report = run_import(source="app", paths=[export(tmp_path)], terms=Terms(), today=TODAY)

        assert report.outcome == "unchanged", report.findings
        assert held().plan.in_force_from is None

    @pytest.mark.parametrize("name", ["pog1", "pog2"])
    def test_real_files_survive_the_journey(self, tmp_path, shared_data, name):
        folder = shared_data / "app_gml" / name
        zones = "StrefaPlanistyczna_OK.gml" if name == "pog2" else "StrefaPlanistyczna.gml"
        teryt = {"pog1": "321202", "pog2": "121201"}[name]
        files = [folder / "AktPlanowaniaPrzestrzennego.gml", folder / zones]
        first = run_import(source="app", paths=files, terms=Terms(create_municipality="Testowa"), today=TODAY)
        assert first.outcome == "published", first.findings

        file = tmp_path / "plany.gml"
        call_command("export", "app", out=file, municipality=teryt, on=TODAY, verbosity=0)

        assert_valid(file, shared_data)
        if name == "pog1":
            return  # lies by 15 E: what we store in EPSG:2178 is outside of what that system is meant for
        again = run_import(source="app", paths=[file], terms=Terms(), today=TODAY)
        assert again.outcome == "unchanged", again.findings


# --- any plan ---------------------------------------------------------------------------------------------------

SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), exclude_characters="<>&")
#: "None" and "NULL" of some services mean that there is no word
WORDS = st.text(SIGNS, min_size=1, max_size=20).filter(lambda word: word.strip().lower() not in NULL_TEXTS)
DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))
TENTHS = st.none() | st.integers(0, 1500).map(lambda tenths: tenths / 10)


@st.composite
def shapes(draw: st.DrawFn, cell: int) -> shapely.Polygon:
    east = EAST + 100 * cell
    corners = [(0, 0), (90, 0), (90, 90), (0, 90)]
    shift = st.floats(0, 5, allow_subnormal=False)
    return shapely.Polygon([(east + x + draw(shift), NORTH + y + draw(shift)) for x, y in corners])


@st.composite
def plans(draw: st.DrawFn) -> PlanContent:
    zones = []
    for cell in range(draw(st.integers(1, 3))):
        symbol = draw(st.sampled_from(sorted(ZONES)))
        additional = tuple(sorted(draw(st.sets(st.sampled_from(sorted(ZONES[symbol].additional))))))
        fields = {name: draw(TENTHS) for name in INDICATORS}
        name = draw(st.none() | WORDS)
        zones.append(
            zone(cell + 1, symbol, geometry=draw(shapes(cell)), alternative_name=name, profiles_additional=additional,
                 **fields)
        )  # fmt: skip
    lengths = {name: draw(st.none() | st.integers(0, 9999).map(float)) for name in ("police_m", "clinic_m")}
    standards = replace(STANDARDS, excludes_farmsteads=draw(st.booleans()), **lengths)
    areas = [regulation("OUZ", geometry=draw(shapes(0)), name=draw(st.none() | WORDS)),
             regulation("OSD", geometry=draw(shapes(0)), standards=standards)]  # fmt: skip
    act = replace(
        PLAN.acts[1],
        title=draw(WORDS),
        number=draw(WORDS),
        issuer=draw(st.none() | WORDS),
        adopted_on=draw(DAYS),
        in_force_on=draw(st.none() | DAYS),
        short_title=draw(st.none() | WORDS),
    )
    boundary = shapely.MultiPolygon([shapely.box(EAST - 100, NORTH - 100, EAST + 1000, NORTH + 1000)])
    titles = tuple(draw(st.lists(WORDS, max_size=2)))
    plan = replace(PLAN, title=draw(WORDS), acts=(act,), boundary=boundary, alternative_titles=titles)
    return PlanContent(plan, (), tuple(zones), tuple(areas))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=plans())
def test_any_general_plan_survives_the_journey(content):
    with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        with transaction.atomic():
            publish(content)
            before = held()
            file = export(Path(folder))
            transaction.set_rollback(True)

        terms = Terms(options={"as-adopted": True})
        report = run_import(source="app", paths=[file], terms=terms, today=TODAY)

        assert report.outcome == "published", report.findings
        assert held() == before
        assert Snapshot.objects.count() == 1
        transaction.set_rollback(True)


class TestCollections:
    @pytest.mark.parametrize(
        ("collection", "name"), [("general-plan-zones", "120610-1POG-1SJ"), ("general-plan-areas", "120610-1POG-1OUZ")]
    )
    def test_parts_of_a_plan_in_force_are_open(self, client, collection, name):
        publish(WHOLE)

        found = client.get(f"/ogc/collections/{collection}/items/{name}?f=json")

        assert found.status_code == 200
        assert found.json()["properties"]["plan"] == "120610-1POG"
        assert found.json()["properties"]["in_force_from"] == "2026-09-01"

    def test_a_project_is_not(self, client):
        whole = replace(PLAN, in_force_from=None, status="elaboration", planned_from=date(2027, 1, 1))
        publish(PlanContent(whole, general_zones=(zone(1, in_force_from=None, status="elaboration"),)))

        assert client.get("/ogc/collections/general-plan-zones/items?f=json").json()["features"] == []
