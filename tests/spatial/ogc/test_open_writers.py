"""Several writers at once leave the open tables true: a joined name and the row that shows it change together."""

import random
import threading
import time
from contextlib import suppress

import psycopg
import pytest

from services.portal.front import database_address
from spatial.cadastre.models import CadastralDistrict, Parcel
from spatial.ogc.open_tables import mend
from spatial.ogc.registry import collections

SECONDS = 3.0
PATIENCE = 30.0  #: for a writer whose changes have all been rolled back so far
WRITERS = 4


def write(seed: int, until: float, done: list[int]) -> None:
    chance = random.Random(seed)
    with psycopg.connect(database_address("default"), autocommit=True) as connection:
        parcels = [key for (key,) in connection.execute("SELECT id FROM cadastre_parcel ORDER BY id")]
        while time.monotonic() < until or (seed not in done and time.monotonic() < until + PATIENCE):
            with suppress(psycopg.errors.DeadlockDetected), connection.transaction():
                for _ in range(chance.randint(1, 3)):
                    if chance.random() < 0.3:
                        connection.execute("UPDATE cadastre_cadastraldistrict SET name = %s", [f"N{chance.random()}"])
                    else:
                        number = [str(chance.randint(1, 999)), chance.choice(parcels)]
                        connection.execute("UPDATE cadastre_parcel SET number = %s WHERE id = %s", number)
                done.append(seed)


@pytest.mark.django_db(transaction=True)
def test_what_is_served_is_what_stands(make_parcel):
    for number in range(1, 9):
        make_parcel(number=str(number), east=number * 50, side=40)
    done: list[int] = []
    until = time.monotonic() + SECONDS
    writers = [threading.Thread(target=write, args=(seed, until, done)) for seed in range(WRITERS)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()

    assert len(set(done)) == WRITERS
    assert mend(collections["parcels"]) == 0
    assert (Parcel.objects.count(), CadastralDistrict.objects.count()) == (8, 1)
