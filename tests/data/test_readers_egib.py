from collections import Counter
from datetime import date
from pathlib import Path

import geopandas
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.geometry import SANITY_BOX
from data.readers import land_use
from data.readers.egib import read_egib
from data.records import (
    AddressRecord,
    BuildingRecord,
    CadastreRecord,
    DistrictRecord,
    LandUsePart,
    LandUseRecord,
    ParcelRecord,
    Problem,
    UnitRecord,
    UnreadableFileError,
)
from tests.data.gml_samples import (
    EAST,
    NORTH,
    collection,
    egb,
    feature,
    link,
    parcel,
    polygon,
    square,
    write,
)
from tests.data.gml_samples import (
    land_use as sample_land_use,
)

CLOSED = "<egb:koniecWersjaObiekt>2024-11-14T11:31:36</egb:koniecWersjaObiekt>"
BOW_TIE = [(0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 100.0), (0.0, 0.0)]


def read(folder: Path, *members: str) -> tuple[list[CadastreRecord], list[Problem]]:
    reading = read_egib(write(folder, collection(*members)))
    records = list(reading.records)
    return records, reading.problems


def rules(problems: list[Problem], *severities: str) -> list[str]:
    return [problem.rule for problem in problems if problem.severity in (severities or ("error", "warning"))]


class TestParcels:
    def test_a_whole_parcel_of_2021(self, tmp_path: Path) -> None:
        more = (
            "<egb:dokladnoscReprezentacjiPola>1</egb:dokladnoscReprezentacjiPola><egb:numerKW>kr1p/12345/2</egb:numerKW>"
            + sample_land_use("R", "R", "IIIa", "0.7500")
            + sample_land_use("B", area="0.2500")
            + link("JRG2", 90)
            + link("lokalizacjaDzialki", 80)
        )
        group = "<egb:grupaRejestrowa>7</egb:grupaRejestrowa>"
        district = "<egb:idObrebu>120610_5.0007</egb:idObrebu><egb:nazwaWlasna>Minoga</egb:nazwaWlasna>"

        records, problems = read(
            tmp_path,
            parcel("120610_5.0007.123/4", more=more),
            feature("EGB_ObrebEwidencyjny", 80, district),
            feature("EGB_JednostkaRejestrowaGruntow", 90, group),
        )

        assert records == [
            ParcelRecord(
                identifier="120610_5.0007.123/4",
                geometry=shapely.Polygon([(EAST + east, NORTH + north) for east, north in square()]),
                registered_area_m2=10_000,
                area_precision=1,
                register_group="7",
                land_uses=(LandUsePart("R", "R", "IIIa", 7_500), LandUsePart("B", None, None, 2_500)),
                land_book="KR1P/00012345/2",
            ),
            DistrictRecord("120610_5.0007", "Minoga"),
        ]
        assert problems == []

    @pytest.mark.parametrize(
        ("text", "uom", "area"),
        [("0.0001", "ha", 1), ("40.0935", "ha", 400_935), ("0,2420", "ha", 2_420), ("150", "m2", 150)],
    )
    def test_hectares_become_whole_square_metres_exactly(self, tmp_path: Path, text: str, uom: str, area: int) -> None:
        (record,), _ = read(tmp_path, parcel(area=text, uom=uom))

        assert isinstance(record, ParcelRecord)
        assert record.registered_area_m2 == area

    @pytest.mark.parametrize("text", ["None", "", "dużo", "-1", "0", "NaN", "1e30"])
    def test_an_area_that_says_nothing_is_none(self, tmp_path: Path, text: str) -> None:
        (record,), _ = read(tmp_path, parcel(area=text))

        assert isinstance(record, ParcelRecord)
        assert record.registered_area_m2 is None

    def test_a_difference_of_areas_is_told_with_its_numbers(self, tmp_path: Path) -> None:
        _, problems = read(tmp_path, parcel(area="0.9000"))

        (found,) = [problem for problem in problems if problem.rule == "area-differs"]
        assert found.severity == "warning"
        assert "9\u00a0000 m²" in found.message
        assert "10\u00a0000 m²" in found.message

    def test_a_difference_within_two_percent_is_silent(self, tmp_path: Path) -> None:
        _, problems = read(tmp_path, parcel(area="0.9900"))

        assert rules(problems) == []

    def test_all_parcels_of_one_identifier_are_refused(self, tmp_path: Path) -> None:
        records, problems = read(
            tmp_path,
            parcel("120610_5.0007.1", number=1),
            parcel("120610_5.0007.1", number=2),
            parcel("120610_5.0007.2", number=3),
        )

        assert [record.identifier for record in records if isinstance(record, ParcelRecord)] == ["120610_5.0007.2"]
        (found,) = [problem for problem in problems if problem.severity == "error"]
        assert (found.rule, found.object) == ("duplicate-id", "120610_5.0007.1")
        assert "000000000001" in found.message
        assert "000000000002" in found.message

    def test_a_closed_version_is_no_duplicate(self, tmp_path: Path) -> None:
        records, problems = read(tmp_path, parcel(number=1, ended=CLOSED), parcel(number=2))

        assert len(records) == 1
        (found,) = [problem for problem in problems if problem.rule == "closed-version"]
        assert found.severity == "info"
        assert "działki: 1 (120610_5.0007.1)" in found.message

    def test_a_malformed_identifier_is_refused(self, tmp_path: Path) -> None:
        records, problems = read(tmp_path, parcel("120610_5.0007.12-3"))

        assert records == []
        assert rules(problems, "error") == ["parcel-id-malformed"]

    def test_a_bow_tie_is_refused_with_its_place(self, tmp_path: Path) -> None:
        records, problems = read(tmp_path, parcel(geometry=polygon(BOW_TIE)))

        assert records == []
        (found,) = [problem for problem in problems if problem.severity == "error"]
        assert (found.rule, found.point) == ("geometry-self-intersects", (EAST + 50, NORTH + 50))

    @pytest.mark.parametrize(
        ("geometry", "rule"),
        [
            ("", "geometry-empty"),
            (polygon(square(), srs="urn:ogc:def:crs:EPSG::2177"), "wrong-zone"),
            (polygon(square(), srs="EPSG:2178"), "axes-swapped"),
            (polygon(square(), srs=None), "no-crs"),
            (polygon(square()[:-1]), "geometry-unclosed"),
        ],
    )
    def test_geometry_that_cannot_be_placed_is_refused(self, tmp_path: Path, geometry: str, rule: str) -> None:
        records, problems = read(tmp_path, parcel(geometry=geometry))

        assert records == []
        assert rules(problems, "error") == [rule]

    def test_a_parcel_in_parts_is_kept_with_a_warning(self, tmp_path: Path) -> None:
        members = "".join(
            f"<gml:surfaceMember>{polygon(square(east, 0, 50), srs=None)}</gml:surfaceMember>" for east in (0, 200)
        )
        shape = f'<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::2178">{members}</gml:MultiSurface>'

        records, problems = read(tmp_path, parcel(geometry=shape, area="0.5000"))

        assert len(records) == 1
        assert rules(problems) == ["multipart-parcel"]

    def test_a_wrong_land_book_is_left_out_and_never_quoted(self, tmp_path: Path) -> None:
        (record,), problems = read(tmp_path, parcel(more="<egb:numerKW>KR1P/00055555/5</egb:numerKW>"))

        assert isinstance(record, ParcelRecord)
        assert record.land_book is None
        assert rules(problems) == ["land-book-invalid"]
        assert all("55555" not in problem.message for problem in problems)

    def test_land_uses_that_do_not_add_up_are_told(self, tmp_path: Path) -> None:
        _, problems = read(tmp_path, parcel(more=sample_land_use("dr", area="0.9999")))

        assert rules(problems) == ["land-use-area-sum"]

    def test_districts_are_checked_against_the_file(self, tmp_path: Path) -> None:
        other = feature("EGB_ObrebEwidencyjny", 80, "<egb:idObrebu>120610_5.0008</egb:idObrebu>")

        _, problems = read(tmp_path, parcel(), other)

        assert rules(problems) == ["district-missing"]

    def test_a_link_to_another_district_is_told(self, tmp_path: Path) -> None:
        districts = [
            feature("EGB_ObrebEwidencyjny", 80 + n, f"<egb:idObrebu>120610_5.000{n}</egb:idObrebu>") for n in (7, 8)
        ]

        _, problems = read(tmp_path, parcel(more=link("lokalizacjaDzialki", 88)), *districts)

        assert rules(problems) == ["district-mismatch"]

    def test_a_register_unit_that_is_not_in_the_file_leaves_the_group_open(self, tmp_path: Path) -> None:
        (record,), problems = read(tmp_path, parcel(more=link("JRG2", 99)))

        assert isinstance(record, ParcelRecord)
        assert record.register_group is None
        assert "orphan-relation" in rules(problems, "info")

    def test_bounds_refuse_another_municipality(self, tmp_path: Path) -> None:
        far = polygon([(east + 60_000, north) for east, north in square()])

        reading = read_egib(write(tmp_path, collection(parcel(geometry=far))), bounds=SANITY_BOX)

        assert list(reading.records) == []
        assert rules(reading.problems, "error") == ["outside-municipality"]


class TestOtherClasses:
    def test_units_contours_buildings_and_addresses(self, tmp_path: Path) -> None:
        shape = f"<egb:geometria>{polygon(square())}</egb:geometria>"
        point = f'<gml:Point srsName="urn:ogc:def:crs:EPSG::2178"><gml:pos>{NORTH} {EAST}</gml:pos></gml:Point>'
        address = (
            "<egb:nazwaMiejscowosci>Minoga</egb:nazwaMiejscowosci><egb:idMiejscowosci>0329100</egb:idMiejscowosci>"
            f"<egb:numerPorzadkowy>12A</egb:numerPorzadkowy><egb:geometria>{point}</egb:geometria>"
        )
        square_ = shapely.Polygon([(EAST + east, NORTH + north) for east, north in square()])

        unit = egb("idJednostkiEwid", "120610_5") + egb("nazwaWlasna", "Skała")
        use = egb("idUzytku", "120610_5.0007.1") + egb("OFU", "Ł") + shape
        soil = egb("idKonturu", "120610_5.0007.2") + egb("OZU", "R") + egb("OZK", "IVa") + shape
        floors = egb("liczbaKondygnacjiNadziemnych", "2") + egb("liczbaKondygnacjiPodziemnych", "0")
        building = egb("idBudynku", "120610_5.0007.1_BUD") + shape + egb("rodzajWgKST", "m") + floors

        records, problems = read(
            tmp_path,
            feature("EGB_JednostkaEwidencyjna", 1, unit),
            feature("EGB_KonturUzytkuGruntowego", 2, use),
            feature("EGB_KonturKlasyfikacyjny", 3, soil),
            feature("EGB_Budynek", 4, building),
            feature("EGB_AdresNieruchomosci", 5, address),
            feature("EGB_AdresNieruchomosci", 6, address + egb("numerLokalu", "3")),
        )

        assert records == [
            UnitRecord("120610_5", "Skała"),
            LandUseRecord("120610_5.0007.1", "Ł", None, None, square_),
            LandUseRecord("120610_5.0007.2", "R", "R", "IVa", square_),
            BuildingRecord("120610_5.0007.1_BUD", square_, "m", 2, 0),
            AddressRecord("0329100.12A", "0329100", None, "12A", None, shapely.Point(EAST, NORTH)),
        ]
        assert rules(problems) == []

    def test_people_are_counted_and_never_opened(self, tmp_path: Path) -> None:
        person = feature("EGB_OsobaFizyczna", 9, "<egb:pierwszyCzlonNazwiska>Nowak</egb:pierwszyCzlonNazwiska>")

        records, problems = read(tmp_path, parcel(), person)

        assert len(records) == 1
        assert "EGB_OsobaFizyczna: 1" in next(p.message for p in problems if p.rule == "classes-not-read")
        assert "Nowak" not in str(records) + str(problems)

    def test_land_uses_of_2013_come_through_links(self, tmp_path: Path) -> None:
        old = "urn:gugik:specyfikacje:gmlas:ewidencjaGruntowBudynkow:1.0"
        use = (
            "<egb:oznaczenieKlasouzytku><egb:EGB_OznaczenieKlasouzytku><egb:OFU>Ps</egb:OFU><egb:OZU>Ps</egb:OZU>"
            "<egb:OZK>IV</egb:OZK></egb:EGB_OznaczenieKlasouzytku></egb:oznaczenieKlasouzytku>"
            '<egb:powierzchniaEwidencyjnaKlasouzytku uom="ha">1.0</egb:powierzchniaEwidencyjnaKlasouzytku>'
        )
        urn = "urn:pzgik:id:PL.PZGiK.1206.EGiB:00000000-0000-0000-0000-000000000050"
        more = (
            '<egb:powierzchniaEwidencyjna uom="ha">1.0000</egb:powierzchniaEwidencyjna>'
            f'<egb:klasouzytekWGranicachDzialki xlink:href="{urn}"/>'
        )
        text = collection(parcel(area=None, more=more), feature("EGB_Klasouzytek", 50, use), namespace=old)

        (record,) = read_egib(write(tmp_path, text)).records

        assert isinstance(record, ParcelRecord)
        assert record.land_uses == (LandUsePart("Ps", "Ps", "IV", 10_000),)


class TestLandUseRules:
    @pytest.mark.parametrize(
        ("codes", "rule"),
        [
            (("R", "R", None), "land-use-class-pair"),
            (("R", None, "IVa"), "land-use-class-pair"),
            (("R", "R", "III"), "land-use-class-not-allowed"),
            (("Ł", "Ł", "IIIa"), "land-use-class-not-allowed"),
            (("X", None, None), "land-use-unknown-code"),
        ],
    )
    def test_wrong_codes(self, codes: tuple[str, str | None, str | None], rule: str) -> None:
        assert [found for found, _ in land_use.faults(*codes)] == [rule]

    @pytest.mark.parametrize(
        "codes", [("R", "R", "VIz"), ("Br", "R", "IVa"), ("dr", None, None), (None, "N", None), ("E-Ws", None, None)]
    )
    def test_right_codes(self, codes: tuple[str | None, str | None, str | None]) -> None:
        assert list(land_use.faults(*codes)) == []

    @pytest.mark.parametrize(
        ("label", "part"),
        [
            ("RIIIa", LandUsePart("R", "R", "IIIa", None)),
            ("PsIV", LandUsePart("Ps", "Ps", "IV", None)),
            ("S-RIIIb", LandUsePart("S", "R", "IIIb", None)),
            ("W-ŁIV", LandUsePart("W", "Ł", "IV", None)),
            ("Lzr-PsV", LandUsePart("Lzr", "Ps", "V", None)),
            ("dr 0,1200", LandUsePart("dr", None, None, 1_200)),
            ("E-Ws", LandUsePart("E-Ws", None, None, None)),
            ("rola", None),
        ],
    )
    def test_labels(self, label: str, part: LandUsePart | None) -> None:
        assert land_use.read_label(label) == part


class TestUnreadableFiles:
    @pytest.mark.parametrize("namespace", ["ewidencja Gruntow", "ą", "srsName=x", "1:1"])
    def test_a_namespace_that_is_no_address_is_refused_too(self, tmp_path: Path, namespace: str) -> None:
        with pytest.raises(UnreadableFileError) as caught:
            read_egib(write(tmp_path, collection(parcel(), namespace=namespace)))

        assert caught.value.rule in ("unknown-namespace", "not-well-formed")

    def test_an_undeclared_prefix_is_refused(self, tmp_path: Path) -> None:
        text = collection(parcel()).replace("xmlns:egb=", "xmlns:old=")

        with pytest.raises(UnreadableFileError):
            read_egib(write(tmp_path, text))

    def test_an_unknown_namespace_is_named_with_those_accepted(self, tmp_path: Path) -> None:
        file = write(tmp_path, collection(parcel(), namespace="ewidencjaGruntowIBudynkow:9.0"))

        with pytest.raises(UnreadableFileError) as caught:
            read_egib(file)

        assert caught.value.rule == "unknown-namespace"
        assert "ewidencjaGruntowIBudynkow:9.0" in caught.value.message
        assert "„ewidencjaGruntowIBudynkow:1.0”" in caught.value.message

    def test_an_empty_collection_is_no_delivery(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError) as caught:
            read_egib(write(tmp_path, collection()))

        assert caught.value.rule == "no-objects"

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.data())
    def test_any_damage_ends_in_records_findings_or_a_refusal(self, tmp_path: Path, data: st.DataObject) -> None:
        more = sample_land_use("R", "R", "IVa") + egb("numerKW", "KR1P/00012345/2") + link("JRG2", 9)
        building = egb("idBudynku", "120610_5.0007.1_BUD") + egb("geometria", polygon(square()))
        text = collection(parcel(more=more), feature("EGB_Budynek", 2, building)).encode()
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)) | st.just(len(text)))
        damaged = text[:start] + data.draw(st.binary(max_size=6)) + text[end:]
        file = tmp_path / "dane.gml"
        file.write_bytes(damaged)

        try:
            reading = read_egib(file)
            assert all(record for record in reading.records)
        except UnreadableFileError as refusal:
            told = refusal.message
        else:
            told = "."
        assert told.endswith(".")


class TestRealFiles:
    def test_the_file_of_47_parcels_has_29_that_live(self, shared_data: Path) -> None:
        reading = read_egib(shared_data / "pzgik" / "dane-EGiB.gml")

        records = list(reading.records)

        parcels = [record for record in records if isinstance(record, ParcelRecord)]
        assert len(parcels) == 29
        assert reading.state_on == date(2025, 3, 15)
        total = sum(parcel.geometry.area for parcel in parcels)
        assert shapely.union_all([parcel.geometry for parcel in parcels]).area == pytest.approx(total, abs=1)
        (closed,) = [problem for problem in reading.problems if problem.rule == "closed-version"]
        assert "działki: 18 " in closed.message
        # the largest difference of the file, 0.091 ha in the zone of its own
        (found,) = [p for p in reading.problems if (p.rule, p.object) == ("area-differs", "061304_5.0012.1058/1")]
        assert "różnica 909 m²" in found.message
        assert "unit-namespace-mismatch" in rules(reading.problems, "info")

    def test_49_buildings_under_one_number_are_refused(self, shared_data: Path) -> None:
        reading = read_egib(shared_data / "pzgik" / "dane-EGiB.gml")

        kinds = Counter(type(record).__name__ for record in reading.records)

        assert kinds == {"ParcelRecord": 29, "LandUseRecord": 19}
        errors = {problem.object: problem for problem in reading.problems if problem.severity == "error"}
        assert set(errors) == {"061304_5.0012.0", "061304_5.0012.UG.8"}
        assert "49 razy" in errors["061304_5.0012.0"].message

    def test_geopandas_measures_the_same_areas(self, shared_data: Path) -> None:
        file = shared_data / "pzgik" / "dane-EGiB.gml"
        frame = geopandas.read_file(file, layer="EGB_DzialkaEwidencyjna").to_crs(2178)
        expected = dict(zip(frame.idDzialki, frame.area, strict=True))  # the later row is the live one

        found = {r.identifier: r.geometry.area for r in read_egib(file).records if isinstance(r, ParcelRecord)}

        live = frame[frame.koniecWersjaObiekt.isna()]
        assert found == pytest.approx(dict(zip(live.idDzialki, live.area, strict=True)), abs=0.01)
        assert set(found) <= set(expected)

    def test_each_file_of_the_older_schema_has_one_parcel(self, shared_data: Path) -> None:
        files = sorted((shared_data / "egib_2012_ewid").glob("*.gml"))

        areas = {}
        for file in files:
            (record,) = read_egib(file).records
            assert isinstance(record, ParcelRecord)
            areas[record.identifier.rpartition(".")[2]] = record.registered_area_m2

        assert areas == {
            "111/2": 150,
            "136/20": 363,
            "152/3": 87,
            "161/7": 755,
            "34/6": 400_935,
            "34/8": 64_422,
            "733": 842,
            "741": 1_169,
        }
