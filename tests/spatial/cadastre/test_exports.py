"""Exports of the cadastre: what comes in goes out and comes in again as nothing new; nothing private leaves."""

import json
import tempfile
from datetime import date
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

from data.records import BuildingRecord, DistrictRecord, LandUsePart, LandUseRecord, ParcelRecord, UnitRecord
from spatial.cadastre.exporters import write_cadastre
from spatial.cadastre.models import Building, LandUse, Parcel
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import run_import
from spatial.municipalities.models import Municipality
from tests.data.xsd import schema
from tests.factories import EAST, NORTH, TODAY
from tests.spatial.deliveries import DISTRICT, FIRST, SECOND, building, deliver, parcel, square

UNIT = UnitRecord("120610_5", "Skała (obszar wiejski)")
PLACE = DistrictRecord(DISTRICT, "Cianowice & Łazy <1>", square(side=2000))
USE = LandUseRecord(f"{DISTRICT}.7", "R", None, None, square(side=500))
CLASS = LandUseRecord(f"{DISTRICT}.8", "R", "R", "IVa", square(side=400))
FORMS = ["a.gml", "a.gpkg", "a.geojson"]
OPTIONS = {"a.gml": ("egib", {}), "a.gpkg": ("parcels", {"mapping": "own-export"})}
OPTIONS["a.geojson"] = OPTIONS["a.gpkg"]
pytestmark = [
    pytest.mark.usefixtures("skala"),
    pytest.mark.filterwarnings("ignore:.*unrecognized user_version"),
]


def export(folder: Path, name: str, *, on: date = TODAY, **chosen: Any) -> Path:
    file = folder / name
    write_cadastre(file, municipality=Municipality.objects.get(pk="120610"), on=on, **chosen)
    return file


def bring(file: Path, **terms: Any) -> Report:
    source, options = OPTIONS[file.name]
    return run_import(source=source, paths=[file], terms=Terms(options=options, **terms), today=TODAY)


def held() -> list[tuple[Any, ...]]:
    """What the registers say now, without the days."""
    return [
        row
        for model in (Parcel, LandUse, Building)
        for row in model.objects.current().order_by("identifier").values_list("identifier", "fingerprint")
    ]


WHOLE = [
    UNIT,
    PLACE,
    parcel("1", register_group="7", area_precision=1, predecessors=(f"{DISTRICT}.90/1", f"{DISTRICT}.91")),
    parcel("2", east=200, geometry=square(east=200).difference(square(east=220, north=20, side=10)),
           registered_area_m2=9_900, register_group="4", area_precision=2),
    USE,
    CLASS,
    building(3, floors_above=2, floors_below=0),
]  # fmt: skip


class TestRoundTrip:
    @pytest.mark.parametrize("name", FORMS)
    def test_an_export_brought_in_again_changes_nothing(self, tmp_path, name):
        deliver(WHOLE)
        before = held()

        report = bring(export(tmp_path, name))

        assert [problem for problem in report.findings if problem.severity == "error"] == []
        assert report.outcome == "unchanged"
        assert report.counts["parcel"] == {"added": 0, "changed": 0, "removed": 0, "unchanged": 2}
        assert held() == before

    @pytest.mark.parametrize("name", FORMS)
    def test_an_empty_office_gets_the_same_register_from_the_export(self, tmp_path, name):
        with transaction.atomic():
            deliver(WHOLE)
            before = held()
            file = export(tmp_path, name)
            transaction.set_rollback(True)

        report = bring(file, valid_from=date(2020, 1, 1))

        assert report.outcome == "published"
        assert report.state_on == FIRST
        assert held() == before

    @pytest.mark.parametrize("name", FORMS)
    def test_what_the_source_does_not_say_stays_unsaid(self, tmp_path, name):
        bare = ParcelRecord(f"{DISTRICT}.AR_2.5/6", square(east=300))
        deliver([PLACE, bare, BuildingRecord(f"{DISTRICT}.4_BUD", square(east=310, side=10))])

        assert bring(export(tmp_path, name)).outcome == "unchanged"

    @pytest.mark.parametrize("name", FORMS)
    def test_the_same_register_makes_the_same_file(self, tmp_path, name):
        deliver(WHOLE)

        first = export(tmp_path, name).read_bytes()

        assert export(tmp_path, name).read_bytes() == first


@st.composite
def shapes(draw: st.DrawFn, place: int, *, side: int = 100) -> shapely.Polygon | shapely.MultiPolygon:
    """A quadrangle of tenths of a millimetre in a cell of its own, now and then with a hole or in two parts."""
    east = EAST + 200 * place
    jitter = st.integers(0, 50_000).map(lambda tenths: tenths / 10_000)
    corners = [(0, 0), (side, 0), (side, side), (0, side)]
    ring = [(round(east + x + draw(jitter), 4), round(NORTH + y + draw(jitter), 4)) for x, y in corners]
    shape = shapely.Polygon(ring)
    kind = draw(st.sampled_from(["plain", "plain", "hole", "parts"]))
    if kind == "hole":
        return shape.difference(shapely.box(east + 20, NORTH + 20, east + 20.25, NORTH + 21))
    if kind == "parts":
        return shapely.MultiPolygon([shape, shapely.box(east + 120, NORTH, east + 130, NORTH + 10.001)])
    return shape


USES = st.sampled_from(
    [("R", "R", "IIIa"), ("Ł", "Ł", "IV"), ("Br", "R", "V"), ("B", None, None), ("dr", None, None), ("N", None, None)]
)


@st.composite
def cadastres(draw: st.DrawFn) -> list[Any]:
    """A unit, a district, some parcels with uses and groups, contours, buildings."""
    records: list[Any] = [UNIT, PLACE]
    numbers = draw(st.lists(st.from_regex(r"[1-9][0-9]{0,3}(/[1-9][0-9]{0,1})?", fullmatch=True), min_size=1,
                            max_size=4, unique=True))  # fmt: skip
    for place, number in enumerate(numbers):
        geometry = draw(shapes(place))
        parts = tuple(
            LandUsePart(*codes, draw(st.none() | st.integers(1, 10**7)))
            for codes in draw(st.lists(USES, max_size=3))
        )  # fmt: skip
        records.append(
            ParcelRecord(
                f"{DISTRICT}.{number}",
                geometry,
                draw(st.none() | st.just(max(1, round(geometry.area)))),
                draw(st.sampled_from([None, 1, 2])),
                draw(st.sampled_from([None, "1.1", "4", "7", "15.2"])),
                parts,
                None,
                tuple(draw(st.lists(st.sampled_from([f"{DISTRICT}.900/1", f"{DISTRICT}.901"]), unique=True))),
            )
        )
    for place in range(draw(st.integers(0, 2))):
        ofu, ozu, ozk = draw(USES.filter(lambda codes: codes[1] in (None, codes[0])))
        records.append(LandUseRecord(f"{DISTRICT}.{place}", ofu, ozu, ozk, draw(shapes(place + 20))))
        floors = st.none() | st.integers(0, 12)
        kind = draw(st.sampled_from([None, "m", "g", "i"]))
        records.append(
            BuildingRecord(f"{DISTRICT}.{place}_BUD", draw(shapes(place, side=10)), kind, draw(floors), draw(floors))
        )
    return records


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=cadastres())
def test_any_cadastre_survives_the_journey(name, records):
    with transaction.atomic(), tempfile.TemporaryDirectory() as folder:
        assert deliver(records).outcome == "published"
        before = held()

        report = bring(export(Path(folder), name))

        assert (report.outcome, held()) == ("unchanged", before)
        transaction.set_rollback(True)


class TestGml:
    def test_complete_objects_are_valid_against_the_schema(self, tmp_path, shared_data):
        deliver(WHOLE)
        known = schema(shared_data / "pzgik" / "xsd" / "EGIB.XSD")

        document = etree.parse(export(tmp_path, "a.gml"))

        assert known.validate(document), known.error_log

    def test_another_tool_finds_the_parcels_where_they_lie(self, tmp_path):
        deliver(WHOLE)

        found = pyogrio.read_dataframe(export(tmp_path, "a.gml"), layer="EGB_DzialkaEwidencyjna")

        assert found.crs.to_epsg() == 2178
        assert found.geometry.bounds.values.tolist() == [
            [EAST, NORTH, EAST + 100, NORTH + 100],
            [EAST + 200, NORTH, EAST + 300, NORTH + 100],
        ]
        assert found.geometry.area.tolist() == [10_000, 9_900]

    def test_coordinates_stand_north_first_and_areas_in_hectares(self, tmp_path):
        deliver([PLACE, parcel("1")])

        text = export(tmp_path, "a.gml").read_text()

        assert 'srsName="urn:ogc:def:crs:EPSG::2178"' in text
        assert "5566000.00 7418100.00" in text
        assert '<egb:poleEwidencyjne uom="ha">1.0000</egb:poleEwidencyjne>' in text
        assert "<!--Stan na dzień 2026-01-01." in text

    def test_an_object_keeps_the_day_on_which_it_began(self, tmp_path):
        deliver([PLACE, parcel("1")])
        deliver([PLACE, parcel("1", side=90)], state_on=SECOND)

        text = export(tmp_path, "a.gml").read_text()

        head = text[text.index("EGB_DzialkaEwidencyjna") :]
        assert "<egb:startObiekt>2026-01-01T00:00:00</egb:startObiekt>" in head
        assert "<egb:startWersjaObiekt>2026-06-01T00:00:00</egb:startWersjaObiekt>" in head


class TestGeoJson:
    def test_longitude_first_and_shells_counter_clockwise(self, tmp_path):
        deliver([PLACE, parcel("2", geometry=square().difference(square(east=20, north=20, side=10)))])

        document = json.loads(export(tmp_path, "a.geojson").read_text())

        feature = document["features"][-1]
        shape = shapely.geometry.shape(feature["geometry"])
        assert feature["properties"]["class"] == "parcel"
        # PROJ: EPSG:2178 east 7418000, north 5566000 is 19.85082 E, 50.22430 N
        assert shape.bounds[:2] == pytest.approx((19.85080, 50.22430), abs=1e-5)
        assert shape.exterior.is_ccw
        assert not shape.interiors[0].is_ccw
        assert "crs" not in document


class TestChoice:
    def test_a_past_day_shows_what_was_valid_then(self, tmp_path):
        deliver([PLACE, parcel("1"), parcel("2", east=200)])
        deliver([PLACE, parcel("1")], state_on=SECOND, accept_removals=True)

        then = export(tmp_path, "a.gml", on=date(2026, 3, 1)).read_text()
        now = export(tmp_path, "a.gml").read_text()

        assert f"{DISTRICT}.2<" in then
        assert f"{DISTRICT}.2<" not in now
        assert "Stan na dzień 2026-01-01" in then
        assert "Stan na dzień 2026-06-01" in now

    def test_one_district_of_several(self, tmp_path):
        other = "120610_5.0008"
        deliver([PLACE, DistrictRecord(other, "Minoga"), parcel("1"), ParcelRecord(f"{other}.1", square(east=300))])

        text = export(tmp_path, "a.geojson", districts=[other]).read_text()

        assert f'"{other}.1"' in text
        assert f'"{DISTRICT}.1"' not in text

    def test_a_natural_order(self, tmp_path):
        deliver([PLACE, parcel("10"), parcel("9", east=200), parcel("9/2", east=400)])

        layer = pyogrio.read_dataframe(export(tmp_path, "a.gpkg"), layer="parcels", read_geometry=False)

        assert layer.identifier.tolist() == [f"{DISTRICT}.9", f"{DISTRICT}.9/2", f"{DISTRICT}.10"]


@pytest.mark.parametrize("name", FORMS)
def test_no_land_book_leaves(tmp_path, name):
    deliver([PLACE, parcel("1", land_book="KR1P/00012345/2", registered_area_m2=10_000)])

    content = export(tmp_path, name).read_bytes()

    assert b"KR1P" not in content
    assert b"00012345" not in content


class TestCommand:
    def test_writes_the_file_and_says_how_many(self, tmp_path, capsys):
        deliver(WHOLE)

        call_command("export", "egib", out=tmp_path / "a.gml", municipality="120610", on=TODAY)

        assert f"a.gml: 7 obiektów, stan na dzień {TODAY}" in capsys.readouterr().out
        assert [path.name for path in tmp_path.iterdir() if path.name != "media"] == ["a.gml"]

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"out": "a.shp"}, "końcówkę"),
            ({"out": "nowhere/a.gml"}, "folderu"),
            ({"municipality": "999999"}, "Podaj gminę"),
            ({"districts": "120610_5.0099"}, "Nie ma obrębów"),
            ({"on": date(1990, 1, 1)}, "nie ma nic"),
        ],
    )
    def test_what_cannot_be_written_leaves_nothing_behind(self, tmp_path, asked, said):
        deliver([parcel("1")])
        terms = {"out": "a.gml", "municipality": "120610", "on": TODAY} | asked

        with pytest.raises(CommandError, match=said):
            call_command("export", "egib", **terms | {"out": tmp_path / terms["out"]})

        assert [path for path in tmp_path.iterdir() if path.name != "media"] == []
