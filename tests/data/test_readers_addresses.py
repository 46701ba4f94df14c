"""PRG in both models, flat files of addresses, TERYT in all its forms, and the grammar of house numbers."""

from datetime import date
from zipfile import ZipFile

import geopandas
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.house_numbers import HouseNumber, MalformedHouseNumberError
from data.readers.addresses_flat import FIELDS, REQUIRED, read_flat_addresses, usual_columns
from data.readers.boundaries import read_boundaries
from data.readers.columns import Columns
from data.readers.mapping import MappingError
from data.readers.prg import read_prg
from data.readers.teryt import read_simc, read_terc, read_ulic
from data.records import AddressRecord, LocalityRecord, StreetRecord, UnreadableFileError
from data.records.territory import TercRecord
from data.teryt import SIMC_RE, TERYT_RE, ULIC_RE, split_street, street_name, terc
from tests.data import addressing_samples as made


def write(tmp_path, text, name="prg.gml", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def found(reading):
    return {candidate.name: candidate for candidate in reading.records}


def rules(candidate):
    return [(problem.rule, problem.severity) for problem in candidate.problems]


class TestHouseNumbers:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [("12", "12"), ("12a", "12A"), (" 12 A ", "12A"), ("12/14", "12/14"), ("12a / 3", "12A/3"), ("1AB", "1AB")],
    )
    def test_are_read_as_people_write_them(self, written, meant):
        assert str(HouseNumber.parse(written)) == meant

    @pytest.mark.parametrize(
        "written", ["", "0", "012", "A12", "12-14", "12//3", "12/", "12/0", "12345", "12ABC", "=1"]
    )
    def test_of_another_form_are_refused(self, written):
        with pytest.raises(MalformedHouseNumberError, match="12A/3"):
            HouseNumber.parse(written)

    @given(
        st.integers(1, 9999),
        st.text("ABCZ", max_size=2),
        st.integers(0, 9999),
        st.text("AB", max_size=2),
        st.booleans(),
    )
    def test_come_back_unchanged_from_their_written_form(self, main, letters, sub, sub_letters, small):
        number = HouseNumber(main, letters, sub, sub_letters if sub else "")
        written = str(number).lower() if small else str(number)

        assert HouseNumber.parse(written) == number

    @given(st.text(max_size=12))
    def test_nothing_else_than_a_number_or_a_refusal_comes_of_any_text(self, text):
        try:
            number = HouseNumber.parse(text)
        except MalformedHouseNumberError:
            return
        assert HouseNumber.parse(str(number)) == number

    def test_stand_in_walking_order(self):
        listed = ["10", "12/14", "2B", "1", "12/2", "2", "9", "12", "2A"]

        assert sorted(listed, key=lambda text: HouseNumber.parse(text).sort_key) == [
            "1", "2", "2A", "2B", "9", "10", "12", "12/2", "12/14",
        ]  # fmt: skip


class TestCodesAndNames:
    @pytest.mark.parametrize(
        ("parts", "code"),
        [(("12", "06", "10", "3"), "1206103"), (("12", "6", "", ""), "1206"), (("2", "", "", ""), "02")],
    )
    def test_units_get_their_zeros_back(self, parts, code):
        assert terc(*parts) == code

    @given(st.sampled_from(range(2, 34, 2)), st.integers(1, 99), st.integers(1, 99), st.sampled_from("123458"))
    def test_every_code_of_a_gmina_is_one(self, voivodeship, county, commune, kind):
        code = terc(str(voivodeship), str(county), str(commune), kind)

        assert TERYT_RE.fullmatch(code)
        assert not SIMC_RE.fullmatch(code[:6])
        assert not ULIC_RE.fullmatch(code)

    @pytest.mark.parametrize(
        ("cecha", "name_1", "name_2", "shown"),
        [
            ("ul.", "Krakowska", "", "ul. Krakowska"),
            ("ul.", "Bema", "gen. Józefa", "ul. gen. Józefa Bema"),
            ("pl.", "Wolności", "", "pl. Wolności"),
            ("al.", "3 Maja", "", "al. 3 Maja"),
            ("os.", "Słoneczne", "", "os. Słoneczne"),
            ("inne", "Podzamcze", "", "Podzamcze"),
            ("rynek", "Rynek", "", "Rynek"),
            ("", "Rynek", "", "Rynek"),
            ("pl.", "Plac Kasztanowy", "", "Plac Kasztanowy"),
            ("ulica", "Leśna", "", "ul. Leśna"),
        ],
    )
    def test_streets_are_named_as_teryt_names_them(self, cecha, name_1, name_2, shown):
        assert street_name(cecha, name_1, name_2) == shown

    def test_a_name_in_one_piece_is_taken_apart(self):
        assert split_street("ulica Krakowska") == ("ul.", "Krakowska")
        assert split_street("Rynek") == ("", "Rynek")
        assert split_street("ul.") == ("", "ul.")

    @given(st.sampled_from(["ul.", "al.", "pl.", "os.", "skwer"]), st.text("abcąęść ", min_size=1).filter(str.strip))
    def test_the_cecha_stands_once_at_the_front(self, cecha, name):
        shown = street_name(cecha, name)

        assert shown.startswith(f"{cecha} ")
        assert street_name(*split_street(shown)) == shown or cecha == "skwer"


class TestPrg2021:
    def test_gives_each_object_with_its_gmina(self, tmp_path):
        names = "<prgad:rodzaj>1</prgad:rodzaj><prgad:TERYTNazwa1>Krakowska</prgad:TERYTNazwa1>"
        posts = "<gml:posList>560800 262900 560900 262900</gml:posList>"
        shape = f'<gml:LineString srsName="EPSG:2180">{posts}</gml:LineString>'
        text = made.prg_2021(
            made.address("a1", "12a", "9900001", ulic="91000"),
            made.locality("9900001", "Skała", teryt="1206104", kind="96"),
            made.street("91000", "9900001", names, shape=shape),
        )

        objects = found(read_prg(write(tmp_path, text)))

        assert {name: one.municipality for name, one in objects.items()} == dict.fromkeys(
            ("a1", "9900001", "9900001.91000"), "120610"
        )
        assert objects["9900001"].record == LocalityRecord("9900001", "Skała", "miasto")
        street = objects["9900001.91000"].record
        assert (street.ulic, street.simc, street.name) == ("91000", "9900001", "ul. Krakowska")
        assert street.geometry.length == pytest.approx(100, abs=0.1)
        address = objects["a1"].record
        assert (address.simc, address.ulic, address.number, address.postcode) == ("9900001", "91000", "12A", "32-043")

    def test_short_name_of_the_system_means_east_first(self, tmp_path):
        text = made.prg_2021(made.locality("9900001", "Skała"), made.address("a1", "1", "9900001"))

        point = found(read_prg(write(tmp_path, text)))["a1"].record.geometry

        assert (point.x, point.y) == (pytest.approx(7418209.08, abs=0.01), pytest.approx(5566697.33, abs=0.01))

    def test_closed_versions_are_counted_and_left_out(self, tmp_path):
        ended = "<prgad:koniecWersjiObiektu>2025-05-05T00:00:00</prgad:koniecWersjiObiektu>"
        text = made.prg_2021(made.locality("9900001", "Skała"), made.address("a1", "1", "9900001", extra=ended))

        reading = read_prg(write(tmp_path, text))

        assert "a1" not in found(reading)
        assert [problem.rule for problem in reading.problems] == ["closed-version"]

    @pytest.mark.parametrize(
        ("address", "rule"),
        [
            (made.address("a1", "", "9900001"), ("house-number-missing", "error")),
            (made.address("a1", "dom", "9900001"), ("house-number-unusual", "warning")),
            (made.address("a1", "1", "9900001", ulic="91000"), ("street-link-dangling", "error")),
            (made.address("a1", "1", "9900001", place=(10, 10)), ("outside-poland", "error")),
        ],
    )
    def test_a_defect_travels_with_its_object(self, tmp_path, address, rule):
        reading = read_prg(write(tmp_path, made.prg_2021(made.locality("9900001", "Skała"), address)))

        candidate = found(reading)["a1"]

        assert rules(candidate) == [rule]
        assert (candidate.record is None) == (rule[1] == "error")
        assert reading.problems == []

    def test_a_sample_of_lubuskie_keeps_its_three_traps(self, shared_data):
        objects = found(read_prg(shared_data / "prg" / "prg_model2021_sample.gml"))

        assert {name: one.record.kind for name, one in objects.items() if isinstance(one.record, LocalityRecord)} == {
            "0188009": "wieś",
            "0935682": "miasto",
            "0182969": "miasto",
        }
        house = next(
            one.record for one in objects.values() if one.record and getattr(one.record, "number", "") == "21A"
        )
        lon_lat = (14.98, 15.3), (52.3, 52.6)  # Lubuskie; read the other way round it would lie at 19.28 E 50.01 N
        from pyproj import Transformer

        lon, lat = Transformer.from_crs(2178, 4326, always_xy=True).transform(house.geometry.x, house.geometry.y)
        assert lon_lat[0][0] < lon < lon_lat[0][1]
        assert lon_lat[1][0] < lat < lon_lat[1][1]
        square = objects["0182969.08173"]
        assert square.record.name == "Plac Kasztanowy"
        assert rules(square) == [("link-other-version", "info")]
        assert rules(objects["07bcb481-4975-4c77-ab58-c8e4b9e05362"]) == [("street-link-dangling", "error")]


class TestPrg2012:
    def test_finds_gmina_and_street_through_the_links_of_addresses(self, tmp_path):
        objects = found(read_prg(write(tmp_path, made.prg_2012())))

        assert {one.municipality for one in objects.values()} == {"120610"}
        assert objects["9900003.91001"].record.name == "ul. gen. Józefa Bema"
        record = objects["a1"].record
        assert (record.simc, record.ulic, record.number) == ("9900003", "91001", "2")
        assert (record.geometry.x, record.geometry.y) == (
            pytest.approx(7418209.08, abs=0.01),
            pytest.approx(5566697.33, abs=0.01),
        )

    def test_an_ended_version_is_left_out(self, tmp_path):
        ended = "<bt:koniecWersjiObiektu>2023-01-01T00:00:00Z</bt:koniecWersjiObiektu>"

        assert "a1" not in found(read_prg(write(tmp_path, made.prg_2012(ended=ended))))

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("<a/>", "no-objects"),
            (made.prg_2021().replace("prgad/1.0", "prgad/1.0"), "no-objects"),
            (
                made.prg_2021(made.locality("9900001", "Skała")).replace("schemas/prgad", "schemas/inne"),
                "unknown-namespace",
            ),
            ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "doctype-forbidden"),
            ("<a><b>", "not-well-formed"),
        ],
    )
    def test_what_is_no_file_of_addresses_is_told(self, tmp_path, text, rule):
        with pytest.raises(UnreadableFileError) as fault:
            read_prg(write(tmp_path, text))

        assert fault.value.rule == rule


class TestFlatAddresses:
    def test_a_table_in_cp1250_with_decimal_commas(self, tmp_path):
        text = (
            "simc;ulic;numer;kod_pocztowy;teryt;lon;lat;uwagi\n9900001;91000;12a;32043;1206104;19,8536;50,2306;żółć\n"
        )

        reading = read_flat_addresses(write(tmp_path, text, "a.csv", "cp1250"), usual_columns())
        (candidate,) = reading.records

        record = candidate.record
        assert isinstance(record, AddressRecord)
        assert (record.identifier, record.number, record.postcode) == ("9900001.91000.12a", "12A", "32-043")
        assert record.geometry.x == pytest.approx(7418209.08, abs=0.1)
        assert candidate.municipality == "120610"
        assert [problem.rule for problem in reading.problems] == ["encoding-guessed"]

    def test_codes_that_a_spreadsheet_cut_get_their_zeros_back(self, tmp_path):
        text = "simc;ulic;numer;lon;lat\n337231;512;1;19.7;50.27\n337231;0;2;19.7;50.27\n"

        records = [one.record for one in read_flat_addresses(write(tmp_path, text, "a.csv"), usual_columns()).records]

        assert [(one.simc, one.ulic) for one in records] == [("0337231", "00512"), ("0337231", None)]

    def test_a_geopackage_with_a_persons_own_columns(self, tmp_path):
        frame = geopandas.GeoDataFrame(
            {"kod_miejsc": ["9900001"], "nr": ["7"]}, geometry=[shapely.Point(*made.RYNEK)], crs=2180
        )
        frame.to_file(tmp_path / "a.gpkg", engine="pyogrio")
        (tmp_path / "k.toml").write_text('simc = "kod_miejsc"\nnumber = ["nr"]\n')
        columns = Columns.from_toml(tmp_path / "k.toml", fields=FIELDS, required=REQUIRED)

        (candidate,) = read_flat_addresses(tmp_path / "a.gpkg", columns).records

        assert (candidate.record.simc, candidate.record.number) == ("9900001", "7")
        assert candidate.record.geometry.x == pytest.approx(7418209.08, abs=0.01)

    def test_a_misspelt_field_of_a_mapping_is_refused(self, tmp_path):
        (tmp_path / "k.toml").write_text('sims = "kod"\n')

        with pytest.raises(MappingError, match="sims"):
            Columns.from_toml(tmp_path / "k.toml", fields=FIELDS, required=REQUIRED)

    def test_metres_without_a_system_are_refused(self, tmp_path):
        with pytest.raises(UnreadableFileError) as fault:
            list(
                read_flat_addresses(
                    write(tmp_path, "simc;numer;east;north\n1;1;1;1\n", "a.csv"), usual_columns()
                ).records
            )

        assert fault.value.rule == "no-crs"


SIMC_ROWS = (
    "12;06;10;4;96;1;Skała;9900001;9900001;2026-01-01",
    "12;06;10;5;01;1;Ojców;9900009;9900009;2026-01-01",
    "12;06;10;5;00;1;Złota Góra;9900077;9900009;2026-01-01",
    "12;06;13;2;01;1;Sułoszowa;0337231;0337231;2026-01-01",
)
ULIC_ROWS = (
    "12;06;10;4;9900001;91000;ul.;Krakowska;;2026-01-02",
    '12;06;10;4;9900001;91001;ul.;Dobrzańskiego;"Hubala" Henryka;2026-01-02',
)


class TestTeryt:
    @pytest.mark.parametrize("form", ["csv", "csv-bom", "csv-1250", "xml", "xml-columns"])
    def test_localities_are_the_same_in_every_form(self, tmp_path, form):
        if form.startswith("csv"):
            coding = {"csv": "utf-8", "csv-bom": "utf-8-sig", "csv-1250": "cp1250"}[form]
            path = write(tmp_path, made.table(made.SIMC_HEAD, SIMC_ROWS), "simc.csv", coding)
        else:
            path = write(
                tmp_path, made.teryt_xml("SIMC", made.SIMC_HEAD, SIMC_ROWS, as_columns=form != "xml"), "simc.xml"
            )

        reading = read_simc(path)
        rows = [(one.municipality, one.record) for one in reading.records]

        assert reading.state_on == date(2026, 1, 1)
        assert rows == [
            ("120610", LocalityRecord("9900001", "Skała", "miasto")),
            ("120610", LocalityRecord("9900009", "Ojców", "wieś")),
            ("120610", LocalityRecord("9900077", "Złota Góra", "część miejscowości")),
            ("120613", LocalityRecord("0337231", "Sułoszowa", "wieś")),
        ]

    @pytest.mark.parametrize("form", ["csv", "xml"])
    def test_streets_keep_quotes_of_their_names(self, tmp_path, form):
        text = (
            made.table(made.ULIC_HEAD, ULIC_ROWS)
            if form == "csv"
            else made.teryt_xml("ULIC", made.ULIC_HEAD, ULIC_ROWS)
        )

        records = [one.record for one in read_ulic(write(tmp_path, text, f"ulic.{form}")).records]

        assert records == [
            StreetRecord("91000", "9900001", "ul. Krakowska"),
            StreetRecord("91001", "9900001", 'ul. "Hubala" Henryka Dobrzańskiego'),
        ]

    def test_malformed_codes_refuse_their_row(self, tmp_path):
        text = made.table(
            made.SIMC_HEAD, ["12;06;10;5;01;1;Ojców;12;12;2026-01-01", "12;06;10;5;77;1;X;9900009;9900009;2026-01-01"]
        )

        one, other = read_simc(write(tmp_path, text, "simc.csv")).records

        assert (one.record, rules(one)) == (None, [("simc-malformed", "error")])
        assert rules(other) == [("locality-kind-unknown", "warning")]

    @pytest.mark.parametrize(
        ("text", "rule"), [("A;B\n1;2\n", "missing-column"), (f"{made.SIMC_HEAD}\n", "no-objects")]
    )
    def test_other_tables_are_refused(self, tmp_path, text, rule):
        with pytest.raises(UnreadableFileError) as fault:
            read_simc(write(tmp_path, text, "simc.csv"))

        assert fault.value.rule == rule

    def test_skala_is_three_rows_of_terc(self, shared_data):
        reading = read_terc(shared_data / "teryt" / "TERC_malopolskie_2024-01-01.csv")
        ours = [one.record for one in reading.records if one.municipality == "120610"]

        day = date(2024, 1, 1)
        assert ours == [
            TercRecord("1206103", "Skała", "gmina miejsko-wiejska", day),
            TercRecord("1206104", "Skała", "miasto", day),
            TercRecord("1206105", "Skała", "obszar wiejski", day),
        ]
        assert (reading.read, reading.state_on) == (309, day)


class TestBoundaries:
    def test_of_both_gminas_have_the_areas_of_the_register(self, shared_data):
        records = [
            one.record for one in read_boundaries(shared_data / "admin" / "gminy_skala_suloszowa.geojson").records
        ]

        assert [(one.identifier, one.name, round(one.geometry.area / 1e6, 2)) for one in records] == [
            ("1206103", "Skała", 75.82),
            ("1206132", "Sułoszowa", 53.72),
        ]

    def test_counties_are_counted(self, shared_data):
        reading = read_boundaries(shared_data / "admin" / "powiaty_malopolskie.geojson")

        assert list(reading.records) == []
        assert [problem.rule for problem in reading.problems] == ["units-not-read"]

    def test_of_a_wfs_are_read_north_first(self, tmp_path):
        text = f"""<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ms="http://mapserver.gis.umn.edu/mapserver"
          xmlns:gml="http://www.opengis.net/gml/3.2"><wfs:member><ms:A03_Granice_gmin gml:id="g.1">
          <ms:JPT_KOD_JE>1206103</ms:JPT_KOD_JE><ms:JPT_NAZWA_>Skała</ms:JPT_NAZWA_>
          <ms:msGeometry><gml:Polygon srsName="urn:ogc:def:crs:EPSG::2180"><gml:exterior><gml:LinearRing><gml:posList>
          {made.RYNEK[1]} {made.RYNEK[0]} {made.RYNEK[1]} 561863 263948 561863 {made.RYNEK[1]} {made.RYNEK[0]}
          </gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ms:msGeometry>
        </ms:A03_Granice_gmin></wfs:member></wfs:FeatureCollection>"""

        (candidate,) = read_boundaries(write(tmp_path, text)).records

        assert candidate.record.name == "Skała"
        assert candidate.record.geometry.bounds[0] == pytest.approx(7418209, abs=60)

    def test_a_zipped_register_is_unpacked(self, tmp_path):
        path = tmp_path / "SIMC_Urzedowy.zip"
        with ZipFile(path, "w") as archive:
            archive.writestr("SIMC_Urzedowy.csv", made.table(made.SIMC_HEAD, SIMC_ROWS))

        assert len(list(read_simc(path).records)) == 4
