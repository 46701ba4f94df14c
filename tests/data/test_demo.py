"""The demo data: right in number, without gaps, the same on each run, and each hard case is what it says."""

import os
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from shapely import STRtree

from data import demo
from data.demo import cases
from data.demo.cases import CASES
from data.demo.local_plans import plan_without_sheets
from data.demo.owners import with_owners
from data.demo.plan_list import OLD, PLANS, WIELMOZA
from data.personal_numbers import is_pesel
from data.records import (
    AddressRecord,
    BuildingRecord,
    CadastreRecord,
    DistrictRecord,
    LandUseRecord,
    LocalityRecord,
    ParcelRecord,
    PlanRecord,
    RetiredParcelRecord,
    StreetRecord,
    UnitRecord,
)
from data.records.owners import (
    OWNERS_RECORDS,
    ParcelUnitRecord,
    PartyRecord,
    PersonalNumberRecord,
    RegisterUnitRecord,
    ShareRecord,
)
from data.shares import wrong_sums

PARCEL_ID = re.compile(r"^120(610_[45]|613_2)\.\d{4}\.[1-9]\d*(/[1-9]\d*)?$")
KW_VALUES = {sign: value for value, sign in enumerate("0123456789XABCDEFGHIJKLMNOPRSTUWYZ")}
ROOT = Path(__file__).resolve().parents[2]
TERYTS = ("120610", "120613")
FAULTY = {WIELMOZA}  # a gap and an overlap are put in on purpose

type Cadastre = dict[str, list[CadastreRecord]]


@pytest.fixture(scope="module")
def cadastre() -> Cadastre:
    return {teryt: list(demo.cadastre(teryt)) for teryt in TERYTS}


@pytest.fixture(scope="module")
def sheets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sheets")


@pytest.fixture(scope="module")
def plans(sheets_dir: Path) -> dict[str, PlanRecord]:
    return {plan.code: plan for teryt in TERYTS for plan in demo.plans(teryt, sheets_dir=sheets_dir)}


def of[R: CadastreRecord](kind: type[R], found: list[CadastreRecord]) -> list[R]:
    return [record for record in found if isinstance(record, kind)]


def in_both[R: CadastreRecord](kind: type[R], cadastre: Cadastre) -> list[R]:
    return [record for found in cadastre.values() for record in of(kind, found)]


def fingerprint(found: list[CadastreRecord]) -> str:
    """Hash of all fields; geometry as WKB, for its repr is cut short."""
    digest = sha256()
    for record in found:
        digest.update(repr(record).encode())
        digest.update(shapely.to_wkb(record.geometry))
    return digest.hexdigest()


#: Run in a fresh interpreter with another hash seed: prints the fingerprint and draws the sheets.
AGAIN = """
import sys
from pathlib import Path
from data import demo
from tests.data.test_demo import fingerprint
list(demo.plans("120613", sheets_dir=Path(sys.argv[1])))
print(fingerprint(list(demo.cadastre("120613"))))
"""


class TestNumbers:
    def test_there_are_as_many_parcels_as_in_a_real_municipality(self, cadastre):
        counts = {teryt: len(of(ParcelRecord, found)) for teryt, found in cadastre.items()}

        assert 19_000 < counts["120610"] < 24_000
        assert 9_500 < counts["120613"] < 12_500

    def test_buildings_and_addresses_are_plausible(self, cadastre):
        assert 8_500 < len(in_both(BuildingRecord, cadastre)) < 11_500
        assert 4_000 < len(in_both(AddressRecord, cadastre)) < 6_500

    def test_records_come_in_the_order_in_which_they_depend_on_each_other(self, cadastre):
        order = [UnitRecord, DistrictRecord, LocalityRecord, StreetRecord, ParcelRecord, RetiredParcelRecord,
                 LandUseRecord, BuildingRecord, AddressRecord]  # fmt: skip

        kinds = list(dict.fromkeys(type(record) for record in cadastre["120610"]))

        assert kinds == order

    def test_identifiers_are_unique_and_follow_the_grammar(self, cadastre):
        names = [p.identifier for p in in_both(ParcelRecord, cadastre)]
        others = [b.identifier for b in in_both(BuildingRecord, cadastre)]
        addresses = [a.identifier for a in in_both(AddressRecord, cadastre)]

        assert all(PARCEL_ID.match(name) for name in names)
        for found in (names, others, addresses):
            assert len(set(found)) == len(found)

    def test_a_retired_number_is_not_used_again(self, cadastre):
        living = {p.identifier for p in in_both(ParcelRecord, cadastre)}
        dead = [r.identifier for r in in_both(RetiredParcelRecord, cadastre)]

        assert len(set(dead)) == len(dead)
        assert not living & set(dead)


class TestGeometry:
    def test_parcels_are_valid_polygons_on_the_centimetre_grid(self, cadastre):
        shapes = np.array([p.geometry for p in in_both(ParcelRecord, cadastre)])
        coords = shapely.get_coordinates(shapes)

        assert shapely.is_valid(shapes).all()
        assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.POLYGON}
        assert np.abs(coords * 100 - np.round(coords * 100)).max() < 1e-4

    @pytest.mark.parametrize("teryt", TERYTS)
    def test_parcels_tile_the_outline(self, cadastre, teryt):
        shapes = [p.geometry for p in of(ParcelRecord, cadastre[teryt])]
        outline = demo.MUNICIPALITIES[teryt].outline

        assert sum(s.area for s in shapes) == pytest.approx(outline.area, abs=20)
        assert shapely.symmetric_difference(shapely.coverage_union_all(shapes), outline).area < 400

    @pytest.mark.parametrize("teryt", TERYTS)
    def test_neighbours_share_vertices_and_do_not_overlap(self, cadastre, teryt):
        shapes = np.array([p.geometry for p in of(ParcelRecord, cadastre[teryt])])
        sample = np.arange(0, len(shapes), 7)

        here, there = STRtree(shapes).query(shapes[sample], predicate="intersects")
        own = sample[here]
        pairs = own != there
        overlaps = shapely.area(shapely.intersection(shapes[own[pairs]], shapes[there[pairs]]))

        assert overlaps.max() == 0
        assert shapely.length(shapely.coverage_invalid_edges(shapes)).sum() == 0

    def test_districts_lie_in_their_unit(self, cadastre):
        units = {u.identifier: u.geometry for u in in_both(UnitRecord, cadastre)}
        for district in in_both(DistrictRecord, cadastre):
            common = shapely.intersection(units[district.identifier[:8]], district.geometry).area
            assert common == pytest.approx(district.geometry.area, rel=1e-6)

    def test_suloszowa_has_strips_over_a_kilometre_long(self, cadastre):
        shapes = np.array([p.geometry for p in of(ParcelRecord, cadastre["120613"])])
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapes)).reshape(-1, 5, 2)
        sides = np.stack([np.hypot(*(corners[:, 1] - corners[:, 0]).T), np.hypot(*(corners[:, 2] - corners[:, 1]).T)])
        long, wide = sides.max(axis=0), sides.min(axis=0)

        assert ((long > 1000) & (wide < 120)).sum() > 100


class TestRegister:
    def test_control_digits_of_land_books_are_right(self, cadastre):
        books = [p.land_book for p in in_both(ParcelRecord, cadastre) if p.land_book]
        parcels = in_both(ParcelRecord, cadastre)

        assert 0.55 < len(books) / len(parcels) < 0.65
        for book in books:
            court, number, control = book.split("/")
            total = sum(KW_VALUES[c] * (1, 3, 7)[i % 3] for i, c in enumerate(court + number))
            assert total % 10 == int(control)

    def test_land_uses_sum_to_the_registered_area(self, cadastre):
        for parcel in in_both(ParcelRecord, cadastre):
            assert sum(part.area_m2 for part in parcel.land_uses) == parcel.registered_area_m2

    def test_soil_use_and_class_appear_together(self, cadastre):
        parts = {part for parcel in in_both(ParcelRecord, cadastre) for part in parcel.land_uses}

        assert all((part.ozu is None) == (part.ozk is None) for part in parts)
        assert {p.ozk for p in parts if p.ozu == "R"} <= {"I", "II", "IIIa", "IIIb", "IVa", "IVb", "V", "VI", "VIz"}
        assert {p.ozk for p in parts if p.ozu in ("Ł", "Ps", "Ls")} <= {"I", "II", "III", "IV", "V", "VI"}

    def test_most_registered_areas_agree_and_a_few_do_not(self, cadastre):
        parcels = in_both(ParcelRecord, cadastre)
        off = [abs(p.registered_area_m2 - p.geometry.area) > max(0.02 * p.geometry.area, 20) for p in parcels]

        assert 30 < sum(off) < 300

    def test_owners_are_mostly_natural_persons(self, cadastre):
        groups = Counter(p.register_group for p in in_both(ParcelRecord, cadastre))

        assert groups.most_common(1)[0][0] == "7"
        assert {"1", "4", "7", "11", "13"} <= set(groups)

    def test_successors_and_predecessors_name_each_other(self, cadastre):
        parcels = {p.identifier: p for p in in_both(ParcelRecord, cadastre)}
        old = in_both(RetiredParcelRecord, cadastre)

        assert len(old) > 30
        for record in old:
            assert record.valid_from < record.valid_to
            assert all(record.identifier in parcels[heir].predecessors for heir in record.successors)


class TestBuildings:
    def test_each_building_stands_inside_one_parcel(self, cadastre):
        for teryt in TERYTS:
            shapes = np.array([p.geometry for p in of(ParcelRecord, cadastre[teryt])])
            buildings = np.array([b.geometry for b in of(BuildingRecord, cadastre[teryt])])

            inside, _ = STRtree(shapes).query(buildings, predicate="within")

            assert shapely.is_valid(buildings).all()
            assert len(set(inside)) == len(buildings)

    def test_addresses_have_streets_only_where_the_locality_has(self, cadastre):
        streets = {(s.simc, s.ulic) for s in in_both(StreetRecord, cadastre)}
        with_streets = {simc for simc, _ in streets}

        assert with_streets == {"9900001", "0337231", "0337320"}
        for address in in_both(AddressRecord, cadastre):
            if address.simc in with_streets:
                assert (address.simc, address.ulic) in streets
            else:
                assert address.ulic is None


class TestPlans:
    def test_all_plans_are_marked_as_samples(self, plans):
        assert len(plans) == len(PLANS)
        assert all(plan.is_sample and "(dane przykładowe)" in plan.title for plan in plans.values())

    @pytest.mark.parametrize("code", [spec.code for spec in PLANS if spec.code not in FAULTY])
    def test_zones_tile_the_boundary(self, code):
        plan, _ = plan_without_sheets(code)
        zones = [z.geometry for z in plan.zones]

        assert plan.boundary.is_valid
        assert all(z.is_valid for z in zones)
        assert sum(z.area for z in zones) == pytest.approx(plan.boundary.area, abs=0.05)
        assert shapely.symmetric_difference(shapely.union_all(zones), plan.boundary).area < 0.05

    @pytest.mark.parametrize("code", [spec.code for spec in PLANS])
    def test_symbols_are_unique(self, code):
        symbols = [z.symbol for z in plan_without_sheets(code)[0].zones]

        assert len(set(symbols)) == len(symbols)

    @pytest.mark.parametrize("code", [spec.code for spec in PLANS])
    def test_text_is_a_tree_that_binds_each_zone(self, code):
        plan, _ = plan_without_sheets(code)
        keys: set[str] = set()
        for unit in plan.provisions:
            assert unit.parent is None or unit.parent in keys
            assert unit.key not in keys
            keys.add(unit.key)
        bound = {symbol for unit in plan.provisions for symbol in unit.zones}

        assert bound == {z.symbol for z in plan.zones}
        assert {k for u in plan.provisions for k in u.overlays} == {o.key for o in plan.overlays}

    @pytest.mark.parametrize("code", [spec.code for spec in PLANS])
    def test_general_provisions_fill_some_pages(self, code):
        plan, _ = plan_without_sheets(code)

        general = sum(len(u.text) + 12 for u in plan.provisions if u.binds_whole_plan)

        assert 7_000 < general < 16_000

    def test_relations_name_plans_of_the_same_municipality(self, plans):
        relations = [(plan, r) for plan in plans.values() for r in plan.relations]

        assert {r.kind for _, r in relations} == {"changes", "repeals"}
        assert all(plans[r.target].municipality == plan.municipality for plan, r in relations)
        assert plans[OLD].in_force_to == next(r.on for _, r in relations if r.kind == "repeals")


class TestSheets:
    def test_pixels_are_finer_than_200_dpi_at_the_scale_of_the_plan(self, plans):
        for plan in plans.values():
            for sheet in plan.sheets:
                with rasterio.open(sheet.path) as raster:
                    assert raster.crs.to_epsg() == 2178
                    assert raster.res[0] <= 0.127 * sheet.scale / 1000
                    assert max(raster.shape) <= 8000

    def test_sheets_of_a_plan_touch_without_gap_or_overlap(self, plans):
        for plan in plans.values():
            boxes = []
            for sheet in plan.sheets:
                with rasterio.open(sheet.path) as raster:
                    boxes.append(shapely.box(*raster.bounds))
            whole = shapely.union_all(boxes)
            assert whole.area == pytest.approx(sum(b.area for b in boxes))
            assert whole.covers(plan.boundary) == (plan.code != WIELMOZA)

    def test_the_whole_set_stays_small(self, plans, sheets_dir):
        assert sum(path.stat().st_size for path in sheets_dir.glob("*.tif")) < 60_000_000


class TestCases:
    def test_each_case_is_what_it_says(self):
        assert cases.check() == []

    def test_all_cases_of_the_list_are_there(self):
        assert set(cases.CASES) == set(cases.RULES)


class TestSameEachTime:
    def test_another_run_gives_the_same_records_and_the_same_bytes_of_drawings(
        self, cadastre, plans, sheets_dir, tmp_path
    ):
        here = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}

        run = subprocess.run(
            [sys.executable, "-c", AGAIN, str(tmp_path)], env=here, cwd=ROOT, capture_output=True, text=True, check=True
        )

        assert run.stdout.strip() == fingerprint(cadastre["120613"])
        drawn = sorted(tmp_path.glob("*.tif"))
        assert len(drawn) == sum(len(p.sheets) for p in plans.values() if p.municipality == "120613")
        assert all(path.read_bytes() == (sheets_dir / path.name).read_bytes() for path in drawn)


@pytest.fixture(scope="module")
def owned(cadastre):
    parcels = in_both(ParcelRecord, cadastre)
    return [record for record in with_owners(iter(parcels)) if isinstance(record, OWNERS_RECORDS)]


class TestOwners:
    def of(self, kind, owned):
        return [record for record in owned if isinstance(record, kind)]

    def test_each_hard_case_has_owners(self, owned):
        assert {link.identifier for link in self.of(ParcelUnitRecord, owned)} >= {
            name for case, name in CASES.items() if case != "retired"
        }

    def test_anna_and_bogdan_own_a_parcel_by_halves(self, owned):
        names = {party.identifier: (party.first_name, party.surname) for party in self.of(PartyRecord, owned)}
        [unit] = [link.unit for link in self.of(ParcelUnitRecord, owned) if link.identifier == CASES["plain"]]

        shares = {names[one.party]: one.fraction for one in self.of(ShareRecord, owned) if one.unit == unit}

        assert shares == {("Anna", "Nowak"): Fraction(1, 2), ("Bogdan", "Kowalski"): Fraction(1, 2)}

    def test_shares_are_one_in_every_unit(self, owned):
        numbers = {unit.identifier: unit.number for unit in self.of(RegisterUnitRecord, owned)}

        assert list(wrong_sums(self.of(ShareRecord, owned), numbers)) == []
        assert len(set(numbers.values())) == len(numbers)

    def test_nobody_has_such_a_number_yet(self, owned):
        numbers = [record.pesel for record in self.of(PersonalNumberRecord, owned) if record.pesel]

        assert all(is_pesel(number) for number in numbers)
        assert all(41 <= int(number[2:4]) <= 52 for number in numbers)  # born from 2100 to 2199

    def test_every_share_names_parties_that_are_there(self, owned):
        known = {party.identifier for party in self.of(PartyRecord, owned)}

        assert all(set(share.parties) <= known for share in self.of(ShareRecord, owned))
        assert len({(type(record), record.identifier) for record in owned}) == len(owned)

    def test_some_are_married_dead_and_without_a_number(self, owned):
        parties = self.of(PartyRecord, owned)
        numbered = {record.identifier for record in self.of(PersonalNumberRecord, owned)}

        assert {party.kind for party in parties} == {"person", "marriage", "institution"}
        assert any(party.is_dead for party in parties)
        assert any(party.kind == "person" and party.identifier not in numbered for party in parties)
