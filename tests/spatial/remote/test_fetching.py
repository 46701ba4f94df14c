"""From a service into the registers, end to end over HTTP: all or nothing, twice the same, nothing left behind."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction

from data.writers.app import Act, write_app
from planning.models import LocalPlan
from spatial.cadastre.models import Building, Parcel
from spatial.remote.endpoints import endpoints
from spatial.remote.models import RemoteService
from spatial.remote.reasons import SENTENCES, Reason
from tests.factories import TODAY
from tests.planning.test_exports import PLAN, WHOLE, zone
from tests.simulators.app import AppSimulator
from tests.simulators.base import GATEWAY_PAGE, UNAVAILABLE
from tests.spatial.remote.conftest import building, parcel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("skala")]


NEIGHBOUR = parcel("9", 6, district="120611_2.0001")


@pytest.fixture
def county(wfs, point_to):
    """Four parcels of Skała, one of a neighbour, a building."""
    wfs.features = {
        "ms:dzialki": [
            *(parcel(str(number), number) for number in range(1, 5)),
            parcel("9", 6, district="120611_2.0001"),
        ],
        "ms:budynki": [building(1, 3)],
    }
    point_to("egib-wfs", wfs, attempts=1)
    return wfs


def fetch(what: str = "egib-wfs", **asked: object) -> tuple[int, dict]:
    out = StringIO()
    code = 0
    try:
        call_command("fetch", what, municipality="120610", json=True, stdout=out, **asked)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(out.getvalue())


def left_behind() -> list[Path]:
    home = Path(django_settings.MEDIA_ROOT) / "fetched"
    return list(home.iterdir()) if home.exists() else []


class TestCadastre:
    def test_parcels_and_buildings_of_the_municipality_are_published(self, county):
        code, report = fetch()

        assert (code, report["outcome"]) == (0, "published"), report["findings"]
        names = Parcel.objects.current().order_by("identifier").values_list("identifier", flat=True)
        assert list(names) == [f"120610_5.0007.{number}" for number in range(1, 5)]
        assert Building.objects.current().get().floors_above == 2
        assert left_behind() == []

    def test_a_second_fetch_changes_nothing(self, county):
        fetch()

        code, report = fetch()

        assert (code, report["outcome"]) == (0, "unchanged")

    def test_a_service_that_fails_half_way_publishes_nothing(self, county):
        county.most = 2
        honest = county.answer
        county.answer = lambda params: (
            UNAVAILABLE.instead(honest(params)) if params.get("startIndex") == "4" else honest(params)
        )

        code, report = fetch()

        assert (code, report["outcome"]) == (2, "unreadable")
        assert report["findings"][0]["rule"] == "service-fault"
        assert not Parcel.objects.exists()
        assert left_behind() == []

    def test_parcels_that_lie_elsewhere_are_refused(self, county, point_to, wfs):
        wfs.answers_in, wfs.axes = "EPSG:2178", "north-east"

        code, report = fetch()

        assert code == 2
        assert report["findings"][0]["rule"] in {"answer-elsewhere", "answer-malformed"}
        assert not Parcel.objects.exists()

    def test_other_order_of_axes_is_a_setting_of_the_service(self, wfs, county, point_to):
        wfs.answers_in, wfs.axes = "EPSG:2178", "north-east"
        point_to("egib-wfs", wfs, attempts=1, axes="north-east")

        assert fetch()[1]["outcome"] == "published"

    def test_nothing_of_the_municipality_is_a_failure_and_removes_nothing(self, county):
        fetch()
        county.features["ms:dzialki"] = [NEIGHBOUR]

        code, report = fetch()

        assert (code, report["findings"][0]["rule"]) == (2, "nothing-in-municipality")
        assert Parcel.objects.current().count() == 4

    def test_a_trial_keeps_nothing_and_files_may_be_kept(self, county, tmp_path):
        folder = tmp_path / "kept"
        folder.mkdir()

        assert fetch(dry_run=True, keep=folder)[1]["outcome"] == "dry-run"

        assert not Parcel.objects.exists()
        assert sorted(path.name for path in folder.iterdir()) == ["120610-buildings.gml", "120610-parcels.gml"]


def data_set(*acts: Act) -> bytes:
    out = StringIO()
    write_app(out, list(acts), written_at=datetime(2026, 9, 1, tzinfo=UTC))
    return out.getvalue().encode()


@pytest.fixture
def registry(point_to):
    """Rejestr Urbanistyczny with the plan of Skała and one of another municipality."""
    other = replace(PLAN, namespace="PL.ZIPPZP.77/120613-POG", municipality="120613", acts=(), drawings=())
    documents = [data_set(Act(PLAN, WHOLE.general_zones, WHOLE.regulations)), data_set(Act(other))]
    with AppSimulator(documents=documents).running() as simulator:
        point_to("app-pog", simulator, attempts=1, page_size=2)
        yield simulator


class TestPlans:
    def test_acts_zones_and_areas_of_the_municipality(self, registry):
        code, report = fetch("app-pog")

        assert (code, report["outcome"]) == (0, "published"), report["findings"]
        plan = LocalPlan.objects.known().get()
        assert (plan.code, plan.general_zones.count(), plan.regulations.count()) == ("1POG", 2, 3)
        assert plan.acts.count() == 2
        assert all("count" in question for question in registry.questions if question["request"] == "GetFeature")

    def test_more_than_ten_objects_are_all_fetched(self, registry, point_to):
        zones = [zone(number, geometry=zone(number).geometry) for number in range(1, 26)]
        registry.documents = [data_set(Act(replace(PLAN, acts=()), zones))]

        fetch("app-pog", skip_refused=True)

        pages = [
            question for question in registry.questions if question.get("typeNames", "").endswith("StrefaPlanistyczna")
        ]
        assert len(pages) == 13

    def test_the_new_schema_is_refused_by_its_name(self, registry):
        registry.version = "3.0"

        code, report = fetch("app-pog")

        assert code == 2
        assert "3.0" in report["findings"][0]["message"] or report["findings"][0]["rule"] == "answer-malformed"
        assert not LocalPlan.objects.exists()

    def test_an_absent_class_is_told_and_an_absent_act_is_a_failure(self, registry):
        registry.missing = frozenset({"ObszarZabudowySrodmiejskiej"})
        _, report = fetch("app-pog")
        assert any("ObszarZabudowySrodmiejskiej" in note for note in report["notes"])

        registry.missing = frozenset({"AktPlanowaniaPrzestrzennego"})
        code, report = fetch("app-pog")
        assert (code, report["findings"][0]["rule"]) == (2, "type-missing")


class TestWrongUse:
    def test_a_service_that_is_off_says_how_to_switch_it_on(self):
        with pytest.raises(CommandError, match="remote_service") as fault:
            call_command("fetch", "egib-wfs", municipality="120610")

        assert fault.value.returncode == 2

    def test_an_unknown_municipality(self, county):
        with pytest.raises(CommandError, match="Nie znamy gminy"):
            call_command("fetch", "egib-wfs", municipality="999999")

    def test_no_service_is_on_by_itself(self):
        assert [one.code for one in endpoints(on=TODAY) if one.is_enabled] == []


class TestCheck:
    def check(self, *args: str) -> tuple[int, list[dict]]:
        out = StringIO()
        try:
            call_command("check_services", *args, json=True, stdout=out)
        except SystemExit as end:
            return int(end.code or 0), json.loads(out.getvalue())
        return 0, json.loads(out.getvalue())

    def test_all_are_listed_and_those_that_are_off_are_not_asked(self, county):
        code, told = self.check()

        by_code = {one["code"]: one for one in told}
        assert code == 0
        assert by_code["egib-wfs"]["is_reachable"] is True
        assert by_code["uldk"]["is_reachable"] is None

    def test_a_change_of_the_description_is_told_once(self, county):
        self.check("egib-wfs")
        county.features["ms:punkty"] = []
        county.most = 500

        _, [told] = self.check("egib-wfs")
        _, [again] = self.check("egib-wfs")

        assert told["changes"] == ["doszła klasa ms:punkty", "najwięcej obiektów w odpowiedzi: 1000 → 500"]
        assert again["changes"] == []

    def test_a_failure_ends_with_one(self, county):
        county.always = GATEWAY_PAGE

        code, [told] = self.check("egib-wfs")

        assert (code, told["fault"], told["is_form_right"]) == (1, "answer-html", False)


class TestRemoteService:
    def test_a_new_address_begins_on_its_day_and_the_old_one_stays(self):
        call_command(
            "remote_service", "uldk", is_enabled=True, url="https://a.example.pl/", since=TODAY, stdout=StringIO()
        )
        later = TODAY.replace(year=TODAY.year + 1)
        call_command("remote_service", "uldk", url="https://b.example.pl/", since=later, stdout=StringIO())

        assert [row.url for row in RemoteService.objects.on(TODAY)] == ["https://a.example.pl/"]
        assert [row.url for row in RemoteService.objects.on(later)] == ["https://b.example.pl/"]

    @pytest.mark.parametrize("options", [["nothing"], ["unknown=1"], ["url=x"]])
    def test_settings_that_are_none(self, options):
        with pytest.raises(CommandError), transaction.atomic():
            call_command("remote_service", "uldk", options=options, is_enabled=True, stdout=StringIO())


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(Reason)
