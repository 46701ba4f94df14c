from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from services.correspondence.services import sent
from services.delivery.models import Addressee, Mailbox
from services.documents.models import IssuedDocument
from tests.office import filed
from tests.signing import plain_pdf
from tests.simulators.edelivery import EDelivery

ANNAS = "AE:PL-28080-40239-TUSBF-26"
STREET = {"street": "Rynek 5", "postal_code": "32-043", "city": "Skała"}


@pytest.fixture(autouse=True)
def law(db):
    """A test in transactions of its own may have emptied the tables."""
    import_module("services.delivery.migrations.0002_rules").add_rules(apps, None)
    import_module("services.delivery.migrations.0004_second_notice").add_rule(apps, None)


@pytest.fixture
def operator():
    with EDelivery().running() as running:
        yield running


def mailbox_at(operator: EDelivery, municipality, **more) -> Mailbox:
    mailbox = Mailbox(
        municipality=municipality, address=operator.address, api_url=f"{operator.root}/api/v1",
        token_url=f"{operator.root}/token", client_id=operator.client_id, sign_in=Mailbox.SignIn.SECRET,
        unit_symbol="OR", private_network=True, **more,
    )  # fmt: skip
    mailbox.secret = operator.secret
    mailbox.save()
    return mailbox


@pytest.fixture
def mailbox(operator, skala):
    return mailbox_at(operator, skala, has_hybrid=True)


@pytest.fixture
def case(anna, filing, skala):
    answers = {"office": skala.pk, "kind": "question", "subject": "Światło", "text": "Kiedy?"}
    return filed("pismo-ogolne", anna, **answers)


@pytest.fixture
def make_letter(case, jadwiga):
    """A letter of the office with its document, by the way that its addressee wants."""

    def made(way="account", *, at=None, content=None, title="Decyzja", **address):
        defaults = {"way": way, "ade": ANNAS if way == "ade" else "", **address}
        Addressee.objects.update_or_create(user=case.applicant, defaults=defaults)
        document = IssuedDocument(
            municipality=case.municipality, case=case, code=f"CODE-{IssuedDocument.objects.count():04}", title=title,
            subject="Sprawa", sha256="0" * 64, pages=1, inputs={}, issued_at=at or timezone.now(), issued_by=jadwiga,
        )  # fmt: skip
        document.file.save("decyzja.pdf", ContentFile(content or plain_pdf()), save=False)
        document.save()
        return sent(case, subject=title, clerk=jadwiga, document=document, at=at or timezone.now())

    return made
