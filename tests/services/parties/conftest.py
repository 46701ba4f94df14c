"""A firm that Bogdan represents, and Celina for whom Anna acts; both as the office of Skała approved it."""

from datetime import date
from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from reportlab.pdfgen.canvas import Canvas

from services.identity.models import StaffRole
from services.parties.models import PartyLink
from services.parties.people import Known, party_of
from tests.conftest import person

NIP = "5261040828"  # the check digit counted by hand: 6 5 7 2 3 4 5 6 7 give 162, mod 11 is 8
PESEL = "44051401458"  # dossier, section 8


@pytest.fixture(autouse=True)
def law(db):
    """As the migrations add it; tests that commit empty the tables of others."""
    for name in ("0002_rates", "0004_mandate"):
        import_module(f"services.fees.migrations.{name}").add_rate(apps, None)


@pytest.fixture
def firm(db):
    return party_of(Known(name="Piekarnia Kowalski sp. z o.o.", nip=NIP, is_confirmed=True))


@pytest.fixture
def principal(db):
    return party_of(Known(name="Wiśniewska", first_name="Celina", pesel=PESEL, is_confirmed=True))


@pytest.fixture
def make_link(skala):
    def make(user, party, **fields):
        now = timezone.now()
        values = {
            "basis": "mandate", "municipality": skala, "valid_from": date(2020, 1, 1), "asked_at": now,
            "state": "approved", "approved_at": now,
        }  # fmt: skip
        return PartyLink.objects.create(user=user, party=party, **(values | fields))

    return make


@pytest.fixture
def for_firm(make_link, bogdan, firm):
    return make_link(bogdan, firm, basis="representation")


@pytest.fixture
def for_celina(make_link, anna, principal, celina):
    """Anna's mandate; Celina's own account is known too."""
    make_link(celina, principal, basis="self", municipality=None)
    return make_link(anna, principal)


@pytest.fixture
def signed_in():
    def make(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def kazimierz(suloszowa):
    clerk = person("kazimierz", "Kazimierz", "Piotrowski")
    StaffRole.objects.create(user=clerk, municipality=suloszowa, role=StaffRole.Role.CLERK, job_title="inspektor")
    return clerk


def pdf() -> SimpleUploadedFile:
    made = BytesIO()
    canvas = Canvas(made)
    canvas.drawString(100, 700, "Pelnomocnictwo")
    canvas.save()
    return SimpleUploadedFile("pelnomocnictwo.pdf", made.getvalue(), "application/pdf")
