"""The seal on what the office issues, as pyHanko, poppler and OpenSSL read it."""

import re
import shutil
import subprocess
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from planning.extracts.order import Office
from services.cases.models import Case
from services.catalogue.deciding import newest
from services.documents import letters as paper
from services.documents.models import IssuedDocument
from services.documents.seal import NoSeal, Sealed, opened, sealed
from services.documents.signatures import Reason, Result
from services.documents.signatures.reading import read
from services.documents.signatures.trust import trust
from services.identity.models import StaffRole
from tests import office
from tests.signing import AT, authority, pem_of_key, trusting
from tests.simulators.timestamps import timestamps

pytestmark = pytest.mark.django_db

NAME = "Urząd Miasta i Gminy Skała"


def seal_of(name=NAME, *, end_days=300):
    parts = {NameOID.COUNTRY_NAME: "PL", NameOID.ORGANIZATION_NAME: name, NameOID.COMMON_NAME: name}
    return authority().gives(parts, begin=AT - timedelta(days=10), end=AT + timedelta(days=end_days))


@pytest.fixture
def keys(settings, tmp_path):
    """The folder of keys; the authority that gave them is trusted."""
    settings.SEAL_DIR, settings.SEAL_REQUIRED = tmp_path / "seal", True
    settings.TRUST_DIR = trusting(tmp_path / "trust", authority())
    settings.SEAL_DIR.mkdir()
    return settings.SEAL_DIR


@pytest.fixture
def key(keys):
    (keys / "default.p12").write_bytes(seal_of().packed("tajne"))
    (keys / "passphrase").write_text("tajne\n")
    return keys / "default.p12"


@pytest.fixture
def letter(skala):
    made, _pages = paper.pdf(
        paper.Letter(
            office=Office.of(skala), case_number="OR.1510.1.2026", addressee="Anna Nowak", title="Odpowiedź",
            text="Latarnie staną w maju.", written_on=AT.date(), code="AAAA-BBBB-CCCC", address="http://x/",
        )
    )  # fmt: skip
    return made


@pytest.fixture
def case(filing, skala, anna):
    return office.filed("pismo-ogolne", anna, office=skala.pk, kind="question", subject="Latarnie", text="Kiedy?")


def answered(case, clerk):
    [document] = office.decided(case, clerk, text="Latarnie staną w maju.")
    return document


def status_of(pdf):
    [embedded] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    context = ValidationContext([*trust().roots], moment=AT, allow_fetching=False)
    return embedded, validate_pdf_signature(embedded, context)


class TestSeal:
    def test_is_good_for_its_own_library(self, key, letter, skala):
        issued = sealed(letter, municipality=skala, at=AT)

        embedded, status = status_of(issued.pdf)
        assert status.bottom_line
        assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        assert embedded.docmdp_level is MDPPerm.NO_CHANGES
        assert embedded.field_name == "Pieczec"
        assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert embedded.self_reported_timestamp == AT
        assert issued.owner == NAME

    @pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig of poppler-utils is not on this machine")
    def test_is_good_for_poppler(self, key, letter, skala, tmp_path):
        content = sealed(letter, municipality=skala, at=AT).pdf
        (tmp_path / "a.pdf").write_bytes(content)
        (tmp_path / "b.pdf").write_bytes(content.replace(b"/Lang (pl", b"/Lang (PL", 1))

        good, changed = (
            subprocess.run(["pdfsig", tmp_path / name], capture_output=True, text=True, check=False).stdout
            for name in ("a.pdf", "b.pdf")
        )
        assert "Signature is Valid." in good
        assert "Total document signed" in good
        assert f"Signer Certificate Common Name: {NAME}" in good
        assert "Signature is Valid." not in changed

    @pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not on this machine")
    def test_is_good_for_openssl(self, key, letter, skala, tmp_path):
        """The CMS over the bytes that the PDF names, up to the authority."""
        content = sealed(letter, municipality=skala, at=AT).pdf
        start, length, after, rest = map(int, re.search(rb"/ByteRange \[(.+?)\]", content)[1].split())
        signature = bytes.fromhex(content[length + 1 : after - 1].decode())
        (tmp_path / "signature").write_bytes(signature)
        (tmp_path / "covered").write_bytes(content[start:length] + content[after : after + rest])
        (tmp_path / "authority").write_bytes(authority().pem)
        command = ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-content",
                   "covered", "-CAfile", "authority", "-purpose", "any", "-attime", str(int(AT.timestamp())), "-out",
                   "verified"]  # fmt: skip

        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert said.returncode == 0, said.stderr
        assert "successful" in said.stderr
        assert after + rest == len(content)

    def test_stays_an_archive(self, key, letter, skala):
        """PDF/A-2: the pages byte for byte, metadata that agree, an invisible field that is printed and not hidden."""
        content = sealed(letter, municipality=skala, at=AT).pdf

        assert content.startswith(letter)
        with pikepdf.open(BytesIO(content)) as document:
            assert str(document.docinfo.ModDate) == "D:20261129000000+00'00'"
            with document.open_metadata() as xmp:
                assert xmp.pdfa_status == "2U"
                assert xmp["xmp:ModifyDate"] == "2026-11-29T00:00:00+00:00"
            assert not {"/OpenAction", "/AA", "/Names"} & set(document.Root.keys())
            [field] = document.Root.AcroForm.Fields
            assert "/NeedAppearances" not in document.Root.AcroForm
            assert [float(edge) for edge in field.Rect] == [0, 0, 0, 0]
            assert int(field.F) & 0b100  # Print
            assert not int(field.F) & 0b100011  # Invisible, Hidden, NoView

    @pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not on this machine")
    def test_a_key_packed_by_openssl_seals(self, keys, letter, skala):
        """As docs/signing.md says."""
        holder = seal_of()
        (keys / "key.pem").write_bytes(pem_of_key(holder))
        (keys / "certificate.pem").write_bytes(holder.pem)
        command = ["openssl", "pkcs12", "-export", "-inkey", "key.pem", "-in", "certificate.pem", "-out",
                   f"{skala.teryt}.p12", "-passout", "pass:tajne"]  # fmt: skip
        subprocess.run(command, cwd=keys, check=True)
        (keys / "passphrase").write_text("tajne")

        _embedded, status = status_of(sealed(letter, municipality=skala, at=AT).pdf)
        assert status.bottom_line

    def test_each_municipality_has_its_own(self, key, keys, letter, skala, suloszowa):
        (keys / f"{suloszowa.teryt}.p12").write_bytes(seal_of("Urząd Gminy Sułoszowa").packed("tajne"))

        owners = [sealed(letter, municipality=one, at=AT).owner for one in (skala, suloszowa)]
        assert owners == [NAME, "Urząd Gminy Sułoszowa"]

    def test_the_key_is_opened_once_and_again_when_it_changes(self, key, letter, skala):
        opened.cache_clear()
        for _ in range(3):
            sealed(letter, municipality=skala, at=AT)
        assert opened.cache_info().misses == 1

        key.write_bytes(seal_of("Urząd po zmianie").packed("tajne"))
        assert sealed(letter, municipality=skala, at=AT).owner == "Urząd po zmianie"

    def test_nothing_may_be_added_after_it(self, key, letter, skala):
        from tests.services.test_signatures import appended

        [signature] = read(appended(sealed(letter, municipality=skala, at=AT).pdf), "PAdES", trust=trust(), at=AT)
        assert (signature.result, signature.reason) == (Result.INVALID, Reason.APPENDED)

    def test_a_service_of_timestamps_proves_the_moment(self, key, letter, skala, settings):
        clock = authority().gives(
            {NameOID.COMMON_NAME: "Zegar"}, begin=AT - timedelta(days=10), end=AT + timedelta(days=3000),
            purpose=ExtendedKeyUsageOID.TIME_STAMPING,
        )  # fmt: skip
        with timestamps(clock, at=AT) as settings.TIMESTAMP_URL:
            content = sealed(letter, municipality=skala, at=AT).pdf

        _embedded, status = status_of(content)
        assert status.bottom_line
        assert status.timestamp_validity.timestamp == AT


class TestNoSeal:
    def test_without_a_key_nothing_is_issued(self, keys, case, danuta, tmp_path):
        with pytest.raises(NoSeal, match="Brak klucza pieczęci urzędu"):
            answered(case, danuta)

        assert not IssuedDocument.objects.exists()
        assert Case.objects.get().closed_at is None
        assert not (tmp_path / "media").exists()

    def test_the_clerk_reads_why(self, keys, case, skala, client, danuta):
        StaffRole.objects.create(user=danuta, municipality=skala, role=StaffRole.Role.CLERK, job_title="inspektor")
        client.force_login(danuta)

        typed = {"tekst": "Latarnie staną w maju.", "widziane": newest(case)}
        response = client.post(f"/urzad/sprawy/{case.pk}/krok/odpowiedz/", typed)
        assert response.status_code == 422
        page = response.content.decode()
        assert "Brak klucza pieczęci urzędu." in page
        assert "Latarnie staną w maju." in page

    def test_the_planner_reads_why(self, keys, land, anna, danuta, client):
        case = office.extract(anna, land.identifier)
        client.force_login(danuta)

        response = client.post(f"/urzad/sprawy/{case.pk}/krok/odpowiedz/", {"widziane": newest(case), "mimo": "x"})
        assert "Brak klucza pieczęci urzędu." in response.content.decode()
        assert not IssuedDocument.objects.exists()

    def test_an_office_that_needs_none_issues_as_before(self, keys, letter, skala, settings):
        settings.SEAL_REQUIRED = False

        assert sealed(letter, municipality=skala, at=AT) == Sealed(letter, "")

    def test_a_wrong_passphrase_is_told(self, key, keys, letter, skala):
        (keys / "passphrase").write_text("inne")

        with pytest.raises(NoSeal, match="Nie można otworzyć klucza"):
            sealed(letter, municipality=skala, at=AT)

    def test_a_broken_key_is_told(self, key, letter, skala):
        key.write_bytes(b"PKCS12?")

        with pytest.raises(NoSeal, match="Nie można otworzyć klucza"):
            sealed(letter, municipality=skala, at=AT)

    @pytest.mark.parametrize("days", [-11, 301])
    def test_out_of_its_time_it_does_not_seal(self, key, letter, skala, days):
        with pytest.raises(NoSeal, match="ważny tylko od 19 listopada 2026 do 25 września 2027"):
            sealed(letter, municipality=skala, at=AT + timedelta(days=days))

    def test_a_silent_service_of_timestamps_stops_the_letter(self, key, case, danuta, settings):
        settings.TIMESTAMP_URL = "http://127.0.0.1:9/"

        with pytest.raises(NoSeal, match="znacznika czasu"):
            answered(case, danuta)
        assert not IssuedDocument.objects.exists()

    @pytest.mark.parametrize("lie", [b"", b"<html>502</html>", b"0\x03\x02\x01"])
    def test_a_service_of_timestamps_that_lies_does_too(self, key, letter, skala, settings, lie):
        with (
            timestamps(authority(), at=AT, lie=lie) as settings.TIMESTAMP_URL,
            pytest.raises(NoSeal, match="znacznika czasu"),
        ):
            sealed(letter, municipality=skala, at=AT)


class TestIssued:
    def test_a_letter_is_kept_as_it_was_sealed(self, key, case, danuta, client):
        document = answered(case, danuta)

        content = document.file.read()
        assert sha256(content).hexdigest() == document.sha256
        assert document.sealed_by == NAME
        [signature] = read(content, "PAdES", trust=trust(), at=timezone.now())
        assert signature.result is Result.VALID
        page = client.get(f"/weryfikacja/{document.code}/").content.decode()
        assert "Pieczęć elektroniczna" in page
        assert NAME in page

    def test_an_extract_too(self, key, land, anna, danuta):
        [document] = office.decided(office.extract(anna, land.identifier), danuta)

        [signature] = read(document.file.read(), "PAdES", trust=trust(), at=timezone.now())
        assert (signature.result, signature.is_whole) == (Result.VALID, True)

    def test_an_unsealed_one_says_nothing_of_a_seal(self, case, danuta, client):
        document = answered(case, danuta)

        assert not document.is_sealed
        assert "Pieczęć elektroniczna" not in client.get(f"/weryfikacja/{document.code}/").content.decode()


class TestDemoKeys:
    def test_are_made_once_for_each_municipality(self, keys, skala, suloszowa, letter, settings, tmp_path):
        settings.TRUST_DIR = tmp_path / "none"
        call_command("seal_test_ca")
        made = {path.name: path.read_bytes() for path in (keys / "test").iterdir()}
        call_command("seal_test_ca")

        assert {path.name: path.read_bytes() for path in (keys / "test").iterdir()} == made
        assert set(made) == {"ca.p12", "ca.pem", "passphrase", "120610.p12", "120613.p12"}
        assert all(path.stat().st_mode & 0o077 == 0 for path in (keys / "test").iterdir())
        issued = sealed(letter, municipality=skala, at=timezone.now())
        assert issued.owner == f"TEST {skala.office_name}"
        [signature] = read(issued.pdf, "PAdES", trust=trust(), at=timezone.now())
        assert (signature.result, signature.issuer) == (Result.VALID, "TEST Miedza")

    def test_are_nothing_to_an_office(self, keys, skala, letter, settings):
        call_command("seal_test_ca")
        settings.DEMO = False

        with pytest.raises(NoSeal):
            sealed(letter, municipality=skala, at=timezone.now())
        with pytest.raises(CommandError, match="demonstracyjnym"):
            call_command("seal_test_ca")
        assert [root.subject.native["common_name"] for root in trust().roots] == ["Urząd Certyfikacji"]

    def test_give_way_to_the_key_of_the_office(self, key, skala, letter):
        call_command("seal_test_ca")

        assert sealed(letter, municipality=skala, at=AT).owner == NAME
