"""The database itself keeps owners apart: no row without an entry of the log, in the same transaction."""

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from spatial.errors import Refused
from spatial.owners import access, opening
from spatial.owners.access import PrivateDataFault
from spatial.owners.grounds import Field, Role
from spatial.owners.models import AccessEntry, LandBook, ParcelUnit, Party, PersonalNumber, RegisterUnit, Share
from spatial.owners.opening import Entry
from spatial.owners.queries import Owner, owners_of
from tests import factories
from tests.factories import TODAY
from tests.spatial.owners.private import age_log, plant, plant_owner, seen, settle

MODELS = (RegisterUnit, ParcelUnit, Share, Party, PersonalNumber, LandBook)
TABLES = ("register_unit", "parcel_unit", "share", "party", "personal_number", "land_book")
NAMES = {Field.NAME, Field.ADDRESS}


def rows_by_sql(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM private.{table}")
        return cursor.fetchone()[0]


@pytest.fixture
def land(make_parcel):
    """Two parcels of two owners."""
    first, second = make_parcel(number="1"), make_parcel(number="2", east=200)
    plant_owner(
        first, key="anna", unit="u1", first_name="Anna", surname="Nowak", street_address="Cianowice 12",
        postal_address="32-043 Skała", pesel="60210100015", land_book="KR1P/00012345/2",
    )  # fmt: skip
    plant_owner(
        second, key="bogdan", unit="u2", first_name="Bogdan", surname="Kowalski", pesel="60210200029",
        land_book="KR1P/00000001/2",
    )  # fmt: skip
    return first, second


@pytest.fixture
def reading(skala, danuta):
    """A planner's reading of names in a case; anything of it may be said otherwise."""

    def opened(**said):
        values = {
            "user": danuta, "role": Role.PLANNER, "municipality": skala, "ground": "proceedings",
            "parcels": ["120610_5.0007.1"], "fields": NAMES, "case": "GP.6730.1.2026",
        }  # fmt: skip
        return access.reading(**values | said)

    return opened


@pytest.fixture
def tax(reading):
    return lambda **said: reading(**{"role": Role.TAX_CLERK, "ground": "tax", "fields": set(Field), "case": ""} | said)


class TestClosed:
    @pytest.mark.parametrize("table", TABLES)
    def test_raw_sql_of_the_application_sees_no_row(self, land, table):
        assert rows_by_sql(table) == 0

    @pytest.mark.parametrize("model", MODELS)
    def test_nor_does_the_orm(self, land, model):
        assert not model.objects.exists()

    @pytest.mark.parametrize("table", TABLES)
    def test_the_owner_of_the_table_is_no_exception(self, db, table):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) = current_user FROM pg_class "
                "WHERE oid = %s::regclass",
                [f"private.{table}"],
            )
            assert cursor.fetchone() == (True, True, True)

    @pytest.mark.parametrize("model", MODELS)
    def test_nothing_can_be_written(self, land, skala, model):
        row = {"municipality": skala, "snapshot": factories.snapshot(skala), "identifier": "x", "valid_from": TODAY}
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            model.objects.create(**row)

    def test_nothing_can_be_changed_or_deleted(self, land, skala):
        assert Party.objects.update(surname="Inny") == 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM private.party")
            assert cursor.rowcount == 0
        with seen(skala):
            assert set(Party.objects.values_list("surname", flat=True)) == {"Nowak", "Kowalski"}

    def test_statistics_of_the_planner_tell_nothing(self, land, skala):
        with access.writing(land[0].snapshot), connection.cursor() as cursor:
            cursor.execute("ANALYZE private.party")
            cursor.execute("SELECT count(*) FROM pg_stats WHERE schemaname = 'private'")
            assert cursor.fetchone() == (0,)

    def test_after_the_block_all_is_closed_again(self, land, skala):
        with seen(skala):
            assert Party.objects.count() == 2

        assert not Party.objects.exists()

    def test_after_a_failure_in_the_block_too(self, land, tax):
        with pytest.raises(ZeroDivisionError), tax():
            assert Party.objects.exists()
            _ = 1 / 0

        assert not Party.objects.exists()

    def test_after_an_error_of_the_database_too(self, land, tax):
        with pytest.raises(PrivateDataFault), tax(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0 FROM private.party")

        assert not Party.objects.exists()


class TestSettingsAlone:
    """Whoever may run SQL may also set a variable; without an own entry it opens nothing."""

    def set(self, **values):
        with connection.cursor() as cursor:
            for name, value in values.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [f"miedza.{name}", str(value)])

    def test_municipality_and_ground_without_an_entry(self, land, skala):
        self.set(municipality=skala.pk, ground="tax", reading=1, writing=1)

        assert [rows_by_sql(table) for table in TABLES] == [0] * 6

    def test_an_entry_of_another_transaction(self, land, skala, celina):
        """Ids of old entries can be guessed; their transactions are over."""
        entry = Entry(municipality=skala.pk, action="read", ground="tax", user=celina, fields=list(Field))
        key = opening.write(entry)
        age_log()
        self.set(municipality=skala.pk, ground="tax", reading=key)

        assert rows_by_sql("party") == 0

    @pytest.mark.parametrize(
        "said", [{"municipality": "120613"}, {"ground": "numbering"}, {"municipality": ""}, {"ground": ""}]
    )
    def test_an_entry_that_says_something_else(self, land, skala, celina, said):
        key = opening.write(Entry(municipality=skala.pk, action="read", ground="tax", user=celina, fields=list(Field)))
        self.set(**{"municipality": skala.pk, "ground": "tax", "reading": key} | said)

        assert rows_by_sql("party") == 0

    def test_an_entry_of_a_reading_writes_nothing(self, land, skala, celina):
        key = opening.write(Entry(municipality=skala.pk, action="read", ground="tax", user=celina, fields=list(Field)))
        self.set(municipality=skala.pk, ground="tax", reading=key, writing=key)

        assert rows_by_sql("party") == 2
        assert Party.objects.update(surname="Inny") == 0

    def test_a_reading_of_nobody_is_no_entry(self, land, skala):
        entry = Entry(municipality=skala.pk, action="read", ground="tax", user=None, fields=list(Field))
        with pytest.raises(Exception, match="access_entry_says_who_and_why"), transaction.atomic():
            opening.write(entry)


class TestWhatAReadingOpens:
    def test_the_named_parcel_and_not_its_neighbour(self, land, reading):
        with reading():
            assert [row.surname for row in Party.objects.all()] == ["Nowak"]
            assert [row.identifier for row in ParcelUnit.objects.all()] == ["120610_5.0007.1"]
            assert RegisterUnit.objects.count() == Share.objects.count() == 1

    def test_no_pesel_and_no_land_book_unless_the_entry_says_so(self, land, reading):
        with reading():
            assert not PersonalNumber.objects.exists()
            assert not LandBook.objects.exists()

    def test_the_land_book_alone(self, land, reading):
        with reading(ground="land-book", fields={Field.LAND_BOOK}, case=""):
            assert [row.number for row in LandBook.objects.all()] == ["KR1P/00012345/2"]
            assert not Party.objects.exists()
            assert not Share.objects.exists()

    def test_another_municipality_not_at_all(self, land, tax, suloszowa):
        with tax(municipality=suloszowa, parcels=None):
            assert [rows_by_sql(table) for table in TABLES] == [0] * 6

    def test_members_of_a_marriage_come_with_it(self, land, tax):
        first, _ = land
        place = first.identifier[:13]
        names = [f"{place}/{key}" for key in ("pair", "anna", "bogdan")]
        plant(Party, first.snapshot, names[0], kind="marriage", members=names[1:])
        plant(
            Share, first.snapshot, f"{place}/s9", unit=f"{place}/u1", party=names[0], family="own", right="1",
            numerator=1, denominator=2, parties=names,
        )  # fmt: skip

        with tax() as opened:
            [told] = owners_of(opened, on=TODAY)

        [pair] = [share.owner for share in told.shares if share.owner.kind == "marriage"]
        assert [member.name for member in pair.members] == ["Anna Nowak", "Bogdan Kowalski"]

    def test_shown_are_the_fields_of_the_reading_only(self, land, reading):
        with reading(fields={Field.NAME}) as opened:
            [told] = owners_of(opened, on=TODAY)

        assert (told.unit, told.group, told.land_book) == ("120610_5.0007.G1", "7", "")
        assert [(share.right, share.written) for share in told.shares] == [("własność", "1/1")]
        assert told.shares[0].owner == Owner("person", "Anna Nowak")

    def test_everything_for_the_tax_clerk(self, land, tax):
        with tax() as opened:
            [told] = owners_of(opened, on=TODAY)

        owner = told.shares[0].owner
        assert (owner.pesel, owner.address) == ("60210100015", ("Cianowice 12", "32-043 Skała"))
        assert told.land_book == "KR1P/00012345/2"

    def test_before_the_register_began_there_was_nobody(self, land, tax):
        from datetime import date

        with tax() as opened:
            [told] = owners_of(opened, on=date(2009, 12, 31))

        assert told.shares == ()

    def test_a_query_of_one_parcel_uses_the_indexes(self, land, tax):
        with tax(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN SELECT * FROM private.party WHERE identifier = 'x'")
            plan = "\n".join(line for (line,) in cursor.fetchall())

        assert "Seq Scan" not in plan


class TestLog:
    def entries(self, municipality, user):
        with access.reviewing(user=user, municipality=municipality):
            return list(AccessEntry.objects.exclude(action="review").order_by("pk"))

    def test_says_who_when_which_parcels_why_and_what(self, land, reading, skala, danuta, celina):
        with reading():
            pass

        [entry] = [one for one in self.entries(skala, celina) if one.user_id == danuta.pk]
        assert (entry.action, entry.user_name, entry.role, entry.ground, entry.case_number) == (
            "read", "Danuta Zielińska", "planner", "proceedings", "GP.6730.1.2026",
        )  # fmt: skip
        assert (entry.parcels, entry.fields) == (["120610_5.0007.1"], ["address", "name"])
        assert entry.at is not None

    def test_a_reading_that_failed_is_told_too(self, land, reading, skala, danuta, celina):
        with pytest.raises(ZeroDivisionError), reading():
            _ = 1 / 0

        assert [one.action for one in self.entries(skala, celina) if one.user_id == danuta.pk] == ["attempt"]

    def test_what_is_refused_opens_nothing_and_is_no_reading(self, land, reading, skala, danuta, celina):
        with pytest.raises(Refused), reading(fields={Field.PESEL}):
            pass

        assert [one for one in self.entries(skala, celina) if one.user_id == danuta.pk] == []

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE private.access_entry SET ground = 'x'", "DELETE FROM private.access_entry",
         "TRUNCATE private.access_entry"],
    )  # fmt: skip
    def test_no_entry_is_ever_changed(self, land, sql):
        settle()
        with pytest.raises((ProgrammingError, InternalError), match="rows only come"), transaction.atomic():
            connection.cursor().execute(sql)

    def test_when_is_said_by_the_database(self, land, skala, celina):
        from datetime import UTC, datetime

        AccessEntry.objects.create(
            municipality=skala, action="read", user=celina, user_name="Celina", ground="tax",
            at=datetime(2001, 1, 1, tzinfo=UTC), transaction=7,
        )  # fmt: skip

        assert AccessEntry.objects.latest("pk").at.year > 2020

    def test_is_closed_to_others(self, land, skala, suloszowa, celina):
        age_log()
        assert rows_by_sql("access_entry") == 0
        assert self.entries(skala, celina)
        age_log()
        assert self.entries(suloszowa, celina) == []

    def test_that_it_was_read_is_in_it(self, land, skala, celina):
        self.entries(skala, celina)

        with access.reviewing(user=celina, municipality=skala):
            assert AccessEntry.objects.filter(action="review", user=celina).count() == 2


class TestErrorsQuoteNoRows:
    @pytest.mark.parametrize("field", ["surname", "kind"])
    def test_of_the_database(self, land, field):
        with pytest.raises(PrivateDataFault) as fault:
            plant(Party, land[0].snapshot, "x" * 100, **{field: "Kanarek" * 40})

        assert "Kanarek" not in repr(fault.value)
        assert fault.value.__suppress_context__

    def test_rows_show_nothing(self, land, skala):
        with seen(skala):
            told = [str(row) + repr(row) for model in MODELS for row in model.objects.all()]

        assert not any(secret in text for text in told for secret in ("Nowak", "60210100015", "KR1P"))
