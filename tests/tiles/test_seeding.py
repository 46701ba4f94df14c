"""Tiles drawn before anybody asks."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path, settings, skala, make_plan):
    settings.MAP_FOLDER = tmp_path / "maps"
    skala.boundary = factories.rectangle(east=0, north=0, width=400, height=400)
    skala.save()
    factories.zone(make_plan(), "1MN", east=0, north=0, side=200)
    return settings.MAP_FOLDER / "tiles"


def seeded(**options: object) -> str:
    out = StringIO()
    call_command("seed_tiles", stdout=out, **options)
    return out.getvalue()


def test_the_tiles_of_the_municipality_are_there(folder):
    told = seeded(layers="plan-zones", zooms="14-15", municipality="120610")

    assert ", 0 could not be drawn" in told
    assert {int(file.parts[-3]) for file in folder.glob("plan-zones-tiles/WebMercatorQuad/*/*/*.png")} == {14, 15}


def test_cleaning_drops_them(folder):
    seeded(layers="plan-zones", zooms="14")
    seeded(layers="plan-zones", zooms="15", clean=True)

    assert not list(folder.glob("plan-zones-tiles/WebMercatorQuad/14/*/*.png"))


@pytest.mark.parametrize(
    "options", [{"layers": "nic"}, {"zooms": "x"}, {"municipality": "999999"}, {"zooms": "0-22", "layers": "planning"}]
)
def test_wrong_use_is_said(folder, skala, options):
    if options.get("zooms") == "0-22":
        skala.boundary = factories.rectangle(east=0, north=0, width=40_000, height=40_000)
        skala.save()
    with pytest.raises(CommandError) as told:
        seeded(**options)
    assert told.value.returncode == 2
