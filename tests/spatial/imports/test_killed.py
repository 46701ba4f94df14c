"""An import that is killed in the middle: nothing published, nothing left behind, the next one simply works."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection

from spatial import crs
from spatial.cadastre.models import Building, CadastralDistrict, CadastralUnit, LandUse, Parcel
from spatial.imports.models import Finding, Replaced, Snapshot
from spatial.municipalities.models import Municipality
from tests.bench.big_egib import boundary, write_egib
from tests.bench.registers import family

ROOT = Path(__file__).resolve().parents[3]
PARCELS = 20_000  #: about 78 MB, read by two processes


@pytest.fixture
def wielka(committing):
    """A municipality that other processes see."""
    outline = MultiPolygon(Polygon.from_bbox(boundary(PARCELS)), srid=crs.PL_2000_7)
    row = Municipality.objects.create(teryt="120610", name="Wielka", boundary=outline)
    try:
        yield row
    finally:
        for model in (Finding, Building, LandUse, Parcel, CadastralDistrict, CadastralUnit, Replaced, Snapshot):
            model.objects.all().delete()
        row.delete()


def start(file: Path) -> "subprocess.Popen[bytes]":
    said = connection.settings_dict
    url = f"postgresql://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "import", "egib", str(file), "--state-on", "2026-01-01"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "services.portal.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(is_so: Callable[[], bool], *, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def is_copying() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_progress_copy WHERE datname = current_database())")
        return bool(cursor.fetchone()[0])


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def test_starts_from_an_empty_register(db):
    assert not Parcel.objects.exists()


def test_nothing_is_published_and_nobody_goes_on(wielka, tmp_path):
    file = write_egib(tmp_path / "egib.gml", parcels=PARCELS)
    before = set(Path(settings.MEDIA_ROOT).rglob("*"))
    process = start(file)
    assert until(is_copying), "the import never came to write rows"
    readers = family(process.pid)[1:]

    process.send_signal(signal.SIGKILL)
    process.wait()

    assert readers, "a file of this size is read by processes of its own"
    assert until(lambda: not any(is_alive(pid) for pid in readers), seconds=20)
    assert not Snapshot.objects.exists()
    assert not Parcel.objects.exists()
    assert set(Path(settings.MEDIA_ROOT).rglob("*")) == before
    small = write_egib(tmp_path / "small.gml", parcels=100, per_district=100)
    assert start(small).wait() == 0
    assert Parcel.objects.count() == 100
