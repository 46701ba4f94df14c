"""Maps and the OGC API read views of the schema ``open`` as a role that may read nothing else."""

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
from spatial.ogc.open_views import View, definition, quoted, refresh, views
from spatial.ogc.provider import matching
from spatial.ogc.questions import Question
from spatial.ogc.reference_systems import CRS84, box_of
from spatial.ogc.registry import FieldSpec, Registry, Text, Today, collections
from tests import factories
from tests.spatial.ogc.test_registry import a_collection
from tiles.mvt.queries import reach, visible

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
        from spatial.ogc import provider

        make_parcel()
        seen = []
        told = provider.matching

        def watched(*given):
            seen.extend(asked("SELECT current_user"))
            return told(*given)

        monkeypatch.setattr(provider, "matching", watched)
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
        assert {name.rstrip("0123456789") for name in columns - own} <= {
            "_key", "_shape", "_start", "_end", "_order_", *(name for name in columns if name.startswith("_by_")),
        }  # fmt: skip

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
        assert asked("SELECT table_name FROM information_schema.views WHERE table_schema = 'open'") == [("things",)]
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


class TestSpeed:
    """PostgreSQL looks through the views: the indexes of the tables serve, unneeded tables are not joined."""

    def test_a_box_is_found_by_the_index_of_the_table(self, make_parcel):
        make_parcel()
        question = Question(area=box_of([19.85, 50.22, 19.86, 50.23], CRS84))
        statement, parameters = matching(collections["parcels"], question, "default").query.sql_with_params()
        done("DROP INDEX parcel_one_current, parcel_identifier, parcel_natural_order")

        assert "cadastre_parcel_geom" in plan_of(statement, parameters)

    def test_an_id_is_found_by_the_index_of_the_table(self, make_parcel):
        make_parcel()
        question = Question(equal={"identifier": "120610_5.0007.1"})
        statement, parameters = matching(collections["parcels"], question, "default").query.sql_with_params()

        assert "Index Cond: ((identifier)::text = " in plan_of(statement, parameters)

    def test_a_tile_joins_no_names_of_districts(self, make_parcel):
        make_parcel()
        area = reach(16, 36_381, 22_310)
        rows = visible(collections["parcels"], "default", area, zoom=16, column=36_381, row=22_310)

        assert "cadastraldistrict" not in plan_of(*rows.query.sql_with_params())

    def test_a_count_joins_nothing(self, make_parcel):
        make_parcel()

        assert "cadastraldistrict" not in plan_of("SELECT count(*) FROM open.parcels")
        assert "cadastraldistrict" in plan_of("SELECT district_name FROM open.parcels")

    def test_the_narrow_part_of_an_id_is_tried_first(self, make_plan):
        factories.zone(make_plan(), "1MN", east=0, north=0)
        statement = "SELECT 1 FROM open.\"plan-zones\" WHERE _by_plan__code = 'X' AND id = 'y'"

        assert "SubPlan" in plan_of(statement)  # the id is reckoned only for zones of that plan
        assert "code)::text = 'X'" in plan_of(statement)


def test_every_collection_accepts_any_text_as_an_id(client):
    for one in collections:
        for text in ("x", ":::", "120610-", "%", "-" * 200):
            assert client.get(f"/ogc/collections/{one.id}/items/{text}").status_code == 404
