from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from data.readers.app import check_cover, read_app
from data.records import (
    ActRecord,
    GeneralPlanZoneRecord,
    PlanningRecord,
    PlanRecord,
    Problem,
    SheetRecord,
    UnreadableFileError,
)
from data.records.plans import AccessStandards, RegulationRecord
from tests.data.gml_samples import APP_2, Ring, app, collection, document, plan, regulation, write, zone

APP_1 = APP_2.replace("2.0", "1.0")
APP_3 = APP_2.replace("2.0", "3.0")
FROM, UNTIL = app("obowiazujeOd", "2026-09-01"), app("obowiazujeDo", "2027-09-01")
GREEN = "minUdzialPowierzchniBiologicznieCzynnej"


def read(folder: Path, *members: str, namespace: str = APP_2) -> tuple[list[PlanningRecord], list[Problem]]:
    reading = read_app(write(folder, collection(*members, namespace=namespace)))
    return list(reading.records), reading.problems


def rules(problems: list[Problem], *severities: str) -> list[str]:
    return [problem.rule for problem in problems if problem.severity in (severities or ("error", "warning"))]


def half(side: str) -> Ring:
    west, east = (0, 50) if side == "west" else (50, 100)
    return [(west, 0), (east, 0), (east, 100), (west, 100), (west, 0)]


class TestPlans:
    def test_a_general_plan_and_its_zones(self, tmp_path: Path) -> None:
        indicators = (
            "<app:maksNadziemnaIntensywnoscZabudowy>0.9</app:maksNadziemnaIntensywnoscZabudowy>"
            "<app:maksUdzialPowierzchniZabudowy>30</app:maksUdzialPowierzchniZabudowy>"
            "<app:maksWysokoscZabudowy uom='m'>12.5</app:maksWysokoscZabudowy>"
            "<app:minUdzialPowierzchniBiologicznieCzynnej>40</app:minUdzialPowierzchniBiologicznieCzynnej>"
        )

        records, problems = read(
            tmp_path,
            plan(),
            zone("1SJ", "SJ", ring=half("west"), indicators=indicators),
            zone("2SN", ring=half("east")),
        )

        plan_record, first, second = records
        assert isinstance(plan_record, PlanRecord)
        assert (plan_record.code, plan_record.municipality, plan_record.kind) == ("1POG", "120610", "general-plan")
        assert plan_record.in_force_from == date(2026, 9, 1)
        assert plan_record.boundary.area == 10_000
        assert isinstance(first, GeneralPlanZoneRecord)
        assert (first.plan, first.label, first.symbol, first.name) == ("1POG", "1SJ", "SJ", "strefa SJ")
        assert (first.max_intensity, first.max_coverage_percent, first.max_height_m, first.min_green_percent) == (
            0.9,
            30,
            12.5,
            40,
        )
        assert isinstance(second, GeneralPlanZoneRecord)
        assert second.max_height_m is None  # not set, never zero
        assert rules(problems) == []

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("miejscowyPlanZagospodarowaniaPrzestrzennego", "local-plan"),
            ("miejscowyPlanRewitalizacji", "local-plan"),
            ("planOgolnyGminy", "general-plan"),
            ("studiumUwarunkowanIKierunkowZagospodarowaniaPrzestrzennegoGminy", "legacy-study"),
            ("planZagospodarowaniaPrzestrzennegoWojewodztwa", "other"),
        ],
    )
    def test_kinds_of_acts_in_schema_1(self, tmp_path: Path, kind: str, expected: str) -> None:
        (record,), _ = read(tmp_path, plan("P1", kind=kind, space="PL.ZIPPZP.1/120610-MPZP"), namespace=APP_1)

        assert isinstance(record, PlanRecord)
        assert record.kind == expected

    def test_documents_become_acts_by_their_relation(self, tmp_path: Path) -> None:
        journal = "<app:szczegoloweOdniesienie>Dz. Urz. Woj. Małop. z 2026 r. poz. 4567</app:szczegoloweOdniesienie>"

        records, problems = read(
            tmp_path,
            plan(),
            document("U2", "uchwala", day="2026-08-01", more=journal),
            document("U1", "przystapienie", day="2024-02-01"),
        )

        identity = {"namespace": "PL.ZIPPZP.1234/120610-POG", "version": "20260819T010000"}
        assert isinstance(records[0], PlanRecord)
        assert records[0].acts == (
            ActRecord("initiates", "Uchwała U1", "U1", adopted_on=date(2024, 2, 1), code="U1", **identity),
            ActRecord(
                "adopts", "Uchwała U2", "U2", adopted_on=date(2026, 8, 1), journal_year=2026, journal_position=4567,
                code="U2", reference="Dz. Urz. Woj. Małop. z 2026 r. poz. 4567", **identity,
            ),
        )  # fmt: skip
        assert rules(problems) == []

    def test_an_act_older_than_its_beginning_and_a_second_adoption_are_told(self, tmp_path: Path) -> None:
        _, problems = read(
            tmp_path,
            plan(),
            document("U1", "przystapienie", day="2026-08-02"),
            document("U2", "uchwala"),
            document("U3", "uchwala"),
        )

        assert sorted(set(rules(problems))) == ["act-dates-order", "one-adopting-act"]

    def test_a_document_of_another_plan_is_mentioned(self, tmp_path: Path) -> None:
        records, problems = read(tmp_path, plan(), document("U9", "uchwala", target="2POG"))

        assert isinstance(records[0], PlanRecord)
        assert records[0].acts == ()
        assert "orphan-document" in rules(problems, "info")

    def test_a_project_never_becomes_law(self, tmp_path: Path) -> None:
        (record,), problems = read(tmp_path, plan(status="elaboration"))

        assert isinstance(record, PlanRecord)
        assert (record.status, record.in_force_from) == ("elaboration", None)
        assert "project-not-in-force" in rules(problems, "info")

    def test_only_a_drawing_beside_the_file_is_a_sheet(self, tmp_path: Path) -> None:
        def drawing(name: str, place: str) -> str:
            return (
                f"<app:RysunekAktuPlanowaniaPrzestrzennego><app:idIIP><app:Identyfikator><app:lokalnyId>{name}</app:lokalnyId>"
                f"</app:Identyfikator></app:idIIP><app:lacze>{place}</app:lacze><app:rozdzielczoscPrzestrzenna>2000"
                "</app:rozdzielczoscPrzestrzenna><app:plan xlink:href='https://www.gov.pl/app/AktPlanowaniaPrzestrzennego/"
                "PL.ZIPPZP.1234/120610-POG/1POG'/></app:RysunekAktuPlanowaniaPrzestrzennego>"
            )

        (tmp_path / "rysunek 1.tif").write_bytes(b"II*\x00")

        (record,), problems = read(
            tmp_path,
            plan(),
            drawing("R1", "rysunek 1.tif"),
            drawing("R2", "https://example.pl/r.tif"),
            drawing("R3", "../r.tif"),
        )

        assert isinstance(record, PlanRecord)
        assert record.sheets == (SheetRecord("1", str(tmp_path / "rysunek 1.tif"), 2000),)
        assert record.drawing_scale == 2000
        assert rules(problems, "info").count("drawing-remote") == 2


class TestRules:
    @pytest.mark.parametrize(
        ("member", "rule", "severity"),
        [
            (zone("1BLAD", "SN", local_id="1POG-1SN"), "label-pattern", "error"),
            (zone("0SN", "SN"), "label-pattern", "error"),
            (zone("1SX", "SX", local_id="1POG-1SN"), "symbol-unknown", "error"),
            (zone(local_id="strefa-1"), "local-id-pattern", "warning"),
            (zone(space="PL.ZIPPZP.1/120610"), "namespace-pattern", "error"),
            (zone(legal=FROM + app("obowiazujeDo", "2026-09-01")), "legal-dates-order", "error"),
            (zone(legal=app("obowiazujeOd", "wkrótce")), "date-unreadable", "error"),
            (zone(status="obsolete"), "obsolete-needs-end", "warning"),
            (zone(indicators=app(GREEN, "30.15")), "one-decimal", "warning"),
            (zone(indicators=app(GREEN, "dużo")), "indicator-unreadable", "warning"),
            (zone(indicators=""), "required-indicators", "warning"),
            (zone(legal=app("koniecWersjiObiektu", "2026-08-18T01:00:00Z") + UNTIL), "version-dates-order", "error"),
        ],
    )
    def test_a_zone_against_one_rule(self, tmp_path: Path, member: str, rule: str, severity: str) -> None:
        records, problems = read(tmp_path, member)

        assert (rule, severity) in [(problem.rule, problem.severity) for problem in problems]
        assert rules(problems) == [rule]
        assert len(records) == (0 if severity == "error" else 1)

    def test_a_forbidden_character_in_a_title(self, tmp_path: Path) -> None:
        _, problems = read(tmp_path, plan(title="Plan &amp; studium"))

        assert rules(problems) == ["forbidden-characters"]

    def test_an_act_of_an_unknown_municipality_is_refused(self, tmp_path: Path) -> None:
        records, problems = read(tmp_path, plan(space="skala"))

        assert records == []
        assert rules(problems, "error") == ["namespace-pattern"]

    def test_both_zones_of_one_identifier_are_listed_and_refused(self, tmp_path: Path) -> None:
        twins = [zone(label, local_id="1POG-1SN") for label in ("1SN", "2SN")]

        records, problems = read(tmp_path, *twins)

        assert records == []
        first, second = [problem for problem in problems if problem.severity == "error"]
        assert (first.rule, second.rule) == ("duplicate-id", "duplicate-id")
        assert "„1SN”" in first.message
        assert "„2SN”" in second.message

    def test_a_refused_zone_leaves_no_gap(self, tmp_path: Path) -> None:
        _, problems = read(
            tmp_path, plan(), zone("1SN", ring=half("west")), zone("BLAD", "SN", local_id="1POG-2SN", ring=half("east"))
        )

        assert rules(problems) == ["label-pattern"]


STANDARDS = (
    "<app:wylaczenieZabudowyZagrodowej>true</app:wylaczenieZabudowyZagrodowej>"
    "<app:odlegloscDoSzkolyPodstawowej uom='m'>1500</app:odlegloscDoSzkolyPodstawowej>"
    "<app:odlegloscDoObszarowZieleniPublicznej uom='m'>1500</app:odlegloscDoObszarowZieleniPublicznej>"
    "<app:powierzchniaLacznaObszarowZieleniPublicznej uom='ha'>3</app:powierzchniaLacznaObszarowZieleniPublicznej>"
    "<app:odlegloscDoObszaruZieleniPublicznej uom='m'>3000</app:odlegloscDoObszaruZieleniPublicznej>"
    "<app:powierzchniaObszaruZieleniPublicznej uom='ha'>20</app:powierzchniaObszaruZieleniPublicznej>"
    "<app:odlegloscDoApteki uom='m'>2000.5</app:odlegloscDoApteki>"
)
OSD = "ObszarStandardowDostepnosciInfrastrukturySpolecznej"


class TestRegulations:
    def test_the_three_kinds_belong_to_their_plan(self, tmp_path: Path) -> None:
        records, problems = read(
            tmp_path,
            plan(),
            zone("1SN"),
            regulation("1OUZ"),
            regulation("1OZS", "ObszarZabudowySrodmiejskiej", symbol="OZS"),
            regulation("1OSD", OSD, symbol="OSD", standards=STANDARDS),
        )

        found = [record for record in records if isinstance(record, RegulationRecord)]
        assert [(one.kind, one.identifier, one.plan, one.label) for one in found] == [
            ("OUZ", "1POG-1OUZ", "1POG", "1OUZ"),
            ("OZS", "1POG-1OZS", "1POG", "1OZS"),
            ("OSD", "1POG-1OSD", "1POG", "1OSD"),
        ]
        assert found[2].standards == AccessStandards(True, 1500, 1500, 3, 3000, 20, pharmacy_m=2000.5)
        assert found[0].standards is None
        assert rules(problems) == []

    @pytest.mark.parametrize(
        ("member", "expected"),
        [
            (regulation("OUZ1"), ["label-pattern", "local-id-pattern"]),
            (regulation("1OUZ", symbol="OZS"), ["symbol-unknown"]),
            (regulation("1OUZ", local_id="OUZ-1"), ["local-id-pattern"]),
            (regulation("1OSD", OSD, symbol="OSD"), ["standards-incomplete"]),
            (regulation("1OSD", OSD, symbol="OSD", standards=STANDARDS.replace(">3<", ">1.4<")),
             ["green-standard-too-small"]),
            (regulation("1OSD", OSD, symbol="OSD", standards=STANDARDS.replace(">20<", ">9.9<")),
             ["green-standard-too-small"]),
            (regulation("1OSD", OSD, symbol="OSD", standards=STANDARDS.replace("2000.5", "blisko")),
             ["standard-unreadable"]),
            (regulation("1OUZ", ring=[(0, 0), (120, 0), (120, 100), (0, 100), (0, 0)]), ["zones-outside"]),
        ],
    )  # fmt: skip
    def test_an_area_against_one_rule(self, tmp_path: Path, member: str, expected: list[str]) -> None:
        _, problems = read(tmp_path, plan(), zone("1SN"), member)

        assert sorted(rules(problems)) == expected

    def test_areas_of_one_kind_overlap_and_of_two_do_not(self, tmp_path: Path) -> None:
        _, problems = read(
            tmp_path, plan(), zone("1SN"), regulation("1OUZ"), regulation("2OUZ", ring=half("west")),
            regulation("1OZS", "ObszarZabudowySrodmiejskiej", symbol="OZS"),
        )  # fmt: skip

        assert rules(problems) == ["zones-overlap"]


class TestProfiles:
    @pytest.mark.parametrize(
        ("profiles", "expected"),
        [("ZP ZB W K ZD I", []), ("ZP ZB W K ZD", ["profile-incomplete"]), ("ZP ZB W K ZD I MN", ["profile-foreign"])],
    )
    def test_basic_profiles_are_those_of_the_zone(self, tmp_path: Path, profiles: str, expected: list[str]) -> None:
        _, problems = read(tmp_path, plan(), zone("1SN", profiles=profiles))

        assert rules(problems) == expected

    def test_a_share_above_what_the_form_takes(self, tmp_path: Path) -> None:
        _, problems = read(tmp_path, plan(), zone("1SN", indicators=app(GREEN, "150.1")))

        assert rules(problems) == ["indicator-too-large"]


class TestCover:
    @staticmethod
    def zones(*shapes: Polygon) -> list[GeneralPlanZoneRecord]:
        return [
            GeneralPlanZoneRecord(f"1POG-{n}SN", "1POG", f"{n}SN", "SN", "strefa", shape)
            for n, shape in enumerate(shapes, 1)
        ]

    def test_zones_that_tile_the_plan_are_silent(self) -> None:
        assert check_cover(box(0, 0, 100, 100), self.zones(box(0, 0, 50, 100), box(50, 0, 100, 100))) == []

    def test_a_gap_an_overlap_and_a_part_outside(self) -> None:
        found = check_cover(box(0, 0, 100, 100), self.zones(box(0, 0, 50, 90), box(40, 0, 110, 100)))

        assert sorted(problem.rule for problem in found) == ["zones-gap", "zones-outside", "zones-overlap"]
        messages = {problem.rule: problem.message for problem in found}
        assert messages["zones-gap"].startswith("400,000 m²")
        assert "1\u00a0000,000 m²" in messages["zones-outside"]
        assert "1SN i 2SN nakładają się na 900,000 m²" in messages["zones-overlap"]

    def test_noise_below_a_square_metre_and_slivers_are_ignored(self) -> None:
        boundary = box(0, 0, 10_000, 100)

        assert check_cover(boundary, self.zones(box(0, 0, 10_000, 99.9))) == []  # 1000 m² but 0.1 m wide
        assert check_cover(box(0, 0, 10, 10), self.zones(box(0, 0, 10, 9.91))) == []  # 0.9 m²


class TestUnreadableFiles:
    def test_schema_3_is_refused_by_name(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match=r"schemat 3\.0 nie jest jeszcze obsługiwany"):
            read_app(write(tmp_path, collection(plan(), namespace=APP_3)))

    def test_an_unknown_namespace_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFileError, match=r"http://example\.org/app") as caught:
            read_app(write(tmp_path, collection(plan(), namespace="http://example.org/app")))

        assert caught.value.rule == "unknown-namespace"

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.data())
    def test_any_damage_ends_in_records_findings_or_a_refusal(self, tmp_path: Path, data: st.DataObject) -> None:
        text = collection(plan(), zone(), document("U1", "uchwala"), namespace=APP_2).encode()
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)) | st.just(len(text)))
        file = tmp_path / "dane.gml"
        file.write_bytes(text[:start] + data.draw(st.binary(max_size=6)) + text[end:])

        try:
            assert all(record for record in read_app(file).records)
        except UnreadableFileError as refusal:
            told = refusal.message
        else:
            told = "."
        assert told.endswith(".")


class TestRealFiles:
    def read(self, folder: Path, *names: str) -> tuple[list[PlanningRecord], list[Problem]]:
        reading = read_app(*(folder / name for name in names))
        return list(reading.records), reading.problems

    def test_the_good_plan_of_28_zones_has_no_findings(self, shared_data: Path) -> None:
        records, problems = self.read(
            shared_data / "app_gml" / "pog1", "AktPlanowaniaPrzestrzennego.gml", "StrefaPlanistyczna.gml"
        )

        zones = [record for record in records if isinstance(record, GeneralPlanZoneRecord)]
        assert len(zones) == 28
        assert rules(problems) == []
        assert sum(zone.max_intensity is None for zone in zones) == 10
        assert sum(zone.max_height_m is None for zone in zones) == 10
        assert sum(zone.min_green_percent is None for zone in zones) == 8

    @pytest.mark.parametrize(
        ("name", "expected", "kept"),
        [
            ("OK", [], 4),
            ("BLEDNE-OZNACZENIE", ["label-pattern"], 3),
            ("DUPLIKAT-LOKALNYID", ["duplicate-id", "duplicate-id"], 2),
            ("LUKA", ["zones-gap"], 4),
            ("DWA-MIEJSCA-INTENSYWNOSC", ["one-decimal"], 4),
            ("DWA-MIEJSCA-UDZIAL-BIO", ["one-decimal"], 4),
        ],
    )
    def test_each_broken_file_breaks_its_rule(
        self, shared_data: Path, name: str, expected: list[str], kept: int
    ) -> None:
        records, problems = self.read(
            shared_data / "app_gml" / "pog2", "AktPlanowaniaPrzestrzennego.gml", f"StrefaPlanistyczna_{name}.gml"
        )

        found = [rule for rule in rules(problems) if rule != "relation-missing"]  # all have an empty link to the plan
        assert found == expected
        assert sum(isinstance(record, GeneralPlanZoneRecord) for record in records) == kept

    def test_the_gap_has_its_measured_area(self, shared_data: Path) -> None:
        _, problems = self.read(
            shared_data / "app_gml" / "pog2", "AktPlanowaniaPrzestrzennego.gml", "StrefaPlanistyczna_LUKA.gml"
        )

        (gap,) = [problem for problem in problems if problem.rule == "zones-gap"]
        assert "442\u00a0133,975 m²" in gap.message

    def test_the_boundary_of_poznan(self, shared_data: Path) -> None:
        (record,), _ = self.read(shared_data / "app_gml" / "pog3", "AktPlanowaniaPrzestrzennego.gml")

        assert isinstance(record, PlanRecord)
        assert record.municipality == "306401"
        # 252.736 km² in its own zone 6; two degrees outside of zone 7 a plane area is a little larger
        assert record.boundary.area == pytest.approx(252.736e6, rel=0.005)
