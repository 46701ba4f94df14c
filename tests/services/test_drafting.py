"""The planner's workshop: a plan is changed in a draft, checked, published; others see nothing of it."""

import json
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from rasterio import Affine

from planning.content import stored_content
from planning.drafts import editing
from planning.models import LocalPlan, PlanDraft
from services.identity.models import StaffRole, User
from spatial.imports.models import Snapshot
from spatial.imports.rollback import roll_back
from tests.factories import EAST, NORTH

pytestmark = pytest.mark.django_db
State = PlanDraft.State


def planner_of(municipality, name: str) -> User:
    user = User.objects.create_user(name, password="x")
    role = StaffRole.Role.PLANNER
    StaffRole.objects.create(user=user, municipality=municipality, role=role, job_title="planista")
    return user


@pytest.fixture
def danuta(skala) -> User:
    return planner_of(skala, "danuta")


@pytest.fixture
def as_danuta(client, danuta):
    client.force_login(danuta)
    return client


@pytest.fixture
def draft(skala, danuta) -> PlanDraft:
    return editing.begin_new(municipality=skala, code="I-1-2026", title="Plan Łazy", kind="local-plan", by=danuta)


def at(name: str, draft: PlanDraft, *args: object) -> str:
    return reverse(f"drafting:{name}", args=(draft.pk, *args))


def now(draft: PlanDraft) -> PlanDraft:
    draft.refresh_from_db()
    return draft


def post(client, name: str, draft: PlanDraft, *args: object, **said: object):
    return client.post(at(name, draft, *args), {"revision": now(draft).revision, **said})


def square(east: float = 0, side: float = 100) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH, EAST + east + side, NORTH + side)


def in_degrees(shape: shapely.Geometry) -> dict:
    frame = geopandas.GeoSeries([shape], crs=2178).to_crs(4326)
    return shapely.geometry.mapping(frame.iloc[0])


def save_shapes(client, draft: PlanDraft, **said: object):
    body = {"revision": now(draft).revision, "zones": [], **said}
    return client.post(at("shapes", draft), json.dumps(body), content_type="application/json")


def drawn(
    client, draft: PlanDraft, *zones: tuple[str, shapely.Polygon], boundary: shapely.Polygon | None = None
) -> None:
    shapes = [{"id": None, "symbol": symbol, "name": "", "geometry": in_degrees(shape)} for symbol, shape in zones]
    whole = boundary or shapely.union_all([shape for _, shape in zones])
    answer = save_shapes(client, draft, boundary=in_degrees(whole), zones=shapes)
    assert answer.status_code == 200, answer.content


ACT = {
    "akt-TOTAL_FORMS": 1, "akt-INITIAL_FORMS": 0, "akt-0-role": "adopts", "akt-0-title": "Uchwała w sprawie planu Łazy",
    "akt-0-number": "I/1/2026", "akt-0-adopted_on": "2026-01-30", "akt-0-journal_year": 2026,
    "akt-0-journal_position": 321,
}  # fmt: skip


class TestWay:
    def test_from_nothing_to_a_plan_in_the_register(self, as_danuta, skala, danuta):
        place = as_danuta.post(
            reverse("drafting:new", args=[120610]),
            {"code": "I-1-2026", "title": "Plan Łazy", "kind": "local-plan"},
        ).url
        draft = PlanDraft.objects.get()
        assert place == at("draft", draft)
        drawn(as_danuta, draft, ("1MN", square()), ("R", square(100)))
        post(as_danuta, "data", draft, title="Plan „Łazy”", drawing_scale=1000, in_force_from="2026-03-01")
        post(as_danuta, "acts", draft, **ACT)
        as_danuta.post(at("bring-text", draft), {"pasted": "§ 1. Na terenie 1MN domy.\n§ 2. Na terenie R pola."})
        post(as_danuta, "proposal", draft, decyzja="przyjmij")

        post(as_danuta, "publish", draft)

        plan = LocalPlan.objects.known().get()
        assert (plan.code, plan.title, plan.in_force_from) == ("I-1-2026", "Plan „Łazy”", date(2026, 3, 1))
        assert sorted(plan.zones.values_list("symbol_raw", flat=True)) == ["1MN", "R"]
        assert [zone.geom.area for zone in plan.zones.all()] == pytest.approx([10_000, 10_000], abs=1)
        units = plan.provisions.order_by("position")
        assert [list(unit.zones.values_list("symbol_raw", flat=True)) for unit in units] == [["1MN"], ["R"]]
        assert plan.acts.get().journal_position == 321
        assert now(draft).state == State.PUBLISHED
        assert plan.snapshot == draft.snapshot
        assert plan.snapshot.published_by == danuta

    def test_a_change_of_a_plan_leaves_the_old_record_and_can_be_taken_back(self, as_danuta, local_plan, danuta):
        before = stored_content(local_plan)
        as_danuta.post(reverse("drafting:begin", args=[local_plan.pk]))
        draft = PlanDraft.objects.get()
        assert editing.content_of(draft) == before  # nothing is lost on the way into a draft

        post(as_danuta, "data", draft, title="Nowy tytuł", drawing_scale=1000, in_force_from=local_plan.in_force_from)
        post(as_danuta, "publish", draft)

        held = LocalPlan.objects.known().get(code=local_plan.code)
        assert (held.title, held.pk != local_plan.pk) == ("Nowy tytuł", True)
        local_plan.refresh_from_db()
        assert local_plan.superseded_at is not None
        roll_back(snapshot=now(draft).snapshot, by=danuta, note="pomyłka", now=held.recorded_at)
        assert stored_content(LocalPlan.objects.known().get(code=local_plan.code)) == before

    def test_what_was_taken_out_of_the_draft_leaves_the_plan(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()), ("R", square(100)))
        post(as_danuta, "publish", draft)
        as_danuta.post(reverse("drafting:begin", args=[LocalPlan.objects.known().get().pk]))
        again = PlanDraft.objects.open().get()

        save_shapes(as_danuta, again, zones=[{"id": 0, "symbol": "1MN", "name": "", "geometry": None}])
        post(as_danuta, "publish", again)

        assert [zone.symbol_raw for zone in LocalPlan.objects.known().get().zones.all()] == ["1MN"]

    def test_equal_content_is_not_published_again(self, as_danuta, local_plan):
        as_danuta.post(reverse("drafting:begin", args=[local_plan.pk]))
        draft = PlanDraft.objects.get()

        response = as_danuta.post(at("publish", draft), {"revision": 1}, follow=True)

        assert "Nie ma czego publikować" in response.content.decode()
        assert now(draft).state == State.OPEN
        assert LocalPlan.objects.count() == 1


class TestRelations:
    RELATION = {"plan-TOTAL_FORMS": 1, "plan-INITIAL_FORMS": 0, "plan-0-kind": "repeals", "plan-0-on": "2026-03-01"}

    def test_a_new_plan_repeals_an_old_one(self, as_danuta, draft, local_plan):
        drawn(as_danuta, draft, ("1MN", square()))

        post(as_danuta, "relations", draft, **self.RELATION | {"plan-0-target": local_plan.code})
        post(as_danuta, "publish", draft)

        relation = LocalPlan.objects.known().get(code="I-1-2026").relations.get()
        assert (relation.kind, relation.target_code, relation.effective_on) == (
            "repeals", local_plan.code, date(2026, 3, 1)
        )  # fmt: skip

    def test_an_unknown_plan_is_told(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()))

        post(as_danuta, "relations", draft, **self.RELATION | {"plan-0-target": "X-9"})

        assert "Plan dotyczy planu X-9" in as_danuta.get(at("draft", draft)).content.decode()

    def test_a_day_is_needed(self, as_danuta, draft):
        response = post(
            as_danuta, "relations", draft, **self.RELATION | {"plan-0-target": "X-9", "plan-0-on": ""}
        )  # fmt: skip

        assert response.status_code == 422


class TestNobodyIsOverwritten:
    def test_an_older_page_changes_nothing(self, as_danuta, draft):
        stale = draft.revision
        drawn(as_danuta, draft, ("1MN", square()))

        response = as_danuta.post(
            at("data", draft), {"revision": stale, "title": "Inny", "drawing_scale": 1000}, follow=True
        )

        assert "Ktoś zmienił ten szkic" in response.content.decode()
        assert now(draft).title == "Plan Łazy"

    def test_the_map_says_it_too(self, as_danuta, draft):
        answer = as_danuta.post(
            at("shapes", draft), json.dumps({"revision": 99, "zones": []}), content_type="application/json"
        )

        assert answer.status_code == 409
        assert "Ktoś zmienił" in answer.json()["message"]

    def test_a_plan_that_changed_in_the_register_is_not_overwritten(self, as_danuta, local_plan, make_plan):
        as_danuta.post(reverse("drafting:begin", args=[local_plan.pk]))
        draft = PlanDraft.objects.get()
        LocalPlan.objects.filter(pk=local_plan.pk).update(superseded_at="2026-01-01T00:00Z")

        response = as_danuta.post(at("publish", draft), {"revision": 1}, follow=True)

        assert "Plan zmienił się w rejestrze" in response.content.decode()

    def test_one_draft_of_a_plan(self, as_danuta, local_plan):
        for _ in range(2):
            as_danuta.post(reverse("drafting:begin", args=[local_plan.pk]))

        assert PlanDraft.objects.count() == 1

    def test_a_closed_draft_is_only_shown(self, as_danuta, draft):
        as_danuta.post(at("discard", draft))

        response = post(as_danuta, "data", draft, title="Inny", drawing_scale=1000)

        assert response.url == at("draft", draft)
        assert now(draft).title == "Plan Łazy"


class TestChecks:
    def test_errors_stand_in_the_way_of_publishing(self, as_danuta, draft):
        page = as_danuta.get(at("draft", draft)).content.decode()
        assert "Plan nie ma granicy" in page
        assert "Opublikuj plan" not in page

        response = as_danuta.post(at("publish", draft), {"revision": 1}, follow=True)

        assert "Szkic ma błędy" in response.content.decode()
        assert not LocalPlan.objects.exists()
        assert not Snapshot.objects.exists()

    @pytest.mark.parametrize(
        ("zones", "boundary", "said"),
        [
            ([("A", square())], square(side=110), "nie należy do żadnego terenu"),
            ([("A", square()), ("B", square(90))], square(side=190), "nakładają się"),
            ([("A", square(side=120))], square(), "poza granicą planu"),
            ([("A", square(-300_000))], square(-300_000), "poza gminą"),
        ],
    )
    def test_the_ground_is_checked_against_the_boundary(self, as_danuta, draft, zones, boundary, said):
        drawn(as_danuta, draft, *zones, boundary=boundary)

        answer = as_danuta.get(at("shapes", draft)).json()

        assert any(said in problem["message"] for problem in answer["problems"])
        assert all(problem["place"] for problem in answer["problems"] if said in problem["message"])

    def test_days_that_cannot_be(self, as_danuta, draft):
        drawn(as_danuta, draft, ("A", square()))
        post(
            as_danuta,
            "data",
            draft,
            title="T",
            drawing_scale=1000,
            in_force_from="2026-03-01",
            in_force_to="2026-01-01",
        )

        assert "koniec nie jest późniejszy" in as_danuta.get(at("draft", draft)).content.decode()


class TestShapes:
    def test_a_shape_that_nobody_touched_stays_to_the_last_digit(self, as_danuta, local_plan):
        as_danuta.post(reverse("drafting:begin", args=[local_plan.pk]))
        draft = PlanDraft.objects.get()
        before = editing.content_of(draft)
        kept = [
            {"id": n, "symbol": z.symbol, "name": z.name, "geometry": None} for n, z in enumerate(before.plan.zones)
        ]

        save_shapes(as_danuta, draft, zones=kept)

        assert editing.content_of(now(draft)) == before

    @pytest.mark.parametrize(
        "body",
        [
            "[]", "x", '{"revision": 1}', '{"revision": 1, "zones": [1]}',
            '{"revision": 1, "zones": [{"id": null, "symbol": "", "geometry": null}]}',
            '{"revision": 1, "zones": [{"id": null, "symbol": "A", "geometry": null}]}',
            '{"revision": 1, "zones": [{"id": 7, "symbol": "A", "geometry": {"type": "Polygon"}}]}',
            '{"revision": 1, "zones": [{"symbol": "A", "geometry": {"type": "Point", "coordinates": [19.8, 50.2]}}]}',
            '{"revision": 1, "zones": [], "boundary": {"type": "Polygon", "coordinates": [[[1, 2], ["a", 3]]]}}',
            '{"revision": 1, "zones": [], "boundary": {"type": "Polygon", "coordinates": [[[190,9],[191,9],[190,6]]]}}',
            '{"revision": 1, "zones": [], "boundary": {"type": "Polygon", "coordinates": []}}',
        ],
    )  # fmt: skip
    def test_what_is_no_shape_gets_a_sentence_and_changes_nothing(self, as_danuta, draft, body):
        answer = as_danuta.post(at("shapes", draft), body, content_type="application/json")

        assert answer.status_code in {400, 422}, answer.content
        assert answer.json()["message"]
        assert now(draft).revision == 1

    @pytest.mark.parametrize("name", ["tereny.gpkg", "tereny.geojson"])
    def test_zones_and_the_boundary_come_from_a_file(self, as_danuta, draft, tmp_path, name):
        frame = geopandas.GeoDataFrame(
            {"SYMBOL": ["1MN", "R"], "PRZEZNACZ": ["domy", "pola"]}, geometry=[square(), square(100)], crs=2178
        )
        frame.to_file(tmp_path / name)
        content = (tmp_path / name).read_bytes()

        for what in ("tereny", "granica"):
            file = SimpleUploadedFile(name, content)
            response = as_danuta.post(
                at("bring-shapes", draft, what), {"revision": now(draft).revision, "brought": file}, follow=True
            )
            assert "Wczytano" in response.content.decode()

        plan = editing.content_of(now(draft)).plan
        assert [(zone.symbol, zone.name) for zone in plan.zones] == [("1MN", "domy"), ("R", "pola")]
        assert plan.boundary.area == pytest.approx(20_000, abs=1)

    @pytest.mark.parametrize(("content", "said"), [(b"nic", "nie"), (b"{}", "nie"), (b"PK\x03\x04 broken", "nie")])
    def test_a_file_that_is_none_gets_a_sentence(self, as_danuta, draft, content, said):
        file = SimpleUploadedFile("a.gpkg", content)
        response = as_danuta.post(at("bring-shapes", draft, "tereny"), {"revision": 1, "brought": file}, follow=True)

        assert response.status_code == 200
        assert "alert danger" in response.content.decode()
        assert now(draft).revision == 1

    def test_attributes_in_a_table(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()), ("R", square(100)))

        post(
            as_danuta, "zones", draft,
            **{"teren-TOTAL_FORMS": 2, "teren-INITIAL_FORMS": 2, "teren-0-symbol": "1MN", "teren-0-name": "domy",
               "teren-0-class_2021": "MN", "teren-0-planning_fee_percent": 30, "teren-1-symbol": "R",
               "teren-1-DELETE": "on"},
        )  # fmt: skip

        [zone] = editing.content_of(now(draft)).plan.zones
        assert (zone.symbol, zone.name, zone.class_2021, zone.planning_fee_percent) == ("1MN", "domy", "MN", 30)


class TestText:
    @pytest.fixture
    def with_text(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()), ("R", square(100)))
        text = "§ 1. Ogólne.\n§ 2. Na terenie 1MN:\n1) domy;\n2) garaże."
        as_danuta.post(at("bring-text", draft), {"pasted": text})
        post(as_danuta, "proposal", draft, decyzja="przyjmij")
        return draft

    def keys(self, draft) -> list[str]:
        return [unit.key for unit in editing.content_of(now(draft)).plan.provisions]

    def test_a_proposal_shows_zones_and_what_is_missing(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()), ("R", square(100)))

        page = as_danuta.post(
            at("bring-text", draft), {"pasted": "§ 1. Teren oznaczony symbolem 1MN i 9KDD."}, follow=True
        ).content.decode()

        assert '<span class="tag">1MN</span>' in page
        assert "9KDD" in page
        assert "Tekst nie mówi o terenach:</strong> R" in page
        assert editing.content_of(now(draft)).plan.provisions == ()

    def test_a_proposal_may_be_thrown_away(self, as_danuta, draft):
        as_danuta.post(at("bring-text", draft), {"pasted": "§ 1. a"})

        as_danuta.post(at("proposal", draft), {"decyzja": "odrzuc"})

        assert now(draft).proposal is None
        assert self.keys(draft) == []

    def test_the_head_becomes_the_adopting_act(self, as_danuta, draft):
        head = "Uchwała Nr I/1/2026 Rady Miejskiej w Skale z dnia 30 stycznia 2026 r. w sprawie planu\n§ 1. a"
        as_danuta.post(at("bring-text", draft), {"pasted": head})

        post(as_danuta, "proposal", draft, decyzja="przyjmij", akt="1")

        [act] = editing.content_of(now(draft)).plan.acts
        assert (act.role, act.number, act.adopted_on) == ("adopts", "I/1/2026", date(2026, 1, 30))

    def test_a_unit_is_changed(self, as_danuta, with_text):
        post(as_danuta, "unit", with_text, "p2.k1", kind="point", number="1", text="budynki", zones="1MN, R")

        unit = next(unit for unit in editing.content_of(now(with_text)).plan.provisions if unit.key == "p2.k1")
        assert (unit.text, unit.zones) == ("budynki", ("1MN", "R"))

    def test_units_are_added_moved_and_removed_with_what_is_in_them(self, as_danuta, with_text):
        revision = now(with_text).revision
        as_danuta.post(
            f"{at('add-unit', with_text)}?w=p2", {"revision": revision, "kind": "point", "number": "3", "text": "c"}
        )
        assert self.keys(with_text) == ["p1", "p2", "p2.k1", "p2.k2", "p2.k3"]

        post(as_danuta, "move-unit", with_text, "p2", ruch="w-gore")
        assert self.keys(with_text) == ["p2", "p2.k1", "p2.k2", "p2.k3", "p1"]

        post(as_danuta, "move-unit", with_text, "p2", ruch="usun")
        assert self.keys(with_text) == ["p1"]

    def test_an_unknown_unit_is_not_found(self, as_danuta, with_text):
        assert as_danuta.get(at("unit", with_text, "p99")).status_code == 404

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"PK\x03\x04", b"\x00\x01\x02"])
    def test_a_file_without_text_gets_a_sentence(self, as_danuta, draft, content):
        file = SimpleUploadedFile("uchwala.pdf", content)
        response = as_danuta.post(at("bring-text", draft), {"brought": file})

        assert response.status_code == 422
        assert now(draft).proposal is None


def tiff(folder: Path, transform: Affine, *, epsg: int | None = 2178) -> SimpleUploadedFile:
    profile = {"driver": "GTiff", "width": 300, "height": 300, "count": 1, "dtype": "uint8", "transform": transform}
    with rasterio.open(folder / "a.tif", "w", crs=f"EPSG:{epsg}" if epsg else None, **profile) as sheet:
        sheet.write(np.full((1, 300, 300), 255, dtype="uint8"))
    return SimpleUploadedFile("a.tif", (folder / "a.tif").read_bytes())


def png(folder: Path) -> SimpleUploadedFile:
    Image.new("L", (1000, 1000), 255).save(folder / "a.png")
    return SimpleUploadedFile("skan.png", (folder / "a.png").read_bytes())


STRAIGHT = Affine(0.4, 0, EAST, 0, -0.4, NORTH + 110)
POINTS = "\n".join(
    f"{column}; {row}; {EAST + column * 0.12:.3f}; {NORTH + 110 - row * 0.12:.3f}"
    for column, row in [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (500, 500)]
)


class TestSheets:
    @pytest.fixture(autouse=True)
    def ground(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()))

    def test_a_geotiff_is_kept_byte_for_byte(self, as_danuta, draft, tmp_path):
        file = tiff(tmp_path, STRAIGHT)

        post(as_danuta, "sheets", draft, number="1", scale=1000, brought=file)

        [sheet] = editing.content_of(now(draft)).sheets
        assert sheet.path.read_bytes() == (tmp_path / "a.tif").read_bytes()
        assert (sheet.number, sheet.scale, sheet.pixel_m) == ("1", 1000, pytest.approx(0.4))

    @pytest.mark.parametrize(
        ("transform", "epsg", "said"),
        [(STRAIGHT, 2180, "EPSG:2180"), (Affine.identity(), None, "georeferencji"),
         (STRAIGHT @ Affine.rotation(5), 2178, "obrócony")],
    )  # fmt: skip
    def test_a_drawing_without_its_place_is_refused(self, as_danuta, draft, tmp_path, transform, epsg, said):
        response = post(
            as_danuta, "sheets", draft, number="1", scale=1000, brought=tiff(tmp_path, transform, epsg=epsg)
        )

        assert response.status_code == 422
        assert said in response.content.decode()

    def test_a_trial_shows_residuals_and_keeps_nothing(self, as_danuta, draft, tmp_path):
        wrong = POINTS.replace("500; 500; ", "500; 500; 1")

        page = post(
            as_danuta, "sheets", draft, number="1", scale=1000, brought=png(tmp_path), points=POINTS, is_trial="on"
        ).content.decode()

        assert "Błąd średni 0,0" in page
        assert editing.content_of(now(draft)).sheets == ()
        assert post(
            as_danuta, "sheets", draft, number="1", scale=1000, brought=png(tmp_path), points=wrong, is_trial="on"
        ).status_code in {200, 422}

    def test_a_scan_is_placed_by_its_points_and_published(self, as_danuta, draft, tmp_path):
        post(as_danuta, "sheets", draft, number="1", scale=1000, brought=png(tmp_path), points=POINTS)
        post(as_danuta, "publish", draft)

        sheet = LocalPlan.objects.known().get().sheets.get()
        assert (sheet.pixel_m, sheet.rmse_m) == (pytest.approx(0.12, rel=1e-3), pytest.approx(0, abs=0.002))
        assert len(sheet.control_points) == 5
        assert sheet.scan_sha256 != sheet.sha256
        with rasterio.open(sheet.file.path) as picture:
            assert picture.crs.to_epsg() == 2178

    @pytest.mark.parametrize(
        ("points", "said"),
        [("1;2;3", "czterech liczb"), ("1;1;1;1", "co najmniej 4"), ("\n".join(["5;5;5;5"] * 5), "prostej")],
    )
    def test_bad_points_get_a_sentence(self, as_danuta, draft, tmp_path, points, said):
        response = post(as_danuta, "sheets", draft, number="1", scale=1000, brought=png(tmp_path), points=points)

        assert response.status_code == 422
        assert said in response.content.decode()

    def test_a_sheet_is_taken_out(self, as_danuta, draft, tmp_path):
        post(as_danuta, "sheets", draft, number="1", scale=1000, brought=tiff(tmp_path, STRAIGHT))

        post(as_danuta, "remove-sheet", draft, "1")

        assert editing.content_of(now(draft)).sheets == ()


PAGES = ["draft", "data", "acts", "relations", "zones", "map", "shapes", "text", "bring-text", "add-unit", "sheets"]


class TestWho:
    @pytest.mark.parametrize("name", PAGES)
    def test_pages_are_the_planners_own(self, client, draft, suloszowa, name):
        assert client.get(at(name, draft)).status_code == 302

        client.force_login(planner_of(suloszowa, "emil"))

        assert client.get(at(name, draft)).status_code == 404

    @pytest.mark.parametrize("name", PAGES)
    def test_every_page_opens(self, as_danuta, draft, name):
        assert as_danuta.get(at(name, draft)).status_code == 200

    def test_the_index_shows_plans_and_drafts(self, as_danuta, local_plan, draft):
        page = as_danuta.get(reverse("drafting:index")).content.decode()

        assert local_plan.code in page
        assert draft.code in page

    def test_a_resident_sees_no_workshop(self, client, skala):
        client.force_login(User.objects.create_user("anna", password="x"))

        assert client.get(reverse("drafting:index")).status_code == 403

    def test_plans_of_another_municipality_cannot_be_changed(self, client, local_plan, suloszowa):
        client.force_login(planner_of(suloszowa, "emil"))

        assert client.post(reverse("drafting:begin", args=[local_plan.pk])).status_code == 404

    def test_a_draft_is_in_no_collection(self, as_danuta, draft):
        drawn(as_danuta, draft, ("1MN", square()))

        assert as_danuta.get("/ogc/collections/plan-zones/items?f=json").json()["features"] == []
