"""Letters on paper: the window of the envelope, the batch of the day, what comes back, and the days of KPA art. 44."""

import csv
import io
import re
import subprocess
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from django.test import Client

from services.cases.terms import APPEAL
from services.delivery import paper
from services.delivery.course import State
from services.delivery.models import PaperBatch, Shipment
from services.delivery.paper import Confirmation, Outcome
from services.identity.models import StaffRole
from spatial.errors import Conflict, Malformed
from tests.conftest import person
from tests.services.delivery.conftest import STREET

pytestmark = pytest.mark.django_db

SENT = datetime(2026, 11, 26, 10, tzinfo=ZoneInfo("Europe/Warsaw"))
NOTICED = date(2026, 11, 26)


@pytest.fixture
def letter(make_letter):
    return make_letter("paper", at=SENT, **STREET)


@pytest.fixture
def posted(letter, skala, jadwiga):
    paper.post(skala, clerk=jadwiga, at=SENT)
    return Shipment.objects.get(letter=letter)


def words(pdf: bytes, tmp_path, *options: str) -> str:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True, text=True).stdout


class TestBatch:
    def test_takes_all_that_wait_once(self, make_letter, skala, jadwiga):
        letters = [make_letter("paper", at=SENT, title=f"Pismo {number}", **STREET) for number in range(3)]
        batch = paper.post(skala, clerk=jadwiga, at=SENT)

        assert [one.letter for one in paper.letters_of(batch)] == letters
        assert {one.state for one in Shipment.objects.all()} == {State.POSTED}
        with pytest.raises(Conflict):
            paper.post(skala, clerk=jadwiga, at=SENT)

    def test_is_printed_each_letter_on_its_own_sheets(self, posted, tmp_path):
        content = paper.batch_pdf(posted.batch)

        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert len(pdf.pages) % 2 == 0
        assert content == paper.batch_pdf(posted.batch)

    @pytest.mark.parametrize("name", ["Anna Nowak", "Przedsiębiorstwo Wielobranżowe " * 3])
    def test_shows_the_address_in_the_window(self, posted, tmp_path, name):
        """DL: the window is 90 × 35 mm; the sheet may be 10 mm to the side and 11 mm up or down."""
        posted.address = {"name": name, "street": "Zielona 7", "postal_code": "30-001", "city": "Kraków"}
        told = words(paper.address_page(posted), tmp_path, "-bbox")
        boxes = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)<', told)
        mm = 72 / 25.4
        inside = [one for one in boxes if one[4] in {"Zielona", "30-001", *name.split()}]

        assert len(inside) >= 4
        for left, top, right, bottom, _word in inside:
            for side in (0, 10):
                assert 100 * mm <= float(left) + side * mm
                assert float(right) + side * mm <= 200 * mm + 0.1
            for up in (0, 11):
                assert 60 * mm <= float(top) + up * mm
                assert float(bottom) + up * mm <= 95 * mm

    def test_has_a_book_for_the_post_office(self, posted):
        text = "".join(paper.posting_book(posted.batch)).removeprefix("\ufeff")
        head, row = csv.reader(io.StringIO(text), delimiter=";")

        assert dict(zip(head, row, strict=True)) == {
            "Lp.": "1", "Adresat": "Anna Nowak", "Ulica i numer": "Rynek 5", "Kod pocztowy": "32-043",
            "Miejscowość": "Skała", "Numer nadawczy": "", "Rodzaj": "polecona, potwierdzenie odbioru",
            "Znak": str(posted.letter),
        }  # fmt: skip

    def test_no_cell_is_a_formula(self, posted):
        Shipment.objects.update(address={"name": "=1+1", "street": "+A1", "postal_code": "@x", "city": "-x"})
        text = "".join(paper.posting_book(posted.batch))

        assert not any(cell.startswith(("=", "+", "@", "-")) for cell in text.split("\r\n")[1].split(";"))


class TestConfirmation:
    def confirmed(self, posted, jadwiga, outcome, at=SENT + timedelta(days=40), **said):
        shipment = paper.confirm(posted, Confirmation(outcome=outcome, **{"on": None} | said), clerk=jadwiga, at=at)
        return shipment.state, shipment.letter.delivered_on

    @pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.AFTER_NOTICE])
    def test_delivered_on_its_day(self, posted, jadwiga, outcome):
        assert self.confirmed(posted, jadwiga, outcome, on=date(2026, 12, 1)) == (State.DELIVERED, date(2026, 12, 1))

    def test_returned_after_two_notices_is_deemed_with_the_fourteenth_day(self, posted, jadwiga):
        """KPA art. 44 § 4: the first notice is day 0."""
        said = {"first_notice_on": NOTICED, "second_notice_on": NOTICED + timedelta(days=7), "on": date(2026, 12, 11)}

        result = self.confirmed(posted, jadwiga, Outcome.RETURNED_AFTER_NOTICE, **said)

        assert result == (State.DEEMED, date(2026, 12, 10))
        assert APPEAL.ends(result[1]) == date(2026, 12, 28)

    def test_a_second_notice_before_seven_days_delivers_nothing(self, posted, jadwiga):
        """KPA art. 44 § 3: it comes when the letter was not fetched in the first seven days."""
        said = {"first_notice_on": NOTICED, "second_notice_on": NOTICED + timedelta(days=6), "on": date(2026, 12, 11)}

        with pytest.raises(Malformed, match="44 § 3"):
            self.confirmed(posted, jadwiga, Outcome.RETURNED_AFTER_NOTICE, **said)

        assert Shipment.objects.get().state == State.POSTED

    def test_returned_otherwise_is_not_delivered(self, posted, jadwiga):
        result = self.confirmed(posted, jadwiga, Outcome.RETURNED, on=date(2026, 12, 1), reason="adresat nieznany")

        assert result == (State.UNDELIVERED, None)
        assert Shipment.objects.get().letter.status == "returned"

    @pytest.mark.parametrize("said", [
        {"outcome": Outcome.DELIVERED, "on": None},
        {"outcome": Outcome.DELIVERED, "on": date(2026, 11, 25)},
        {"outcome": Outcome.DELIVERED, "on": date(2030, 1, 1)},
        {"outcome": Outcome.RETURNED_AFTER_NOTICE, "on": date(2026, 12, 12)},
        {"outcome": Outcome.RETURNED_AFTER_NOTICE, "first_notice_on": NOTICED, "on": date(2026, 12, 12)},
        {"outcome": Outcome.RETURNED_AFTER_NOTICE, "first_notice_on": date(2026, 12, 3), "second_notice_on": NOTICED},
        {"outcome": Outcome.RETURNED_AFTER_NOTICE, "first_notice_on": NOTICED, "second_notice_on": date(2026, 12, 3),
         "on": date(2026, 12, 9)},
        {"outcome": Outcome.RETURNED_AFTER_NOTICE, "first_notice_on": date(2026, 12, 28),
         "second_notice_on": date(2027, 1, 4)},
    ])  # fmt: skip
    def test_of_days_that_cannot_be_is_refused(self, posted, jadwiga, said):
        with pytest.raises(Malformed):
            self.confirmed(posted, jadwiga, **said)

        assert Shipment.objects.get().state == State.POSTED

    def test_before_the_letter_was_taken_to_the_post_office_is_refused(self, letter, skala, jadwiga):
        paper.post(skala, clerk=jadwiga, at=SENT + timedelta(days=4))
        posted = Shipment.objects.get(letter=letter)

        with pytest.raises(Malformed):
            self.confirmed(posted, jadwiga, Outcome.DELIVERED, on=date(2026, 11, 29))
        assert self.confirmed(posted, jadwiga, Outcome.DELIVERED, on=date(2026, 11, 30))[0] == State.DELIVERED

    def test_is_entered_once(self, posted, jadwiga):
        self.confirmed(posted, jadwiga, Outcome.DELIVERED, on=date(2026, 12, 1))

        with pytest.raises(Conflict):
            self.confirmed(posted, jadwiga, Outcome.RETURNED, on=date(2026, 12, 2))


class TestPages:
    def test_from_the_batch_to_the_confirmation(self, make_letter, office, resident):
        letter = make_letter("paper", **STREET)
        assert "Listy do wydruku" in office.get("/urzad/doreczenia/").content.decode()
        office.post("/urzad/doreczenia/120610/nadaj/")
        batch, shipment = PaperBatch.objects.get(), Shipment.objects.get()

        assert office.get(f"/urzad/doreczenia/paczka/{batch.pk}.pdf").content.startswith(b"%PDF-")
        assert "Rynek 5" in office.get(f"/urzad/doreczenia/paczka/{batch.pk}.csv").content.decode()
        page = office.get("/urzad/doreczenia/").content.decode()
        assert f"/urzad/doreczenia/przesylka/{shipment.pk}/zwrotka/" in page

        address = f"/urzad/doreczenia/przesylka/{shipment.pk}/zwrotka/"
        said = {"outcome": "P.O", "on": shipment.created_at.date().isoformat(), "received_by": "Jan, dorosły domownik"}
        assert office.get(address).status_code == 200
        assert office.post(address, {"outcome": "x", "on": "jutro"}).status_code == 422
        assert office.post(address, {"outcome": "P.O"}).status_code == 422
        assert office.post(address, said).status_code == 302

        letter.refresh_from_db()
        assert letter.status == "delivered"
        page = resident.get(f"/moje/sprawy/{letter.case_id}/").content.decode()
        assert "Zwrotka: doręczono" in page
        assert "Jan, dorosły domownik" in page

    def test_a_letter_that_came_back_may_be_posted_again(self, posted, office, jadwiga, skala):
        said = Confirmation(outcome=Outcome.RETURNED, on=date(2026, 12, 1), reason="adresat nieznany")
        paper.confirm(posted, said, clerk=jadwiga, at=SENT + timedelta(days=10))
        again = f"/urzad/doreczenia/przesylka/{posted.pk}/ponow/"
        assert again in office.get("/urzad/doreczenia/").content.decode()

        for _twice in range(2):
            office.post(again)

        [waiting] = paper.waiting(skala)
        assert (waiting.letter, waiting.letter.status) == (posted.letter, "sent")
        assert paper.post(skala, clerk=jadwiga, at=SENT + timedelta(days=11)).shipments.get() == waiting

    def test_another_office_sees_nothing(self, posted, suloszowa):
        clerk, client = person("kazimierz", "Kazimierz", "Piotrowski"), Client()
        StaffRole.objects.create(user=clerk, municipality=suloszowa, role=StaffRole.Role.CLERK, job_title="inspektor")
        client.force_login(clerk)

        assert "Anna Nowak" not in client.get("/urzad/doreczenia/").content.decode()
        assert client.get("/urzad/doreczenia/?gmina=120610").status_code == 404
        for path in (
            f"paczka/{posted.batch_id}.pdf",
            f"paczka/{posted.batch_id}.csv",
            f"przesylka/{posted.pk}/zwrotka/",
        ):
            assert client.get(f"/urzad/doreczenia/{path}").status_code == 404
        for path in (f"przesylka/{posted.pk}/ponow/", "120610/nadaj/"):
            assert client.post(f"/urzad/doreczenia/{path}").status_code == 404

    def test_is_for_clerks_only(self, danuta, celina, posted):
        for stranger in (danuta, celina):
            client = Client()
            client.force_login(stranger)
            assert client.get("/urzad/doreczenia/").status_code == 403
