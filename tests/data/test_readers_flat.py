"""Flat files as offices and services really send them: several kinds, odd spellings, recorded answers of county WFS."""

import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from pyproj import Transformer
from shapely import box

from data.readers.flat import read_flat
from data.readers.mapping import MappingError, ParcelMapping
from data.records import BuildingRecord, CadastreRecord, ParcelRecord, Problem, UnreadableFileError
from tests.data.gml_samples import EAST, NORTH

WFS = ParcelMapping.preset("simple-wfs")
DISTRICT = "120610_5.0007"
pytestmark = pytest.mark.filterwarnings("ignore:.*(truncated when saved|aundered field name|unrecognized user_version)")


def read(file: Path, mapping: ParcelMapping = WFS) -> tuple[list[CadastreRecord], list[Problem]]:
    reading = read_flat(file, mapping=mapping)
    return list(reading.records), reading.problems


def refusal(file: Path, mapping: ParcelMapping = WFS) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        read(file, mapping)
    return caught.value


def rules(problems: list[Problem]) -> list[str]:
    return [problem.rule for problem in problems]


def parcels(**columns: list[Any]) -> geopandas.GeoDataFrame:
    """Squares of 100 m in a row."""
    count = len(next(iter(columns.values())))
    squares = [box(EAST + 100 * n, NORTH, EAST + 100 * n + 100, NORTH + 100) for n in range(count)]
    return geopandas.GeoDataFrame(columns, geometry=squares, crs=2178)


def buildings(**columns: list[Any]) -> geopandas.GeoDataFrame:
    return parcels(**columns).set_geometry([box(EAST + 10, NORTH + 10, EAST + 20, NORTH + 20)])


def answer(*members: str, system: str = "urn:ogc:def:crs:EPSG::2180", kind: str = "dzialki", head: str = "") -> str:
    """A WFS answer as MapServer writes it; ``members`` are the properties without the geometry's name."""
    objects = "".join(f"<wfs:member><ms:{kind}>{member}</ms:{kind}></wfs:member>" for member in members)
    return (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        'xmlns:ms="http://mapserver.gis.umn.edu/mapserver" timeStamp="2026-11-20T08:00:00" numberMatched="unknown" '
        f'numberReturned="{len(members)}">{head}{objects}</wfs:FeatureCollection>'
    ).replace("SYSTEM", system)


def outline(pairs: str) -> str:
    return (
        '<ms:msGeometry><gml:Polygon srsName="SYSTEM"><gml:exterior><gml:LinearRing><gml:posList>'
        f"{pairs}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ms:msGeometry>"
    )


#: Skała, Rynek in EPSG:2180 is east 560863, north 262949 (dossier 1.5)
NORTH_EAST = "262900 560800 262900 560900 263000 560900 263000 560800 262900 560800"
EAST_NORTH = "560800 262900 560900 262900 560900 263000 560800 263000 560800 262900"
RYNEK_2178 = (7418209.08, 5566697.33)


class TestRecordedAnswers:
    """Recorded answers of county services: right polygons in the right place, whatever the vendor."""

    @pytest.mark.parametrize(
        ("name", "count", "lat", "lon", "first"),
        [
            # places and identifiers from the requests and members quoted in the files
            ("epodgik_gml_basic_building.xml", 1, 52.16903, 20.85933, ("142104_2.0013.628/16.1_BUD", "b", 3, 0)),
            (
                "epodgik_gml_coordinates_lat_lon_order.xml", 1, 52.16903, 20.85933,
                ("142104_2.0013.628/16.1_BUD", "i", 3, None),
            ),
            ("geoportal2_gml_basic_building.xml", 1, 49.75167, 18.63988, ("240301_1.0033.2_BUD", "b", None, None)),
            ("geoportal_gml_building_2180_crs.xml", 1, None, None, ("020101_1.0009.522_BUD", "b", None, None)),
            ("warszawa_gml_multiple_polygons.xml", 10, 52.22829, 21.01183, ("146510_8.0501.173_BUD", "b", 12, None)),
        ],
    )  # fmt: skip
    def test_gives_the_right_building_in_the_right_place(
        self, shared_data: Path, name: str, count: int, lat: float | None, lon: float, first: tuple[Any, ...]
    ) -> None:
        records, problems = read(shared_data / "egib_wfs" / name)

        assert len(records) == count
        assert [problem for problem in problems if problem.severity == "error"] == []
        record = records[0]
        assert isinstance(record, BuildingRecord)
        assert (record.identifier, record.kind, record.floors_above, record.floors_below) == first
        if lat is None:  # the request says it in EPSG:2180, north first
            place = Transformer.from_crs(2180, 2178, always_xy=True).transform(260671.1365, 382883.2784)
        else:
            place = Transformer.from_crs(4326, 2178, always_xy=True).transform(lon, lat)
        assert record.geometry.distance(shapely.Point(place)) < 1

    @pytest.mark.parametrize("name", ["epodgik_gml_no_building.xml", "geoportal2_gml_no_building.xml"])
    def test_an_empty_answer_is_no_object(self, shared_data: Path, name: str) -> None:
        assert refusal(shared_data / "egib_wfs" / name).rule == "no-objects"

    def test_the_day_of_the_answer_is_the_state(self, shared_data: Path) -> None:
        reading = read_flat(shared_data / "egib_wfs" / "epodgik_gml_basic_building.xml", mapping=WFS)

        assert str(reading.state_on) == "2025-12-25"


class TestGmlOfWfs:
    def test_a_parcel_with_the_misspelt_area_and_the_text_none(self, tmp_path: Path) -> None:
        file = tmp_path / "a.gml"
        said = (
            f"<ms:ID_DZIALKI>{DISTRICT}.1</ms:ID_DZIALKI><ms:POLE_EWIDENYJNE>1.0000</ms:POLE_EWIDENYJNE>"
            "<ms:GRUPA_REJESTROWA>None</ms:GRUPA_REJESTROWA><ms:KLASOUZYTKI_EGIB></ms:KLASOUZYTKI_EGIB>"
        )
        file.write_text(answer(said + outline(NORTH_EAST)))

        (record,), _ = read(file)

        assert isinstance(record, ParcelRecord)
        assert (record.registered_area_m2, record.register_group, record.land_uses) == (10_000, None, ())
        assert record.geometry.distance(shapely.Point(RYNEK_2178)) < 0.1

    @pytest.mark.parametrize(
        ("system", "pairs", "axes"),
        [
            ("urn:ogc:def:crs:EPSG::2180", NORTH_EAST, None),
            ("http://www.opengis.net/def/crs/EPSG/0/2180", NORTH_EAST, None),
            ("EPSG:2180", EAST_NORTH, None),
            ("EPSG:2180", EAST_NORTH, "east-north"),
            ("EPSG:2180", NORTH_EAST, "north-east"),
        ],
    )
    def test_axes_follow_the_form_of_the_system_or_what_is_said(
        self, tmp_path: Path, system: str, pairs: str, axes: Any
    ) -> None:
        file = tmp_path / "a.gml"
        file.write_text(answer(f"<ms:ID_DZIALKI>{DISTRICT}.1</ms:ID_DZIALKI>" + outline(pairs), system=system))
        mapping = ParcelMapping(title="", identifier=("ID_DZIALKI",), area_unit="ha", axes=axes)

        (record,), _ = read(file, mapping)

        assert not isinstance(record, ParcelRecord) or record.geometry.covers(shapely.Point(RYNEK_2178))

    def test_parcels_and_buildings_of_one_file(self, tmp_path: Path) -> None:
        parcel = f"<ms:ID_DZIALKI>{DISTRICT}.1</ms:ID_DZIALKI>" + outline(NORTH_EAST)
        building = (
            f"<ms:ID_BUDYNKU>{DISTRICT}.1_BUD</ms:ID_BUDYNKU><ms:ID_DZIALKI>{DISTRICT}.1</ms:ID_DZIALKI>"
            + outline(NORTH_EAST)
        )
        file = tmp_path / "a.gml"
        member = f"<wfs:member><ms:budynki>{building}</ms:budynki></wfs:member>"
        file.write_text(
            answer(parcel).replace("</wfs:FeatureCollection>", member + "</wfs:FeatureCollection>")
            .replace("SYSTEM", "urn:ogc:def:crs:EPSG::2180")
        )  # fmt: skip

        records, _ = read(file)

        assert Counter(type(record).__name__ for record in records) == {"ParcelRecord": 1, "BuildingRecord": 1}

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("<ExceptionReport><ExceptionText>brak warstwy</ExceptionText></ExceptionReport>", "service-exception"),
            ("<ServiceExceptionReport><ServiceException/></ServiceExceptionReport>", "service-exception"),
            ("<html><body>502 Bad Gateway</body></html>", "html-page"),
            (answer(f"<ms:ID_DZIALKI>1</ms:ID_DZIALKI>{outline(NORTH_EAST)}")[:-60], "not-well-formed"),
            ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype-forbidden"),
            (answer("<ms:NAZWA>x</ms:NAZWA>" + outline(NORTH_EAST), kind="obreby"), "missing-column"),
            ("<gml:FeatureCollection xmlns:gml='g'/>", "no-objects"),
        ],
    )
    def test_an_error_saved_as_data_is_named(self, tmp_path: Path, text: str, rule: str) -> None:
        file = tmp_path / "dzialki.gml"
        file.write_text(text)

        assert refusal(file).rule == rule

    def test_a_full_egib_file_is_sent_to_its_own_source(self, shared_data: Path) -> None:
        assert refusal(shared_data / "pzgik" / "dane-EGiB.gml").rule == "egib-file"


class TestSeveralLayers:
    def test_parcels_and_buildings_of_one_geopackage(self, tmp_path: Path) -> None:
        file = tmp_path / "a.gpkg"
        parcels(ID_DZIALKI=[f"{DISTRICT}.1"]).to_file(file, layer="dz")
        buildings(ID_BUDYNKU=[f"{DISTRICT}.1_BUD"], RODZAJ=["m"]).to_file(file, layer="bud")
        parcels(NAZWA=["ulica"]).to_file(file, layer="ulice")

        records, problems = read(file)

        assert [type(record) for record in records] == [ParcelRecord, BuildingRecord]
        assert "layer-not-read" in rules(problems)

    def test_two_shapefiles_in_one_archive(self, tmp_path: Path) -> None:
        parcels(ID_DZIALKI=[f"{DISTRICT}.1"], POLE_EWIDENCYJNE=["1,0000"]).to_file(tmp_path / "Dzialki.shp")
        buildings(
            ID_BUDYNKU=[f"{DISTRICT}.1_BUD"], RODZAJ=["g"], KONDYGNACJE_NADZIEMNE=["2"], KONDYGNACJE_PODZIEMNE=["None"]
        ).to_file(tmp_path / "Budynki.shp")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for part in [*tmp_path.glob("Dzialki.*"), *tmp_path.glob("Budynki.*")]:
                archive.write(part, f"EGIB/{part.name}")

        records, _ = read(tmp_path / "a.zip")

        (building,) = [record for record in records if isinstance(record, BuildingRecord)]
        (parcel,) = [record for record in records if isinstance(record, ParcelRecord)]
        assert (building.identifier, building.kind, building.floors_above, building.floors_below) == (
            f"{DISTRICT}.1_BUD", "g", 2, None,
        )  # fmt: skip
        assert parcel.registered_area_m2 == 10_000

    @pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
    def test_one_file_of_another_format_in_an_archive(self, tmp_path: Path, name: str) -> None:
        parcels(ID_DZIALKI=[f"{DISTRICT}.1"]).to_crs(4326).to_file(tmp_path / name)
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(tmp_path / name, f"../../{name}")

        records, _ = read(tmp_path / "a.zip")

        assert [record.identifier for record in records if isinstance(record, ParcelRecord)] == [f"{DISTRICT}.1"]

    def test_a_nested_archive_is_named(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
            archive.writestr("a.shp", b"")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(tmp_path / "inner.zip", "inner.zip")

        assert refusal(tmp_path / "a.zip").rule == "archive-in-archive"

    def test_a_declared_size_of_two_gigabytes_is_refused_before_unpacking(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.shp", bytes(1000))
        packed = (tmp_path / "a.zip").read_bytes()
        declared = (1000).to_bytes(4, "little")
        (tmp_path / "a.zip").write_bytes(packed.replace(declared, (2 << 30).to_bytes(4, "little")))

        assert refusal(tmp_path / "a.zip").rule == "archive-too-large"

    def test_a_wrong_ending_does_not_matter(self, tmp_path: Path) -> None:
        parcels(ID_DZIALKI=[f"{DISTRICT}.1"]).to_file(tmp_path / "a.gpkg", driver="GPKG")
        (tmp_path / "a.gpkg").rename(tmp_path / "a.zip")

        assert len(read(tmp_path / "a.zip")[0]) == 1


class TestFieldsOfOffices:
    @pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "cp852", "mazovia"])
    @pytest.mark.parametrize("has_prj", [True, False])
    def test_a_dbf_without_cpg_and_prj(self, tmp_path: Path, encoding: str, has_prj: bool) -> None:
        source = parcels(
            ID_DZIALKI=[f"{DISTRICT}.1", f"{DISTRICT}.2"],
            KLASOUZYTKI_EGIB=["ŁIV; R-ŁIV", "ŁV"],
            OPIS=["Łąki śródleśne, źródło", "Świńczów żółć"],
        )
        if encoding == "mazovia":
            _mazovia_shapefile(source, tmp_path / "a.shp")
        else:
            source.to_file(tmp_path / "a.shp", encoding=encoding)
        (tmp_path / "a.cpg").unlink(missing_ok=True)
        if not has_prj:
            (tmp_path / "a.prj").unlink()
        mapping = ParcelMapping(
            title="", identifier=("ID_DZIALKI",), area_unit="ha", land_uses=("KLASOUZYTK",), epsg=2178
        )

        records, problems = read(tmp_path / "a.shp", mapping)

        (first, second) = [record for record in records if isinstance(record, ParcelRecord)]
        assert [part.ofu for part in first.land_uses + second.land_uses] == ["Ł", "R", "Ł"]
        assert "encoding-guessed" in rules(problems)
        assert encoding in next(problem.message for problem in problems if problem.rule == "encoding-guessed")

    @pytest.mark.parametrize(("unit", "areas"), [("ha", [10_000.0, 10_000.0]), ("m2", ["1,0000", "1.0"])])
    def test_areas_in_another_unit_refuse_the_file(self, tmp_path: Path, unit: str, areas: list[Any]) -> None:
        parcels(ID_DZIALKI=[f"{DISTRICT}.1", f"{DISTRICT}.2"], POW=areas).to_file(tmp_path / "a.gpkg")
        mapping = ParcelMapping(title="", identifier=("id_dzialki",), area=("pow",), area_unit=unit)

        _, problems = read(tmp_path / "a.gpkg", mapping)

        assert [(p.rule, p.object) for p in problems if p.severity == "error"] == [("area-unit-mismatch", "")]

    def test_the_same_building_twice_is_refused_and_a_nameless_one_too(self, tmp_path: Path) -> None:
        source = parcels(ID_BUDYNKU=[f"{DISTRICT}.1_BUD", f"{DISTRICT}.1_BUD", f"{DISTRICT}.2_BUD", "None"])
        source.to_file(tmp_path / "a.gpkg")

        records, problems = read(tmp_path / "a.gpkg")

        assert [record.identifier for record in records if isinstance(record, BuildingRecord)] == [f"{DISTRICT}.2_BUD"]
        errors = [(problem.rule, problem.object) for problem in problems if problem.severity == "error"]
        assert errors == [("duplicate-id", f"{DISTRICT}.1_BUD"), ("building-id-missing", "wiersz 4")]

    def test_a_wrong_table_of_buildings_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "a.toml"
        file.write_text('identifier = "A"\narea_unit = "ha"\n[buildings]\nidentifier = "B"\n')

        with pytest.raises(MappingError, match=r"\[buildings\] kolumn: identifier i kind"):
            ParcelMapping.from_toml(file)


def _mazovia_shapefile(source: geopandas.GeoDataFrame, file: Path) -> None:
    """GDAL cannot write Mazovia: Polish letters are put into the table of an ASCII shapefile afterwards."""
    stand_ins = dict(zip("ĄĆĘŁŃÓŚŹŻąćęłńóśźż", "!#$%&*+:<=>?@[]^`{", strict=True))
    plain = source.copy()
    for column in ("KLASOUZYTKI_EGIB", "OPIS"):
        plain[column] = [value.translate(str.maketrans(stand_ins)) for value in plain[column]]
    plain.to_file(file, encoding="iso-8859-1")
    table = file.with_suffix(".dbf").read_bytes()
    start = int.from_bytes(table[8:10], "little")
    rows = table[start:]
    for letter, sign in stand_ins.items():
        rows = rows.replace(sign.encode(), letter.encode("mazovia"))
    file.with_suffix(".dbf").write_bytes(table[:start] + rows)
