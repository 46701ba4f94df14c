"""Each named rule on a parcel of 100 m x 100 m, in numbers that check in one's head."""

from datetime import date

import pytest

from planning.extracts.analysis import analyse, find_parcels
from planning.extracts.findings import RULES
from planning.extracts.rules import PARCEL_RULES
from planning.models import GeneralPlanZone, PlanRelation, PlanSheet
from tests import factories
from tests.factories import TODAY, rectangle

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_sheet(local_plan):
    """The plan's drawing covers all of it and each zone has provisions."""
    return sheet_for(local_plan)


def sheet_for(plan, **box):
    area = rectangle(**box) if box else plan.boundary
    return PlanSheet.objects.create(
        plan=plan, number="1", file="none.tif", sha256="0" * 64, scale=1000, pixel_m=0.1, footprint=area[0]
    )


@pytest.fixture
def good_zone(local_plan, make_zone, with_sheet):
    """Zones that break no rule of their own."""

    def make(symbol, **place):
        zone = make_zone(symbol, **place)
        factories.provision(local_plan, str(local_plan.provisions.count() + 1), f"Teren {symbol}.", zones=[zone])
        return zone

    return make


def answer(*parcels, as_of=TODAY, **options):
    return analyse(parcels=parcels, as_of=as_of, **options)


def codes(analysis):
    return [finding.code for finding in analysis.findings]


def table(analysis):
    [one] = analysis.answers
    return [(share.symbol, share.area_m2, str(share.percent)) for share in one.shares]


class TestShares:
    def test_lists_both_zones_when_the_plan_line_cuts_the_parcel(self, make_parcel, good_zone):
        parcel = make_parcel(east=0, north=0, side=100)
        good_zone("MN.1", east=-500, north=-500, width=530, height=2000)  # the left 30 m
        good_zone("R.3", east=30, north=-500, width=1470, height=2000)  # the right 70 m

        analysis = answer(parcel)

        assert table(analysis) == [("R.3", 7000, "70"), ("MN.1", 3000, "30")]
        assert codes(analysis) == []

    def test_areas_sum_to_the_register_area(self, make_parcel, good_zone):
        parcel = make_parcel(side=100, registered_area_m2=9_950)
        for part in range(3):
            good_zone(f"U.{part}", east=part * 100 / 3, north=-500, width=100 / 3, height=2000)

        analysis = answer(parcel)

        assert [row[1] for row in table(analysis)] == [3317, 3317, 3316]
        assert sum(share.percent for share in analysis.answers[0].shares) == 100

    def test_a_zone_that_only_touches_is_not_listed(self, make_parcel, good_zone):
        parcel = make_parcel(side=100)
        good_zone("MN.1", east=0, north=0, side=100)
        good_zone("ZL.1", east=100, north=0, side=100)  # shares the eastern edge

        assert table(answer(parcel)) == [("MN.1", 10000, "100")]


class TestSliver:
    @pytest.fixture
    def cut(self, make_parcel, good_zone):
        """The line of the plan runs 3 cm inside the western edge: 3 m² of MN.1."""
        good_zone("MN.1", east=-500, north=-500, width=500.03, height=2000)
        good_zone("R.3", east=0.03, north=-500, width=1499.97, height=2000)
        return make_parcel(side=100)

    def test_is_shown_and_left_out_of_the_table(self, cut):
        analysis = answer(cut)

        assert table(analysis) == [("R.3", 10000, "100")]
        assert codes(analysis) == ["sliver"]
        assert analysis.findings[0].key == f"XI-85-15|{cut.identifier}|MN.1"
        assert not analysis.blocked

    def test_is_printed_when_confirmed(self, cut):
        analysis = answer(cut, confirmed=[f"XI-85-15|{cut.identifier}|MN.1"])

        assert table(analysis) == [("R.3", 9997, "100"), ("MN.1", 3, "0")]
        assert codes(analysis) == []

    def test_a_wide_small_piece_is_no_sliver(self, make_parcel, good_zone):
        parcel = make_parcel(side=100)
        good_zone("MN.1", east=0, north=0, side=100)
        good_zone("E.1", east=98, north=98, side=2)  # 4 m² of a transformer, 1 m mean width

        assert "E.1" in [row[0] for row in table(answer(parcel))]


class TestPlanBoundary:
    def test_rest_of_the_parcel_is_a_row_of_its_own(self, make_parcel, make_plan):
        plan = make_plan(east=-500, north=-500, width=560, height=2000)  # ends 60 m into the parcel
        zone = factories.zone(plan, "MN.1", east=-500, north=-500, width=560, height=2000)
        factories.provision(plan, "1", "Teren.", zones=[zone])
        sheet_for(plan)

        analysis = answer(make_parcel(side=100))

        assert table(analysis) == [("MN.1", 6000, "60"), ("", 4000, "40")]
        assert codes(analysis) == ["plan-boundary-crosses"]

    def test_a_plan_that_reaches_only_by_its_line_does_not_cover(self, make_parcel, make_plan):
        make_plan(east=-500, north=-500, width=500.02, height=2000)

        analysis = answer(make_parcel(side=100))

        assert "no-plan" in codes(analysis)
        assert analysis.blocked


class TestNoPlan:
    def test_outside_every_plan(self, make_parcel):
        analysis = answer(make_parcel())

        assert codes(analysis) == ["no-plan"]
        assert "23\u00a0listopada\u00a02026" in analysis.findings[0].message
        assert analysis.families == ()

    def test_before_the_plan_came_into_force(self, make_parcel, good_zone):
        good_zone("MN.1", east=-500, north=-500, side=2000)

        analysis = answer(make_parcel(), as_of=date(2015, 8, 31))

        assert codes(analysis) == ["no-plan", "plan-pending"]

    def test_on_the_first_day_it_binds(self, make_parcel, good_zone):
        good_zone("MN.1", east=-500, north=-500, side=2000)

        assert codes(answer(make_parcel(), as_of=date(2015, 9, 1))) == []

    def test_a_repealed_plan_is_named(self, make_parcel, make_plan):
        make_plan(in_force_to=date(2020, 1, 1))

        assert codes(answer(make_parcel())) == ["no-plan", "plan-ended"]
        assert "no-plan" not in codes(answer(make_parcel(), as_of=date(2019, 12, 31)))

    def test_another_municipality_s_plan_binds_nothing_here(self, make_parcel, suloszowa):
        factories.plan(suloszowa, code="X-1-1")

        assert codes(answer(make_parcel())) == ["no-plan"]


class TestTwoPlans:
    def test_side_by_side_give_two_documents(self, make_parcel, make_plan):
        for code, east, width in (("I-1-15", -500, 560), ("II-2-15", 60, 500)):
            plan = make_plan(code=code, east=east, width=width)
            zone = factories.zone(plan, "MN.1", east=east, north=-500, width=width, height=2000)
            factories.provision(plan, "1", "Teren.", zones=[zone])
            sheet_for(plan)

        analysis = answer(make_parcel(side=100))

        assert codes(analysis) == ["several-plans"]
        assert [family.base.code for family in analysis.families] == ["I-1-15", "II-2-15"]
        assert analysis.answers[0].beyond(analysis.families[0])[0] == 4000

    def test_in_one_place_without_a_relation_block(self, make_parcel, make_plan):
        for code in ("I-1-15", "II-2-15"):
            plan = make_plan(code=code)
            zone = factories.zone(plan, "MN.1", east=-500, north=-500, side=2000)
            factories.provision(plan, "1", "Teren.", zones=[zone])
            sheet_for(plan)

        analysis = answer(make_parcel())

        assert "plans-overlap" in codes(analysis)
        assert analysis.blocked


class TestChange:
    def changed(self, make_plan, **relation):
        base = make_plan(code="I-1-10", in_force_from=date(2010, 5, 1))
        change = make_plan(code="IX-9-20", in_force_from=date(2020, 5, 1), east=40, north=-500, width=500, height=2000)
        for plan, symbol, east in ((base, "R.1", -500), (change, "MN.7", 40)):
            zone = factories.zone(plan, symbol, east=east, north=-500, side=2000)
            factories.provision(plan, "1", "Teren.", zones=[zone])
            sheet_for(plan)
        PlanRelation.objects.create(
            plan=change, kind="changes", target_code="I-1-10", effective_on=date(2020, 5, 1), **relation
        )
        return base, change

    def test_the_newer_wins_in_its_area_and_both_are_one_document(self, make_parcel, make_plan):
        base, change = self.changed(make_plan)

        analysis = answer(make_parcel(side=100))

        assert table(analysis) == [("R.1", 4000, "40"), ("MN.7", 6000, "60")]
        assert codes(analysis) == ["plan-changed"]
        assert [(family.base, family.changes) for family in analysis.families] == [(base, (change,))]
        assert not analysis.blocked

    def test_a_base_that_lost_the_whole_parcel_still_heads_the_document(self, make_parcel, make_plan):
        base, change = self.changed(make_plan)

        analysis = answer(make_parcel(east=100, side=100))

        assert table(analysis) == [("MN.7", 10000, "100")]
        assert [(family.base, family.changes) for family in analysis.families] == [(base, (change,))]

    def test_before_the_change_the_base_binds_alone(self, make_parcel, make_plan):
        self.changed(make_plan)

        analysis = answer(make_parcel(side=100), as_of=date(2020, 4, 30))

        assert table(analysis) == [("R.1", 10000, "100")]
        assert "plan-changed" not in codes(analysis)

    def test_a_change_of_the_text_leaves_the_area_to_the_base(self, make_parcel, make_plan):
        base, change = self.changed(make_plan)
        change.zones.all().delete()
        factories.provision(change, "2", "W uchwale zmienia się § 5.", binds_whole_plan=True)

        analysis = answer(make_parcel(side=100))

        assert table(analysis) == [("R.1", 10000, "100")]
        assert "plans-overlap" not in codes(analysis)
        assert [(family.base, family.changes) for family in analysis.families] == [(base, (change,))]

    def test_a_plan_ends_part_of_another_without_reaching_the_parcel(self, make_parcel, make_plan):
        base = make_plan(code="I-1-10", in_force_from=date(2010, 5, 1))
        zone = factories.zone(base, "R.1", east=-500, north=-500, side=2000)
        factories.provision(base, "1", "Teren.", zones=[zone])
        sheet_for(base)
        far = make_plan(code="X-1-20", in_force_from=date(2020, 5, 1), east=5000, north=5000, width=10, height=10)
        scope = rectangle(east=60, north=-500, width=500, height=2000)
        PlanRelation.objects.create(
            plan=far, kind="repeals", target_code="I-1-10", effective_on=date(2020, 5, 1), scope=scope
        )

        assert table(answer(make_parcel(side=100))) == [("R.1", 6000, "60"), ("", 4000, "40")]

    def test_a_plan_that_repeals_another_ends_it_everywhere(self, make_parcel, make_plan):
        _base, change = self.changed(make_plan)
        PlanRelation.objects.filter(plan=change).update(kind="repeals")

        analysis = answer(make_parcel(side=100))

        assert table(analysis) == [("MN.7", 6000, "60"), ("", 4000, "40")]


class TestDefects:
    def test_a_gap_blocks(self, make_parcel, good_zone):
        good_zone("MN.1", east=0, north=0, width=90, height=100)

        analysis = answer(make_parcel(side=100))

        assert codes(analysis) == ["gap-in-plan"]
        assert table(analysis) == [("MN.1", 9000, "90"), ("", 1000, "10")]
        assert analysis.blocked

    def test_a_gap_as_thin_as_the_line_warns(self, make_parcel, good_zone):
        good_zone("MN.1", east=0, north=0, width=99.98, height=100)

        assert codes(answer(make_parcel(side=100))) == ["gap-at-line"]

    def test_overlapping_zones_block(self, make_parcel, good_zone):
        good_zone("MN.1", east=0, north=0, width=60, height=100)
        good_zone("U.1", east=50, north=0, width=50, height=100)

        analysis = answer(make_parcel(side=100))

        assert codes(analysis) == ["zones-overlap"]
        assert "1\u00a0000,0\u00a0m²" in analysis.findings[0].message
        assert analysis.blocked

    def test_zones_that_overlap_by_the_line_warn(self, make_parcel, good_zone):
        good_zone("MN.1", east=0, north=0, width=50.02, height=100)
        good_zone("U.1", east=50, north=0, width=50, height=100)

        assert codes(answer(make_parcel(side=100))) == ["overlap-at-line"]

    def test_a_missing_sheet_blocks(self, make_parcel, local_plan, make_zone):
        zone = make_zone("MN.1", east=-500, north=-500, side=2000)
        factories.provision(local_plan, "1", "Teren.", zones=[zone])
        sheet_for(local_plan, east=0, north=0, width=40, height=100)

        analysis = answer(make_parcel(side=100))

        assert codes(analysis) == ["sheet-missing"]
        assert "6\u00a0000,0\u00a0m²" in analysis.findings[0].message

    def test_a_zone_without_provisions_blocks(self, make_parcel, make_zone, with_sheet):
        make_zone("MN.1", east=-500, north=-500, side=2000)

        assert codes(answer(make_parcel())) == ["zone-without-provisions"]

    def test_a_crossed_boundary_blocks(self, make_parcel, good_zone):
        from django.contrib.gis.geos import MultiPolygon, Polygon

        good_zone("MN.1", east=-500, north=-500, side=2000)
        e, n = factories.EAST, factories.NORTH
        bow = Polygon(((e, n), (e + 50, n + 50), (e + 50, n), (e, n + 50), (e, n)))
        parcel = make_parcel(geom=MultiPolygon(bow, srid=2178))

        assert codes(answer(parcel)) == ["parcel-geometry-invalid"]


class TestLines:
    def test_a_strip_outside_the_plan_as_thin_as_its_line_is_said(self, make_parcel, make_plan):
        plan = make_plan(east=-500, north=-500, width=599.97, height=2000)
        zone = factories.zone(plan, "MN", east=-500, north=-500, width=599.97, height=2000)
        factories.provision(plan, "1", "Teren.", zones=[zone])
        sheet_for(plan)

        analysis = answer(make_parcel(side=100))

        assert table(analysis) == [("MN", 10000, "100")]
        assert codes(analysis) == ["uncovered-at-line"]

    def test_a_sheet_of_another_scale_blocks(self, make_parcel, local_plan, good_zone):
        good_zone("MN.1", east=-500, north=-500, side=2000)
        local_plan.sheets.update(scale=2000)

        assert codes(answer(make_parcel())) == ["sheet-scale"]


class TestParcelFacts:
    @pytest.mark.parametrize(
        ("registered", "expected"),
        [
            (10_000, []),
            (10_200, []),  # exactly 2 %: not more
            (10_205, ["area-mismatch"]),
            (9_800, ["area-mismatch"]),
            (None, ["register-area-missing"]),
            (0, ["register-area-missing"]),
        ],
    )
    def test_register_area(self, make_parcel, good_zone, registered, expected):
        good_zone("MN.1", east=-500, north=-500, side=2000)

        assert codes(answer(make_parcel(side=100, registered_area_m2=registered))) == expected

    def test_an_annulled_paragraph_is_told_from_its_day(self, make_parcel, local_plan, make_zone, with_sheet):
        zone = make_zone("MN.1", east=-500, north=-500, side=2000)
        unit = {"zones": [zone], "annulled_on": date(2020, 1, 1), "annulled_by": "wyrok WSA"}
        factories.provision(local_plan, "7", "Zakaz.", **unit)

        assert codes(answer(make_parcel())) == ["provision-annulled"]
        assert codes(answer(make_parcel(), as_of=date(2019, 12, 31))) == []

    def test_an_annulled_unit_under_a_paragraph_of_the_zone_is_told(
        self, make_parcel, local_plan, make_zone, with_sheet
    ):
        zone = make_zone("MN.1", east=-500, north=-500, side=2000)
        paragraph = factories.provision(local_plan, "14", "W terenie MN.1:", zones=[zone])
        ruling = {"annulled_on": date(2020, 1, 1), "annulled_by": "wyrok WSA"}
        factories.provision(local_plan, "1", "zakaz;", parent=paragraph, kind="section", **ruling)

        [finding] = answer(make_parcel()).findings

        assert finding.message.replace("\u00a0", " ").startswith("§ 14 ust. 1 – nieważny od 01.01.2020: wyrok WSA")

    def test_a_parcel_younger_than_the_base_map(self, make_parcel, local_plan, good_zone):
        good_zone("MN.1", east=-500, north=-500, side=2000)
        local_plan.base_map_on = date(2014, 1, 1)
        local_plan.save()
        parcel = make_parcel(valid_from=date(2018, 1, 1), predecessors=["120610_5.0007.1"])

        assert codes(answer(parcel)) == ["parcel-newer-than-base-map"]


class TestGeneralPlan:
    def test_its_zone_is_named_outside_the_local_plan(self, make_parcel, make_plan, skala):
        plan = make_plan(east=-500, north=-500, width=560, height=2000)
        zone = factories.zone(plan, "MN.1", east=-500, north=-500, width=560, height=2000)
        factories.provision(plan, "1", "Teren.", zones=[zone])
        sheet_for(plan)
        general = make_plan(code="1POG", kind="general-plan", in_force_from=date(2026, 8, 1))
        for label, east in (("1SJ", 60), ("2SO", -500)):
            GeneralPlanZone.objects.create(
                plan=general,
                identifier=f"1POG-{label}",
                label=label,
                symbol=label[1:],
                name="strefa",
                in_force_from=date(2026, 8, 1),
                geom=rectangle(east=east, north=-500, width=560, height=2000),
            )

        analysis = answer(make_parcel(side=100))

        assert codes(analysis) == ["plan-boundary-crosses", "general-plan-zone"]
        assert analysis.findings[1].message.endswith("gminy: 1SJ (strefa).")
        assert codes(answer(make_parcel(side=100), as_of=date(2026, 7, 31))) == ["plan-boundary-crosses"]


class TestFindParcels:
    def test_keeps_natural_order_and_reports_the_unknown(self, make_parcel):
        make_parcel(number="12/10")
        make_parcel(number="12/9", east=200)

        parcels, missing = find_parcels(["120610_5.0007.12/10", "120610_5.0007.12/9", "120610_5.0007.999"], as_of=TODAY)

        assert [parcel.number for parcel in parcels] == ["12/9", "12/10"]
        assert [finding.code for finding in missing] == ["parcel-unknown"]

    def test_a_retired_parcel_names_its_successors(self, make_parcel):
        make_parcel(number="5", valid_to=date(2020, 1, 1), successors=["120610_5.0007.5/1", "120610_5.0007.5/2"])

        parcels, [finding] = find_parcels(["120610_5.0007.5"], as_of=TODAY)

        assert parcels == []
        assert finding.code == "parcel-retired"
        assert "120610_5.0007.5/1, 120610_5.0007.5/2" in finding.message

    def test_the_retired_parcel_is_found_on_a_day_when_it_lived(self, make_parcel):
        make_parcel(number="5", valid_to=date(2020, 1, 1))

        parcels, missing = find_parcels(["120610_5.0007.5"], as_of=date(2019, 12, 31))

        assert (len(parcels), missing) == (1, [])


def test_every_rule_of_the_table_is_spoken_by_some_code():
    """A rule that nothing can report is dead; a rule outside the table is undocumented."""
    import inspect

    from planning.extracts import analysis, rules

    source = inspect.getsource(rules) + inspect.getsource(analysis)
    from planning.extracts import findings

    names = {name for name, value in vars(findings).items() if isinstance(value, findings.Rule)}
    assert len(RULES) == len(names) == len({rule.code for rule in RULES})
    assert [name for name in names if f"findings.{name}" not in source] == []
    assert len(PARCEL_RULES) == len(set(PARCEL_RULES))
