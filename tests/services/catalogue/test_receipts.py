"""Poświadczenie odbioru and metryka: what they say, sealed, as pyHanko, our reader, Java and xmlsec1 read them."""

import re
import shutil
import subprocess
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import CertificateBuilder, random_serial_number
from cryptography.x509.oid import NameOID
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from services.audit.models import AuditEntry
from services.cases.models import CaseClass
from services.cases.services import open_case, record
from services.catalogue import attaching, course, upo
from services.catalogue import filing as drafts
from services.catalogue.models import Filing
from services.catalogue.xml import Writer, as_xml, packed
from services.documents.seal import sealed_xml
from services.documents.signatures import Result, signatures_of
from tests import office as cases
from tests.signing import AT, authority, trusting

pytestmark = pytest.mark.django_db

OFFICE = "Urząd Miasta i Gminy Skała"
LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?"}
UPP = {"u": "http://crd.gov.pl/xml/schematy/UPO/2008/05/09/"}
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture
def case(anna, filing):
    """With one attachment."""
    service, now = cases.service("pismo-ogolne"), timezone.now()
    typed = {name: [value] for name, value in LETTER.items()}
    draft = drafts.begin(service, owner=anna, typed=typed, at=now)
    question = service.form.question("files")
    assert attaching.attach(draft, question, [SimpleUploadedFile("plan & szkic.txt", b"Szkic")], at=now) == []
    return drafts.submit(service, draft, at=now)


@pytest.fixture
def key(settings, tmp_path):
    """The office has a seal and must use it; its authority is trusted."""
    parts = {NameOID.COUNTRY_NAME: "PL", NameOID.ORGANIZATION_NAME: OFFICE, NameOID.COMMON_NAME: OFFICE}
    now = timezone.now()
    holder = authority().gives(parts, begin=min(now, AT) - timedelta(days=10), end=max(now, AT) + timedelta(days=300))
    settings.SEAL_DIR, settings.SEAL_PASSPHRASE, settings.SEAL_REQUIRED = tmp_path / "seal", "tajne", True
    settings.SEAL_DIR.mkdir()
    (settings.SEAL_DIR / "default.p12").write_bytes(holder.packed("tajne"))
    settings.TRUST_DIR = trusting(tmp_path / "trust", authority())
    return holder


@pytest.fixture
def no_key(settings, tmp_path):
    settings.SEAL_DIR, settings.SEAL_REQUIRED = tmp_path / "none", True


def sealed_by(content: bytes, media_type: str) -> str:
    """Whose seal is good, of the whole file."""
    [signature] = signatures_of(content, media_type, at=timezone.now())
    assert (signature.result, signature.is_whole) == (Result.VALID, True)
    return signature.signer


def text_of(pdf: bytes, path) -> str:
    path.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    return told.replace("\u00a0", " ")


class TestReceipt:
    """Poświadczenie of what a resident filed."""

    def test_is_the_upp_of_the_central_repository(self, case, resident):
        before = timezone.now().replace(microsecond=0)
        answer = resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.xml")

        assert answer["Content-Type"] == "application/xml"
        assert answer["Content-Disposition"] == f'attachment; filename="poswiadczenie-{case.pk}.xml"'
        root = etree.fromstring(answer.content)
        assert root.tag == "{http://crd.gov.pl/xml/schematy/UPO/2008/05/09/}Dokument"
        [told] = root
        names = [etree.QName(one).localname for one in told]
        assert names == [
            "IdentyfikatorPoswiadczenia", "Adresat", "Nadawca", "DataDoreczenia", "DataWytworzeniaPoswiadczenia",
            "IdentyfikatorDokumentu", *["InformacjaUzupelniajaca"] * 3,
        ]  # fmt: skip
        assert told[0].text == f"UPO/120610/{case.pk}"
        assert [one.text for one in told[1]] == [case.municipality.office_name, "120610"]
        assert [one.text for one in told[2]] == ["Anna Nowak"]
        assert timezone.datetime.fromisoformat(told[3].text) == case.filed_at.replace(microsecond=0)
        assert before <= timezone.datetime.fromisoformat(told[4].text) <= timezone.now()
        assert told[5].text == case.number

    def test_names_the_hash_of_all_that_was_filed(self, case, resident):
        root = etree.fromstring(resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.xml").content)
        told = {one.get("TypInformacjiUzupelniajacej"): one.text for one in root.iterfind(".//u:*", UPP)}
        downloaded = resident.get(f"/moje/sprawy/{case.pk}/wniosek.xml").content

        assert told["SHA-256 odpowiedzi"] == Filing.objects.get().sha256
        assert told["SHA-256 wniosku XML"] == sha256(downloaded).hexdigest()
        assert told["SHA-256 załącznika plan & szkic.txt"] == sha256(b"Szkic").hexdigest()

    def test_is_found_on_the_page_of_the_case(self, case, resident):
        page = resident.get(f"/moje/sprawy/{case.pk}/").content.decode()

        assert f"/moje/sprawy/{case.pk}/poswiadczenie.xml" in page

    def test_is_sealed_when_it_is_downloaded(self, key, case, resident):
        for ending, kind in (("pdf", "application/pdf"), ("xml", "application/xml")):
            content = resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.{ending}").content

            assert sealed_by(content, kind) == OFFICE

    def test_without_the_key_is_not_given_out(self, no_key, case, resident):
        for ending in ("pdf", "xml"):
            answer = resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.{ending}")

            assert answer.status_code == 503
            assert "Brak klucza pieczęci urzędu" in answer.content.decode()

    def test_of_others_is_not_there(self, case, client, celina, jadwiga):
        for stranger in (celina, jadwiga):
            client.force_login(stranger)
            assert client.get(f"/moje/sprawy/{case.pk}/poswiadczenie.xml").status_code == 404

    def test_of_a_case_without_a_filing_is_not_there(self, skala, anna, resident):
        term = cases.service("pismo-ogolne").term
        under = CaseClass(archive_category="B5")
        case = open_case(
            municipality=skala, service="x", title="x", applicant=anna, at=timezone.now(), term=term, filed_under=under
        )  # fmt: skip

        for ending in ("pdf", "xml"):
            assert resident.get(f"/moje/sprawy/{case.pk}/poswiadczenie.{ending}").status_code == 404

    def test_a_code_that_it_does_not_have_is_not_printed(self, case, tmp_path):
        told = text_of(upo.as_pdf(case.filing), tmp_path / "a.pdf")

        assert "Strona 1 z 1" in told
        assert "PODGLĄD" not in told
        assert "Kod weryfikacyjny" not in told


class TestCourse:
    """Metryka sprawy."""

    def test_fits_its_schema_and_names_day_person_post_and_document(self, case, office, jadwiga):
        record(case, kind="term", text="Termin minął.", actor=None, at=timezone.now())
        [document] = cases.decided(case, jadwiga, text="Latarnie staną w maju.")

        answer = office.get(f"/urzad/sprawy/{case.pk}/metryka.xml")

        root = etree.fromstring(answer.content)
        etree.XMLSchema(etree.parse(course.SCHEMA)).assertValid(root)
        steps = [[(etree.QName(one).localname, one.text) for one in step] for step in root.iter("{*}Czynnosc")]
        assert [dict(step[1:]) for step in steps] == [
            {"Osoba": "Anna Nowak", "Opis": "Złożono wniosek."},
            {"Opis": "Termin minął."},
            {"Osoba": "Jadwiga Kaczmarek", "Stanowisko": "inspektor", "Opis": f"Wydano: {document.title}.",
             "Dokument": document.code},
        ]  # fmt: skip
        assert timezone.datetime.fromisoformat(steps[0][0][1]) == case.filed_at.replace(microsecond=0)
        assert root.findtext("{*}ZnakSprawy") == case.number

    def test_the_pdf_names_the_document_too(self, case, jadwiga, tmp_path):
        [document] = cases.decided(case, jadwiga, text="Latarnie staną w maju.")
        case.refresh_from_db()

        told = text_of(course.as_pdf(case, on=timezone.localdate()), tmp_path / "a.pdf")
        assert f"Dokument {document.code}" in told

    def test_a_look_at_it_is_written_down(self, case, office):
        office.get(f"/urzad/sprawy/{case.pk}/metryka.xml")

        assert AuditEntry.objects.filter(action=AuditEntry.Action.COURSE, case_number=case.number).count() == 1

    def test_is_sealed_when_it_is_downloaded(self, key, case, office):
        for ending, kind in (("pdf", "application/pdf"), ("xml", "application/xml")):
            content = office.get(f"/urzad/sprawy/{case.pk}/metryka.{ending}").content

            assert sealed_by(content, kind) == OFFICE
        etree.XMLSchema(etree.parse(course.SCHEMA)).assertValid(etree.fromstring(content))

    def test_without_the_key_is_not_given_out(self, no_key, case, office):
        for ending in ("pdf", "xml"):
            answer = office.get(f"/urzad/sprawy/{case.pk}/metryka.{ending}")

            assert answer.status_code == 503
            assert "Brak klucza pieczęci urzędu" in answer.content.decode()

    def test_is_for_the_office_only(self, case, resident, emil, client):
        assert resident.get(f"/urzad/sprawy/{case.pk}/metryka.xml").status_code == 403
        client.force_login(emil)
        assert client.get(f"/urzad/sprawy/{case.pk}/metryka.xml").status_code == 404

    def test_is_found_on_the_desk(self, case, office):
        assert f"/urzad/sprawy/{case.pk}/metryka.xml" in office.get(f"/urzad/sprawy/{case.pk}/").content.decode()


class TestNames:
    """Whatever the register says, XML holds it: without the signs that XML has no room for, otherwise as it is."""

    FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

    @settings(max_examples=300)
    @given(st.text(st.characters(), max_size=40))
    def test_any_text(self, text):
        write = Writer("urn:x")
        root = write.root("a")
        write.text(root, "b", text, c=text)

        [read] = etree.fromstring(packed(root))
        assert (read.text or "", read.get("c")) == (self.FORBIDDEN.sub("", text),) * 2

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
            str.strip
        )
    )
    def test_of_people_and_steps(self, case, anna, name):
        anna.first_name, anna.last_name = name, ""
        anna.save()
        filing = Filing.objects.get()
        record(filing.case, kind="note", text=name, actor=anna, at=timezone.now())
        expected = self.FORBIDDEN.sub("", name.strip())

        receipt = etree.fromstring(upo.as_xml(filing, at=AT))
        metryka = etree.fromstring(course.as_xml(filing.case, at=AT))
        assert receipt.findtext(".//u:Nadawca/u:Nazwa", namespaces=UPP) == expected
        assert {one.text or "" for one in metryka.iter("{*}Osoba")} == {expected}
        assert etree.fromstring(as_xml(filing)).findtext(".//{*}Nadawca") == expected
        assert upo.as_pdf(filing).startswith(b"%PDF-")
        assert course.as_pdf(filing.case, on=AT.date()).startswith(b"%PDF-")


class TestSealOfXml:
    def changed(self, content: bytes) -> bytes:
        altered = content.replace(b"Nowak", b"Nowik", 1)
        assert altered != content
        return altered

    def sealed(self, case) -> bytes:
        return sealed_xml(upo.as_xml(case.filing, at=AT), municipality=case.municipality, at=AT)

    def test_is_the_last_element_and_says_when(self, key, case):
        """At the moment of the caller, by the certificate of the office, the words before it as they were."""
        plain = upo.as_xml(case.filing, at=AT)
        root = etree.fromstring(sealed_xml(plain, municipality=case.municipality, at=AT))

        assert [one.tag for one in root][1:] == [f"{DS}Signature"]
        assert root.findtext(".//{http://uri.etsi.org/01903/v1.3.2#}SigningTime") == "2026-11-29T12:00:00+00:00"
        [transform, _canonical] = root.find(f".//{DS}Reference").iter(f"{DS}Transform")
        assert transform.get("Algorithm").endswith("#enveloped-signature")
        root.remove(root[-1])
        assert etree.tostring(root, method="c14n") == etree.tostring(etree.fromstring(plain), method="c14n")

    def test_a_change_is_seen(self, key, case):
        [signature] = signatures_of(self.changed(self.sealed(case)), "application/xml", at=AT)

        assert signature.result is Result.INVALID

    def test_an_elliptic_key_seals_too(self, key, case, settings):
        """As qualified seals have."""
        private = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            CertificateBuilder(
                issuer_name=authority().certificate.subject, subject_name=key.certificate.subject,
                public_key=private.public_key(), serial_number=random_serial_number(),
                not_valid_before=key.certificate.not_valid_before_utc,
                not_valid_after=key.certificate.not_valid_after_utc, extensions=list(key.certificate.extensions),
            ).sign(authority().key, SHA256())
        )  # fmt: skip
        lock = BestAvailableEncryption(b"tajne")
        packed_key = serialize_key_and_certificates(None, private, certificate, [authority().certificate], lock)
        (settings.SEAL_DIR / "default.p12").write_bytes(packed_key)

        content = self.sealed(case)
        assert b"ecdsa-sha256" in content
        assert sealed_by(content, "application/xml") == OFFICE

    def test_an_office_that_needs_none_gives_it_unsealed(self, case):
        assert self.sealed(case) == upo.as_xml(case.filing, at=AT)

    @pytest.mark.skipif(not shutil.which("xmlsec1"), reason="xmlsec1 is not on this machine")
    def test_is_good_for_xmlsec(self, key, case, tmp_path):
        (tmp_path / "authority.pem").write_bytes(authority().pem)
        (tmp_path / "good.xml").write_bytes(self.sealed(case))
        (tmp_path / "changed.xml").write_bytes(self.changed(self.sealed(case)))
        ids = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"
        command = ["xmlsec1", "--verify", "--trusted-pem", "authority.pem", "--verification-time",
                   "2026-11-29 12:00:00", "--id-attr:Id", ids, "--id-attr:Id",
                   "http://www.w3.org/2000/09/xmldsig#:KeyInfo"]  # fmt: skip

        good, changed = (
            subprocess.run([*command, name], cwd=tmp_path, capture_output=True, text=True, check=False)
            for name in ("good.xml", "changed.xml")
        )
        assert good.returncode == 0, good.stderr
        assert changed.returncode != 0

    @pytest.mark.skipif(not shutil.which("java"), reason="java is not on this machine")
    def test_is_good_for_java(self, key, case, tmp_path):
        """The library of its own that every JDK has (javax.xml.crypto)."""
        (tmp_path / "Check.java").write_text(JAVA)
        for name, content in (("good", self.sealed(case)), ("changed", self.changed(self.sealed(case)))):
            (tmp_path / f"{name}.xml").write_bytes(content)

        said = subprocess.run(
            ["java", "Check.java", "good.xml", "changed.xml"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert said.stdout.split() == ["true", "false"]


JAVA = """
import java.io.File;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

public class Check {
    public static void main(String[] names) throws Exception {
        var builders = DocumentBuilderFactory.newInstance();
        builders.setNamespaceAware(true);
        String ds = "http://www.w3.org/2000/09/xmldsig#";
        for (String name : names) {
            var read = builders.newDocumentBuilder().parse(new File(name));
            String told = read.getElementsByTagNameNS(ds, "X509Certificate").item(0).getTextContent();
            var key = CertificateFactory.getInstance("X.509").generateCertificate(
                new ByteArrayInputStream(Base64.getMimeDecoder().decode(told))).getPublicKey();
            for (String one : new String[] {"SignedProperties", "KeyInfo"})
                ((Element) read.getElementsByTagNameNS("*", one).item(0)).setIdAttribute("Id", true);
            var context = new DOMValidateContext(key, read.getElementsByTagNameNS(ds, "Signature").item(0));
            var seal = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
            System.out.println(seal.validate(context));
        }
    }
}
"""
