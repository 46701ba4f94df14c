"""Letters in the account: opened with a sealed proof, noticed twice, deemed delivered by the days of the law."""

from datetime import date, datetime, timedelta
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from services.cases.models import Case
from services.cases.terms import APPEAL
from services.delivery import account
from services.delivery.models import Addressee, DeliveryRule, Evidence, Shipment
from services.identity.models import StaffRole
from services.notices.models import Notice
from services.personal.erasing import close, outlook
from services.personal.export import archive
from tests.services.delivery.conftest import STREET

pytestmark = pytest.mark.django_db

WARSAW = ZoneInfo("Europe/Warsaw")
SENT = datetime(2026, 11, 26, 10, tzinfo=WARSAW)


def after(days: int) -> datetime:
    """Just past midnight of so many days later, when the job runs."""
    return (SENT + timedelta(days=days)).replace(hour=0, minute=11)


def told(letter) -> tuple[str, date | None]:
    letter.refresh_from_db()
    return letter.status, letter.delivered_on


class TestOpening:
    def test_is_explained_first_and_gives_nothing_away(self, resident, make_letter):
        letter = make_letter()

        page = resident.get(f"/moje/pisma/{letter.pk}/").content.decode()

        assert "Co oznacza odbiór pisma" in page
        assert letter.document.code not in page
        assert told(letter) == ("sent", None)

    def test_delivers_and_shows_the_document(self, resident, make_letter, anna):
        letter = make_letter()

        page = resident.post(f"/moje/pisma/{letter.pk}/", follow=True).content.decode()

        assert letter.document.code in page
        assert told(letter)[0] == "delivered"
        assert {(row.code, row.by, row.received_by) for row in Evidence.objects.exclude(code="K.1")} == {
            ("K.OX", anna, "Anna Nowak"), ("K.OP", anna, "Anna Nowak"),
        }  # fmt: skip

    def test_twice_is_once(self, resident, make_letter):
        letter = make_letter()
        for _ in range(3):
            resident.post(f"/moje/pisma/{letter.pk}/")

        assert Evidence.objects.count() == 3
        assert letter.case.events.filter(kind="letter-delivered").count() == 1

    def test_leaves_a_proof_that_says_who_and_when(self, make_letter, anna):
        letter = make_letter(at=SENT)
        account.open_letter(letter, person=anna, at=SENT + timedelta(hours=2))

        with Evidence.objects.get(code="K.OX").file.open("rb") as file:
            root = etree.fromstring(file.read())
        said = {etree.QName(one).localname: one.text for one in root.iter() if one.text and one.text.strip()}
        assert root.tag == "{http://crd.gov.pl/xml/schematy/UPO/2008/05/09/}Dokument"
        assert said["DataDoreczenia"] == "2026-11-26T12:00:00+01:00"
        assert (said["Adresat"], said["IdentyfikatorDokumentu"]) == ("Anna Nowak", letter.document.code)
        with Evidence.objects.get(code="K.OP").file.open("rb") as file:
            assert file.read(5) == b"%PDF-"

    def test_is_the_addressees_only(self, make_letter, bogdan, jadwiga):
        letter = make_letter()
        for stranger in (bogdan, jadwiga):
            client = Client()
            client.force_login(stranger)
            assert client.get(f"/moje/pisma/{letter.pk}/").status_code == 404
            assert client.post(f"/moje/pisma/{letter.pk}/").status_code == 404
        assert Client().get(f"/moje/pisma/{letter.pk}/").status_code == 302
        assert told(letter) == ("sent", None)

    def test_no_page_of_the_person_leads_past_it(self, resident, make_letter, anna):
        letter = make_letter()

        pages = [resident.get(path).content.decode() for path in (
            "/moje/", f"/moje/sprawy/{letter.case_id}/", "/moje/korespondencja/",
        )]  # fmt: skip

        assert all(f"/moje/pisma/{letter.pk}/" in page for page in pages)
        assert not any(letter.document.code in page for page in pages)
        assert not any(name.startswith("dokumenty/") for name in ZipFile(archive(anna, at=SENT)).namelist())

    def test_locks_in_the_order_of_the_job(self, make_letter, anna):
        """The job that counts days locks the shipment and then writes the letter: the other way round they would
        wait for each other."""
        letter = make_letter(at=SENT)
        with CaptureQueriesContext(connection) as asked:
            account.open_letter(letter, person=anna, at=SENT)

        locked = [one["sql"].split("FOR UPDATE")[0] for one in asked if "FOR UPDATE" in one["sql"]]
        assert 'FROM "delivery_shipment"' in locked[0]

    def test_of_a_letter_from_before_there_were_shipments(self, resident, make_letter):
        letter = make_letter()
        Evidence.objects.all().delete()
        Shipment.objects.all().delete()

        assert resident.get(f"/moje/pisma/{letter.pk}/").status_code == 200
        resident.post(f"/moje/pisma/{letter.pk}/")

        assert told(letter)[0] == "delivered"


def test_the_account_stays_while_a_letter_waits_there(make_letter, case, anna, resident):
    """In a closed account it would be deemed delivered to somebody who cannot open it."""
    letter = make_letter()
    Case.objects.filter(pk=case.pk).update(closed_at=SENT, status="issued")

    assert (outlook(anna).closes_account, outlook(anna).open) == (False, [case])
    assert "czekają w nich pisma do odebrania" in resident.get("/moje/dane/").content.decode()

    account.open_letter(letter, person=anna, at=SENT)
    assert outlook(anna).closes_account


class TestProofs:
    def test_are_not_for_who_handled_the_case_and_serves_no_longer(self, make_letter, anna, danuta, skala):
        letter = make_letter(at=SENT)
        account.open_letter(letter, person=anna, at=SENT)
        Case.objects.update(handler=danuta)
        proof, client = Evidence.objects.get(code="K.OP"), Client()
        client.force_login(danuta)
        assert client.get(f"/doreczenia/dowod/{proof.pk}/").status_code == 200

        StaffRole.objects.filter(user=danuta).delete()

        assert client.get(f"/doreczenia/dowod/{proof.pk}/").status_code == 404


class TestDays:
    def test_notice_after_the_seventh_and_delivery_after_the_fourteenth(self, make_letter, anna):
        letter = make_letter(at=SENT)
        for days in range(8):
            account.remind(at=after(days))
        assert not Evidence.objects.filter(code="K.2").exists()  # the seventh day lasts until its midnight

        for days in range(8, 15):
            account.remind(at=after(days))
        assert Evidence.objects.filter(code="K.2").count() == 1
        assert Notice.objects.filter(user=anna, text__contains="to drugie zawiadomienie").count() == 1
        assert told(letter) == ("sent", None)

        account.remind(at=after(15))
        account.remind(at=after(16))

        # Thursday 26 November and 14 days: Thursday 10 December; the appeal as in the dossier's vector
        assert told(letter) == ("delivered", date(2026, 12, 10))
        assert APPEAL.ends(letter.delivered_on) == date(2026, 12, 28)
        assert Evidence.objects.filter(code="K.U").count() == 1

    def test_a_job_that_did_not_run_does_not_make_up_a_notice(self, make_letter):
        letter = make_letter(at=SENT)
        account.remind(at=after(30))
        account.remind(at=after(30))
        assert told(letter) == ("sent", None)

        account.remind(at=after(31))
        assert told(letter) == ("sent", None)

        # the second notice on 26 December instead of the 4th; from the 4th to the end there were six days
        account.remind(at=after(36))
        assert told(letter) == ("sent", None)
        account.remind(at=after(37))

        assert told(letter) == ("delivered", date(2027, 1, 1))

    def test_a_late_notice_names_a_day_that_is_still_to_come(self, make_letter, anna, resident):
        letter = make_letter(at=SENT)
        account.remind(at=after(30))

        notice = Notice.objects.get(user=anna, text__contains="to drugie zawiadomienie").text
        page = resident.get(f"/moje/pisma/{letter.pk}/").content.decode()
        assert all("1 stycznia 2027" in text.replace("\u00a0", " ") for text in (notice, page))

    def test_opening_on_the_last_day_is_a_delivery_of_that_day(self, make_letter, anna):
        letter = make_letter(at=SENT)
        for days in range(15):
            account.remind(at=after(days))
        account.open_letter(letter, person=anna, at=SENT + timedelta(days=14))

        account.remind(at=after(15))

        assert told(letter) == ("delivered", date(2026, 12, 10))
        assert not Evidence.objects.filter(code="K.U").exists()

    def test_opening_later_does_not_move_the_day(self, make_letter, anna):
        letter = make_letter(at=SENT)
        for days in (8, 15):
            account.remind(at=after(days))
        account.open_letter(letter, person=anna, at=SENT + timedelta(days=20))

        assert told(letter) == ("delivered", date(2026, 12, 10))

    @pytest.mark.parametrize("opened", [
        datetime(2026, 12, 11, 0, 5, tzinfo=WARSAW), datetime(2026, 12, 14, 9, tzinfo=WARSAW),
    ])  # fmt: skip
    def test_opening_before_the_job_of_the_night_does_not_move_the_day(self, make_letter, anna, opened):
        letter = make_letter(at=SENT)
        account.remind(at=after(8))

        account.open_letter(letter, person=anna, at=opened)

        assert told(letter) == ("delivered", date(2026, 12, 10))
        assert set(Evidence.objects.values_list("code", flat=True)) == {"K.1", "K.2", "K.U"}

    def test_are_rows_of_the_office(self, make_letter, skala):
        DeliveryRule.objects.create(
            municipality=skala, code="account-second", days_count=3, valid_from=date(2026, 1, 1), source="test"
        )
        make_letter(at=SENT)

        account.remind(at=after(4))

        assert Evidence.objects.filter(code="K.2").exists()


class TestAddress:
    SAID = {"way": "ade", "ade": "AE:PL-12345-67890-ABCDE-12", "street": "", "postal_code": "", "city": ""}

    def test_with_other_check_digits_is_kept_with_a_warning(self, resident, anna):
        page = resident.post("/moje/adres-do-doreczen/", self.SAID, follow=True).content.decode()

        assert "Sprawdź, czy nie ma pomyłki" in page
        assert Addressee.objects.get(user=anna).ade == "AE:PL-12345-67890-ABCDE-12"

    @pytest.mark.parametrize(("wrong", "words"), [
        ({"ade": "AE:PL-1"}, "Adres ma postać"), ({"ade": "AE:PL-٥٥٧٥٤-97181-CHDVR-19"}, "Adres ma postać"),
        ({"way": "paper"} | STREET | {"postal_code": "٣٢-043"}, "00-000"), ({"ade": ""}, "Podaj adres do doręczeń"),
        ({"way": "golab"}, "wartość"),
        ({"way": "paper"} | STREET | {"postal_code": "32043"}, "00-000"),
        ({"way": "paper"} | STREET | {"city": ""}, "Podaj cały adres"),
    ])  # fmt: skip
    def test_that_cannot_be_is_refused_and_stays_typed(self, resident, anna, wrong, words):
        response = resident.post("/moje/adres-do-doreczen/", self.SAID | wrong)

        assert response.status_code == 422
        assert words in response.content.decode()
        assert not Addressee.objects.exists()

    def test_goes_with_the_account(self, anna):
        Addressee.objects.create(user=anna, way="ade", ade="AE:PL-28080-40239-TUSBF-26")

        close(anna, has_cases=True)

        assert not Addressee.objects.exists()
