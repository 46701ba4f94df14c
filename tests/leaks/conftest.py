"""An office whose private registers are full of canaries, brought in as an office brings its data."""

from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from planning.drafts import editing
from services.cases.models import Case
from services.identity.models import StaffRole, User
from spatial.cadastre.models import CadastralDistrict, Parcel
from spatial.imports import uploads
from spatial.imports.models import Snapshot
from spatial.imports.registry import Terms
from spatial.imports.services import run_import
from tests import factories
from tests import office as office_cases
from tests.conftest import person
from tests.data import owners_samples as samples
from tests.data.gml_samples import collection, egb, feature, link, parcel, polygon, square
from tests.leaks import canaries
from tests.tiles.reading import tile_at

PLACE, PARCEL = "120610_5.0007", "120610_5.0007.123/4"
Role = StaffRole.Role


def egib_file(*, area: str = "1.0000") -> str:
    """A parcel with its land book, its owners, and faults that become findings."""
    address = samples.address(40).replace("ul. Krakowska", canaries.STREET).replace("Skała", canaries.PLACE)
    names = egb("imieOjca", canaries.PARENT) + egb("imieMatki", canaries.PARENT)
    return collection(
        feature("EGB_ObrebEwidencyjny", 80, egb("idObrebu", PLACE) + egb("nazwaWlasna", "Cianowice")
                + egb("geometria", polygon(square(-500, -500, 2000)))),
        parcel(PARCEL, number=1, area=area, more=egb("numerKW", canaries.LAND_BOOK) + link("JRG2", 10)),
        parcel(f"{PLACE}.124", number=2, geometry=polygon(square(200, 0)),
               more=egb("numerKW", canaries.LAND_BOOK[:-1] + "x") + link("JRG2", 10)),
        samples.unit(10, f"{PLACE}.G7"),
        samples.share(20, unit=10, party=30, fraction=("1", "3")),
        samples.share(21, unit=10, party=33, fraction=("1", "3")),
        samples.share(22, unit=10, party=34, fraction=("1", "4")),
        samples.share(23, unit=10, party=99),
        samples.person(30, canaries.FIRST_NAME, canaries.SURNAME, canaries.PESEL, address=40, more=names),
        samples.person(31, canaries.FIRST_NAME, canaries.SURNAME, canaries.DEAD_PESEL,
                       more=egb("informacjaOSmierci", canaries.PARENT)),
        samples.person(32, canaries.FIRST_NAME, canaries.SURNAME, canaries.WRONG_PESEL, address=98),
        samples.marriage(33, 31, 32),
        samples.institution(34, canaries.COMPANY, canaries.REGON),
        samples.person(35, canaries.FIRST_NAME, canaries.SURNAME, canaries.PESEL),
        address,
    )  # fmt: skip


def staff(name: str, municipality, *roles: Role) -> User:
    user = person(name, name.title(), "Pracowita")
    for role in roles:
        StaffRole.objects.create(user=user, municipality=municipality, role=role, job_title="inspektor")
    return user


@pytest.fixture
def people(skala, suloszowa, anna, celina, danuta) -> dict[str, User | None]:
    """Everybody who may come, strangers first."""
    return {
        "visitor": None,
        "resident": celina,
        "applicant": anna,
        "official-elsewhere": staff("obcy", suloszowa, *Role),
        "planner": danuta,
        "keeper": staff("feliks", skala, Role.REGISTER_KEEPER),
        "tax-clerk": staff("felicja", skala, Role.TAX_CLERK),
        "inspector": staff("grzegorz", skala, Role.DATA_PROTECTION),
    }


@pytest.fixture
def delivered(skala, tmp_path) -> Snapshot:
    path = tmp_path / "canaries.gml"
    path.write_text(egib_file())
    terms = Terms(state_on=date(2026, 1, 1), options={"owners": "tax"})
    report = run_import(source="egib", paths=[path], terms=terms, today=factories.TODAY)
    assert report.outcome == "published", report.findings
    return Snapshot.objects.get()


@pytest.fixture
def uploaded(delivered, skala, people):
    """A second delivery, waiting for a decision: a parcel and a surname changed."""
    text = egib_file(area="1.0002").replace(canaries.SURNAME, canaries.SURNAME + "-Nowa")
    upload = uploads.receive(
        source="egib",
        files=[SimpleUploadedFile("nowe.gml", text.encode())],
        municipality=skala,
        terms=Terms(state_on=date(2026, 6, 1), options={"owners": "tax"}),
        by=people["keeper"],
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "ready", (upload.state, upload.fault)
    return upload


@pytest.fixture
def office(skala, uploaded, delivered, drawn_plan, rate, filing, people) -> dict[str, str]:
    """Names of things to visit, as the samples call them."""
    cache.clear()
    row = Parcel.objects.current().get(identifier=PARCEL)
    assert CadastralDistrict.objects.get().geom is not None
    waiting, issued = (office_cases.extract(people["applicant"], row.identifier, purpose="sprzedaż") for _ in range(2))
    [document] = office_cases.decided(issued, people["planner"])
    assert Case.objects.count() == 2
    tile = tile_at("x", zoom=16, east=50, north=50).removeprefix("/tiles/x/").removesuffix(".mvt")
    return {
        "parcel": PARCEL,
        "unit_number": f"{PLACE}.G7",
        "plan": f"120610-{drawn_plan.code}",
        "plan_row": str(drawn_plan.pk),
        "draft": str(editing.begin(municipality=skala, plan=drawn_plan, by=people["planner"]).pk),
        "lon": "19.8506",
        "lat": "50.2245",
        "tile": tile,
        "rowed": "{0}/{2}/{1}".format(*tile.split("/")),
        "case": str(waiting.pk),
        "issued_case": str(issued.pk),
        "code": document.code,
        "upload": str(uploaded.pk),
        "delivery": str(delivered.pk),
    }


@pytest.fixture
def kept_files(settings) -> Path:
    return Path(settings.MEDIA_ROOT)
