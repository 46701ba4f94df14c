"""State and validity of links: the query, the object and the calendar say the same; who was identified is a party."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.identity.base import Level
from services.identity.models import User
from services.identity.news import NaturalPerson, identified
from services.parties import mandates
from services.parties.models import Party, PartyLink, Person
from services.parties.people import Known, by_nip, by_pesel, own_pesel, party_of, read_pesel, suggestions
from spatial.errors import Conflict, Malformed
from tests.services.parties.conftest import NIP, PESEL

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 29)
DAYS = st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(
    state=st.sampled_from(PartyLink.State.values), first=DAYS, last=st.none() | DAYS,
    scope=st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True), place=st.sampled_from(["120610", None]),
)  # fmt: skip
def test_the_query_and_the_object_agree(make_link, bogdan, firm, skala, state, first, last, scope, place):
    if last is not None and last < first:
        first, last = last, first
    office = skala if place else None
    link = make_link(bogdan, firm, state=state, valid_from=first, valid_to=last, scope=scope, municipality=office)

    by_calendar = state == "approved" and first <= TODAY and (last is None or last >= TODAY)
    assert link.is_in_force(TODAY) is by_calendar
    assert PartyLink.objects.in_force(TODAY).filter(pk=link.pk).exists() is by_calendar
    for service in ("a", "b", "c"):
        for teryt in ("120610", "120613"):
            reaches = (not scope or service in scope) and place in {None, teryt}
            assert link.covers(service=service, municipality=teryt) is reaches
            rows = PartyLink.objects.covering(service=Value(service), municipality=teryt)
            assert rows.filter(pk=link.pk).exists() is reaches
    link.delete()


class Clerk:
    """Steps that the state of a link lets be taken, as the law of the module says."""

    MAY = {
        "approve": {"asked": "approved"},
        "refuse": {"asked": "refused"},
        "revoke": {"asked": "revoked", "approved": "revoked"},
    }


@few
@given(st.lists(st.sampled_from(["approve", "refuse", "revoke"]), max_size=5))
def test_any_order_of_steps_keeps_the_states(make_link, bogdan, danuta, firm, at, steps):
    link = make_link(bogdan, firm, state="asked", approved_at=None, asked_name=firm.name)
    state = "asked"
    for step in steps:
        expected = Clerk.MAY[step].get(state)
        run = {
            "approve": lambda: mandates.approve(link, clerk=danuta, at=at),
            "refuse": lambda: mandates.refuse(link, clerk=danuta, reason="Brak.", at=at),
            "revoke": lambda: mandates.revoke(link, by=danuta, reason="Koniec.", at=at),
        }[step]
        if expected is None:
            with pytest.raises(Conflict):
                run()
        else:
            assert run().state == expected
            state = expected
    link.refresh_from_db()
    assert (link.state, link.approved_at is not None) == (state, "approve" in steps[:1])
    link.delete()


@pytest.fixture
def at():
    return timezone.now()


def test_without_a_reason_nothing_ends(for_firm, danuta, at):
    with pytest.raises(Malformed):
        mandates.revoke(for_firm, by=danuta, reason=" ", at=at)
    for_firm.refresh_from_db()
    assert for_firm.state == "approved"


@pytest.mark.parametrize("fields", [{"valid_to": date(2019, 1, 1)}, {"approved_at": None}])
def test_the_database_refuses_what_makes_no_sense(make_link, bogdan, firm, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_link(bogdan, firm, **fields)


def test_a_party_is_exactly_one_of_the_two(firm, principal):
    for both in ({}, {"person": principal.person, "organisation": firm.organisation}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.create(**both)


class TestPeople:
    def told(self, **more: object) -> NaturalPerson:
        said = {"identifier": PESEL, "first_name": "Anna", "last_name": "Nowak", "born_on": date(1944, 5, 14)}
        return NaturalPerson(**(said | more))

    def test_who_was_identified_is_a_party(self, anna):
        identified.send(User, user=anna, person=self.told())
        identified.send(User, user=anna, person=self.told(last_name="Nowak-Kowalska"))

        link = PartyLink.objects.get()
        assert (link.user, link.basis, link.state, link.level, link.municipality) == (
            anna, "self", "approved", Level.TRUSTED, None,
        )  # fmt: skip
        assert (link.party.name, link.party.is_confirmed) == ("Anna Nowak-Kowalska", True)
        assert own_pesel(anna, on=TODAY + timedelta(days=365)) == PESEL

    def test_somebody_from_abroad_has_no_pesel(self, anna):
        identified.send(User, user=anna, person=self.told(identifier="DE/PL/abc"))
        person = Person.objects.get()
        assert (person.pesel_sealed, len(person.fingerprint)) == (None, 64)
        assert own_pesel(anna, on=TODAY + timedelta(days=365)) == ""

    def test_a_pesel_lies_under_the_key_and_nowhere_else(self, principal):
        person = principal.person
        row = str(Person.objects.filter(pk=person.pk).values().get())
        assert PESEL not in row
        for shown in (person, principal, Known(name="x", pesel=PESEL)):
            assert PESEL not in f"{shown!s} {shown!r}"

    def test_reading_it_is_noted_first(self, principal):
        seen: list[str] = []
        assert read_pesel(principal.person, note=lambda: seen.append("noted")) == PESEL
        assert seen == ["noted"]

        def fail() -> None:
            raise Conflict("log")

        with pytest.raises(Conflict):
            read_pesel(principal.person, note=fail)

    def test_the_same_numbers_are_the_same_party(self, firm, principal):
        assert party_of(Known(name="Inna nazwa", nip=NIP)) == firm == by_nip(NIP)
        assert party_of(Known(name="Inna", first_name="Osoba", pesel=PESEL)) == principal == by_pesel(PESEL)
        assert by_nip(NIP).name == "Piekarnia Kowalski sp. z o.o."
        assert (by_nip("8567346215"), by_pesel("02070803628")) == (None, None)

    def test_an_equal_name_is_a_suggestion_and_never_a_match(self, principal, firm):
        namesake = Known(name="wiśniewska", first_name="Celina")
        assert party_of(namesake) != principal
        assert principal in suggestions(namesake, among=Party.objects.named())
        assert suggestions(Known(name="Piekarnia"), among=Party.objects.named()) == [firm]
        assert suggestions(Known(name="Piekarnia"), among=Party.objects.none()) == []
