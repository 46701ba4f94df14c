"""The page of a plan: its state on a day, the text of the resolution, the drawings, the other plans."""

from datetime import date, timedelta

import pytest

from planning.models import PlanSheet
from tests import factories

ADDRESS = "/plany/120610-XI-85-15/"


class TestState:
    @pytest.mark.parametrize(
        ("day", "state", "words"),
        [
            ("2014-12-31", "pending", "Ten plan jeszcze nie obowiązuje"),
            ("2016-01-01", "in-force", "Plan obowiązuje od"),
            ("2020-06-01", "ended", "Przestał obowiązywać"),
        ],
    )
    def test_is_told_for_the_day_asked(self, client, make_plan, day, state, words):
        make_plan(in_force_from=date(2015, 6, 1), in_force_to=date(2020, 6, 1))

        report = client.get(ADDRESS, {"na-dzien": day, "f": "json"}).json()

        assert report["state"] == state
        assert report["is_in_force"] is (state == "in-force")
        assert words in client.get(ADDRESS, {"na-dzien": day}).content.decode()


class TestText:
    def test_stands_as_a_tree_in_the_order_of_the_resolution(self, client, local_plan):
        chapter = factories.provision(local_plan, "1", "", kind="chapter", heading="Przepisy ogólne")
        paragraph = factories.provision(local_plan, "1", "Uchwala się plan.", parent=chapter)
        factories.provision(local_plan, "1", "Plan składa się z tekstu.", parent=paragraph, kind="section")

        [unit] = client.get(ADDRESS, {"f": "json"}).json()["provisions"]
        page = client.get(ADDRESS).content.decode()

        assert (unit["label"], unit["heading"]) == ("Rozdział 1", "Przepisy ogólne")
        assert unit["units"][0]["label"] == "§ 1."
        assert unit["units"][0]["units"][0]["text"] == "Plan składa się z tekstu."
        assert page.index("Przepisy ogólne") < page.index("Uchwala się plan.") < page.index("Plan składa się z tekstu.")

    def test_that_a_ruling_struck_out_says_so(self, client, local_plan):
        struck = date(2018, 1, 1)
        factories.provision(local_plan, "9", "Zakaz.", annulled_on=struck, annulled_by="wyrok WSA")

        today = client.get(ADDRESS).content.decode()
        before = client.get(ADDRESS, {"na-dzien": (struck - timedelta(days=1)).isoformat()}).content.decode()

        assert "wyrok WSA" in today
        assert "Zakaz." not in today
        assert "Zakaz." in before


def test_drawings_come_with_their_sum(client, local_plan):
    PlanSheet.objects.create(
        plan=local_plan, number="1", sha256="ab" * 32, scale=2000, pixel_m=0.5,
        footprint=factories.rectangle(east=0, north=0, width=9, height=9)[0],
    )  # fmt: skip

    page = client.get(ADDRESS).content.decode()

    assert "ab" * 32 in page
    assert client.get(ADDRESS, {"f": "json"}).json()["sheets"][0]["scale"] == 2000
