"""Equal files are one file on the disk: who drops it and who attaches it in the same moment wait for each other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections
from django.utils import timezone

from services.catalogue import attaching
from services.catalogue import filing as drafts
from services.catalogue.models import Attachment, Draft
from tests import office

SERVICE = "pismo-ogolne"
PATIENCE_S = 1.5


def begun(owner) -> Draft:
    return drafts.begin(office.service(SERVICE), owner=owner, typed={}, at=timezone.now())


def attach(draft: Draft, *contents: bytes) -> None:
    """As a request in a thread of its own."""
    question = office.service(SERVICE).form.question("files")
    files = [SimpleUploadedFile(f"{number}.txt", content) for number, content in enumerate(contents)]
    try:
        assert attaching.attach(draft, question, files, at=timezone.now()) == []
    finally:
        close_old_connections()


@pytest.mark.django_db(transaction=True)
class TestOneContent:
    def test_is_not_lost_between_one_who_attaches_and_one_who_drops(self, anna, bogdan, filing, monkeypatch):
        """Bogdan has seen that the file is there; Anna drops hers before his row can be seen."""
        annas, bogdans = begun(anna), begun(bogdan)
        attach(annas, b"Szkic")
        has_seen, has_dropped = threading.Event(), threading.Event()
        name_them = attaching.name_them

        def slowly(draft, question):
            name_them(draft, question)
            if draft.pk == bogdans.pk:
                has_seen.set()
                has_dropped.wait(PATIENCE_S)

        monkeypatch.setattr(attaching, "name_them", slowly)
        with ThreadPoolExecutor(1) as pool:
            attaching_too = pool.submit(attach, bogdans, b"Szkic")
            assert has_seen.wait(PATIENCE_S)
            attaching.drop(annas, office.service(SERVICE).form.question("files"), annas.attachments.get().pk)
            has_dropped.set()
            attaching_too.result()

        [kept] = Attachment.objects.all()
        assert kept.draft == bogdans
        assert default_storage.open(kept.path).read() == b"Szkic"

    def test_two_people_with_two_equal_files_do_not_wait_in_a_ring(self, anna, bogdan, filing, monkeypatch):
        """Each holds its first file when it asks for the one that the other holds."""
        people = begun(anna), begun(bogdan)
        both = threading.Barrier(2, timeout=PATIENCE_S)
        name_them = attaching.name_them

        def together(draft, question):
            name_them(draft, question)
            if draft.attachments.count() == 1:
                both.wait()

        monkeypatch.setattr(attaching, "name_them", together)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(attach, people, (b"A", b"B"), (b"B", b"A")))

        assert Attachment.objects.count() == 4
        assert {default_storage.open(one.path).read() for one in Attachment.objects.all()} == {b"A", b"B"}
