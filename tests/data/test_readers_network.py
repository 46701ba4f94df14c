"""GESUT, BDOT and EPANET: what the files say, in storage; what they cannot say is told."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from data.readers.bdot import read_bdot
from data.readers.epanet import read_epanet
from data.readers.gesut import read_gesut
from data.records import Problem, UnreadableFileError
from data.records.network import NetworkRecord, NodeRecord, PipeRecord
from tests.data.gml_samples import EAST, NORTH, URN_2178

GESUT = "geodezyjnaEwidencjaSieciUzbrojeniaTerenu:1.0"
BDOT = "bazaDanychObiektowTopograficznych500:1.0"


def gml(*objects: str, namespace: str = GESUT) -> str:
    members = "".join(f"<gml:featureMember>{one}</gml:featureMember>" for one in objects)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'xmlns:ges="{namespace}">{members}</gml:FeatureCollection>'
    )


def element(kind: str, name: str, geometry: str, **said: str) -> str:
    fields = "".join(f"<ges:{field}>{value}</ges:{field}>" for field, value in said.items())
    return (
        f"<ges:{kind}><ges:idIIP><ges:GES_IdentyfikatorIIP><ges:lokalnyId>{name}</ges:lokalnyId>"
        f"</ges:GES_IdentyfikatorIIP></ges:idIIP>{fields}<ges:geometria>{geometry}</ges:geometria></ges:{kind}>"
    )


def line(*pairs: tuple[float, float], system: str = URN_2178) -> str:
    places = " ".join(f"{NORTH + north} {EAST + east}" for east, north in pairs)
    return (
        f'<gml:Curve srsName="{system}"><gml:segments><gml:LineStringSegment><gml:posList>{places}</gml:posList>'
        "</gml:LineStringSegment></gml:segments></gml:Curve>"
    )


def point(east: float, north: float) -> str:
    return f'<gml:Point srsName="{URN_2178}"><gml:pos>{NORTH + north} {EAST + east}</gml:pos></gml:Point>'


PIPE = element("GES_PrzewodWodociagowy", "p1", line((0, 0), (100, 0)), funkcja="g", typPrzewodu="o", srednica="160",
               status="i", eksploatacja="c", wladajacy="ZGK", idBranzowy="7", zrodlo="O")  # fmt: skip


def gesut(folder: Path, *objects: str) -> tuple[list[NetworkRecord], list[Problem]]:
    file = folder / "gesut.gml"
    file.write_text(gml(*objects), encoding="utf-8")
    reading = read_gesut(file)
    return list(reading.records), reading.problems


class TestGesut:
    def test_a_pipe_with_all_that_the_file_says(self, tmp_path):
        [pipe], problems = gesut(tmp_path, PIPE)

        assert isinstance(pipe, PipeRecord)
        assert list(pipe.geometry.coords) == [(EAST, NORTH), (EAST + 100, NORTH)]
        assert (pipe.medium, pipe.kind, pipe.status, pipe.diameter_mm) == ("water", "distribution", "active", 160)
        assert (pipe.owner, pipe.asset_number, pipe.accuracy) == ("ZGK", "7", "O")
        assert problems == []

    @pytest.mark.parametrize(
        ("said", "kind", "status"),
        [
            ({"funkcja": "p"}, "service", "active"),
            ({"typPrzewodu": "l"}, "service", "active"),
            ({"typPrzewodu": "o"}, "general", "active"),
            ({"typPrzewodu": "m"}, "transmission", "active"),
            ({"funkcja": "g", "status": "p"}, "distribution", "projected"),
            ({"funkcja": "g", "eksploatacja": "n"}, "distribution", "closed"),
        ],
    )
    def test_codes_of_the_schema(self, tmp_path, said, kind, status):
        [pipe], _ = gesut(tmp_path, element("GES_PrzewodWodociagowy", "p1", line((0, 0), (9, 0)), **said))

        assert isinstance(pipe, PipeRecord)
        assert (pipe.kind, pipe.status) == (kind, status)

    @pytest.mark.parametrize(
        ("medium", "code", "kind"),
        [
            ("Wodociagowa", "h", "hydrant"), ("Wodociagowa", "w", "valve"), ("Wodociagowa", "g", "well"),
            ("Kanalizacyjna", "m", "septic-tank"), ("Kanalizacyjna", "s", "manhole"),
            ("Kanalizacyjna", "d", "treatment-plant"), ("Kanalizacyjna", "n", "pump"),
        ],
    )  # fmt: skip
    def test_devices(self, tmp_path, medium, code, kind):
        [node], problems = gesut(
            tmp_path, element(f"GES_UrzadzeniaSiec{medium}", "u1", point(5, 5), rodzajUrzadzenia=code)
        )

        assert isinstance(node, NodeRecord)
        assert (node.kind, node.geometry.x, node.geometry.y) == (kind, EAST + 5, NORTH + 5)
        assert problems == []

    @pytest.mark.parametrize(
        ("member", "rule"),
        [
            (element("GES_PrzewodWodociagowy", "p1", line((0, 0), (9, 0)), srednica="gruba"), "diameter-unreadable"),
            (element("GES_PrzewodWodociagowy", "p1", line((0, 0), (9, 0)), typPrzewodu="z"), "network-code-unknown"),
            (element("GES_UrzadzeniaSiecWodociagowa", "u", point(1, 1), rodzajUrzadzenia="z"), "network-code-unknown"),
            (element("GES_PrzewodWodociagowy", "p1", point(1, 1)), "pipe-no-line"),
            (element("GES_PrzewodWodociagowy", "", line((0, 0), (9, 0))), "network-id-missing"),
            (element("GES_PrzewodWodociagowy", "p1", line((0, 0), (9, 0)), koniecWersjaObiekt="2024-01-01"),
             "closed-version"),
            (element("GES_PrzewodGazowy", "g1", line((0, 0), (9, 0))), "classes-not-read"),
        ],
    )  # fmt: skip
    def test_one_defect_one_rule(self, tmp_path, member, rule):
        _, problems = gesut(tmp_path, PIPE, member)

        assert [problem.rule for problem in problems] == [rule]

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            (gml(namespace="urn:other"), "no-objects"),
            (gml("<ges:X/>", namespace="urn:other"), "gesut-namespace"),
            ("", "empty-file"),
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "doctype-forbidden"),
            (gml(PIPE)[:-40], "not-well-formed"),
        ],
    )
    def test_files_that_cannot_be_used(self, tmp_path, text, rule):
        file = tmp_path / "a.gml"
        file.write_text(text)

        with pytest.raises(UnreadableFileError) as fault:
            list(read_gesut(file).records)

        assert fault.value.rule == rule

    def test_the_real_file(self, shared_data):
        reading = read_gesut(shared_data / "pzgik" / "dane-GESUT.gml")

        records = list(reading.records)

        # README: water pipes 23, water devices 26, sewer pipes 12, sewer devices 17; four are ended versions
        assert reading.read == 23 + 26 + 12 + 17
        assert len(records) == reading.read - 4
        kinds = Counter(record.kind for record in records if isinstance(record, NodeRecord))
        assert kinds["hydrant"] == 2
        assert kinds["septic-tank"] == 11
        assert str(reading.state_on) == "2025-03-15"
        assert not [problem for problem in reading.problems if problem.severity == "error"]


class TestBdot:
    def test_any_class_with_its_properties(self, tmp_path):
        fence = element("OT_Ogrodzenia", "o1", line((0, 0), (9, 0)), rodzajOgrodzenia="o", nazwa="Mur")
        file = tmp_path / "a.gml"
        file.write_text(gml(fence, namespace=BDOT))

        [record] = read_bdot(file).records

        assert (record.database, record.class_code, record.name) == ("BDOT500", "OT_Ogrodzenia", "Mur")
        assert record.attributes == {"rodzajOgrodzenia": "o", "nazwa": "Mur"}

    def test_ten_thousand_is_another_database(self, tmp_path):
        file = tmp_path / "a.gml"
        road = element("OT_SKDR_L", "o1", line((0, 0), (9, 0)))
        file.write_text(gml(road, namespace="urn:gugik:specyfikacje:gmlas:bazaDanychObiektowTopograficznych10k:1.0"))

        assert [record.database for record in read_bdot(file).records] == ["BDOT10k"]

    def test_another_file_is_refused(self, tmp_path):
        (tmp_path / "a.gml").write_text(gml(PIPE))

        with pytest.raises(UnreadableFileError) as fault:
            read_bdot(tmp_path / "a.gml")

        assert fault.value.rule == "bdot-namespace"

    def test_the_real_file(self, shared_data):
        reading = read_bdot(shared_data / "pzgik" / "dane-BDOT500.gml")

        counts = Counter(record.class_code for record in reading.records)

        # README: fences 53, roads 21, structures 12, land cover 24, heights 71, slope 1; less four ended versions
        assert sum(counts.values()) == 53 + 21 + 12 + 24 + 71 + 1 - 4
        assert (counts["OT_Ogrodzenia"], counts["OT_Budowle"]) == (53, 12)


MODEL = """[TITLE]
Sieć
[JUNCTIONS]
;ID Elev
A 300
B 305
C 310
[RESERVOIRS]
Z 350
[PIPES]
;ID Node1 Node2 Length Diameter Roughness MinorLoss Status
P1 Z A 120 300 130 0 Open
P2 A B 100 160 130 0 Open
P3 B C 100 50 130 0 Closed
[VALVES]
[TIMES]
Start ClockTime 6 AM
[OPTIONS]
Units LPS
Headloss H-W
[COORDINATES]
A {e0} {n}
B {e1} {n}
C {e2} {n}
Z {e3} {n}
[VERTICES]
P2 {e1} {n1}
[END]
"""


def model(folder: Path, text: str = MODEL, *, east: float = EAST, encoding: str = "utf-8") -> Path:
    file = folder / "siec.inp"
    places = {f"e{place}": east + 100 * place for place in range(4)}
    file.write_bytes(text.format(n=NORTH, n1=NORTH + 50, **places).encode(encoding))
    return file


class TestEpanet:
    def test_nodes_and_pipes_in_si_units(self, tmp_path):
        records = {record.identifier: record for record in read_epanet(model(tmp_path), epsg=2178).records}

        assert set(records) == {"A", "B", "C", "Z", "P1", "P2", "P3"}
        reservoir, first, second, third = (records[name] for name in ("Z", "P1", "P2", "P3"))
        assert reservoir.kind == "reservoir"
        assert isinstance(first, PipeRecord)
        assert (first.diameter_mm, first.length_m, first.roughness, first.kind) == (300, 120, 130, "distribution")
        assert list(second.geometry.coords) == [
            (EAST, NORTH), (EAST + 100, NORTH + 50), (EAST + 100, NORTH)
        ]  # fmt: skip
        assert (third.status, third.kind) == ("closed", "service")

    def test_an_old_encoding_is_no_hindrance(self, tmp_path):
        assert len(list(read_epanet(model(tmp_path, encoding="cp1250"), epsg=2178).records)) == 7

    def test_another_system_is_moved(self, tmp_path):
        text = MODEL.replace("{n}", "262000").replace("{n1}", "262050").replace("{e", "56{e")
        for place in range(4):
            text = text.replace(f"56{{e{place}}}", str(560_000 + 100 * place))
        file = tmp_path / "a.inp"
        file.write_text(text)

        node = next(record for record in read_epanet(file, epsg=2180).records if record.identifier == "A")

        expected = Transformer.from_crs(2180, 2178, always_xy=True).transform(560_000, 262_000)
        assert (node.geometry.x, node.geometry.y) == pytest.approx(expected, abs=0.01)

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            (MODEL.replace("[TITLE]", "[FOO]\nx\n[TITLE]"), "epanet-unreadable"),
            (MODEL.replace("B 305", "B 305\nB 306"), "epanet-repeated"),
            (MODEL.replace("P3 B C", "P2 B C"), "epanet-repeated"),
            (MODEL.replace("P3 B C", "P3 B X"), "epanet-unreadable"),
            ("", "empty-file"),
            ("[TITLE]\n[END]\n", "no-objects"),
        ],
    )
    def test_models_that_cannot_be_used(self, tmp_path, text, rule):
        with pytest.raises(UnreadableFileError) as fault:
            read_epanet(model(tmp_path, text), epsg=2178)

        assert fault.value.rule == rule

    @pytest.mark.parametrize(
        ("name", "rule"),
        [("Net1", "epanet-schematic"), ("Net3", "epanet-schematic"), ("ky4", "epanet-schematic"),
         ("L-TOWN", "epanet-schematic"), ("latin1", "epanet-schematic"), ("MICROPOLIS_v1", "epanet-schematic"),
         ("BWSN_Network_1", "epanet-schematic"), ("RuralNetwork", "epanet-schematic"),
         ("bad_syntax", "epanet-unreadable"), ("Net1broken", "epanet-repeated")],
    )  # fmt: skip
    def test_real_models_are_schematic_or_broken_and_say_so(self, shared_data, name, rule):
        with pytest.raises(UnreadableFileError) as fault:
            read_epanet(shared_data / "epanet" / f"{name}.inp", epsg=2178)

        assert fault.value.rule == rule

    @pytest.mark.parametrize(("name", "nodes", "links"), [("Net1", 11, 13), ("Net3", 97, 119)])
    def test_real_models_put_on_a_map_are_whole(self, shared_data, tmp_path, name, nodes, links, monkeypatch):
        """Numbers of nodes and links as EPANET itself counts them; coordinates moved to Skała."""
        text = (shared_data / "epanet" / f"{name}.inp").read_text()
        head, _, rest = text.partition("[COORDINATES]")
        body, bracket, tail = rest.partition("[")
        moved = [
            f"{parts[0]} {EAST + float(parts[1])} {NORTH + float(parts[2])}"
            for row in body.splitlines()
            if (parts := row.partition(";")[0].split()) and len(parts) == 3
        ]
        tail = tail.replace("VERTICES]", "VERTICES]\n[END]\n", 1)
        (tmp_path / "a.inp").write_text(f"{head}[COORDINATES]\n" + "\n".join(moved) + f"\n{bracket}{tail}")

        reading = read_epanet(tmp_path / "a.inp", epsg=2178)

        assert reading.read == nodes + links


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_reading_or_a_refusal(content):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a"
        file.write_bytes(content)
        for read in (read_gesut, read_bdot, lambda path: read_epanet(path, epsg=2178)):
            try:
                list(read(file).records)
            except UnreadableFileError as fault:
                assert fault.message  # noqa: PT017 - one of two good ends
