import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from shapely import Polygon, box

from data.readers.encoding import best_encoding, polish_score
from data.readers.flat import read_flat
from data.readers.mapping import MappingError, ParcelMapping
from data.records import LandUsePart, ParcelRecord, Problem, UnreadableFileError
from tests.data.gml_samples import EAST, NORTH

WFS = ParcelMapping.preset("simple-wfs")
pytestmark = pytest.mark.filterwarnings("ignore:.*(truncated when saved|aundered field name|unrecognized user_version)")


def frame(**columns: list[Any]) -> geopandas.GeoDataFrame:
    """Squares of 100 m in a row, one per identifier."""
    count = len(columns["ID_DZIALKI"])
    squares = [box(EAST + 100 * n, NORTH, EAST + 100 * n + 100, NORTH + 100) for n in range(count)]
    return geopandas.GeoDataFrame(columns, geometry=squares, crs=2178)


def read(file: Path, mapping: ParcelMapping = WFS) -> tuple[list[ParcelRecord], list[Problem]]:
    reading = read_flat(file, mapping=mapping)
    return list(reading.records), reading.problems


def rules(problems: list[Problem]) -> list[str]:
    return [problem.rule for problem in problems]


def refusal(file: Path, mapping: ParcelMapping = WFS) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        read(file, mapping)
    return caught.value


def geojson(file: Path, geometry: dict[str, Any], **properties: Any) -> Path:
    properties.setdefault("ID_DZIALKI", "120610_5.0007.1")
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return file


@pytest.fixture
def two_parcels() -> geopandas.GeoDataFrame:
    return frame(
        ID_DZIALKI=["120610_5.0007.1", "120610_5.0007.2/1"],
        POLE_EWIDENYJNE=["1,0000", "None"],
        GRUPA_REJESTROWA=["7 - osoby fizyczne", "None"],
        KLASOUZYTKI_EGIB=["ŁIV; B", "None"],
    )


class TestFormats:
    @pytest.mark.parametrize("name", ["dzialki.gpkg", "dzialki.geojson", "dzialki.shp"])
    def test_three_formats_give_the_same_parcels(
        self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame, name: str
    ) -> None:
        stored = two_parcels.to_crs(4326) if name.endswith("geojson") else two_parcels
        stored.to_file(tmp_path / name)

        (first, second), problems = read(tmp_path / name)

        assert problems == []
        assert (first.identifier, first.registered_area_m2, first.register_group) == ("120610_5.0007.1", 10_000, "7")
        assert first.land_uses == (LandUsePart("Ł", "Ł", "IV", None), LandUsePart("B", None, None, None))
        assert first.geometry.area == pytest.approx(10_000, abs=0.1)
        assert (second.registered_area_m2, second.register_group, second.land_uses) == (None, None, ())

    def test_a_zipped_shapefile(self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame) -> None:
        two_parcels.to_file(tmp_path / "dzialki.shp")
        with zipfile.ZipFile(tmp_path / "dzialki.zip", "w") as archive:
            for part in tmp_path.glob("dzialki.[sdpc]*"):
                archive.write(part, f"../../katalog/{part.name}")
            archive.writestr("czytaj.txt", "opis")

        records, _ = read(tmp_path / "dzialki.zip")

        assert [record.identifier for record in records] == ["120610_5.0007.1", "120610_5.0007.2/1"]

    def test_a_national_grid_is_transformed(self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame) -> None:
        two_parcels.to_crs(2180).to_file(tmp_path / "dzialki.gpkg")

        records, _ = read(tmp_path / "dzialki.gpkg")

        assert records[0].geometry.bounds == pytest.approx((EAST, NORTH, EAST + 100, NORTH + 100), abs=0.001)

    @pytest.mark.parametrize(
        ("content", "rule"),
        [
            (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "no-objects"),
            (b"ID_DZIALKI;POLE\n=cmd|' /C calc'!A0;1", "unsupported-format"),
            (b"", "empty-file"),
            (b"PK\x03\x04 damaged", "unreadable-archive"),
            (b'{"geometryType":"esriGeometryPolygon","features":[]}', "unsupported-format"),
            (b'{"type":"FeatureCollection","features":[{"type":', "unreadable-file"),
            (b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(100), "unreadable-file"),
        ],
    )
    def test_foreign_content_is_refused(self, tmp_path: Path, content: bytes, rule: str) -> None:
        file = tmp_path / "dzialki.gpkg"
        file.write_bytes(content)

        assert refusal(file).rule == rule

    @pytest.mark.parametrize(
        "path", ["/vsicurl/http://127.0.0.1:1/a.geojson", "http://127.0.0.1:1/a.geojson", "nie-ma.shp"]
    )
    def test_only_a_file_on_disk_is_opened(self, path: str) -> None:
        assert refusal(Path(path)).rule == "missing-file"

    @pytest.mark.parametrize("name", ["zip_bomb_20MB.zip", "zip_slip.zip", "csv_formula.csv", "gzip_bomb_20MB.json.gz"])
    def test_hostile_files_are_refused(self, shared_data: Path, name: str) -> None:
        assert refusal(shared_data / "hostile" / name).rule == "unsupported-format"

    def test_an_archive_that_unpacks_to_too_much_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("data.readers.vector_archives.MAX_UNPACKED_BYTES", 1_000)
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.shp", bytes(5_000))

        assert refusal(tmp_path / "a.zip").rule == "archive-too-large"

    @pytest.mark.parametrize("part", ["shp", "shx", "dbf", "prj", "cpg"])
    @pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
    def test_a_damaged_part_ends_in_parcels_or_words(
        self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame, part: str, share: float
    ) -> None:
        two_parcels.to_file(tmp_path / "a.shp", encoding="cp1250")
        whole = (tmp_path / f"a.{part}").read_bytes()
        (tmp_path / f"a.{part}").write_bytes(whole[: int(len(whole) * share)])

        try:
            told = [problem.message for problem in read(tmp_path / "a.shp")[1]]
        except UnreadableFileError as fault:
            told = [fault.message]
        assert all(message.endswith(".") for message in told)

    def test_several_layers_ask_for_a_name(self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame) -> None:
        file = tmp_path / "dzialki.gpkg"
        two_parcels.to_file(file, layer="dzialki")
        two_parcels.to_file(file, layer="budynki")

        assert refusal(file).rule == "several-layers"
        named = ParcelMapping(title="dzialki", identifier=("ID_DZIALKI",), area_unit="ha", layer="dzialki")
        assert len(read(file, named)[0]) == 2


class TestReferenceSystem:
    def test_no_system_is_refused(self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame) -> None:
        two_parcels.to_file(tmp_path / "dzialki.shp")
        (tmp_path / "dzialki.prj").unlink()

        assert refusal(tmp_path / "dzialki.shp").rule == "no-crs"

    def test_a_mapping_may_declare_the_system(self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame) -> None:
        two_parcels.to_file(tmp_path / "dzialki.shp")
        (tmp_path / "dzialki.prj").unlink()
        mapping = ParcelMapping(title="bez prj", identifier=("ID_DZIALKI",), area_unit="ha", epsg=2178)

        assert len(read(tmp_path / "dzialki.shp", mapping)[0]) == 2

    def test_a_wrong_zone_is_a_fault_of_the_file(self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame) -> None:
        two_parcels.set_crs(2177, allow_override=True).to_file(tmp_path / "dzialki.gpkg")

        assert refusal(tmp_path / "dzialki.gpkg").rule == "wrong-zone"

    def test_swapped_geojson_is_refused_with_a_hint(self, shared_data: Path) -> None:
        fault = refusal(shared_data / "hostile" / "swapped_axes.geojson")

        assert fault.rule == "axes-swapped"
        assert "osiami zamienionymi" in fault.message


class TestGeometry:
    def test_a_bow_tie_is_refused(self, tmp_path: Path, shared_data: Path) -> None:
        hostile = json.loads((shared_data / "hostile" / "bowtie.geojson").read_text())

        records, problems = read(geojson(tmp_path / "a.geojson", hostile["geometry"]))

        assert records == []
        assert ("geometry-self-intersects", "error") in [(problem.rule, problem.severity) for problem in problems]

    def test_nan_is_refused(self, tmp_path: Path) -> None:
        ring = [[19.85, 50.23], [19.86, float("nan")], [19.86, 50.24], [19.85, 50.23]]

        records, problems = read(geojson(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [ring]}))

        assert records == []
        assert {"not-finite", "geometry-empty"} & set(rules(problems))

    def test_a_point_is_no_parcel(self, tmp_path: Path) -> None:
        records, problems = read(geojson(tmp_path / "a.geojson", {"type": "Point", "coordinates": [19.85, 50.23]}))

        assert records == []
        assert "geometry-wrong-type" in rules(problems)

    def test_no_geometry_is_refused(self, tmp_path: Path) -> None:
        source = frame(ID_DZIALKI=["120610_5.0007.1", "120610_5.0007.2"])
        source.loc[1, "geometry"] = None
        source.to_file(tmp_path / "a.gpkg")

        records, problems = read(tmp_path / "a.gpkg")

        assert [record.identifier for record in records] == ["120610_5.0007.1"]
        assert "geometry-empty" in rules(problems)


class TestFields:
    def test_a_missing_identifier_lists_the_columns_found(
        self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame
    ) -> None:
        two_parcels.rename(columns={"ID_DZIALKI": "NR"}).to_file(tmp_path / "a.gpkg")

        fault = refusal(tmp_path / "a.gpkg")

        assert fault.rule == "missing-column"
        assert "NR, POLE_EWIDENYJNE, GRUPA_REJESTROWA" in fault.message

    def test_a_missing_area_is_told_and_the_parcels_stay(self, tmp_path: Path) -> None:
        frame(ID_DZIALKI=["120610_5.0007.1"]).to_file(tmp_path / "a.gpkg")

        records, problems = read(tmp_path / "a.gpkg")

        assert len(records) == 1
        assert set(rules(problems)) == {"missing-column"}

    @pytest.mark.parametrize(
        ("value", "unit", "area"),
        [
            ("1,0000", "ha", 10_000),
            (0.242, "ha", 2_420),
            (2420, "m2", 2_420),
            ("1 000,00", "m2", 1_000),
            ("None", "ha", None),
        ],
    )
    def test_units_are_declared(self, tmp_path: Path, value: Any, unit: str, area: int | None) -> None:
        frame(ID_DZIALKI=["120610_5.0007.1"], POW=[value]).to_file(tmp_path / "a.gpkg")
        mapping = ParcelMapping(title="urząd", identifier=("id_dzialki",), area=("POW",), area_unit=unit)

        (record,), _ = read(tmp_path / "a.gpkg", mapping)

        assert record.registered_area_m2 == area

    def test_a_wrong_unit_shows_as_a_difference_of_areas(self, tmp_path: Path) -> None:
        frame(ID_DZIALKI=["120610_5.0007.1"], POLE_EWIDENCYJNE=[10_000.0]).to_file(tmp_path / "a.gpkg")

        _, problems = read(tmp_path / "a.gpkg")

        assert "area-differs" in rules(problems)

    def test_all_rows_of_one_identifier_are_refused(self, tmp_path: Path) -> None:
        identifiers = ["120610_5.0007.AR_1.1", "120610_5.0007.ar_1.1", "120610_5.0007.2", "zła"]
        frame(ID_DZIALKI=identifiers).to_file(tmp_path / "a.gpkg")

        records, problems = read(tmp_path / "a.gpkg")

        assert [record.identifier for record in records] == ["120610_5.0007.2"]
        errors = [(problem.rule, problem.object) for problem in problems if problem.severity == "error"]
        assert errors == [("duplicate-id", "120610_5.0007.AR_1.1"), ("parcel-id-malformed", "zła")]

    def test_ten_thousand_rows_come_in_batches(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("data.readers.flat_layers.BATCH", 7)
        frame(ID_DZIALKI=[f"120610_5.0007.{n}" for n in range(1, 31)]).to_file(tmp_path / "a.shp")

        reading = read_flat(tmp_path / "a.shp", mapping=WFS)

        assert [record.identifier.rpartition(".")[2] for record in reading.records] == [str(n) for n in range(1, 31)]
        assert reading.read == 30

    def test_geopandas_sees_the_same(self, tmp_path: Path, shared_data: Path) -> None:
        source = geopandas.read_file(shared_data / "pzgik" / "dane-EGiB.gml", layer="EGB_DzialkaEwidencyjna")
        live = source[source.koniecWersjaObiekt.isna()][["idDzialki", "poleEwidencyjne", "geometry"]]
        live.to_file(tmp_path / "a.gpkg")
        mapping = ParcelMapping(title="C-GEO", identifier=("idDzialki",), area=("poleEwidencyjne",), area_unit="ha")

        records, _ = read(tmp_path / "a.gpkg", mapping)

        assert len(records) == len(live) == 29
        total = sum(record.geometry.area for record in records)
        assert total == pytest.approx(live.to_crs(2178).area.sum(), abs=0.1)


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso-8859-2", "cp852"])
    def test_polish_letters_give_the_encoding_away(self, encoding: str) -> None:
        text = "Łąki śródleśne, źródło Młynówki, Święty Krzyż, Świńczów, żabie oczko"

        assert text.encode(encoding).decode(best_encoding(text.encode(encoding))) == text

    def test_a_wrong_reading_scores_lower(self) -> None:
        written = "Łąki śródleśne".encode("cp1250")

        assert polish_score(written.decode("cp1250")) > polish_score(written.decode("iso-8859-2"))

    @pytest.mark.parametrize("cpg", [None, "UTF-8"])
    def test_a_missing_or_untrue_cpg_is_found_out(
        self, tmp_path: Path, two_parcels: geopandas.GeoDataFrame, cpg: str | None
    ) -> None:
        two_parcels.to_file(tmp_path / "a.shp", encoding="cp1250")
        (tmp_path / "a.cpg").unlink()
        if cpg:
            (tmp_path / "a.cpg").write_text(cpg)

        records, problems = read(tmp_path / "a.shp")

        assert records[0].land_uses[0].ofu == "Ł"
        assert rules(problems) == ["encoding-guessed"]


class TestMapping:
    @pytest.mark.parametrize("name", ["uldk", "simple-wfs", "own-export"])
    def test_presets_are_complete(self, name: str) -> None:
        mapping = ParcelMapping.preset(name)

        assert mapping.identifier
        assert mapping.title

    def test_an_unknown_preset_lists_the_known(self) -> None:
        with pytest.raises(MappingError, match="own-export, simple-wfs, uldk"):
            ParcelMapping.preset("geobid")

    def test_a_mapping_of_an_office(self, tmp_path: Path) -> None:
        file = tmp_path / "urzad.toml"
        file.write_text('title = "Urząd"\nidentifier = "NR"\narea = ["POW"]\narea_unit = "m2"\n', encoding="utf-8")

        assert ParcelMapping.from_toml(file) == ParcelMapping(
            title="Urząd", identifier=("NR",), area=("POW",), area_unit="m2"
        )

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("identifier = 'NR'\narea_unit = 'm2'\nare = 'POW'", "nieznane klucze: are"),
            ("identifier = 'NR'", "area_unit"),
            ("area_unit = 'ha'", "identyfikatora"),
            ("identifier = [1]\narea_unit = 'ha'", "nazwą kolumny"),
            ("identifier = ", "TOML"),
        ],
    )
    def test_a_wrong_mapping_is_refused_with_words(self, tmp_path: Path, text: str, told: str) -> None:
        file = tmp_path / "urzad.toml"
        file.write_text(text, encoding="utf-8")

        with pytest.raises(MappingError, match=told):
            ParcelMapping.from_toml(file)


def test_the_squares_of_these_tests_are_one_hectare() -> None:
    assert isinstance(frame(ID_DZIALKI=["1"]).geometry[0], Polygon)
    assert shapely.area(frame(ID_DZIALKI=["1"]).geometry[0]) == 10_000
