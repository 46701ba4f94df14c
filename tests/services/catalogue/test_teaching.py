"""docs/add-a-service.md, followed: what it says to write is a service that works."""

import re
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from django.utils import timezone

from services.cases.models import CaseClass
from services.catalogue import filing
from services.catalogue.declaration import eservices

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamps():
    """The third file of the page, run as it stands."""
    page = Path(settings.ROOT / "docs" / "add-a-service.md").read_text(encoding="utf-8")
    block = page.split("`services/lamps/eservice.py`\n", 1)[1]
    lines = re.match(r"(?:    .*\n|\n)+", block)[0].splitlines()
    exec("\n".join(line[4:] for line in lines), {})
    yield eservices.get("usterka-oswietlenia")
    del eservices.held["usterka-oswietlenia"]


def test_the_page_teaches_a_service_that_files(lamps, anna, skala):
    CaseClass.objects.create(
        municipality=skala, service=lamps.code, unit_symbol="OR", jrwa="7021", valid_from="2011-01-01", source="test"
    )
    typed = {"office": ["120610"], "lamps": ["0"], "lamps-0-place": ["Rynek 5"], "lamps-0-kind": ["dark"]}
    draft = filing.begin(lamps, owner=anna, typed=typed, at=timezone.now())

    case = filing.submit(lamps, draft, at=timezone.now())

    assert case.number.startswith("OR.7021.1.")
    jsonschema.validate(case.filing.answers, lamps.form.schema(title="x"))
