"""Who signed a file: files that pyHanko and signxml signed, what was done to them since, and rubbish."""

import time
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from subprocess import CompletedProcess

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.timestamps import HTTPTimeStamper
from signxml import SignatureConstructionMethod

from services.documents.signatures import KINDS, Reason, Result, Signature, media_type_of, signatures_of
from services.documents.signatures.reading import read
from services.documents.signatures.trust import trust
from services.documents.uploads import checked
from tests.signing import AT, JAN, authority, jan, plain_pdf, signed_pdf, signed_xml, trusting
from tests.simulators.timestamps import timestamps

XML = b"<pismo><tresc>Zgoda na 100 zlotych.</tresc></pismo>"
ENVELOPING = SignatureConstructionMethod.enveloping
GOOD = {Result.VALID, Result.UNKNOWN_TRUST}


@pytest.fixture(autouse=True)
def trusted(settings, tmp_path):
    """Jan's authority is trusted, no other."""
    settings.TRUST_DIR = trusting(tmp_path / "trust", authority())


def found(content: bytes, at: datetime = AT) -> list[Signature]:
    """Read here; ``TestApart`` and the page read as the office does, in a process apart."""
    return read(content, KINDS[media_type_of(content)], trust=trust(), at=at)


def one(content: bytes, at: datetime = AT) -> Signature:
    [signature] = found(content, at)
    return signature


def verdict(content: bytes, at: datetime = AT) -> tuple[Result, Reason]:
    signature = one(content, at)
    return signature.result, signature.reason


def appended(pdf: bytes) -> bytes:
    """Another page for the first one, by an incremental update as any program writes it."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.update_container(page)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


class TestPdf:
    def test_tells_who_signed_and_masks_the_number(self):
        signature = one(signed_pdf(plain_pdf(), jan()))

        assert (signature.result, signature.kind, signature.is_whole) == (Result.VALID, "PAdES", True)
        assert (signature.signer, signature.number) == ("Jan Kowalski", "******01458")
        assert signature.issuer == "Urząd Certyfikacji"
        assert signature.claimed_at
        assert signature.proven_at is None
        assert str(signature.trusted_on) == "2026-11-01"
        assert "44051401458" not in str(signature.as_json())

    def test_survives_the_way_to_the_database(self):
        signature = one(signed_pdf(plain_pdf(), jan()))

        assert Signature.of_json(signature.as_json()) == signature

    def test_nobody_known_vouches_for_it(self, settings, tmp_path):
        settings.TRUST_DIR = trusting(tmp_path / "other", authority("Ktoś inny"))

        assert verdict(signed_pdf(plain_pdf(), jan())) == (Result.UNKNOWN_TRUST, Reason.UNKNOWN_ISSUER)

    def test_an_authority_of_the_same_name_does_not_vouch(self, settings, tmp_path):
        settings.TRUST_DIR = trusting(tmp_path / "other", authority.__wrapped__("Urząd Certyfikacji"))

        assert verdict(signed_pdf(plain_pdf(), jan())) == (Result.UNKNOWN_TRUST, Reason.UNKNOWN_ISSUER)

    def test_the_newest_list_counts(self, settings, tmp_path):
        trusting(settings.TRUST_DIR, authority("Ktoś inny"), day="2026-11-20")

        signature = one(signed_pdf(plain_pdf(), jan()))
        assert (signature.result, str(signature.trusted_on)) == (Result.UNKNOWN_TRUST, "2026-11-20")

    def test_a_key_that_is_for_something_else_does_not_sign_letters(self):
        begin, end = AT - timedelta(days=1), AT + timedelta(days=1)
        holder = authority().gives(JAN, begin=begin, end=end, use={"key_encipherment": True})

        assert verdict(signed_pdf(plain_pdf(), holder))[0] is Result.UNKNOWN_TRUST
        assert verdict(signed_xml(XML, holder))[0] is Result.UNKNOWN_TRUST

    @pytest.mark.parametrize("days", [-5, 400])
    def test_out_of_its_time_it_proves_nothing(self, days):
        content = signed_pdf(plain_pdf(), jan(begin_days=-3))

        assert verdict(content, AT + timedelta(days=days)) == (Result.UNKNOWN_TRUST, Reason.EXPIRED)

    def test_a_timestamp_proves_that_it_was_in_time(self):
        clock = authority().gives(
            {NameOID.COMMON_NAME: "Zegar"}, begin=AT - timedelta(days=10), end=AT + timedelta(days=3000),
            purpose=ExtendedKeyUsageOID.TIME_STAMPING,
        )  # fmt: skip
        with timestamps(clock, at=AT) as address:
            content = signed_pdf(plain_pdf(), jan(), timestamper=HTTPTimeStamper(address))

        signature = one(content, AT + timedelta(days=400))
        assert (signature.result, signature.proven_at) == (Result.VALID, AT)

    def test_any_changed_byte_of_what_it_covers_is_noticed(self):
        content = signed_pdf(plain_pdf(), jan())
        begin, end = content.index(b"/Contents <"), content.index(b">", content.index(b"/Contents <"))
        covered = [*range(5, begin, 37), *range(end + 1, len(content), 37)]

        for place in covered:
            changed = bytearray(content)
            changed[place] ^= 1
            assert not {one.result for one in found(bytes(changed))} & GOOD, place

    def test_a_word_that_was_changed_makes_it_invalid(self):
        content = signed_pdf(plain_pdf(), jan())

        assert verdict(content.replace(b"/MediaBox", b"/MediaBoy", 1)) == (Result.INVALID, Reason.ALTERED)

    def test_a_page_drawn_over_afterwards_is_reported(self):
        content = appended(signed_pdf(plain_pdf(), jan()))

        signature = one(content)
        assert (signature.result, signature.reason) == (Result.INVALID, Reason.APPENDED)
        assert not signature.is_whole

    def test_a_second_signature_leaves_the_first_good(self):
        first, second = found(signed_pdf(signed_pdf(plain_pdf(), jan()), jan(end_days=301), field="Drugi"))

        assert (first.result, first.is_whole) == (Result.VALID, False)
        assert (second.result, second.is_whole) == (Result.VALID, True)

    def test_more_signatures_than_anybody_needs_are_not_counted(self):
        assert verdict(b"%PDF-1.7\n" + b"/ByteRange " * 11) == (Result.UNCHECKED, Reason.TOO_MUCH)

    def test_an_unsigned_one_has_none(self):
        assert found(plain_pdf()) == []


class TestXml:
    @pytest.mark.parametrize("method", [SignatureConstructionMethod.enveloped, ENVELOPING])
    def test_tells_who_signed(self, method):
        signature = one(signed_xml(XML, jan(), method=method))

        assert (signature.result, signature.kind) == (Result.VALID, "XAdES")
        assert (signature.signer, signature.number) == ("Jan Kowalski", "******01458")
        assert abs(signature.claimed_at - datetime.now(UTC)) < timedelta(minutes=1)

    @pytest.mark.parametrize("method", [SignatureConstructionMethod.enveloped, ENVELOPING])
    def test_a_changed_word_makes_it_invalid(self, method):
        content = signed_xml(XML, jan(), method=method)

        assert verdict(content.replace(b"100 zlotych", b"900 zlotych")) == (Result.INVALID, Reason.ALTERED)

    def test_a_changed_time_makes_it_invalid(self):
        content = signed_xml(XML, jan())

        assert verdict(content.replace(b"SigningTime>20", b"SigningTime>19")) == (Result.INVALID, Reason.ALTERED)

    def test_nobody_known_vouches_for_it(self, settings, tmp_path):
        settings.TRUST_DIR = tmp_path / "nothing"

        signature = one(signed_xml(XML, jan()))
        assert (signature.result, signature.reason) == (Result.UNKNOWN_TRUST, Reason.UNKNOWN_ISSUER)
        assert signature.trusted_on is None

    def test_out_of_its_time_it_proves_nothing(self):
        assert verdict(signed_xml(XML, jan()), AT + timedelta(days=400)) == (Result.UNKNOWN_TRUST, Reason.EXPIRED)

    def test_a_part_moved_into_a_file_of_somebody_else_is_no_signature_of_it(self):
        """Signature wrapping: the signed words are kept aside, where the signature finds them by their Id."""
        part = XML.replace(b"<pismo>", b'<pismo Id="p">')
        signed = etree.fromstring(signed_xml(part, jan(), reference="#p"))
        forged = etree.fromstring(b"<pismo><tresc>Zgoda na 900 zlotych.</tresc><obok/></pismo>")
        forged.find("obok").append(signed)
        assert verdict(etree.tostring(signed))[0] is Result.VALID

        assert verdict(etree.tostring(forged)) == (Result.UNCHECKED, Reason.PART)

    def test_words_beside_those_signed_are_not_signed(self):
        signed = etree.fromstring(signed_xml(XML, jan(), method=ENVELOPING))
        added = etree.SubElement(signed, "{http://www.w3.org/2000/09/xmldsig#}Object")
        added.append(etree.fromstring(b"<pismo>Zgoda na 900 zlotych.</pismo>"))

        assert verdict(etree.tostring(signed)) == (Result.UNCHECKED, Reason.PART)

    def test_a_style_put_before_it_is_not_signed(self):
        content = b'<?xml-stylesheet href="http://example.com/900.xsl"?>' + signed_xml(XML, jan())

        assert verdict(content) == (Result.UNCHECKED, Reason.PART)

    def test_a_file_elsewhere_is_never_fetched(self, monkeypatch):
        monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("asked the network"))
        content = signed_xml(XML, jan()).replace(b'URI=""', b'URI="http://127.0.0.1:9/x"')

        assert verdict(content)[0] not in GOOD

    def test_a_way_to_choose_parts_that_we_do_not_know_is_not_judged(self):
        xpath = b"http://www.w3.org/TR/1999/REC-xpath-19991116"
        content = signed_xml(XML, jan()).replace(b"http://www.w3.org/2000/09/xmldsig#enveloped-signature", xpath)

        assert verdict(content) == (Result.UNCHECKED, Reason.KIND)

    def test_many_references_are_not_read(self):
        signed = etree.fromstring(signed_xml(b"<a>" + b"x" * 2_000_000 + b"</a>", jan()))
        info = signed.find(".//{*}SignedInfo")
        for _ in range(100):
            info.append(etree.fromstring(etree.tostring(info.find("{*}Reference"))))
        begun = time.monotonic()

        assert verdict(etree.tostring(signed)) == (Result.UNCHECKED, Reason.TOO_MUCH)
        assert time.monotonic() - begun < 2

    def test_an_entity_does_not_reach_a_file(self):
        content = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + signed_xml(XML, jan()).replace(
            b"Zgoda", b"&x;"
        )

        assert verdict(content)[0] not in GOOD

    def test_two_signatures_are_told_apart(self):
        stranger = authority("Ktoś inny").gives(
            {NameOID.COMMON_NAME: "Adam Nowak"}, begin=AT - timedelta(days=1), end=AT + timedelta(days=1)
        )
        inner = signed_xml(XML, stranger)

        outer, held = found(signed_xml(inner, jan(), method=ENVELOPING))
        assert (outer.result, outer.signer) == (Result.VALID, "Jan Kowalski")
        assert held.signer == "Adam Nowak"
        assert held.result not in GOOD  # it was given for a file without Jan's signature around it


class TestRubbish:
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(max_size=400))
    def test_any_bytes(self, content):
        for kind, head in (("PAdES", b""), ("PAdES", b"%PDF-1.7\n/ByteRange "), ("XAdES", b"<?xml version='1.0'?><a>")):
            assert not {one.result for one in read(head + content, kind, trust=trust(), at=AT)} & GOOD

    @settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from(["pdf", "xml"]), st.floats(0, 1), st.integers(1, 200))
    def test_signed_files_with_a_piece_cut_out(self, form, place, length):
        content = signed_once(form)
        begin = int(place * (len(content) - 21)) + 20
        left = content[:begin] + content[begin + length :]

        if {one.result for one in found(left)} & GOOD:  # what went was not signed: the words are the same
            assert form == "xml"
            assert words(left) == words(content)


def words(content: bytes) -> bytes:
    """All that an enveloped signature covers."""
    root = etree.fromstring(content)
    for signature in root.findall(".//{http://www.w3.org/2000/09/xmldsig#}Signature"):
        signature.getparent().remove(signature)
    return etree.tostring(root, method="c14n")


@cache
def signed_once(form: str) -> bytes:
    return signed_pdf(plain_pdf(), jan()) if form == "pdf" else signed_xml(XML, jan())


class TestApart:
    """As the office reads: in a process of its own."""

    def test_tells_the_same(self):
        for form in ("pdf", "xml"):
            content = signed_once(form)

            assert signatures_of(content, media_type_of(content), at=AT) == found(content)

    def test_a_file_without_a_mark_costs_nothing(self, monkeypatch):
        monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("started a process"))

        assert signatures_of(plain_pdf(), "application/pdf", at=AT) == []
        assert signatures_of(XML, "application/xml", at=AT) == []
        assert signatures_of(signed_once("pdf"), "image/jpeg", at=AT) == []

    def test_a_list_of_millions_of_objects_is_given_up(self):
        """16 kB that would take half a minute and more than a gigabyte."""
        begun = time.monotonic()

        [signature] = signatures_of(with_objects(8_000_000), "application/pdf", at=AT)
        assert (signature.result, signature.reason) == (Result.UNCHECKED, Reason.TOO_MUCH)
        assert time.monotonic() - begun < 30

    def test_it_knows_no_secret(self, monkeypatch):
        asked = {}
        monkeypatch.setattr(
            "subprocess.run", lambda *_, **options: asked.update(options) or CompletedProcess((), 0, "[]")
        )

        signatures_of(signed_once("pdf"), "application/pdf", at=AT)
        assert asked["env"] == {}

    def test_hostile_files_carry_no_good_signature(self, shared_data):
        for path in sorted((shared_data / "hostile").iterdir()):
            content = path.read_bytes()
            for kind in ("application/pdf", "application/xml", "application/gml+xml"):
                assert not {one.result for one in signatures_of(content, kind, at=AT)} & GOOD, path.name


def with_objects(count: int) -> bytes:
    """A PDF of nothing but a packed list of objects."""
    packed = zlib.compress(b"\1\0\5\0" * count, 9)
    head = b"%PDF-1.7\n%/ByteRange\n1 0 obj\n"
    described = b"<</Type/XRef/Size %d/W[1 2 1]/Root 2 0 R/Length %d/Filter/FlateDecode>>" % (count, len(packed))
    return head + described + b"\nstream\n" + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % 21


class TestKept:
    """A signature must survive the way through the office."""

    @pytest.mark.parametrize("name", ["pismo.xml", "pismo.xades", "pismo.sig", "pismo.xml.xades"])
    def test_an_xml_stays_as_it_is(self, name):
        content = signed_xml(XML, jan())

        kept = checked(name, content)
        assert (kept.name, kept.content, kept.media_type) == (name, content, "application/xml")

    def test_a_pdf_stays_as_it_is(self):
        content = signed_pdf(plain_pdf(), jan())

        assert checked("pismo.pdf", content).content == content


@pytest.mark.django_db
class TestPage:
    ADDRESS = "/weryfikacja/podpis/"

    def send(self, client, name, content):
        return client.post(self.ADDRESS, {"plik": SimpleUploadedFile(name, content)})

    def test_is_reached_from_the_page_of_codes(self, client, skala):
        assert self.ADDRESS in client.get("/weryfikacja/").content.decode()
        assert client.get(self.ADDRESS).status_code == 200

    def test_reads_a_file_and_keeps_nothing(self, client, skala, tmp_path):
        content = signed_xml(XML, jan(end_days=3000))

        page = self.send(client, "pismo.xml", content).content.decode()
        assert "✓ Podpis ważny" in page
        assert "Jan Kowalski" in page
        assert "******01458" in page
        assert "44051401458" not in page
        assert "Nie sprawdzamy, czy certyfikat unieważniono." in page
        assert "Lista zaufania z dnia 1 listopada 2026." in page
        assert not (tmp_path / "media").exists()

    def test_names_what_is_wrong(self, client, skala):
        changed = signed_xml(XML, jan()).replace(b"100", b"900")

        page = self.send(client, "pismo.xml", changed).content.decode()
        assert "✕ Podpis nieważny" in page
        assert "W podpisie wpisano:" in page
        assert "✓" not in page

    def test_says_that_there_is_none(self, client, skala):
        assert "nie ma podpisu" in self.send(client, "pismo.pdf", plain_pdf()).content.decode()

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [("x.jpg", b"\xff\xd8\xff", "To nie jest PDF ani XML"), ("x.pdf", b"%PDF-" + b"x" * 11_000_000, "do 10 MB"),
         ("x.pdf", b"", "Wybierz plik")],
    )  # fmt: skip
    def test_a_file_that_cannot_be_read_is_explained(self, client, skala, name, content, words):
        response = self.send(client, name, content)

        assert response.status_code == 422
        assert words in response.content.decode()

    def test_without_a_file_asks_for_one(self, client, skala):
        assert client.post(self.ADDRESS).status_code == 422
