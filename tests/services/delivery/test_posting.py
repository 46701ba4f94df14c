"""Numbers of registered letters and the day of their posting.

Numbers at home and their followers were counted by another program (test data of a public postal register); the S10
number is the example of UPU's own standard.
"""

import csv
import io
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from services.correspondence.posting_numbers import following, made_at_home, normal, readable
from services.delivery import paper, posting
from services.delivery.course import State
from services.delivery.models import Shipment
from services.delivery.paper import Confirmation, Outcome
from services.identity.models import StaffRole
from spatial.errors import Malformed
from tests.conftest import person
from tests.services.delivery.conftest import STREET

WARSAW = ZoneInfo("Europe/Warsaw")
PRINTED = datetime(2026, 11, 26, 15, tzinfo=WARSAW)
NEXT_DAY = datetime(2026, 11, 27, 9, tzinfo=WARSAW)
ROLL = [
    "00559007731550000009", "00559007731550000016", "00559007731550000023", "00559007731550000030",
    "00559007731550000047", "00559007731550000054",
]  # fmt: skip
SEEN_ON_LETTERS = ["00259007738539428532", "00559007730113934232", "00559007734369539067"]


class TestNumbers:
    @pytest.mark.parametrize("number", [*ROLL, *SEEN_ON_LETTERS, "RR473124829PL", "RR480000011PL", "RB700000999PL"])
    def test_as_they_are(self, number):
        assert normal(number) == normal(readable(number)) == number

    @pytest.mark.parametrize(("typed", "number"), [
        ("(00) 7 5900773 1 51200062 1", "00759007731512000621"),
        ("00-7-5900773-1-51200062-1", "00759007731512000621"),
        ("759007731512000621", "00759007731512000621"),
        ("]C100759007731512000621", "00759007731512000621"),
        ("\x1d00759007731512000621 ", "00759007731512000621"),
        ("rr 47312482 9 pl", "RR473124829PL"),
    ])  # fmt: skip
    def test_as_people_and_readers_write_them(self, typed, number):
        assert normal(typed) == number

    @pytest.mark.parametrize("typed", ["00759007731512000622", "RR473124820PL", "759007731512000612"])
    def test_with_a_wrong_check_digit(self, typed):
        with pytest.raises(Malformed, match="Cyfra kontrolna"):
            normal(typed)

    @pytest.mark.parametrize("typed", [
        "", "abc", "0075900773151200062", "007590077315120006210", "10759007731512000621", "EE473124829PL",
        "RR47312482PL", "٠٠759007731512000621", "RR473124829P", "7590077315120006 21x",
    ])  # fmt: skip
    def test_of_another_form(self, typed):
        with pytest.raises(Malformed, match="20 cyfr"):
            normal(typed)

    @pytest.mark.parametrize(("number", "after"), [
        *pairwise(ROLL), ("RR480000008PL", "RR480000011PL"), ("RR480000042PL", "RR480000056PL"),
    ])  # fmt: skip
    def test_follow_each_other_on_the_roll(self, number, after):
        assert following(number) == after

    @pytest.mark.parametrize("last", ["00959007731999999993", "RR999999995PL"])
    def test_end_with_the_roll(self, last):
        with pytest.raises(Malformed, match="rolka się kończy"):
            following(last)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 10**17 - 1), st.integers(2, 18), st.integers(1, 9))
    def test_one_wrong_digit_is_always_seen_at_home(self, body, at, more):
        """S10 does not promise it: two remainders share the digit 5."""
        number = made_at_home(f"{body:017}")

        assert normal(number) == number
        with pytest.raises(Malformed):
            normal(f"{number[:at]}{(int(number[at]) + more) % 10}{number[at + 1 :]}")


@pytest.fixture
def batch(make_letter, skala, jadwiga):
    """Four letters, printed."""
    for number in range(4):
        make_letter("paper", at=PRINTED, title=f"Decyzja {number}", **STREET)
    return paper.post(skala, clerk=jadwiga, at=PRINTED)


@pytest.fixture
def letters(batch):
    return list(paper.letters_of(batch))


def page_of(batch) -> str:
    return f"/urzad/doreczenia/paczka/{batch.pk}/"


def fields(letters, numbers, seen=("", "", "", "")) -> dict[str, str]:
    typed = {f"numer-{one.pk}": number for one, number in zip(letters, numbers, strict=True)}
    return typed | {f"byl-{one.pk}": number for one, number in zip(letters, seen, strict=True)}


def kept(letters) -> list[str]:
    return [Shipment.objects.get(pk=one.pk).posting_number for one in letters]


def told(page: str, shipment) -> str:
    """The number in the field of the letter."""
    return page.partition(f'name="numer-{shipment.pk}" value="')[2].partition('"')[0]


@pytest.mark.django_db
class TestEntering:
    def test_a_new_batch_asks_for_its_numbers(self, make_letter, office):
        make_letter("paper", **STREET)
        page = office.post("/urzad/doreczenia/120610/nadaj/", follow=True)

        shipment = Shipment.objects.get()
        assert page.redirect_chain == [(page_of(shipment.batch), 302)]
        assert f'name="numer-{shipment.pk}"' in page.content.decode()
        assert "bez numeru nadawczego: 1" in office.get("/urzad/doreczenia/").content.decode()

    def test_numbers_stand_in_the_case_the_register_and_the_posting_book(self, batch, letters, office, resident):
        assert office.post(page_of(batch), fields(letters, ROLL[:4])).status_code == 302

        shown = "(00) 5590 0773 1550 0000 16"
        second = letters[1].letter
        assert kept(letters) == ROLL[:4]
        assert shown in resident.get(f"/moje/sprawy/{second.case_id}/").content.decode()
        assert shown in resident.get("/moje/korespondencja/").content.decode()
        assert shown in office.get("/urzad/korespondencja/").content.decode()
        assert shown in office.get("/urzad/korespondencja/120610/dziennik.csv").getvalue().decode()
        found = office.get(f"/urzad/korespondencja/?szukaj={ROLL[1]}").content.decode()
        assert (second.number in found, letters[0].letter.number in found) == (True, False)
        book = csv.DictReader(io.StringIO("".join(paper.posting_book(batch)).removeprefix("\ufeff")), delimiter=";")
        assert [row["Numer nadawczy"] for row in book] == [readable(number) for number in ROLL[:4]]

    def test_a_roll_fills_the_page_and_keeps_nothing_yet(self, batch, letters, office):
        page = office.post(page_of(batch), fields(letters, [""] * 4) | {"pierwszy": readable(ROLL[0]), "wypelnij": ""})

        shown = [told(page.content.decode(), one) for one in letters]
        assert (page.status_code, shown) == (200, [readable(number) for number in ROLL[:4]])
        assert kept(letters) == [""] * 4

    def test_behind_a_torn_label_they_follow_anew(self, batch, letters, office):
        said = {"pierwszy": ROLL[3], "od": "3", "wypelnij": ""}
        page = office.post(page_of(batch), fields(letters, ROLL[:4]) | said)

        shown = [told(page.content.decode(), one) for one in letters]
        assert shown == [*ROLL[:2], readable(ROLL[3]), readable(ROLL[4])]

    def test_a_roll_that_ends_says_where(self, batch, letters, office):
        said = {"pierwszy": "00959007731999999986", "wypelnij": ""}
        page = office.post(page_of(batch), fields(letters, [""] * 4) | said)

        text = page.content.decode()
        assert (page.status_code, "rolka się kończy" in text) == (422, True)
        assert [told(text, one) for one in letters[:3]] == [
            readable("00959007731999999986"), readable("00959007731999999993"), "",
        ]  # fmt: skip

    @pytest.mark.parametrize("first", ["00759007731512000622", "abc"])
    def test_a_wrong_first_number_loses_nothing(self, batch, letters, office, first):
        typed = fields(letters, [ROLL[0], "x", "", ""]) | {"pierwszy": first, "wypelnij": ""}
        page = office.post(page_of(batch), typed)

        text = page.content.decode()
        assert (page.status_code, [told(text, one) for one in letters[:2]]) == (422, [ROLL[0], "x"])
        assert f'name="pierwszy" value="{first}"' in text

    def test_a_wrong_row_keeps_what_was_typed_and_the_others_are_saved(self, batch, letters, office):
        wrong = "00559007731550000017"
        page = office.post(page_of(batch), fields(letters, [ROLL[0], wrong, "abc", ROLL[3]]))

        text = page.content.decode()
        assert (page.status_code, kept(letters)) == (422, [ROLL[0], "", "", ROLL[3]])
        assert [told(text, one) for one in letters] == [readable(ROLL[0]), wrong, "abc", readable(ROLL[3])]
        assert f'<a href="#numer-{letters[1].pk}">' in text
        assert f'id="numer-{letters[1].pk}-blad">Cyfra kontrolna' in text

    def test_one_number_is_of_one_letter(self, batch, letters, office):
        page = office.post(page_of(batch), fields(letters, [ROLL[0], ROLL[1], ROLL[0], ""]))

        assert (page.status_code, kept(letters)) == (422, ["", ROLL[1], "", ""])
        assert page.content.decode().count("Ten numer ma także inny list na tej stronie.") == 4

    def test_of_another_batch_it_is_refused_by_name(self, batch, letters, office, make_letter, skala, jadwiga):
        office.post(page_of(batch), fields(letters, ROLL[:4]))
        make_letter("paper", at=NEXT_DAY, title="Późniejsza", **STREET)
        later = paper.post(skala, clerk=jadwiga, at=NEXT_DAY)
        [one] = paper.letters_of(later)
        page = office.post(page_of(later), {f"numer-{one.pk}": ROLL[2], f"byl-{one.pk}": ""})

        assert (page.status_code, kept([one])) == (422, [""])
        assert (
            f"Ten numer ma już pismo {letters[2].letter} z paczki z 26\xa0listopada\xa02026." in page.content.decode()
        )

    def test_another_office_may_have_the_same(self, batch, letters, office, suloszowa):
        """What another office keeps is neither told nor in the way."""
        office.post(page_of(batch), fields(letters, ROLL[:4]))
        theirs, ours = letters[0], letters[1:]
        theirs.letter.municipality = suloszowa
        theirs.letter.save()
        Shipment.objects.filter(pk=theirs.pk).update(batch=None)

        said = fields(ours, [ROLL[0], *ROLL[2:4]], ROLL[1:4])
        assert office.post(page_of(batch), said).status_code == 302
        assert kept(ours) == [ROLL[0], *ROLL[2:4]]

    def test_two_may_be_exchanged_unless_one_of_them_cannot_move(self, batch, letters, office):
        office.post(page_of(batch), fields(letters, ROLL[:4]))
        seen = ROLL[:4]
        assert office.post(page_of(batch), fields(letters, [ROLL[1], ROLL[0], *ROLL[2:4]], seen)).status_code == 302
        assert kept(letters) == [ROLL[1], ROLL[0], ROLL[2], ROLL[3]]

        seen = kept(letters)
        page = office.post(page_of(batch), fields(letters, ["x", ROLL[1], *ROLL[2:4]], seen))
        assert (page.status_code, kept(letters)) == (422, seen)

    def test_a_page_that_is_old_overwrites_nothing(self, batch, letters, office):
        office.post(page_of(batch), fields(letters, [ROLL[0], "", "", ""]))

        assert office.post(page_of(batch), fields(letters, ["", ROLL[1], "", ""])).status_code == 302
        assert kept(letters) == [ROLL[0], ROLL[1], "", ""]
        page = office.post(page_of(batch), fields(letters, [ROLL[4], "", "", ""]))
        assert (page.status_code, kept(letters)[0]) == (422, ROLL[0])
        assert "Ktoś zmienił ten numer" in page.content.decode()

    def test_each_number_stays_in_the_evidence(self, batch, letters, office, jadwiga):
        for number, seen in ((ROLL[0], ""), (ROLL[1], ROLL[0]), (ROLL[1], ROLL[1]), ("", ROLL[1])):
            office.post(page_of(batch), fields(letters, [number, "", "", ""], [seen, "", "", ""]))

        rows = letters[0].evidence.filter(code="P.R").order_by("pk")
        assert [row.reason for row in rows] == [readable(ROLL[0]), readable(ROLL[1]), "usunięto"]
        assert {row.by for row in rows} == {jadwiga}
        assert Shipment.objects.get(pk=letters[0].pk).state == State.POSTED

    def test_with_its_confirmation_it_does_not_change(self, batch, letters, office, jadwiga):
        office.post(page_of(batch), fields(letters, ROLL[:4]))
        said = Confirmation(outcome=Outcome.DELIVERED, on=date(2026, 11, 27))
        paper.confirm(letters[0], said, clerk=jadwiga, at=NEXT_DAY)
        page = office.get(page_of(batch)).content.decode()

        assert f'name="numer-{letters[0].pk}"' not in page
        assert office.post(page_of(batch), fields(letters, [ROLL[5], *ROLL[1:4]], ROLL[:4])).status_code == 422
        assert kept(letters) == ROLL[:4]

    def test_of_letters_that_are_not_there(self, batch, letters, office):
        for said in ({"numer-1000000": ROLL[0]}, {"numer-x": "1"}, {"numer-": ""}):
            assert office.post(page_of(batch), said).status_code == 422
        for start in ("x", "9" * 30, "0", "²", "\0"):
            said = {"pierwszy": ROLL[0], "od": start, "wypelnij": ""}
            assert office.post(page_of(batch), said).status_code == 200
        assert kept(letters) == [""] * 4

    def test_many_questions_are_not_asked_for_many_letters(self, batch, office, django_assert_max_num_queries):
        with django_assert_max_num_queries(16):
            office.get(page_of(batch))


@pytest.mark.django_db
class TestFinding:
    """The letter whose confirmation came back, by the number on it."""

    @pytest.fixture
    def numbered(self, batch, letters, office):
        office.post(page_of(batch), fields(letters, ROLL[:4]))
        return letters[2]

    def test_by_what_was_read(self, numbered, office):
        answer = office.get("/urzad/doreczenia/", {"gmina": "120610", "numer": f"]C1{ROLL[2]}"})

        assert answer.status_code == 302
        assert answer.url == f"/urzad/doreczenia/przesylka/{numbered.pk}/zwrotka/"
        page = office.get(answer.url).content.decode()
        assert "Numer nadawczy (00) 5590 0773 1550 0000 23." in page
        assert "Nadano 26 listopada 2026." in page
        assert page_of(numbered.batch) in page

    def test_what_is_not_there_is_told(self, numbered, office):
        for typed in (ROLL[5], "00559007731550000024", "abc", "1" * 500):
            assert office.get("/urzad/doreczenia/", {"numer": typed}).status_code == 422
        assert office.get("/urzad/doreczenia/", {"numer": "\0"}).status_code == 200

    def test_a_confirmation_that_stands_is_not_entered_again(self, numbered, office, jadwiga):
        said = Confirmation(outcome=Outcome.DELIVERED, on=date(2026, 11, 27))
        paper.confirm(numbered, said, clerk=jadwiga, at=NEXT_DAY)
        page = office.get("/urzad/doreczenia/", {"numer": ROLL[2]}, follow=True)

        assert f"Doręczenie pisma {numbered.letter.number} jest już zapisane: Doręczona." in page.content.decode()

    def test_another_office_finds_nothing(self, numbered, batch, suloszowa):
        clerk, client = person("kazimierz", "Kazimierz", "Piotrowski"), Client()
        StaffRole.objects.create(user=clerk, municipality=suloszowa, role=StaffRole.Role.CLERK, job_title="inspektor")
        client.force_login(clerk)

        assert client.get("/urzad/doreczenia/", {"numer": ROLL[2]}).status_code == 422
        assert client.get("/urzad/doreczenia/", {"gmina": "120610", "numer": ROLL[2]}).status_code == 404
        assert client.get(page_of(batch)).status_code == 404
        assert client.post(page_of(batch), {}).status_code == 404
        assert client.post(f"{page_of(batch)}dzien/", {"dnia": "2026-11-27"}).status_code == 404
        assert "Ten numer" not in client.get(f"/urzad/korespondencja/?szukaj={ROLL[2]}").content.decode()


@pytest.mark.django_db
class TestDay:
    def test_is_that_of_the_stamp(self, batch, letters, jadwiga):
        assert posting.posted_on(letters[0]) == date(2026, 11, 26)
        assert posting.correct_day(batch, date(2026, 11, 27), clerk=jadwiga, at=NEXT_DAY) == 4
        assert posting.correct_day(batch, date(2026, 11, 27), clerk=jadwiga, at=NEXT_DAY) == 0

        assert {posting.posted_on(one) for one in paper.letters_of(batch)} == {date(2026, 11, 27)}
        [row] = letters[0].evidence.filter(code="P.S")
        assert (row.by, row.reason) == (jadwiga, "wcześniej zapisano 26\xa0listopada\xa02026")
        assert letters[0].evidence.get(code="P.N").at == PRINTED

    def test_what_was_said_last_counts(self, batch, letters, jadwiga):
        for day in (28, 26, 27):
            posting.correct_day(batch, date(2026, 11, day), clerk=jadwiga, at=PRINTED + timedelta(days=3))

        assert posting.posted_on(letters[0]) == date(2026, 11, 27)
        assert letters[0].evidence.filter(code="P.S").count() == 3

    def test_nothing_is_delivered_before_it(self, batch, letters, jadwiga):
        posting.correct_day(batch, date(2026, 11, 27), clerk=jadwiga, at=NEXT_DAY)
        said = Confirmation(outcome=Outcome.DELIVERED, on=date(2026, 11, 26))

        with pytest.raises(Malformed):
            paper.confirm(letters[0], said, clerk=jadwiga, at=NEXT_DAY)

    def test_stays_with_a_confirmation(self, batch, letters, office, jadwiga):
        said = Confirmation(outcome=Outcome.DELIVERED, on=date(2026, 11, 27))
        paper.confirm(letters[0], said, clerk=jadwiga, at=NEXT_DAY)
        page = office.post(f"{page_of(batch)}dzien/", {"dnia": "2026-11-27"}, follow=True).content.decode()

        assert "Poprawiono dzień nadania. Listów: 3." in page
        assert [posting.posted_on(one).day for one in paper.letters_of(batch)] == [26, 27, 27, 27]
        for one in letters[1:]:
            paper.confirm(one, said, clerk=jadwiga, at=NEXT_DAY)
        page = office.post(f"{page_of(batch)}dzien/", {"dnia": "2026-11-28"}, follow=True).content.decode()
        assert "Zwrotki tych listów są już zapisane" in page

    def test_that_cannot_be_is_refused(self, batch, letters, office):
        for typed in ("2026-11-25", "2099-01-01", "jutro", "", "\0"):
            page = office.post(f"{page_of(batch)}dzien/", {"dnia": typed}, follow=True).content.decode()
            assert "Poprawiono" not in page
            assert "Podaj dzień" in page or "najwcześniej w dniu wydruku" in page
        assert {posting.posted_on(one) for one in paper.letters_of(batch)} == {date(2026, 11, 26)}
