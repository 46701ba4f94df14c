"""Private rows in tests: planted as a delivery would, looked at as a reading of the whole municipality would."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection

from services.identity.models import User
from spatial.imports.models import Snapshot
from spatial.municipalities.models import Municipality
from spatial.owners import access
from spatial.owners.grounds import Field, Role
from spatial.owners.models import LandBook, ParcelUnit, Party, PersonalNumber, PrivateVersioned, RegisterUnit, Share


@contextmanager
def seen(municipality: Municipality) -> Iterator[None]:
    """Every private row of the municipality, as a tax clerk sees all of them; written down like any reading."""
    clerk, _ = User.objects.get_or_create(username="rachunki", defaults={"first_name": "Rachela"})
    with access.reading(
        user=clerk, role=Role.TAX_CLERK, municipality=municipality, ground="tax", parcels=None, fields=set(Field)
    ):
        yield


def plant(model: type[PrivateVersioned], snapshot: Snapshot, identifier: str, **values: Any) -> None:
    with access.writing(snapshot):
        model._default_manager.create(
            municipality_id=snapshot.municipality_id,
            snapshot=snapshot,
            identifier=identifier,
            valid_from=date(2010, 1, 1),
            fingerprint="0" * 32,
            **values,
        )


def plant_land_book(parcel: Any, number: str) -> None:
    """parcel: a row of the register of parcels."""
    plant(LandBook, parcel.snapshot, parcel.identifier, number=number)


def plant_owner(
    parcel: Any,
    *,
    key: str = "a",
    unit: str = "u1",
    fraction: tuple[int, int] = (1, 1),
    pesel: str = "",
    land_book: str = "",
    **person: Any,
) -> None:
    """One person who owns the parcel; the unit, once planted, takes more parcels and owners under its own name."""
    district, snapshot = parcel.identifier[:13], parcel.snapshot
    names = {name: f"{district}/{name}" for name in (unit, key)}
    with seen(parcel.municipality):
        has_unit = RegisterUnit.objects.filter(identifier=names[unit]).exists()
        has_link = ParcelUnit.objects.filter(identifier=parcel.identifier).exists()
        has_party = Party.objects.filter(identifier=names[key]).exists()
    if not has_unit:
        plant(RegisterUnit, snapshot, names[unit], number=f"{district}.G{unit[1:]}", group="7")
    if not has_link:
        plant(ParcelUnit, snapshot, parcel.identifier, unit=names[unit])
    if not has_party:
        plant(Party, snapshot, names[key], kind="person", **person)
    if pesel:
        plant(PersonalNumber, snapshot, names[key], pesel=pesel)
    if land_book:
        plant_land_book(parcel, land_book)
    plant(
        Share,
        snapshot,
        f"{district}/{key}-{unit}",
        unit=names[unit],
        party=names[key],
        family="own",
        right="1",
        numerator=fraction[0],
        denominator=fraction[1],
        parties=[names[key]],
    )


def settle() -> None:
    """Deferred triggers (links of the log's chain) run now, as a commit makes them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def age_log() -> None:
    """Entries of this test become those of an earlier transaction; only DDL, undone with the test, can do that."""
    table = "ALTER TABLE private.access_entry"
    settle()
    with connection.cursor() as cursor:
        cursor.execute(f"{table} DISABLE TRIGGER only_come")
        cursor.execute(f"{table} DISABLE ROW LEVEL SECURITY")
        cursor.execute("UPDATE private.access_entry SET transaction = transaction - 1")
        cursor.execute(f"{table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"{table} ENABLE TRIGGER only_come")
