"""What the office knows already stands in the form; the person may change it."""

import pytest

from services.catalogue.declaration import eservices
from services.catalogue.prefill import SOURCES
from services.forms.questions import Group
from tests import office

pytestmark = pytest.mark.django_db

ASKED = {"office": "120610", "question": "Ile kosztował most?", "is_processed": "no", "way": "post"}


def second_step(client, user) -> str:
    """What comes after the answer that brings up the question about the address: the question, or the summary."""
    client.force_login(user)
    draft = client.post("/uslugi/informacja-publiczna/wniosek/")["Location"]
    step = client.post(draft, ASKED)["Location"]
    return client.post(step, {"way": "post", "pokazane": "way"}, follow=True).content.decode()


def test_the_address_of_an_earlier_filing_stands_there(client, anna, filing):
    office.filed("informacja-publiczna", anna, **ASKED, address="Rynek 5, 32-043 Skała")

    page = second_step(client, anna)

    assert "Rynek 5, 32-043 Skała" in page
    assert "Sprawdź i złóż" in page  # it is there to be seen and changed before anything is filed


def test_never_of_another_person(client, anna, celina, filing):
    office.filed("informacja-publiczna", anna, **ASKED, address="Rynek 5, 32-043 Skała")

    assert "Rynek 5" not in second_step(client, celina)


def test_every_declared_source_is_known(skala):
    asked = [one for service in eservices for one in service.form.questions() if not isinstance(one, Group)]

    assert {one.prefill for one in asked if one.prefill} <= set(SOURCES)
