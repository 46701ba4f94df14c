"""The whole way of a delivery in a browser: brought, looked at, published, taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.identity.models import StaffRole, User
from spatial.cadastre.models import Parcel
from spatial.imports import uploads
from spatial.imports.models import DataSource, Upload
from tests.journeys.test_extract import shot, sign_in
from tests.spatial.deliveries import DISTRICT_RECORD, FIRST, deliver, parcel
from tests.spatial.imports.test_uploads import geojson

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(live_server, skala) -> str:
    """Skała with two parcels and somebody who keeps its registers."""
    feliks = User.objects.create_user("feliks", password="miedza-demo", first_name="Feliks", last_name="Kamiński")
    role = StaffRole.Role.REGISTER_KEEPER
    StaffRole.objects.create(user=feliks, municipality=skala, role=role, job_title="inspektor")
    DataSource.objects.create(
        municipality=skala,
        source="egib",
        keeper="Starosta Krakowski",
        licence="art. 40a ust. 2 pkt 4 Pgik",
        rhythm_days=90,
    )
    deliver([DISTRICT_RECORD, parcel("1"), parcel("2", east=200)], state_on=FIRST)
    return live_server.url


def test_from_a_file_to_the_registers_and_back(page: Page, office: str, tmp_path: Path):
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, office, "feliks")
    page.goto(f"{office}/urzad/dane/")
    shot(page, "dane")

    # an excerpt is noticed and nothing changes
    file = tmp_path / "dzialki.geojson"
    file.write_bytes(geojson(("1", 0, 90), ("3", 400, 50)))
    page.get_by_role("link", name="Działki i budynki z pliku wektorowego").last.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Mapowanie kolumn").select_option("own-export")
    page.get_by_label("Dzień stanu danych").fill("2026-06-01")
    shot(page, "dane-wczytaj")
    page.get_by_role("button", name="Prześlij i sprawdź").click()
    expect(page.get_by_role("heading", name="Czekamy na sprawdzenie")).to_be_visible()
    shot(page, "dane-czeka")

    # the worker checks; the page notices by itself
    upload = Upload.objects.get()
    uploads.check(upload.pk)
    expect(page.get_by_text("Można opublikować")).to_be_visible()
    expect(page.locator("#roznice canvas").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    shot(page, "dane-dostawa")
    page.set_viewport_size({"width": 1440, "height": 900})

    # what changed in the one parcel
    page.get_by_role("link", name="Lista różnic").click()
    expect(page.get_by_text("8100")).to_be_visible()
    shot(page, "dane-roznice")
    page.go_back()
    page.locator(".panel").get_by_role("link", name="1", exact=False).first.click()
    shot(page, "dane-ustalenia")
    page.go_back()

    # the decision, and the way back
    page.get_by_role("button", name="Opublikuj dostawę").click()
    expect(page.get_by_role("heading", name="Publikujemy")).to_be_visible()
    uploads.publish(upload.pk)
    page.get_by_role("link", name="Zobacz dostawę w historii").click()
    assert Parcel.objects.current().get(number="1").registered_area_m2 == 8100
    shot(page, "dane-historia-dostawy")
    page.get_by_label("Powód").fill("Plik z innego miesiąca.")
    page.get_by_role("button", name="Cofnij dostawę").click()
    expect(page.get_by_text("Dostawa cofnięta")).to_be_visible()
    assert Parcel.objects.current().get(number="1").registered_area_m2 == 10_000
    page.get_by_role("link", name="Historia dostaw").click()
    shot(page, "dane-historia")
