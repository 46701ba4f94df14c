"""The table of roles of the dossier (2.7), read field by field, and what grounds make of it."""

import pytest

from spatial.errors import Refused
from spatial.owners import access
from spatial.owners.grounds import GROUNDS, MATRIX, Field, May, Role, fields_for, grounds_for

#: columns of the dossier: KW number; name, address; PESEL
DOSSIER = {
    Role.ANONYMOUS: ("no", "no", "no"),
    Role.RESIDENT: ("own", "own", "masked-own"),
    Role.PLANNER: ("yes", "in-case", "no"),
    Role.TAX_CLERK: ("yes", "yes", "yes"),
    Role.ADDRESS_CLERK: ("no", "yes", "no"),
    Role.ADMINISTRATOR: ("no", "no", "no"),
    Role.DESKTOP: ("no", "no", "no"),
}


@pytest.mark.parametrize("role", DOSSIER)
def test_the_matrix_is_that_of_the_dossier(role):
    land_book, name, pesel = DOSSIER[role]
    row = MATRIX[role]

    assert (row[Field.LAND_BOOK], row[Field.NAME], row[Field.ADDRESS], row[Field.PESEL]) == (
        land_book, name, name, pesel,
    )  # fmt: skip


def test_every_role_says_something_of_every_field():
    assert set(MATRIX) == set(Role)
    assert all(set(row) == set(Field) for row in MATRIX.values())


def test_whoever_reads_the_log_reads_no_owners():
    assert set(MATRIX[Role.DATA_PROTECTION].values()) == {May.NO}
    assert grounds_for(Role.DATA_PROTECTION) == []


@pytest.mark.parametrize(
    ("role", "ground", "fields"),
    [
        (Role.PLANNER, "proceedings", {Field.NAME, Field.ADDRESS, Field.LAND_BOOK}),
        (Role.PLANNER, "land-book", {Field.LAND_BOOK}),
        (Role.TAX_CLERK, "tax", set(Field)),
        (Role.TAX_CLERK, "land-book", {Field.LAND_BOOK}),
        (Role.ADDRESS_CLERK, "numbering", {Field.NAME, Field.ADDRESS}),
    ],
)
def test_what_a_ground_shows_to_a_role(role, ground, fields):
    assert fields_for(role, GROUNDS[ground]) == fields


def test_each_pair_of_role_and_ground_that_is_not_named_is_refused(skala, danuta):
    allowed = {
        (Role.PLANNER, "proceedings"), (Role.PLANNER, "land-book"), (Role.TAX_CLERK, "tax"),
        (Role.TAX_CLERK, "land-book"), (Role.ADDRESS_CLERK, "numbering"),
    }  # fmt: skip
    for role in Role:
        for ground in [*GROUNDS, "", "register-keeping", "access-review"]:
            if (role, ground) in allowed:
                continue
            with (
                pytest.raises(Refused),
                access.reading(
                    user=danuta, role=role, municipality=skala, ground=ground, parcels=["120610_5.0007.1"],
                    fields={Field.NAME}, case="GP.1",
                ),
            ):  # fmt: skip
                pass


def test_a_ground_that_needs_a_case_is_refused_without_one(skala, danuta):
    for case in ("", "  "):
        with (
            pytest.raises(Refused),
            access.reading(
                user=danuta, role=Role.PLANNER, municipality=skala, ground="proceedings",
                parcels=["120610_5.0007.1"], fields={Field.NAME}, case=case,
            ),
        ):  # fmt: skip
            pass


def test_a_reading_of_nothing_is_refused(skala, danuta):
    for parcels, fields in (([], {Field.NAME}), (["120610_5.0007.1"], set())):
        with (
            pytest.raises(Refused),
            access.reading(
                user=danuta, role=Role.TAX_CLERK, municipality=skala, ground="tax", parcels=parcels, fields=fields
            ),
        ):
            pass


def test_each_ground_names_its_law():
    assert all("art." in ground.basis for ground in GROUNDS.values())
