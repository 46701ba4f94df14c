"""Maps and the OGC API read the schema ``open`` as a role that may read nothing else; the database keeps it true."""

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from planning.models import LocalPlan
from spatial.cadastre.models import Parcel
from spatial.ogc import open_data, open_views
from spatial.ogc.open_tables import MERCATOR, depends_on_day, mend, refresh, turn_day
from spatial.ogc.open_triggers import unheard
from spatial.ogc.open_views import View, definition, quoted, views
from spatial.ogc.registry import FieldSpec, Registry, Today, collections
from spatial.ogc.text import Text
from tests.spatial.ogc.test_registry import a_collection

#: what PostGIS lets everybody see
POSTGIS = {"spatial_ref_sys", "geometry_columns", "geography_columns"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def role(settings):
    if settings.OPEN_DATA_ROLE is None:
        pytest.skip("this database has no role miedza_open")
    return settings.OPEN_DATA_ROLE


def asked(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def done(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def plan_of(statement: str, parameters: tuple = ()) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


class TestRole:
    def test_may_read_the_views_and_nothing_else(self, role):
        readable = asked(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
            "AND c.relkind IN ('r', 'v', 'm', 'f', 'p') "
            "AND has_schema_privilege(%s, n.oid, 'USAGE') AND has_table_privilege(%s, c.oid, 'SELECT')",
            role,
            role,
        )

        assert set(readable) == {("open", view.name) for view in views()} | {("public", name) for name in POSTGIS}

    def test_may_write_nowhere(self, role):
        writable = asked(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'v', 'm') "
            "AND has_schema_privilege(%s, n.oid, 'USAGE') AND has_table_privilege(%s, c.oid, 'INSERT, UPDATE, DELETE')",
            role,
            role,
        )

        assert writable == []
        assert asked("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == [(False,)]
        assert asked("SELECT has_schema_privilege(%s, 'private', 'USAGE')", role) == [(False,)]

    @pytest.mark.parametrize("table", ["cadastre_parcel", "private.party", "private.land_book", "identity_user"])
    def test_is_refused_by_the_database(self, role, table):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), open_data.reading():
            asked(f"SELECT * FROM {table}")

    def test_is_the_one_that_answers(self, role, make_parcel, client, monkeypatch):
        from spatial.ogc import views as door

        make_parcel()
        seen = []
        told = door.page

        def watched(*given):
            seen.extend(asked("SELECT current_user"))
            return told(*given)

        monkeypatch.setattr(door, "page", watched)
        client.get("/ogc/collections/parcels/items")

        assert seen == [(role,)]
        assert asked("SELECT current_user") != [(role,)]

    def test_health_names_it(self, role, client):
        told = client.get("/healthz").json()["checks"]["open-data"]

        assert told == {"status": "ok", "detail": f"views read by {role}"}

    def test_health_says_when_there_is_none(self, settings, client):
        settings.OPEN_DATA_ROLE = None

        assert client.get("/healthz").json()["checks"]["open-data"]["detail"].startswith("views only")

    def test_health_fails_without_the_views(self, client):
        open_views.drop()

        assert client.get("/healthz").json()["checks"]["open-data"]["status"] == "fail"


class TestViews:
    @pytest.mark.parametrize("view", list(views()), ids=lambda view: view.name)
    def test_columns_are_the_public_fields_and_what_the_door_needs(self, view):
        columns = {name for (name,) in asked(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'open' AND table_name = %s",
            view.name,
        )}  # fmt: skip

        own = {name for name in columns if not name.startswith("_")}
        assert own == {*view.collection.fields, "geom"}
        assert columns - own <= {"_key", "_start", "_end", "_mercator", "_rough", "_words", "_text"}

    def test_closed_versions_stand_in_the_view_of_all_days_only(self, make_parcel):
        make_parcel(number="1", valid_to=date(2020, 1, 1))
        make_parcel(number="2")

        assert asked("SELECT number FROM open.parcels") == [("2",)]
        assert sorted(asked('SELECT number FROM open."parcels-of-all-days"')) == [("1",), ("2",)]

    def test_a_plan_of_tomorrow_appears_by_itself(self, make_plan):
        plan = make_plan(in_force_from=date(2999, 1, 1))
        assert asked("SELECT title FROM open.plans") == []

        LocalPlan.objects.filter(pk=plan.pk).update(in_force_from=date(2015, 1, 1))

        assert asked("SELECT title FROM open.plans") == [(plan.title,)]

    def test_today_is_the_day_of_the_office(self):
        text, _ = Today().as_sql(Parcel.objects.none().query.get_compiler("default"), connection)

        assert text == "(now() AT TIME ZONE 'Europe/Warsaw')::date"
        assert asked(f"SELECT {text}") == [(timezone.localdate(),)]

    def test_a_day_of_python_is_refused(self):
        fixed = a_collection(public=lambda: Parcel.objects.filter(valid_from__lte=date(2026, 1, 1)))

        with pytest.raises(ImproperlyConfigured, match="Today"):
            definition(View(fixed, of_now=True))

    @pytest.mark.parametrize("name", ['a" FROM x; --', "100%"])
    def test_a_name_stays_in_its_quotes(self, name):
        with pytest.raises(ImproperlyConfigured):
            quoted(name)


class TestMaking:
    def test_what_is_there_already_is_left_alone(self):
        assert refresh() is False

    def test_another_registry_makes_others(self):
        registry = Registry("collection")
        registry.register(a_collection())

        assert refresh(registry) is True
        assert asked("SELECT tablename FROM pg_tables WHERE schemaname = 'open'") == [("things",)]
        assert asked("SELECT viewname FROM pg_views WHERE schemaname = 'open'") == []
        assert refresh() is True

    def test_a_new_field_makes_them_anew(self):
        registry = Registry("collection")
        for one in collections:
            more = {"more": FieldSpec("pk", Text("a", "b"), "integer")} if one.id == "parcels" else {}
            registry.register(replace(one, fields=one.fields | more))

        assert refresh(registry) is True
        assert asked("SELECT more FROM open.parcels") == []

    def test_migrate_brings_them_back(self):
        open_views.drop()

        call_command("migrate", verbosity=0, stdout=StringIO())

        assert open_views.mark_of_schema() is not None

    def test_a_table_under_a_view_can_be_changed_by_a_migration(self):
        """Dropped when migrations begin: a column that a view shows can change its type."""
        from spatial.ogc.apps import drop_open_views

        drop_open_views(using="default", plan=[("a migration", False)])

        done("ALTER TABLE cadastre_parcel ALTER COLUMN number TYPE text")

    def test_until_the_last_table_is_there_none_are_made(self):
        done("ALTER TABLE cadastre_parcel RENAME COLUMN sort_key TO gone")

        assert not open_views.has_tables()


class TestKeptTrue:
    """Rows of the open tables follow the registers in the same transaction, by whatever hand."""

    def numbers(self) -> list[str]:
        return sorted(number for (number,) in asked("SELECT number FROM open.parcels"))

    def test_plain_sql_is_noticed(self, make_parcel):
        make_parcel(number="1")
        done("UPDATE cadastre_parcel SET number = '7'")
        assert self.numbers() == ["7"]
        assert asked("SELECT _text::json -> 'properties' ->> 'number' FROM open.parcels") == [("7",)]

        done("DELETE FROM cadastre_parcel")
        assert self.numbers() == []

    def test_many_rows_of_one_statement(self, make_parcel):
        for number in range(1, 6):
            make_parcel(number=str(number), east=number * 100)
        done("UPDATE cadastre_parcel SET valid_to = '2024-01-01' WHERE number IN ('2', '4')")

        assert self.numbers() == ["1", "3", "5"]

    def test_a_row_that_changes_its_key(self, make_parcel):
        make_parcel(number="1")
        done("UPDATE cadastre_parcel SET id = id + 1000")

        assert asked("SELECT _key FROM open.parcels") == asked("SELECT id FROM cadastre_parcel")

    def test_a_joined_table_is_noticed(self, make_parcel):
        parcel = make_parcel()
        parcel.district.name = "Nowe Cianowice"
        parcel.district.save()

        assert asked("SELECT district_name FROM open.parcels") == [("Nowe Cianowice",)]

    def test_what_the_view_does_not_read_writes_nothing(self, make_parcel):
        make_parcel()
        before = asked("SELECT xmin FROM open.parcels")
        done("UPDATE cadastre_parcel SET area_precision = 2")

        assert asked("SELECT xmin FROM open.parcels") == before

    def test_an_act_brought_later_names_the_resolution(self, make_plan):
        plan = make_plan()
        plan.acts.all().delete()
        assert asked("SELECT resolution FROM open.plans") == [(None,)]
        plan.acts.create(role="adopts", number="XI/85/15", adopted_on=date(2015, 1, 1))

        assert asked("SELECT resolution FROM open.plans") == [("XI/85/15",)]

    def test_an_emptied_table_leaves_nothing(self, make_parcel):
        make_parcel()
        done("SET CONSTRAINTS ALL IMMEDIATE")
        done("TRUNCATE cadastre_parcel CASCADE")

        assert self.numbers() == []

    @pytest.mark.parametrize("collection", list(collections), ids=lambda one: one.id)
    def test_no_table_under_a_view_is_forgotten(self, collection):
        assert unheard(collection) == set()

    def test_a_forgotten_one_would_be_found(self, make_plan):
        plans = replace(collections["plans"], follows=())

        assert unheard(plans) == {'"planning_planact"'}

    def test_what_was_loaded_past_the_triggers_is_mended(self, make_parcel):
        make_parcel(number="1")
        done("SET CONSTRAINTS ALL IMMEDIATE")
        done("ALTER TABLE cadastre_parcel DISABLE TRIGGER USER")
        done("UPDATE cadastre_parcel SET number = '9'")
        done("ALTER TABLE cadastre_parcel ENABLE TRIGGER USER")
        assert self.numbers() == ["1"]

        assert mend(collections["parcels"]) == 1
        assert self.numbers() == ["9"]
        assert mend(collections["parcels"]) == 0

    def test_a_shape_that_is_served_in_place_of_another_is_all_there_is(self):
        assert asked(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'open' "
            "AND table_name = 'water-mains' AND udt_name = 'geometry'"
        ) == [(3,)]  # the grid of ten metres, in the register's system, on the map, and rough


class TestDay:
    def test_a_plan_comes_into_force_at_midnight(self, make_plan, monkeypatch):
        plan = make_plan(in_force_from=date(2999, 1, 1))
        assert asked("SELECT id FROM open.plans") == []
        monkeypatch.setattr(
            "spatial.ogc.registry.Today.template", "DATE '2999-01-02' + (0 * extract(day FROM now()))::int"
        )
        refresh()
        done("DELETE FROM open.plans")  # as it stood the day before
        done("UPDATE open_live.day SET of = of - 1")

        assert turn_day() is True
        assert asked("SELECT title FROM open.plans") == [(plan.title,)]
        assert turn_day() is False

    def test_only_what_names_today_is_looked_at(self):
        assert depends_on_day(collections["plans"])
        assert not depends_on_day(collections["parcels"])


class TestChanges:
    """Every change is noted with its place, so that caches drop what they must and keep the rest."""

    def boxes(self) -> list[tuple[str, float]]:
        return asked("SELECT collection, ST_XMax(box) - ST_XMin(box) FROM open_live.changes ORDER BY id")

    def test_both_the_old_and_the_new_place(self, make_parcel):
        make_parcel(east=0, side=100)
        done("DELETE FROM open_live.changes")
        done("UPDATE cadastre_parcel SET geom = ST_Translate(geom, 3000, 0)")

        places = asked("SELECT ST_XMin(box) FROM open_live.changes WHERE collection = 'parcels' ORDER BY id")
        assert len(places) == 2
        assert places[1][0] - places[0][0] == pytest.approx(3000 / 0.64, rel=0.02)

    def test_far_places_are_told_apart(self, make_parcel):
        make_parcel(number="1", east=0)
        make_parcel(number="2", east=9000)
        done("DELETE FROM open_live.changes")
        done("UPDATE cadastre_parcel SET registered_area_m2 = 77")

        assert all(width < 2000 for _, width in self.boxes())
        assert len(self.boxes()) == 4


class TestSpeed:
    def test_a_box_is_found_by_the_index(self, make_parcel):
        make_parcel()
        box = f"{MERCATOR} && ST_MakeEnvelope(2209000, 6480000, 2210000, 6481000, 3857)"

        assert "parcels__mercator_idx" in plan_of(f"SELECT _key FROM open.parcels WHERE {box}")

    def test_an_id_is_found_by_the_index(self, make_parcel):
        make_parcel()

        assert "Index Cond: ((identifier)::text = " in plan_of("SELECT _text FROM open.parcels WHERE identifier = 'x'")


def test_every_collection_accepts_any_text_as_an_id(client):
    for one in collections:
        for text in ("x", ":::", "120610-", "%", "-" * 200):
            assert client.get(f"/ogc/collections/{one.id}/items/{text}").status_code == 404
