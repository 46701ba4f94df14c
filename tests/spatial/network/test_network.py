"""The network in the register: versions, topology, and what everybody may see of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from shapely import LineString, Point

from data.records import Reading
from data.records.network import NodeRecord, PipeRecord
from spatial.imports import registry
from spatial.imports.registry import Terms
from spatial.imports.report import Report
from spatial.imports.services import Origin, publish, run_import
from spatial.network.models import NetworkNode, Pipe
from spatial.network.topology import SHOWN, defects
from spatial.topography.models import TopographicObject
from tests.factories import EAST, NORTH, TODAY

FIRST, SECOND = date(2026, 1, 1), date(2026, 6, 1)


def pipe(name: str, *places: tuple[float, float], **fields: Any) -> PipeRecord:
    line = LineString([(EAST + east, NORTH + north) for east, north in places])
    values: dict[str, Any] = {"medium": "water", "kind": "distribution", "origin": "gesut", "diameter_mm": 110}
    return PipeRecord(name, geometry=line, **values | fields)


def node(name: str, east: float, north: float, kind: Any = "valve", **fields: Any) -> NodeRecord:
    values: dict[str, Any] = {"medium": "water", "origin": "gesut"} | fields
    return NodeRecord(name, kind=kind, geometry=Point(EAST + east, NORTH + north), **values)


MAIN = pipe("W1", (0, 0), (100, 0))
WHOLE = [MAIN, pipe("W2", (100, 0), (200, 0), diameter_mm=90), node("H1", 50, 0, "hydrant"), node("Z1", 0, 0),
         pipe("P1", (50, 0), (50, 20), kind="service", diameter_mm=32)]  # fmt: skip


def deliver(records: list[Any], *, on: date = FIRST, source: str = "gesut", **terms: Any) -> Report:
    return publish(
        source=registry.source(source), reading=Reading(iter(records)), origin=Origin("siec.gml", "0" * 64),
        terms=Terms(municipality="120610", state_on=on, **terms), today=TODAY,
    )  # fmt: skip


@pytest.mark.usefixtures("skala")
class TestRegister:
    def test_a_second_delivery_of_the_same_changes_nothing(self):
        assert deliver(WHOLE).counts["pipe"]["added"] == 3

        assert deliver(WHOLE, on=SECOND).counts["pipe"] == {"added": 0, "changed": 0, "removed": 0, "unchanged": 3}
        assert NetworkNode.objects.current().count() == 2

    def test_a_change_is_a_new_version(self):
        deliver(WHOLE)

        deliver([replace(MAIN, diameter_mm=160), *WHOLE[1:]], on=SECOND)

        assert Pipe.objects.on(date(2026, 3, 1)).get(identifier="W1").diameter_mm == 110
        assert Pipe.objects.current().get(identifier="W1").diameter_mm == 160

    def test_sources_and_networks_stand_beside_each_other(self):
        deliver(WHOLE)

        deliver([replace(MAIN, identifier="M1", origin="epanet")], source="epanet")
        deliver([replace(MAIN, identifier="K1", medium="sewage")])

        assert Pipe.objects.current().count() == 5

    def test_a_repeated_identifier_is_refused(self):
        report = deliver([MAIN, MAIN])

        assert report.outcome == "refused"
        assert not Pipe.objects.exists()

    def test_a_real_file_of_another_municipality_lies_elsewhere(self, shared_data):
        report = run_import(
            source="gesut", paths=[shared_data / "pzgik" / "dane-GESUT.gml"], terms=Terms(municipality="120610"),
            today=TODAY,
        )  # fmt: skip

        assert report.outcome == "refused"
        assert {finding.rule for finding in report.findings if finding.severity == "error"} == {"outside-municipality"}

    @pytest.mark.parametrize(("source", "model", "count"), [("gesut", Pipe, 32), ("bdot", TopographicObject, 178)])
    def test_a_real_file_comes_in_where_it_belongs_and_again_as_nothing_new(self, shared_data, source, model, count):
        from django.contrib.gis.geos import MultiPolygon, Polygon

        from spatial.municipalities.models import Municipality

        place = MultiPolygon(Polygon.from_bbox((7_570_000, 5_700_000, 7_660_000, 5_760_000)), srid=2178)
        Municipality.objects.create(teryt="021602", name="Grębocice", office_name="UG", seat="G", head_title="Wójt",
                                    council="RG", boundary=place)  # fmt: skip
        file = shared_data / "pzgik" / f"dane-{source.upper().replace('BDOT', 'BDOT500')}.gml"
        terms = Terms(municipality="021602")

        first = run_import(source=source, paths=[file], terms=terms, today=TODAY)
        again = run_import(source=source, paths=[file], terms=terms, today=TODAY)

        assert first.outcome == "published", first.findings
        assert model.objects.current().count() == count
        assert again.outcome == "unchanged"


def rules(*records: Any) -> list[str]:
    pipes = [record for record in records if isinstance(record, PipeRecord)]
    nodes = [record for record in records if isinstance(record, NodeRecord)]
    return sorted(problem.rule for problem in defects(pipes, nodes))


class TestTopology:
    def test_a_network_that_hangs_together_is_silent(self):
        assert rules(*WHOLE) == []

    @pytest.mark.parametrize(
        ("records", "expected"),
        [
            ([MAIN, pipe("W2", (100.04, 0), (200, 0), diameter_mm=90)], []),
            ([MAIN, pipe("W2", (100.3, 0), (200, 0), diameter_mm=90)],
             ["network-part-lone", "pipe-end-missed", "pipe-end-missed"]),
            ([MAIN, pipe("P1", (50, 5), (50, 20), kind="service")], ["network-part-lone", "service-off-main"]),
            ([MAIN, pipe("P1", (50, 0), (50, 20), kind="service")], []),
            ([MAIN, node("H1", 50, 3, "hydrant")], ["device-off-pipe"]),
            ([MAIN, node("S1", 50, 3, "well")], []),
            ([MAIN, pipe("W2", (0, 500), (100, 500))], ["network-part-lone"]),
            ([MAIN, pipe("W2", (100, 0), (200, 0))], ["pipe-cut-idly"]),
            ([MAIN, pipe("W2", (100, 0), (200, 0)), node("Z", 100, 0)], []),
            ([node("U", 0, 0, "reservoir"), MAIN, pipe("W2", (100, 0), (200, 0), diameter_mm=200)], ["diameter-grows"]),
            ([node("U", 0, 0, "reservoir"), MAIN, pipe("W2", (100, 0), (200, 0), diameter_mm=90)], []),
            ([MAIN, pipe("W2", (100, 0), (200, 0), diameter_mm=200)], []),
        ],
    )  # fmt: skip
    def test_one_defect_one_rule(self, records, expected):
        assert rules(*records) == expected

    def test_a_place_is_told(self):
        [problem] = defects([MAIN], [node("H1", 50, 3, "hydrant")])

        assert problem.point == (EAST + 50, NORTH + 3)

    def test_many_alike_are_summed_up(self):
        lone = [pipe(f"W{number}", (0, 10 * number), (5, 10 * number)) for number in range(SHOWN + 50)]

        found = list(defects(lone, []))

        assert len(found) == SHOWN + 1
        assert "49" in found[-1].message


@pytest.mark.usefixtures("skala")
class TestOpen:
    def items(self, client, collection: str) -> list[dict]:
        answer = client.get(f"/ogc/collections/{collection}/items?f=json")
        assert answer.status_code == 200, answer.content[:300]
        return answer.json()["features"]

    def test_mains_are_drawn_in_broad_strokes_and_nothing_else_of_them(self, client):
        crooked = pipe("W1", (0, 0), (33.33, 1.7), (66.6, -1.2), (100, 0), owner="ZGK", asset_number="7")
        deliver([crooked, *WHOLE[1:]])

        found = {feature["id"]: feature for feature in self.items(client, "water-mains")}

        assert set(found) == {"W1", "W2"}  # no service pipe
        assert set(found["W1"]["properties"]) == {"identifier", "kind", "municipality"}
        [shape] = found["W1"]["geometry"]["coordinates"]
        assert len(shape) == 2

    def test_mains_of_another_day_are_not_served_to_the_centimetre(self, client):
        deliver(WHOLE)

        now = self.items(client, "water-mains")
        answer = client.get("/ogc/collections/water-mains/items?f=json&datetime=2026-03-01")

        assert answer.status_code == 400 or answer.json()["features"] == now

    def test_hydrants_and_no_valves(self, client):
        deliver(WHOLE)

        assert [feature["id"] for feature in self.items(client, "hydrants")] == ["H1"]

    def test_what_is_out_of_use_or_projected_is_not_shown(self, client):
        deliver([replace(MAIN, status="closed"), pipe("W3", (0, 9), (9, 9), status="projected"),
                 node("H1", 50, 0, "hydrant", status="closed")])  # fmt: skip

        assert self.items(client, "water-mains") == self.items(client, "hydrants") == []
