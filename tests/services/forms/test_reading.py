"""What people type, read: answers, errors beside their fields, conditions, things of a group."""

from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalogue.declaration import eservices
from services.forms.definition import Form, Step
from services.forms.page import shown
from services.forms.questions import (
    Choice,
    Day,
    Email,
    Group,
    Line,
    Lines,
    Number,
    Option,
    Parcels,
    Statement,
    When,
    object_schema,
)
from services.forms.reading import as_json, changed, keys, read, told
from spatial.ogc.text import Text

YES_NO = (Option("yes", Text("tak", "yes")), Option("no", Text("nie", "no")))


def text(words="Pytanie"):
    return Text(words, words)


CHILDREN = Group(
    name="children",
    label=text("Dzieci"),
    one=text("Dziecko"),
    least=1,
    most=3,
    questions=(
        Line(name="name", label=text("Imię")),
        Choice(name="at_school", label=text(), options=YES_NO),
        Line(name="school", label=text("Szkoła"), when=When("at_school", ("yes",))),
    ),
)
ALL = (
    Line(name="line", label=text("Linia"), longest=20),
    Lines(name="lines", label=text(), is_required=False),
    Choice(name="has_tank", label=text("Szambo"), options=YES_NO),
    Number(
        name="volume", label=text("Pojemność"), places=1, most=Decimal(100), unit="m³", when=When("has_tank", ("yes",))
    ),
    Day(name="day", label=text(), is_required=False),
    Email(name="email", label=text(), is_required=False),
    Parcels(name="parcels", label=text(), is_required=False, most=2),
    CHILDREN,
    Statement(name="sure", label=text()),
)
GOOD = {
    "line": ["  Ala \t ma kota "], "has_tank": ["yes"], "volume": ["1 0,5"], "day": ["2026-11-28"], "sure": ["tak"],
    "children": ["0"], "children-0-name": ["Jan"], "children-0-at_school": ["no"],
    "parcels": ["120610_5.0007.123/4, 120610_5.0007.123/4"],
}  # fmt: skip


class TestReading:
    def test_of_good_answers_has_their_types(self):
        found = read(ALL, GOOD)

        assert found.errors == {}
        assert found.answers == {
            "line": "Ala ma kota", "has_tank": "yes", "volume": Decimal("10.5"), "day": date(2026, 11, 28),
            "sure": True,
            "children": [{"name": "Jan", "at_school": "no"}], "parcels": ["120610_5.0007.123/4"],
        }  # fmt: skip

    def test_tells_them_in_words(self):
        answers = read(ALL, GOOD).answers

        assert ("Pojemność", "10,5 m³") in list(told(ALL, answers))
        assert ("Dziecko 1: Imię", "Jan") in list(told(ALL, answers))

    @pytest.mark.parametrize(
        ("name", "typed", "words"),
        [
            ("line", "", "Odpowiedz"), ("line", "x" * 21, "Skróć"), ("has_tank", "maybe", "Wybierz"),
            ("volume", "1,55", "liczbę"), ("volume", "101", "od 0"), ("volume", "²", "liczbę"),
            ("volume", "NaN", "liczbę"),
            ("day", "28.11.2026", "rok-miesiąc"), ("day", "0001-01-01", "od"), ("email", "a@", "e-mail"),
            ("parcels", "ala", "jednostk"),
            ("parcels", "120610_5.0007.1 120610_5.0007.2 120610_5.0007.3", "najwyżej 2"),
            ("sure", "", "oświadczenia"), ("children-0-name", "", "Odpowiedz"),
        ],
    )  # fmt: skip
    def test_of_wrong_answers_says_so_at_their_field(self, name, typed, words):
        found = read(ALL, GOOD | {name: [typed]})

        assert list(found.errors) == [name]
        assert words in found.errors[name]

    def test_of_what_is_not_asked_is_left_out_and_not_lost(self):
        typed = GOOD | {"has_tank": ["no"], "volume": ["rubbish"]}

        assert read(ALL, typed).is_good
        assert "volume" not in read(ALL, typed).answers
        assert typed["volume"] == ["rubbish"]

    def test_of_a_thing_asks_by_its_own_answers(self):
        found = read(ALL, GOOD | {"children-0-at_school": ["yes"]})

        assert list(found.errors) == ["children-0-school"]

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.dictionaries(
            st.sampled_from([*GOOD, "lines", "email", "children-removed", "children-1-name", "children-0-school"]),
            st.lists(
                st.text(max_size=40) | st.sampled_from(["yes", "no", "0", "1", "2026-02-30", "1e9", "tak"]), max_size=4
            ),
        )
    )
    def test_of_rubbish_never_fails_and_fits_its_schema(self, typed):
        found = read(ALL, typed)
        shown(ALL, typed, found, before={})

        if found.is_good:
            jsonschema.validate(as_json(found.answers), object_schema(ALL))


class TestGroups:
    def test_a_removed_thing_comes_back_as_it_was(self):
        typed = {"children": ["0", "1"], "children-0-name": ["Jan"], "children-1-name": ["Ewa"]}

        removed = changed(CHILDREN, typed, "remove", "0")
        restored = changed(CHILDREN, removed, "restore", "0")

        assert keys(CHILDREN, removed) == ["1"]
        assert keys(CHILDREN, restored) == ["0", "1"]
        assert restored["children-0-name"] == ["Jan"]

    def test_a_copy_is_a_thing_of_its_own(self):
        typed = {"children": ["0"], "children-0-name": ["Jan"], "children-0-at_school": ["no"]}

        copied = changed(CHILDREN, typed, "copy", "0")

        assert keys(CHILDREN, copied) == ["0", "1"]
        assert copied["children-1-name"] == ["Jan"]

    def test_there_are_never_more_than_the_most(self):
        typed = {"children": ["0", "1", "2"]}

        assert keys(CHILDREN, changed(CHILDREN, typed, "add", "")) == ["0", "1", "2"]
        assert len(keys(CHILDREN, {"children": [str(number) for number in range(50)]})) == 3

    @given(
        st.lists(
            st.tuples(st.sampled_from(["add", "copy", "remove", "restore", "x"]), st.sampled_from("0123x")), max_size=20
        )
    )
    def test_nothing_typed_is_ever_lost(self, actions):
        typed = {"children": ["0"], "children-0-name": ["Jan"]}
        for action, key in actions:
            typed = changed(CHILDREN, typed, action, key)

        assert typed["children-0-name"] == ["Jan"]
        assert len(keys(CHILDREN, typed)) <= 3


class TestDefinitions:
    def test_a_condition_looks_back_only(self):
        with pytest.raises(ValueError, match="not asked before"):
            Form(
                1,
                (
                    Step(
                        "one",
                        text(),
                        (Line(name="a", label=text(), when=When("b", ("x",))), Line(name="b", label=text())),
                    ),
                ),
            )

    def test_names_stand_once(self):
        with pytest.raises(ValueError, match="twice"):
            Form(
                1,
                (
                    Step("one", text(), (Line(name="a", label=text()),)),
                    Step("two", text(), (Line(name="a", label=text()),)),
                ),
            )

    @pytest.mark.django_db
    def test_schemas_of_all_services_are_schemas(self, skala):
        for service in eservices:
            if service.form:
                jsonschema.Draft202012Validator.check_schema(service.form.schema(title="x"))
