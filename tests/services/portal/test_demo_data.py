"""The demo office: loaded once through the import mechanism, never over real data, never outside demo mode."""

from datetime import date

import pytest
import shapely
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from stdnum.pl import nip

from data.records import ParcelRecord, PlanRecord, SheetRecord, ZoneRecord
from planning.extracts.models import ExtractRate
from planning.models import LocalPlan
from services.cases.models import CaseClass
from services.catalogue.declaration import eservices
from services.identity.models import StaffRole, User
from services.parties.models import Organisation, PartyLink
from services.portal import demo
from services.tourism.models import Place, Trail
from spatial.cadastre.models import Parcel
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality
from spatial.nature.models import ProtectedArea
from tests.factories import EAST, NORTH
from tests.spatial.deliveries import deliver, parcel

UNITS = {"120610": "120610_5", "120613": "120613_2"}


@pytest.fixture(autouse=True)
def small(monkeypatch, settings, tmp_path):
    """A demo of one parcel, one plan, places, trails and a park for each municipality; ``small`` counts the parcels."""
    made: list[str] = []

    def cadastre(teryt):
        made.append(teryt)
        yield ParcelRecord(f"{UNITS[teryt]}.0001.1", shapely.box(EAST, NORTH, EAST + 100, NORTH + 100))

    def plans(teryt, *, sheets_dir):
        ground = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
        yield PlanRecord(
            f"P-{teryt}", teryt, "Plan", ground, 1000, date(2015, 1, 1), zones=(ZoneRecord("A", "a", ground),)
        )

    monkeypatch.setattr(demo, "cadastre", cadastre)
    monkeypatch.setattr(demo, "plans", plans)
    settings.MEDIA_ROOT = tmp_path / "state" / "media"
    return made


@pytest.mark.django_db
class TestDemoData:
    def test_loads_both_municipalities_and_prints_the_accounts(self, capsys):
        call_command("demo_data")
        call_command("demo_data", "--accounts")

        out = capsys.readouterr().out
        assert set(Municipality.objects.values_list("name", flat=True)) == {"Skała", "Sułoszowa"}
        assert Parcel.objects.on(date(2010, 1, 1)).count() == 2
        assert LocalPlan.objects.filter(is_sample=True, kind=LocalPlan.Kind.LOCAL_PLAN).count() == 2
        assert all(name in out for name in ("anna", "bogdan", "celina", "danuta", "emil", "miedza-demo"))

    def test_shows_places_trails_and_the_national_park(self):
        call_command("demo_data")

        castle = Place.objects.get(identifier="zamek-pieskowa-skala")
        assert (castle.municipality_id, castle.snapshot.is_sample) == ("120613", True)
        assert Trail.objects.count() == 6
        suloszowa = Municipality.objects.get(pk="120613")
        covering = ProtectedArea.objects.current().of(suloszowa).touching(suloszowa.boundary)
        assert {"przykładowy" in area.name for area in covering} == {True}
        covered = sum(area.geom.intersection(suloszowa.boundary).area for area in covering)
        assert covered == pytest.approx(suloszowa.boundary.area)  # the whole commune: park or buffer zone (dossier 1.2)

    def test_a_second_run_makes_nothing(self, small):
        call_command("demo_data")

        call_command("demo_data")

        assert small == ["120610", "120613"]
        assert Snapshot.objects.count() == 12
        assert User.objects.count() == 11

    def test_people_act_for_others_and_one_mandate_waits(self, small):
        call_command("demo_data")
        call_command("demo_data")

        held = set(PartyLink.objects.values_list("user__username", "basis", "state"))
        assert held == {
            ("bogdan", "representation", "approved"), ("celina", "self", "approved"), ("anna", "mandate", "approved"),
            ("celina", "mandate", "asked"),
        }  # fmt: skip
        assert PartyLink.objects.count() == 4
        assert nip.is_valid(Organisation.objects.get().nip)

    def test_force_makes_and_compares_again(self, small):
        call_command("demo_data")

        call_command("demo_data", "--force")

        assert small == ["120610", "120613"] * 2
        assert Snapshot.objects.count() == 12

    def test_another_generator_with_equal_data_is_asked_once(self, small, monkeypatch):
        call_command("demo_data")
        monkeypatch.setattr(demo, "version", lambda: "b" * 64)

        call_command("demo_data")
        call_command("demo_data")

        assert len(small) == 4

    def test_is_not_loaded_over_real_data(self, small, skala):
        deliver([parcel("77")], state_on=date(2026, 12, 1))

        call_command("demo_data")

        assert small == ["120613"]

    def test_staff_have_their_municipality_and_the_known_password(self):
        call_command("demo_data")

        assert set(StaffRole.objects.values_list("user__username", "municipality_id", "role")) == {
            ("danuta", "120610", "planner"),
            ("emil", "120613", "planner"),
            ("feliks", "120610", "register-keeper"),
            ("grazyna", "120613", "register-keeper"),
            ("halina", "120610", "tax-clerk"),
            ("jadwiga", "120610", "clerk"),
            ("kazimierz", "120613", "clerk"),
            ("igor", "120610", "data-protection"),
        }
        assert authenticate(username="danuta", password="miedza-demo") is not None

    def test_extracts_have_a_class_and_a_rate(self, rate):
        call_command("demo_data")

        classes = CaseClass.objects.filter(service="wypis-i-wyrys")
        assert [str(row) for row in classes] == ["GP.6727", "GP.6727"]
        assert set(CaseClass.objects.values_list("service", flat=True)) == {service.code for service in eservices}
        assert list(ExtractRate.objects.on(date(2026, 11, 23))) == [rate]
        assert rate.drawing_cap_gr == 20_000

    def test_a_defect_of_our_own_is_named(self, monkeypatch, tmp_path):
        def broken(teryt, *, sheets_dir):
            ground = shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)
            missing = SheetRecord("1", str(sheets_dir / "nie-ma.tif"), 1000)
            yield PlanRecord("P", teryt, "Plan", ground, 1000, None, sheets=(missing,))

        monkeypatch.setattr(demo, "plans", broken)

        with pytest.raises(CommandError, match=r"gminy 120610 .*sheet-unreadable"):
            call_command("demo_data")

    def test_refuses_outside_demo_mode(self, settings):
        settings.DEMO = False

        with pytest.raises(CommandError, match="MIEDZA_DEMO"):
            call_command("demo_data")

        assert not User.objects.exists()
