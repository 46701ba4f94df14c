"""Fixtures of an issued extract: a plan with a real raster at 1:1000, its provisions, the rate of duty."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import rasterio
from django.apps import apps
from django.core.files.base import ContentFile
from rasterio.transform import from_origin

from planning.extracts.models import ExtractRate
from planning.extracts.order import ExtractOrder, Office, neighbours_of, registers_of
from planning.models import LocalPlan, PlanSheet
from services.cases.models import CaseClass
from services.portal.demo import CASE_CLASSES
from spatial.files import sha256_of
from tests import factories
from tests.factories import EAST, NORTH, TODAY


def raster(
    path: Path, *, east: float, north: float, width: float, height: float, pixel: float = 0.125, black: bool = False
) -> None:
    """GeoTIFF over a rectangle in metres from the corner: grey lines each 10 m, black each 100 m."""
    columns, rows = round(width / pixel), round(height / pixel)
    picture = np.full((3, rows, columns), 245, np.uint8)
    picture[1, :, columns // 2 :] = 225
    for step, shade in ((round(10 / pixel), 190), (round(100 / pixel), 0)):
        picture[:, ::step, :] = shade
        picture[:, :, ::step] = shade
    if black:
        picture[:] = 0
    transform = from_origin(EAST + east, NORTH + north + height, pixel, pixel)
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 3, "dtype": "uint8"}
    options = {"crs": "EPSG:2178", "transform": transform, "tiled": True, "compress": "deflate", "photometric": "RGB"}
    with rasterio.open(path, "w", **profile, **options) as target:
        target.write(picture)


@pytest.fixture
def make_sheet(tmp_path) -> Callable[..., PlanSheet]:
    def make(plan: LocalPlan, *, number: str = "1", black: bool = False, **box: float) -> PlanSheet:
        path = tmp_path / f"{plan.pk}-{number}.tif"
        raster(path, black=black, **box)
        sheet = PlanSheet(
            plan=plan,
            number=number,
            sha256=sha256_of(path),
            scale=plan.drawing_scale,
            pixel_m=0.125,
            rmse_m=0.21,
            footprint=factories.rectangle(**box)[0],
        )
        sheet.file.save(f"{sheet.sha256}.tif", ContentFile(path.read_bytes()))
        return sheet

    return make


@pytest.fixture
def drawn_plan(local_plan, make_zone, make_sheet) -> LocalPlan:
    """Two zones that meet 30 m into the parcel at the corner, provisions for both, one sheet."""
    left = make_zone("1MN", east=-500, north=-500, width=530, height=2000)
    right = make_zone("2U/MN", east=30, north=-500, width=1470, height=2000, name="tereny zabudowy usługowej")
    general = factories.provision(local_plan, "1", "Ustala się zasady ogólne.", binds_whole_plan=True)
    factories.provision(
        local_plan, "1", "zakazuje się: grodzeń z prefabrykatów;", parent=general, kind="point", binds_whole_plan=True
    )
    first = factories.provision(local_plan, "2", "Dla terenu 1MN ustala się:", zones=[left])
    factories.provision(local_plan, "1", "wysokość budynków do 9 m;", parent=first, kind="point", zones=[left])
    factories.provision(local_plan, "3", "Dla terenu 9ZL ustala się zieleń.")
    factories.provision(local_plan, "4", "Dla terenu 2U/MN ustala się usługi.", zones=[right])
    make_sheet(local_plan, east=-200, north=-200, width=600, height=700)
    return local_plan


@pytest.fixture
def rate(db) -> ExtractRate:
    """The rate that the migration brings; a test that empties all tables takes it away, so it is brought again."""
    import_module("planning.extracts.migrations.0002_rates").add_rates(apps, None)
    return ExtractRate.objects.get()


@pytest.fixture
def make_order(skala, rate) -> Callable[..., ExtractOrder]:
    """An order for parcels under one plan, as the office would place it."""

    def make(plan: LocalPlan, *parcels, **changes) -> ExtractOrder:
        values = {
            "office": Office.of(skala),
            "as_of": TODAY,
            "issued_on": TODAY,
            "case_number": "GP.6727.45.2026",
            "addressee": "Anna Nowak",
            "signatory": "Danuta Zielińska, inspektor ds. planowania przestrzennego",
            "verification_code": "7K3M-9QXT-2B5H",
            "verification_url": "http://localhost:8000/weryfikacja/7K3M-9QXT-2B5H/",
            "has_text": True,
            "has_drawing": True,
            "is_preview": False,
            "base_plan": plan.pk,
            "plans": (plan.pk,),
            "parcels": tuple(parcel.pk for parcel in parcels),
            "neighbours": neighbours_of(list(parcels), as_of=TODAY),
            "general_zones": (),
            "confirmed": (),
            "sheets": tuple(plan.sheets.order_by("number").values_list("pk", "sha256")),
            "registers": registers_of(list(parcels), as_of=TODAY),
            "rate": rate.pk,
        }
        return ExtractOrder(**values | changes)

    return make


@pytest.fixture
def filing(skala, suloszowa):
    """Both offices said under which class they file the cases of each service."""
    for owner, (service, (unit, jrwa)) in product((skala, suloszowa), CASE_CLASSES.items()):
        CaseClass.objects.create(
            municipality=owner,
            service=service,
            unit_symbol=unit,
            jrwa=jrwa,
            valid_from=date(2011, 1, 1),
            source="test",
        )
