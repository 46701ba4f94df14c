"""Who saw whose data: written down before it is shown, chained, told to the person and to the inspector alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.audit import chain, services
from services.audit.chain import breaks, heads
from services.audit.grounds import GROUNDS, ground_on
from services.audit.models import AuditChange, AuditEntry
from services.cases.models import Case
from services.catalogue import filing as drafts
from services.catalogue.declaration import eservices
from services.catalogue.models import Attachment
from services.documents.services import Made, store
from services.identity.models import StaffRole, User
from services.portal.settings.environment import Environment, SettingError
from spatial.owners.opening import Entry, write
from tests import office as cases
from tests.conftest import person
from tests.spatial.owners.private import settle

pytestmark = pytest.mark.django_db
Role = StaffRole.Role

LETTER = {"office": "120610", "kind": "question", "subject": "Światło na Rynku", "text": "Kiedy będzie?\n\nDziękuję."}


def staff(name: str, municipality, role: Role, post: str = "inspektor") -> User:
    user = person(name, name.title(), "Kaczmarek")
    StaffRole.objects.create(user=user, municipality=municipality, role=role, job_title=post)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filed_by(user: User) -> Case:
    service, now = eservices.get("pismo-ogolne"), timezone.now()
    draft = drafts.begin(service, owner=user, typed={name: [value] for name, value in LETTER.items()}, at=now)
    return drafts.submit(service, draft, at=now)


@pytest.fixture(autouse=True)
def blank(db):
    """Tests that commit leave rows in the logs, which nobody may empty."""
    run("ALTER TABLE private.access_entry NO FORCE ROW LEVEL SECURITY")
    for table in ("audit.entry", "audit.link", "audit.change", "audit.forgotten", "private.access_entry"):
        with guards_off(table):
            run(f"DELETE FROM {table}")
    run("DELETE FROM audit.head")
    run("ALTER TABLE private.access_entry FORCE ROW LEVEL SECURITY")


@pytest.fixture
def jadwiga(skala):
    return staff("jadwiga", skala, Role.CLERK, "referent")


@pytest.fixture
def case(filing, anna):
    return filed_by(anna)


@pytest.fixture
def office(jadwiga):
    return signed_in(jadwiga)


def looks() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", "thing", "case_number"))


class TestLooks:
    def test_a_clerk_who_opens_a_case_is_written_down(self, office, case, anna, jadwiga, skala):
        before = timezone.now()
        office.get(f"/urzad/sprawy/{case.pk}/", headers={"X-Request-ID": "9f2c"})

        [entry] = AuditEntry.objects.all()
        assert (entry.municipality, entry.user, entry.subject) == (skala, jadwiga, anna)
        assert (entry.user_name, entry.roles, entry.post) == ("Jadwiga Kaczmarek", "clerk", "referent")
        assert (entry.action, entry.case_number, entry.ground) == ("case", case.number, "case")
        assert entry.request_id == "9f2c"
        assert abs(entry.at - before) < timedelta(minutes=1)

    def test_name_and_post_stay_as_they_were(self, office, case, jadwiga):
        office.get(f"/urzad/sprawy/{case.pk}/")
        User.objects.filter(pk=jadwiga.pk).update(last_name="Nowa")
        StaffRole.objects.update(job_title="kierownik")

        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.post) == ("Jadwiga Kaczmarek", "referent")

    def test_looks_close_together_are_one(self, office, case, monkeypatch):
        for _ in range(3):
            office.get(f"/urzad/sprawy/{case.pk}/")
        assert len(looks()) == 1

        monkeypatch.setattr(services, "ONE_LOOK", timedelta(0))
        office.get(f"/urzad/sprawy/{case.pk}/")
        assert len(looks()) == 2

    def test_of_another_clerk_and_of_another_case_are_not(self, office, case, anna, skala):
        other = filed_by(anna)
        office.get(f"/urzad/sprawy/{case.pk}/")
        office.get(f"/urzad/sprawy/{other.pk}/")
        signed_in(staff("kazimierz", skala, Role.CLERK)).get(f"/urzad/sprawy/{case.pk}/")

        assert [number for _, _, number in looks()] == [case.number, other.number, case.number]

    def test_metryka_attachments_and_documents_are_looks_too(self, office, case, jadwiga, anna):
        attachment = Attachment.objects.create(
            draft=case.draft, question="files", name="mapa.txt", media_type="text/plain", sha256="a" * 64, size=1,
            added_at=timezone.now(),
        )  # fmt: skip
        default_storage.save(attachment.path, ContentFile(b"x"))
        made = Made("7K3M-9QXT-2B5H", b"%PDF-", 1, "Odpowiedź", "Sprawa", {})
        document = store(made, case=case, issued_by=jadwiga, at=timezone.now())
        addresses = [
            f"/urzad/sprawy/{case.pk}/metryka.pdf", f"/zalaczniki/{attachment.pk}/", f"/dokumenty/{document.code}.pdf"
        ]  # fmt: skip

        for address in addresses:
            assert office.get(address).status_code == 200
        for address in addresses[1:]:
            assert signed_in(anna).get(address).status_code == 200

        assert [look[:2] for look in looks()] == [("course", ""), ("attachment", "mapa.txt"), ("document", "Odpowiedź")]

    def test_a_service_with_a_bench_of_its_own(self, land, anna, danuta):
        case = cases.extract(anna, land.identifier)

        assert signed_in(danuta).get(f"/urzad/sprawy/{case.pk}/").status_code == 200

        assert looks() == [("case", "", case.number)]

    def test_what_cannot_be_written_down_is_not_shown(self, jadwiga, case, monkeypatch):
        def refuse(*_, **__):
            raise DatabaseError("the disk is full")

        monkeypatch.setattr(AuditEntry.objects, "create", refuse)
        client = signed_in(jadwiga)
        client.raise_request_exception = False
        response = client.get(f"/urzad/sprawy/{case.pk}/")

        assert response.status_code == 500
        assert "Anna" not in response.content.decode()
        assert "Światło" not in response.content.decode()

    def test_who_may_not_see_leaves_no_line(self, case, celina, emil):
        for user in (celina, emil):
            assert signed_in(user).get(f"/urzad/sprawy/{case.pk}/").status_code in (403, 404)

        assert looks() == []

    def test_a_strange_number_of_a_request_is_left_out(self, office, case):
        office.get(f"/urzad/sprawy/{case.pk}/", headers={"X-Request-ID": "żółw"})

        assert AuditEntry.objects.get().request_id == ""

    def test_the_list_of_work_is_no_look(self, office, case):
        assert case.number in office.get("/urzad/").content.decode()
        assert looks() == []

    def test_grounds_are_dated_from_rodo_on(self):
        assert {ground_on(one.code, date(2018, 5, 25)).code for one in GROUNDS} == {one.code for one in GROUNDS}
        with pytest.raises(KeyError):
            ground_on("case", date(2018, 5, 24))


class TestOwnPage:
    def test_says_who_when_what_and_why(self, office, case, anna):
        office.get(f"/urzad/sprawy/{case.pk}/")

        page = signed_in(anna).get("/moje/wglady/").content.decode()
        told = ("Jadwiga Kaczmarek", "referent", "Skała", case.number, "prowadzenie sprawy", "art. 6 ust. 1 lit. c")
        assert [words for words in told if words not in page] == []

    def test_leads_from_the_home(self, case, anna):
        assert 'href="/moje/wglady/"' in signed_in(anna).get("/moje/").content.decode()

    def test_of_others_shows_nothing(self, office, case, bogdan):
        office.get(f"/urzad/sprawy/{case.pk}/")

        page = signed_in(bogdan).get("/moje/wglady/").content.decode()
        assert "Jadwiga" not in page
        assert case.number not in page

    def test_newest_first_and_in_pages(self, jadwiga, anna, skala):
        for number in range(51):
            entry_of(anna, jadwiga, skala, case_number=f"OR.{number}.2026")
        client = signed_in(anna)

        first, second = (client.get(f"/moje/wglady/?strona={page}").content.decode() for page in (1, 2))
        assert first.index("OR.50.2026") < first.index("OR.49.2026")
        assert ("OR.0.2026" in first, "OR.0.2026" in second) == (False, True)

    @pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "%00", "²"])
    def test_strange_pages_are_answered(self, client, anna, page):
        client.force_login(anna)
        assert client.get(f"/moje/wglady/?strona={page}").status_code == 200

    def test_a_visitor_signs_in_first(self, client, skala):
        assert client.get("/moje/wglady/")["Location"].startswith("/logowanie/")


class TestInspector:
    def test_sees_looks_of_the_own_municipality_and_that_is_a_line(self, office, case, skala):
        office.get(f"/urzad/sprawy/{case.pk}/")
        inspector = signed_in(staff("igor", skala, Role.DATA_PROTECTION))

        page = inspector.get("/urzad/dziennik-dostepu/?dziennik=sprawy").content.decode()
        assert "Jadwiga Kaczmarek" in page
        assert case.number in page
        assert "Anna" not in page  # whose data it was stands in the case
        assert looks()[-1] == ("review", "", "")

    def test_of_another_municipality_sees_nothing(self, office, case, suloszowa):
        office.get(f"/urzad/sprawy/{case.pk}/")
        inspector = signed_in(staff("obcy", suloszowa, Role.DATA_PROTECTION))

        for address in ("?dziennik=sprawy", "?dziennik=sprawy&gmina=120610"):
            response = inspector.get(f"/urzad/dziennik-dostepu/{address}")
            assert case.number not in response.content.decode()

    @pytest.mark.parametrize(
        ("asked", "is_there"),
        [("osoba=jadwi", True), ("osoba=nikt", False), ("sprawa=OR.1", False), ("od=2020-01-01", True),
         ("do=2020-01-01", False), ("od=x", True)],
    )  # fmt: skip
    def test_asks_by_person_case_and_day(self, office, case, skala, asked, is_there):
        office.get(f"/urzad/sprawy/{case.pk}/")
        inspector = signed_in(staff("igor", skala, Role.DATA_PROTECTION))

        response = inspector.get(f"/urzad/dziennik-dostepu/?dziennik=sprawy&{asked}")
        assert response.status_code == (422 if asked == "od=x" else 200)
        assert (case.number in response.content.decode()) == (is_there and response.status_code == 200)

    def test_owners_log_is_there_as_before(self, skala):
        inspector = signed_in(staff("igor", skala, Role.DATA_PROTECTION))

        page = inspector.get("/urzad/dziennik-dostepu/").content.decode()
        assert "Dziennik dostępu do danych właścicieli" in page
        assert "?gmina=120610&amp;dziennik=sprawy" in page


def entry_of(subject: User, user: User, municipality, **more) -> AuditEntry:
    values = {"user_name": user.display_name, "action": "case", "ground": "case", "case_number": "OR.1.2026"} | more
    return AuditEntry.objects.create(subject=subject, user=user, municipality=municipality, **values)


def run(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def guards_off(table: str, trigger: str = "USER"):
    """As somebody does who may change the tables themselves."""
    settle()
    run(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    run(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def verified(*said: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("audit_verify", *said, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


class TestChain:
    @pytest.fixture
    def entries(self, anna, jadwiga, skala):
        made = [entry_of(anna, jadwiga, skala, case_number=f"OR.{number}.2026") for number in range(1, 5)]
        settle()
        return made

    @pytest.mark.parametrize("table", ["audit.entry", "audit.link", "private.access_entry"])
    @pytest.mark.parametrize("change", ["UPDATE {} SET municipality{} = NULL", "DELETE FROM {}", "TRUNCATE {}"])
    def test_rows_only_come(self, entries, table, change):
        settle()
        suffix = "" if table == "audit.link" else "_id"
        with pytest.raises(DatabaseError, match="rows only come"), transaction.atomic():
            run(change.format(table, suffix))

    def test_the_time_is_the_databases(self, anna, jadwiga, skala):
        entry = entry_of(anna, jadwiga, skala, at=timezone.now() - timedelta(days=900))

        entry.refresh_from_db()
        assert timezone.now() - entry.at < timedelta(hours=1)

    def test_is_what_hashlib_counts(self, entries):
        digest = b""
        with connection.cursor() as cursor:
            cursor.execute("SELECT jsonb_strip_nulls(to_jsonb(e))::text FROM audit.entry e ORDER BY id")
            for (text,) in cursor.fetchall():
                digest = sha256(digest + text.encode()).digest()

        [head] = heads("120610")
        assert (head.number, head.digest) == (4, digest.hex())

    def test_of_another_zone_is_the_same(self, entries):
        run("SET TIME ZONE 'Asia/Tokyo'")

        assert verified("--municipality", "120610")[0] == 0

    def test_whole_ones_are_told_with_their_heads(self, entries):
        [head] = heads("120610")

        code, out, err = verified("--municipality", "120610")
        assert (code, err) == (0, "")
        assert out == f"audit.entry 120610 4 {head.digest}\n"

    def test_a_changed_row_is_found(self, entries):
        with guards_off("audit.entry"):
            run("UPDATE audit.entry SET user_name = 'Ktoś Inny' WHERE id = %s", entries[1].pk)

        code, _, err = verified()
        assert code == 1
        assert f"ogniwo 2, wpis {entries[1].pk}: wpis albo kolejność zmieniono" in err
        assert err.count("\n") == 1  # the rest holds

    def test_a_removed_row_is_found(self, entries):
        with guards_off("audit.entry"):
            run("DELETE FROM audit.entry WHERE id = %s", entries[2].pk)

        code, _, err = verified()
        assert (code, f"ogniwo 3, wpis {entries[2].pk}: wpisu nie ma" in err) == (1, True)

    def test_a_removed_row_with_its_link_is_found(self, entries):
        with guards_off("audit.entry"), guards_off("audit.link"):
            run("DELETE FROM audit.entry WHERE id = %s", entries[1].pk)
            run("DELETE FROM audit.link WHERE row_id = %s AND log = 'audit.entry'", entries[1].pk)

        code, _, err = verified()
        assert (code, "brakuje ogniw przed tym" in err) == (1, True)

    def test_a_cut_end_is_found(self, entries):
        with guards_off("audit.entry"), guards_off("audit.link"):
            run("DELETE FROM audit.entry WHERE id = %s", entries[3].pk)
            run("DELETE FROM audit.link WHERE row_id = %s AND log = 'audit.entry'", entries[3].pk)

        code, _, err = verified()
        assert (code, "koniec łańcucha ucięto" in err) == (1, True)

    @pytest.mark.parametrize("gone", [["audit.head"], ["audit.head", "audit.link"]])
    def test_a_lost_head_is_found(self, entries, gone):
        for table in gone:
            with guards_off(table):
                run(f"DELETE FROM {table}")

        code, _, err = verified()
        assert (code, "koniec łańcucha ucięto" in err) == (1, True)

    def test_a_row_moved_to_another_place_is_found(self, entries):
        first, second = entries[0].pk, entries[1].pk
        with guards_off("audit.link"):
            run("UPDATE audit.link SET row_id = -1 WHERE row_id = %s", first)
            run("UPDATE audit.link SET row_id = %s WHERE row_id = %s", first, second)
            run("UPDATE audit.link SET row_id = %s WHERE row_id = -1", second)

        [head] = heads("120610")
        assert [found.number for found in breaks(head)] == [1, 2]

    def test_a_row_slipped_in_is_found(self, entries, anna, jadwiga, skala):
        with guards_off("audit.entry", "chain"):
            slipped = entry_of(anna, jadwiga, skala)

        code, _, err = verified()
        assert (code, f"wpis {slipped.pk}: wpisu nie ma w łańcuchu" in err) == (1, True)

    def test_a_past_that_was_rewritten_whole_is_told_by_a_digest_kept_elsewhere(self, entries, anna, jadwiga, skala):
        [kept] = heads("120610")
        assert verified("--kept", kept.digest)[0] == 0
        with guards_off("audit.entry"), guards_off("audit.link"):
            run("DELETE FROM audit.entry")
            run("DELETE FROM audit.link")
            run("DELETE FROM audit.head")
        entry_of(anna, jadwiga, skala)
        settle()

        assert verified()[0] == 0
        code, _, err = verified("--kept", kept.digest)
        assert (code, kept.digest in err) == (1, True)

    def test_each_municipality_has_its_own(self, entries, anna, jadwiga, suloszowa):
        entry_of(anna, jadwiga, suloszowa)
        settle()

        assert [(head.municipality, head.number) for head in heads()] == [("120610", 4), ("120613", 1)]


class TestOwnersChain:
    @pytest.fixture
    def entries(self, skala, jadwiga):
        keys = [
            write(Entry(municipality=skala.pk, action="attempt", ground="tax", user=jadwiga, parcels=[f"{number}"]))
            for number in range(3)
        ]
        settle()
        return keys

    def test_holds_and_the_walk_is_a_line_of_the_log(self, entries):
        code, out, err = verified()

        assert (code, err) == (0, "")
        assert out.startswith("private.access_entry 120610 3 ")
        settle()
        code, out, err = verified()
        assert (code, err) == (0, "")
        assert out.startswith("private.access_entry 120610 4 ")

    def test_a_changed_and_a_removed_row_are_found(self, entries):
        with guards_off("private.access_entry"):
            run("ALTER TABLE private.access_entry NO FORCE ROW LEVEL SECURITY")
            run("UPDATE private.access_entry SET ground = 'land-book' WHERE id = %s", entries[0])
            run("DELETE FROM private.access_entry WHERE id = %s", entries[1])
            run("ALTER TABLE private.access_entry FORCE ROW LEVEL SECURITY")

        code, _, err = verified()
        assert code == 1
        assert f"ogniwo 1, wpis {entries[0]}: wpis albo kolejność zmieniono" in err
        assert f"ogniwo 2, wpis {entries[1]}: wpisu nie ma" in err


def changes(table: str) -> list[AuditChange]:
    return list(AuditChange.objects.filter(table=table).order_by("pk"))


class TestHistory:
    def test_says_what_changed_who_did_it_and_in_which_transaction(self, office, case, jadwiga):
        office.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/")

        change = changes("cases_case")[-1]
        assert (change.key, change.action, change.user) == (str(case.pk), "update", jadwiga)
        assert change.old == {"handler_id": None, "status": "filed"}
        assert change.new == {"handler_id": jadwiga.pk, "status": "in-review"}
        with connection.cursor() as cursor:
            cursor.execute("SELECT txid_current()")
            assert change.transaction == cursor.fetchone()[0]

    def test_an_added_row_is_not_copied(self, case):
        [filed] = changes("catalogue_filing")

        assert (filed.action, filed.old, filed.new) == ("insert", None, None)

    def test_of_a_removed_row_all_is_kept(self, jadwiga):
        role = StaffRole.objects.get(user=jadwiga)
        key = str(role.pk)
        role.delete()

        change = changes("identity_staffrole")[-1]
        assert (change.key, change.action, change.new) == (key, "delete", None)
        assert (change.old["job_title"], change.old["role"]) == ("referent", "clerk")

    def test_raw_sql_does_not_pass_by(self, filing):
        run("UPDATE cases_caseclass SET unit_symbol = 'XX' WHERE id = (SELECT min(id) FROM cases_caseclass)")

        change = changes("cases_caseclass")[-1]
        assert (change.new, change.user) == ({"unit_symbol": "XX"}, None)

    def test_a_change_of_nothing_is_none(self, case):
        before = len(changes("cases_case"))
        run("UPDATE cases_case SET status = status")

        assert len(changes("cases_case")) == before

    def test_the_name_is_taken_off_at_the_end(self, office, case, jadwiga):
        office.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/")

        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('miedza.user', true)")
            assert cursor.fetchone() == ("",)

    def test_and_after_a_fault_too(self, office, case, monkeypatch):
        monkeypatch.setattr("services.catalogue.views.review.handled_case", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.post(f"/urzad/sprawy/{case.pk}/krok/przejmij/")

        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('miedza.user', true)")
            assert cursor.fetchone() == ("",)

    def test_pages_that_are_only_read_ask_nothing_more(self, client, anna):
        client.force_login(anna)
        with CaptureQueriesContext(connection) as asked:
            client.get("/moje/wglady/")

        assert not [one for one in asked if "miedza.user" in one["sql"]]

    @pytest.mark.parametrize(
        "sql", ["UPDATE audit.change SET key = '1'", "DELETE FROM audit.change", "TRUNCATE audit.change"]
    )
    def test_only_grows(self, case, sql):
        with pytest.raises(DatabaseError, match="rows only come"), transaction.atomic():
            run(sql)

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE catalogue_filing SET answers = '{}'", "UPDATE catalogue_filing SET sha256 = 'x'",
         "DELETE FROM catalogue_filing"],
    )  # fmt: skip
    def test_a_filing_stays_as_it_was_filed(self, case, sql):
        with pytest.raises(DatabaseError, match="rows only come"), transaction.atomic():
            run(sql)


class TestRetention:
    @pytest.fixture
    def entries(self, anna, jadwiga, skala):
        """Seven years, five years and no time ago."""
        with guards_off("audit.entry", "stamp"):
            days = [timezone.now() - timedelta(days=365 * years) for years in (7, 7, 5, 0)]
            made = [entry_of(anna, jadwiga, skala, at=day) for day in days]
            settle()
        return made

    def test_only_rows_older_than_the_limit_go_and_the_chain_still_holds(self, entries):
        assert chain.forget(years=6) == 2

        assert list(AuditEntry.objects.order_by("pk")) == entries[2:]
        code, out, err = verified("--municipality", "120610")
        assert (code, err) == (0, "")
        assert " 4 " in out

    def test_it_is_written_down(self, entries):
        chain.forget(years=6)

        with connection.cursor() as cursor:
            cursor.execute("SELECT log, municipality, removed, number FROM audit.forgotten ORDER BY id DESC LIMIT 1")
            assert cursor.fetchone() == ("audit.entry", "120610", 2, 2)

    def test_again_nothing_more_goes(self, entries):
        chain.forget(years=6)

        assert chain.forget(years=6) == 0

    def test_a_change_after_it_is_still_found(self, entries):
        chain.forget(years=6)
        with guards_off("audit.entry"):
            run("UPDATE audit.entry SET user_name = 'x' WHERE id = %s", entries[2].pk)

        assert verified()[0] == 1

    def test_all_may_go_and_the_chain_goes_on(self, entries, anna, jadwiga, skala):
        with guards_off("audit.entry"):
            run("UPDATE audit.entry SET at = at - interval '9 years'")
        assert chain.forget(years=6) == 4
        assert verified() == (0, str(heads("120610")[0]) + "\n", "")

        entry_of(anna, jadwiga, skala)
        settle()
        assert heads("120610")[0].number == 5
        assert verified()[0] == 0

    def test_a_row_removed_against_the_rules_is_not_covered_up(self, entries):
        with guards_off("audit.entry"):
            run("DELETE FROM audit.entry WHERE id = %s", entries[1].pk)
        chain.forget(years=6)

        code, _, err = verified()
        assert (code, f"wpis {entries[1].pk}: wpisu nie ma" in err) == (1, True)

    @pytest.mark.parametrize("years", [1, 0, -1])
    def test_nothing_younger_than_two_years_goes(self, entries, years):
        with pytest.raises(DatabaseError, match="rows stay two years"), transaction.atomic():
            chain.forget(years=years)

    def test_a_setting_alone_lets_no_young_row_go(self, entries):
        settle()
        run("SELECT set_config('audit.forgetting', 'on', true)")
        with pytest.raises(DatabaseError, match="rows stay two years"), transaction.atomic():
            run("DELETE FROM audit.entry WHERE id = %s", entries[3].pk)
        with pytest.raises(DatabaseError, match="a link stays as long as its entry"), transaction.atomic():
            run("DELETE FROM audit.link WHERE row_id = %s", entries[0].pk)

    def test_history_of_rows_goes_too(self, case):
        with guards_off("audit.change"):
            run("UPDATE audit.change SET at = at - interval '7 years'")

        assert chain.forget(years=6) > 0
        assert not AuditChange.objects.exists()

    def test_the_setting_keeps_to_the_law(self):
        with pytest.raises(SettingError, match="MIEDZA_AUDIT_YEARS"):
            Environment.read({"DATABASE_URL": "postgresql://a@b/c", "MIEDZA_AUDIT_YEARS": "1"})


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_many_writing_at_once_give_a_chain_without_a_gap(self, skala, anna, jadwiga):
        def write_one(number: int) -> None:
            try:
                entry_of(anna, jadwiga, skala, case_number=f"OR.{number}.2026")
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write_one, range(80)))

        [head] = heads(skala.pk)
        assert head.number == 80
        assert list(breaks(head)) == []

    def test_a_long_transaction_holds_nobody_up(self, skala, anna, jadwiga):
        with transaction.atomic():
            entry_of(anna, jadwiga, skala)

            def write_another() -> None:
                try:
                    run("SET statement_timeout = '5s'")
                    entry_of(anna, jadwiga, skala)
                finally:
                    connection.close()

            with ThreadPoolExecutor(1) as pool:
                pool.submit(write_another).result()  # while the first is not committed
            assert heads(skala.pk)[0].number == 1

        [head] = heads(skala.pk)
        assert (head.number, list(breaks(head))) == (2, [])
