"""Files shown to a scanner that speaks as ClamAV does; those that it finds, and when it is not there."""

import socket
import struct
import time
from itertools import repeat
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from services.catalogue.models import Attachment, Draft
from services.documents import scanning
from services.documents.scanning import PIECE, Verdict, verdict_on
from services.documents.uploads import Refused, checked
from services.portal.settings.environment import Environment, SettingError
from tests.simulators.clamav import EICAR, ClamAv

GOOD = {"DATABASE_URL": "postgresql://a:b@localhost:5432/c", "MIEDZA_SECRET_KEY": "x"}


@pytest.fixture
def scanner(settings):
    """The office has it."""
    held = ClamAv()
    with held.running() as settings.CLAMAV:
        yield held


def says(answer: bytes):
    return lambda line, _honest: line.sendall(answer)


def resets(line: socket.socket, _honest: bytes) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def drips(line: socket.socket, honest: bytes) -> None:
    for place in range(len(honest)):
        line.sendall(honest[place : place + 1])
        time.sleep(0.1)


def floods(line: socket.socket, _honest: bytes) -> None:
    for piece in repeat(b"x" * 4096, 10_000):
        line.sendall(piece)


class TestVerdict:
    @pytest.mark.parametrize(
        ("content", "verdict"),
        [(b"Szkic", Verdict.CLEAN), (EICAR, Verdict.INFECTED), (b"%PDF-1.7\n" + EICAR, Verdict.INFECTED)],
    )
    def test_by_a_port_and_by_a_path(self, settings, tmp_path, content, verdict):
        for path in (None, tmp_path / "clamd.ctl"):
            with ClamAv().running(path) as settings.CLAMAV:
                assert verdict_on(content) is verdict

    def test_a_large_file_goes_in_pieces_and_is_one_file_there(self, scanner):
        """The virus lies across the border of two pieces."""
        content = b"a" * (PIECE - 10) + EICAR + b"b" * (2 * PIECE)

        assert verdict_on(content) is Verdict.INFECTED
        assert scanner.scanned == [content]
        assert scanner.lengths == [PIECE, PIECE, PIECE, len(content) - 3 * PIECE]

    def test_of_the_largest_upload_is_known(self, scanner):
        assert verdict_on(bytes(10 * 1024**2)) is Verdict.CLEAN

    @pytest.mark.parametrize("size", [PIECE + 1, 8_000_000])
    def test_a_file_too_large_for_it_is_not_known(self, scanner, size):
        """It answers and hangs up in the middle of the file."""
        scanner.largest = PIECE

        assert verdict_on(bytes(size)) is Verdict.UNKNOWN

    @pytest.mark.parametrize(
        "lie",
        [
            says(b""), says(b"stream: OK"), says(b"OK\x00"), says(b"stream: OK FOUND\n"), says(b"\x00"),
            says(b"stream: Can't allocate memory ERROR\x00"), says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            says(b"\xff\xfe\x00"), resets, floods,
        ],
    )  # fmt: skip
    def test_rubbish_is_no_verdict(self, scanner, lie):
        scanner.lie = lie

        assert verdict_on(b"Szkic") is Verdict.UNKNOWN

    def test_patience_is_for_the_whole_conversation(self, scanner, monkeypatch):
        """Each byte comes in time, the last one would not."""
        monkeypatch.setattr(scanning, "PATIENCE_S", 0.5)
        scanner.lie = drips
        begun = time.monotonic()

        assert verdict_on(b"Szkic") is Verdict.UNKNOWN
        assert time.monotonic() - begun < 1

    def test_a_silent_one_is_not_waited_for(self, scanner, monkeypatch):
        monkeypatch.setattr(scanning, "PATIENCE_S", 0.3)
        scanner.lie = lambda _line, _honest: scanner.stopping.wait(5)
        begun = time.monotonic()

        assert verdict_on(b"Szkic") is Verdict.UNKNOWN
        assert time.monotonic() - begun < 1

    @pytest.mark.parametrize("address", ["127.0.0.1:9", "/nic/clamd.ctl", "/" + "x" * 200, "nie.ma.invalid:3310"])
    def test_nobody_there(self, settings, address):
        settings.CLAMAV = address

        assert verdict_on(b"Szkic") is Verdict.UNKNOWN


class TestUploads:
    def test_a_virus_is_refused(self, scanner):
        with pytest.raises(Refused, match=r"W pliku „szkic\.txt” jest wirus"):
            checked("folder/szkic.txt", EICAR)

    def test_a_clean_file_is_taken(self, scanner):
        assert checked("szkic.txt", b"Szkic").content == b"Szkic"
        assert scanner.scanned == [b"Szkic"]

    def test_without_an_answer_it_is_not_taken(self, settings):
        settings.CLAMAV = "127.0.0.1:9"

        with pytest.raises(Refused, match=r"Nie możemy teraz sprawdzić pliku „szkic\.txt”"):
            checked("szkic.txt", b"Szkic")

    def test_an_office_may_take_it_all_the_same(self, settings, caplog):
        settings.CLAMAV, settings.CLAMAV_REQUIRED = "127.0.0.1:9", False

        assert checked("szkic.txt", b"Szkic").content == b"Szkic"
        assert "ClamAV at 127.0.0.1:9 does not answer" in caplog.text

    def test_without_a_scanner_nobody_is_asked(self, monkeypatch):
        monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("asked"))

        assert checked("szkic.txt", EICAR).content == EICAR


@pytest.mark.django_db
class TestForm:
    """What was typed beside a refused file stays."""

    TYPED = {"office": "120610", "kind": "question", "subject": "Światło na Rynku", "text": "Kiedy będzie?"}

    def sent(self, resident, *files: tuple[str, bytes]) -> str:
        address = resident.post("/uslugi/pismo-ogolne/wniosek/")["Location"]
        held = [SimpleUploadedFile(name, content) for name, content in files]
        answer = resident.post(address, self.TYPED | {"files": held, "czynnosc": "upload:files:"})
        assert answer.status_code == 422
        return answer.content.decode()

    def test_a_virus_is_told_and_not_kept_the_others_are(self, scanner, resident):
        page = self.sent(resident, ("zly.txt", EICAR), ("dobry.txt", b"Szkic"))

        assert "W pliku „zly.txt” jest wirus" in page
        assert "Kiedy będzie?" in page
        [kept] = Attachment.objects.all()
        assert kept.name == "dobry.txt"
        assert self.stored() == [b"Szkic"]
        assert Draft.objects.get().typed["text"] == ["Kiedy będzie?"]

    def test_no_answer_is_told(self, settings, resident):
        settings.CLAMAV = "127.0.0.1:9"

        page = self.sent(resident, ("szkic.txt", b"Szkic"))
        assert "Nie możemy teraz sprawdzić pliku „szkic.txt”" in page
        assert "Kiedy będzie?" in page
        assert not Attachment.objects.exists()

    def stored(self) -> list[bytes]:
        """Everything on the disk."""
        return [path.read_bytes() for path in Path(default_storage.location).rglob("*") if path.is_file()]


class TestSetting:
    @pytest.mark.parametrize("value", ["", "/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310", "clamav:3310"])
    def test_takes_a_path_or_an_address(self, value):
        found = Environment.read(GOOD | {"MIEDZA_CLAMAV": value})

        assert (found.clamav, found.clamav_required) == (value, True)

    @pytest.mark.parametrize(
        "value", ["clamav", "clamav:", ":3310", "a:99999", "a:x", "run/clamd.ctl", "http://a:1", "a:1/b", "[:1"]
    )
    def test_refuses_others(self, value):
        with pytest.raises(SettingError, match="MIEDZA_CLAMAV takes a path"):
            Environment.read(GOOD | {"MIEDZA_CLAMAV": value})
