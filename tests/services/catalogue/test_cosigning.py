"""A second person signs before anything is registered."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from services.audit.models import AuditEntry
from services.cases.models import Case
from services.catalogue import cosigning
from services.catalogue.models import Attachment, CoSignature, Draft, Filing
from tests import office

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Płot", "text": "Kto go naprawi?"}


@pytest.fixture
def resident(client, anna, filing) -> Client:
    client.force_login(anna)
    return client


@pytest.fixture
def second(celina) -> Client:
    other = Client()
    other.force_login(celina)
    return other


def summary_of(resident: Client) -> str:
    first = resident.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
    step = resident.post(first, LETTER)["Location"]
    return resident.post(step, {"signing": "together"})["Location"]


def link_of(resident: Client, summary: str) -> str:
    assert resident.post(summary, {"popros": "1"}).status_code == 302
    return re.search(r"/wspolpodpis/[0-9a-f-]+/", resident.get(summary).content.decode())[0]


def test_nothing_is_registered_before_the_second_signature(resident, second, celina):
    summary = summary_of(resident)
    assert "Poproś o podpis" in resident.get(summary).content.decode()
    assert resident.post(summary).status_code == 422  # filing alone
    link = link_of(resident, summary)
    assert not Case.objects.exists()

    page = second.get(link).content.decode()
    assert "Kto go naprawi?" in page
    answer = second.post(link)

    case = Case.objects.get()
    assert answer["Location"] == f"/moje/sprawy/{case.pk}/"
    assert Filing.objects.get().told[-1][0] == "Podpis drugiej osoby"
    assert Filing.objects.get().told[-1][1].startswith(celina.display_name)
    assert second.get(f"/moje/sprawy/{case.pk}/").status_code == 200
    assert case.number in second.get("/moje/").content.decode()
    assert second.post(link)["Location"] == f"/moje/sprawy/{case.pk}/"  # twice is once
    assert Case.objects.count() == 1


def test_a_change_makes_the_request_void(resident, second):
    summary = summary_of(resident)
    link = link_of(resident, summary)
    resident.post(f"{summary}pismo/", LETTER | {"text": "Kto zapłaci?"})

    answer = second.post(link)

    assert answer.status_code == 422
    assert "zmienił się" in answer.content.decode()
    assert not Case.objects.exists()
    assert "Poproś o podpis" in resident.get(summary).content.decode()


def test_nobody_signs_the_own_application(resident):
    link = link_of(resident, summary_of(resident))

    assert resident.get(link).status_code == 403
    assert resident.post(link).status_code == 403


def test_the_link_is_for_who_opens_it_first(resident, second, bogdan):
    link = link_of(resident, summary_of(resident))
    second.get(link)
    third = Client()
    third.force_login(bogdan)

    assert third.get(link).status_code == 404
    assert third.post(link).status_code == 404
    assert not Case.objects.exists()


def test_a_refusal_is_told_to_who_asked(resident, second):
    summary = summary_of(resident)
    link = link_of(resident, summary)
    second.post(link, {"odmawiam": "1"})

    assert "nie podpisała" in resident.get(summary).content.decode()
    assert second.post(link).status_code == 404
    assert not Case.objects.exists()


def test_a_link_expires(resident, second):
    link = link_of(resident, summary_of(resident))
    CoSignature.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert second.get(link).status_code == 404
    assert Draft.objects.filter(case=None).exists()


def test_a_new_link_takes_the_place_of_one_that_expired_or_that_a_wrong_person_opened(resident, second, bogdan):
    summary = summary_of(resident)
    old = link_of(resident, summary)
    stranger = Client()
    stranger.force_login(bogdan)
    stranger.get(old)
    assert "Utwórz nowy link" in resident.get(summary).content.decode()

    new = link_of(resident, summary)
    assert new != old
    assert stranger.post(old).status_code == 404
    CoSignature.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    newest = link_of(resident, summary)

    assert second.post(newest).status_code == 302
    assert Case.objects.count() == 1


def test_a_second_person_who_opens_an_attachment_is_not_a_look_of_the_office(resident, second, anna):
    first = resident.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
    file = SimpleUploadedFile("szkic.txt", b"Szkic")
    step = resident.post(first, LETTER | {"files": file})["Location"]
    summary = resident.post(step, {"signing": "together"})["Location"]
    second.post(link_of(resident, summary))

    assert second.get(f"/zalaczniki/{Attachment.objects.get().pk}/").status_code == 200
    assert not AuditEntry.objects.filter(subject=anna).exists()


@pytest.mark.parametrize("ends", ["refused", "expired"])
def test_files_are_closed_to_whose_link_is_void(resident, second, ends):
    first = resident.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
    file = SimpleUploadedFile("szkic.txt", b"Szkic")
    step = resident.post(first, LETTER | {"files": file})["Location"]
    link = link_of(resident, resident.post(step, {"signing": "together"})["Location"])
    second.get(link)
    address = f"/zalaczniki/{Attachment.objects.get().pk}/"
    assert second.get(address).status_code == 200

    if ends == "refused":
        second.post(link, {"odmawiam": "1"})
    else:
        CoSignature.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert (second.get(link).status_code, second.get(address).status_code) == (404, 404)


def test_only_who_filed_withdraws(resident, second, anna, celina):
    link = link_of(resident, summary_of(resident))
    second.post(link)
    case = Case.objects.get()

    second.post(f"/moje/sprawy/{case.pk}/wycofaj/")
    case.refresh_from_db()
    assert case.closed_at is None
    resident.post(f"/moje/sprawy/{case.pk}/wycofaj/")
    case.refresh_from_db()
    assert case.status == Case.Status.WITHDRAWN


def test_a_letter_of_one_person_needs_nobody(resident, anna):
    assert office.filed("pismo-ogolne", anna, **LETTER).number
    assert timedelta(days=14) == cosigning.KEPT
