import gzip
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from data.geometry import GeometryRefusedError
from data.readers.gml import read_geometry, reference_system
from data.readers.xml import Limits, local_name, read_objects, text_of
from data.records import UnreadableFileError
from tests.data.gml_samples import EAST, NORTH, collection, parcel, polygon, square, write

GML = 'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"'
SRS = 'srsName="urn:ogc:def:crs:EPSG::2178"'


def refusal(file: Path, limits: Limits | None = None) -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        list(read_objects(file, limits=limits or Limits()))
    return caught.value


def shape(text: str) -> etree._Element:
    """A GML element; {GML} and {SRS} stand for what every sample would repeat."""
    return etree.fromstring(text.replace("GML", GML, 1).replace("SRS", SRS))


def ring(*pairs: tuple[float, float]) -> str:
    return f"<gml:LinearRing><gml:posList>{places(*pairs)}</gml:posList></gml:LinearRing>"


def places(*pairs: tuple[float, float]) -> str:
    return " ".join(f"{NORTH + north} {EAST + east}" for east, north in pairs)


TWO_PLACES = f"<gml:posList>{places((0, 0), (1, 1))}</gml:posList>"
IN_2180 = polygon(square(), srs="EPSG:2180")


class TestReadObjects:
    def test_yields_members_in_order_and_forgets_them(self, tmp_path: Path) -> None:
        file = write(tmp_path, collection(*(parcel(f"120610_5.0007.{n}", number=n) for n in range(1, 40))))

        seen = []
        for element in read_objects(file):
            root = element.getroottree().getroot()
            seen.append((local_name(element), len(root)))

        assert [name for name, _ in seen] == ["EGB_DzialkaEwidencyjna"] * 39
        assert max(kept for _, kept in seen) <= 39  # members read in one chunk may already stand in the tree
        assert seen[-1][1] <= 3

    def test_members_of_a_nested_wfs_collection_are_objects(self, tmp_path: Path) -> None:
        inner = collection(parcel()).partition("?>")[2]
        outer = f"<w:FeatureCollection xmlns:w='http://www.opengis.net/wfs/2.0'><w:member>{inner}</w:member></w:FeatureCollection>"

        assert [local_name(element) for element in read_objects(write(tmp_path, outer))] == ["EGB_DzialkaEwidencyjna"]

    @pytest.mark.parametrize(
        "text",
        [
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
            "<!DOCTYPE a [<!ENTITY x 'lol'><!ENTITY y '&x;&x;&x;'>]><a b='&y;'/>",
            "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
        ],
    )
    def test_any_doctype_is_refused(self, tmp_path: Path, text: str) -> None:
        assert refusal(write(tmp_path, text)).rule == "doctype-forbidden"

    def test_a_doctype_in_utf16_is_refused_too(self, tmp_path: Path) -> None:
        file = tmp_path / "a.gml"
        file.write_bytes('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"))

        assert refusal(file).rule == "doctype-forbidden"

    def test_a_truncated_file_names_the_line(self, tmp_path: Path) -> None:
        text = collection(parcel()).replace("<egb:", "\n<egb:")

        fault = refusal(write(tmp_path, text[: len(text) // 2]))

        assert fault.rule == "not-well-formed"
        assert "w wierszu" in fault.message

    @pytest.mark.parametrize(
        ("content", "rule"),
        [
            (b"", "empty-file"),
            (gzip.compress(b"<a/>", mtime=0), "compressed-file"),
            (b"<!DOCTYPE html><html></html>", "html-page"),
            (b"\r\n <HTML><body>502 Bad Gateway", "html-page"),
            (b"%PDF-1.7", "not-xml"),
            (b'{"type": "FeatureCollection"}', "not-xml"),
            (b"ID;POLE\n1;2", "not-xml"),
            (b"<a>\x00</a>", "not-well-formed"),
            (b"<?xml version='1.0' encoding='no-such'?><a/>", "unknown-encoding"),
            (b"   ", "not-xml"),
            (b"<", "not-well-formed"),
        ],
    )
    def test_other_kinds_are_recognised_by_content(self, tmp_path: Path, content: bytes, rule: str) -> None:
        file = tmp_path / "dane.gml"
        file.write_bytes(content)

        assert refusal(file).rule == rule

    def test_an_archive_is_recognised_by_content(self, tmp_path: Path) -> None:
        file = tmp_path / "dane.gml"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("dane.gml", "<a/>")

        assert "rozpakuj" in refusal(file).message

    def test_a_missing_file_is_no_crash(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "nie-ma.gml").rule == "missing-file"

    @pytest.mark.parametrize(
        ("limits", "rule"),
        [
            (Limits(depth=4), "too-deep"),
            (Limits(elements=5), "too-many-elements"),
            (Limits(bytes=10), "file-too-large"),
            (Limits(object_elements=3), "too-many-elements"),
        ],
    )
    def test_limits_stop_a_file_that_grows(self, tmp_path: Path, limits: Limits, rule: str) -> None:
        assert refusal(write(tmp_path, collection(parcel())), limits).rule == rule

    def test_very_deep_nesting_ends_in_words(self, tmp_path: Path) -> None:
        assert refusal(write(tmp_path, "<a>" * 100_000)).rule in ("too-deep", "not-well-formed")

    @pytest.mark.parametrize("hostile", ["xxe_external_entity.gml", "entity_bomb_small.gml"])
    def test_hostile_files_are_refused(self, shared_data: Path, hostile: str) -> None:
        assert refusal(shared_data / "hostile" / hostile).rule == "doctype-forbidden"

    @pytest.mark.parametrize(
        "text",
        [
            "<a>None</a>",
            "<a/>",
            "<a> </a>",
            "<a xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:nil='true'>7</a>",
        ],
    )
    def test_silence_of_the_source_is_none(self, text: str) -> None:
        assert text_of(etree.fromstring(text)) is None


class TestReferenceSystem:
    @pytest.mark.parametrize(
        ("name", "epsg", "north_first"),
        [
            ("urn:ogc:def:crs:EPSG::2178", 2178, True),
            ("urn:ogc:def:crs:EPSG:9.6:2180", 2180, True),
            ("http://www.opengis.net/def/crs/EPSG/0/2177", 2177, True),
            ("urn:ogc:def:crs:EPSG::4326", 4326, True),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326, False),
            ("urn:ogc:def:crs:EPSG::3857", 3857, False),
            ("EPSG:2180", 2180, False),
            ("http://www.opengis.net/gml/srs/epsg.xml#2180", 2180, False),
        ],
    )
    def test_order_of_axes_follows_the_form_of_the_name(self, name: str, epsg: int, north_first: bool) -> None:
        system = reference_system(name)

        assert (system.epsg, system.north_first) == (epsg, north_first)

    def test_the_caller_may_know_better_about_short_names(self) -> None:
        assert reference_system("EPSG:2180", short_order="north-east").north_first

    def test_an_address_point_of_prg_stays_in_lubuskie(self) -> None:
        point = etree.fromstring(f'<gml:Point {GML} srsName="EPSG:2180"><gml:pos>238447 516743</gml:pos></gml:Point>')

        geometry, epsg = read_geometry(point)

        assert (geometry.x, geometry.y, epsg) == (238447, 516743, 2180)


class TestReadGeometry:
    def test_a_polygon_with_a_hole_has_east_first(self) -> None:
        text = polygon(square(), square(10, 10, 10)).replace("<gml:Polygon", f"<gml:Polygon {GML}")

        geometry, epsg = read_geometry(etree.fromstring(text))

        assert epsg == 2178
        assert geometry.area == 9_900
        assert geometry.bounds == (EAST, NORTH, EAST + 100, NORTH + 100)

    def test_a_curved_boundary_is_within_a_centimetre(self) -> None:
        # a square of 20 m with a half circle of 10 m on its northern side
        corners = places((0, 20), (0, 0), (20, 0), (20, 20))
        straight = f"<gml:LineStringSegment><gml:posList>{corners}</gml:posList></gml:LineStringSegment>"
        arc = f"<gml:Arc><gml:posList>{places((20, 20), (10, 30), (0, 20))}</gml:posList></gml:Arc>"
        element = shape(
            f"<gml:Surface GML SRS><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring><gml:curveMember>"
            f"<gml:Curve><gml:segments>{straight}{arc}</gml:segments></gml:Curve></gml:curveMember></gml:Ring>"
            f"</gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>"
        )

        geometry, _ = read_geometry(element)

        assert geometry.is_valid
        assert 400 + 157.08 - 0.01 * 31.5 < geometry.area < 400 + 157.08

    def test_a_composite_surface_is_joined(self) -> None:
        one, two = polygon(square(side=10), srs=None), polygon(square(10, 0, 10), srs=None)
        element = shape(
            f"<gml:MultiSurface GML SRS><gml:surfaceMember><gml:CompositeSurface><gml:surfaceMember>{one}"
            f"</gml:surfaceMember><gml:surfaceMember>{two}</gml:surfaceMember></gml:CompositeSurface></gml:surfaceMember></gml:MultiSurface>"
        )

        geometry, _ = read_geometry(element)

        assert (geometry.geom_type, geometry.area) == ("Polygon", 200)

    def test_heights_are_dropped(self) -> None:
        element = shape(
            f"<gml:LineString GML SRS srsDimension='3'><gml:posList>{NORTH} {EAST} 300 "
            f"{NORTH + 1} {EAST} 301</gml:posList></gml:LineString>"
        )

        assert list(read_geometry(element)[0].coords) == [(EAST, NORTH), (EAST, NORTH + 1)]

    def test_an_oriented_curve_is_read_backwards(self) -> None:
        line = f"<gml:LineString><gml:posList>{places((0, 0), (5, 0))}</gml:posList></gml:LineString>"
        element = shape(
            f"<gml:OrientableCurve GML SRS orientation='-'><gml:baseCurve>{line}</gml:baseCurve></gml:OrientableCurve>"
        )

        assert list(read_geometry(element)[0].coords) == [(EAST + 5, NORTH), (EAST, NORTH)]

    def test_the_system_may_come_from_the_envelope_of_the_collection(self, tmp_path: Path) -> None:
        envelope = f"<gml:boundedBy><gml:Envelope {SRS}/></gml:boundedBy>"
        bare = parcel(geometry=polygon(square(), srs=None))
        text = collection(bare, bare).replace("<gml:featureMember>", envelope + "<gml:featureMember>", 1)

        systems = [read_geometry(element[2])[1] for element in read_objects(write(tmp_path, text))]

        assert systems == [2178, 2178]

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            (
                f"<gml:Polygon GML><gml:exterior>{ring((0, 0), (1, 0), (1, 1), (0, 0))}</gml:exterior></gml:Polygon>",
                "no-crs",
            ),
            (
                f"<gml:Polygon GML SRS><gml:exterior>{ring((0, 0), (1, 0), (1, 1))}</gml:exterior></gml:Polygon>",
                "geometry-unclosed",
            ),
            (
                f"<gml:Polygon GML SRS><gml:exterior>{ring((0, 0), (1, 0), (0, 0))}</gml:exterior></gml:Polygon>",
                "geometry-too-few-points",
            ),
            ("<gml:Polygon GML SRS/>", "geometry-empty"),
            ("<gml:Point GML SRS><gml:pos>1,5 2</gml:pos></gml:Point>", "geometry-not-numbers"),
            ("<gml:Point GML SRS><gml:pos>NaN 2</gml:pos></gml:Point>", "not-finite"),
            ("<gml:LineString GML SRS><gml:posList>1 2 3</gml:posList></gml:LineString>", "geometry-odd-coordinates"),
            ("<gml:LineString GML SRS><gml:posList>1 2</gml:posList></gml:LineString>", "geometry-unreadable"),
            ("<gml:Point GML srsName='lokalny'><gml:pos>1 2</gml:pos></gml:Point>", "unsupported-crs"),
            (
                "<gml:MultiSurface GML SRS><gml:surfaceMember xlink:href='#a'/></gml:MultiSurface>",
                "geometry-by-reference",
            ),
            ("<a GML><gml:Solid SRS/></a>", "unsupported-geometry"),
            ("<a GML/>", "geometry-empty"),
            (
                f"<gml:Curve GML SRS><gml:segments><gml:Circle>{TWO_PLACES}</gml:Circle></gml:segments></gml:Curve>",
                "geometry-wrong-arc",
            ),
            (
                f"<gml:MultiSurface GML SRS><gml:surfaceMember>{IN_2180}</gml:surfaceMember></gml:MultiSurface>",
                "mixed-crs",
            ),
        ],
    )
    def test_refusals(self, text: str, rule: str) -> None:
        with pytest.raises(GeometryRefusedError) as caught:
            read_geometry(shape(text))

        assert caught.value.rule == rule


@pytest.mark.parametrize(
    "head",
    [
        "SWDEX 2.00\r\nSN,NN,1;\r\n",
        "  swde;2.0;\n",
        "NS,ID,1;\nSN,DN,2005-01-01;\nRD,P,G5DZE,,1;\n",
    ],
)
def test_swde_is_refused_with_advice(tmp_path, head):
    with pytest.raises(UnreadableFileError, match="GML w schemacie") as caught:
        list(read_objects(write(tmp_path, head)))

    assert caught.value.rule == "swde-file"
