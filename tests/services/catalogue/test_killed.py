"""A worker killed in the middle of a filing: nothing half written, no number lost, what was typed is still there."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from services.cases.models import Case
from services.catalogue import filing as drafts
from services.catalogue.models import Draft, Filing
from tests import office

LETTER = {"office": ["120610"], "kind": ["question"], "subject": ["Lampa"], "text": ["Kiedy będzie?"]}
#: files the draft and stops where the number has been given and nothing is committed yet
WORKER = """
import sys, time, django
django.setup()
from django.utils import timezone
from services.catalogue import filing
from services.catalogue.declaration import eservices
from services.catalogue.models import Draft
give = filing.give_number
def stuck(case, filed_under):
    give(case, filed_under)
    print(case.number, flush=True)
    time.sleep(600)
filing.give_number = stuck
filing.submit(eservices.get("pismo-ogolne"), Draft.objects.get(), at=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_nothing_is_doubled(anna, filing):
    service = office.service("pismo-ogolne")
    draft = drafts.begin(service, owner=anna, typed=LETTER, at=timezone.now())
    at = connection.settings_dict
    address = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "services.portal.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=settings.ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as worker:
        given = worker.stdout.readline().strip()
        worker.send_signal(signal.SIGKILL)

    assert given == f"OR.1510.1.{timezone.localdate().year}"
    assert not Case.objects.exists()
    assert not Filing.objects.exists()
    assert Draft.objects.get().typed == LETTER
    case = drafts.submit(service, draft, at=timezone.now())  # waits for the lock of the dead one, if need be
    assert case.number == given
    assert drafts.submit(service, draft, at=timezone.now()) == case
