"""Sign-in by login.gov.pl against a simulated node over HTTP: the way there and back, and every lie it may tell."""

import shutil
import subprocess
import threading
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from signxml.algorithms import SignatureMethod

from services.identity import access
from services.identity.base import Level
from services.identity.models import Identity, SignIn, StaffRole, User
from services.identity.news import NaturalPerson, identified
from services.identity.protected import fingerprint
from services.identity.saml import joining
from services.identity.saml.checks import Told
from services.identity.saml.models import Heard, NodeSession, Question
from tests.services.accounts.conftest import PASSWORD, sign_in
from tests.services.saml.conftest import AT_NODE, Form, Visitor, remember, use
from tests.simulators.base import EMPTY, GATEWAY_PAGE, UNAVAILABLE, Drips, Floods, Resets, Truncates
from tests.simulators.node import HONEST, LOA, PERSONAS, Key, LoginNode, bent

pytestmark = pytest.mark.django_db

ANNA = PERSONAS["anna"]


@pytest.fixture
def told():
    """People of whom the others heard."""
    heard: list[tuple[User, NaturalPerson]] = []

    def listen(sender, user, person, **_):
        heard.append((user, person))

    identified.connect(listen)
    yield heard
    identified.disconnect(listen)


def refused(answer, reason: str) -> None:
    """The page says so, leads back, and nobody is signed in."""
    text = answer.content.decode()
    assert (answer.status_code, f"({reason})" in text) == (503 if reason == "silent" else 403, True), text
    assert "Zacznij jeszcze raz" in text
    assert not Identity.objects.exists()
    assert not NodeSession.objects.exists()


def later(client) -> None:
    """The sign-in was longer ago than important changes trust it."""
    session = client.session
    session[access.ENTERED] -= 301
    session.save()


class TestTheWay:
    def test_a_resident_comes_back_as_who_they_are(self, node, visitor, told):
        answer = visitor.signs_in("anna", back="/moje/dane/")

        assert (answer.status_code, answer["Location"]) == (302, "/moje/dane/")
        assert visitor.client.session[access.LEVEL] == Level.TRUSTED
        [identity] = Identity.objects.all()
        assert (identity.kind, identity.subject) == ("node", fingerprint("85031512344"))
        assert (identity.level, identity.means) == (Level.TRUSTED, "pz.gov.pl")
        user = identity.user
        assert (user.first_name, user.last_name, user.has_usable_password()) == ("Anna", "Nowak", False)
        person = NaturalPerson(
            identifier="85031512344", first_name="Anna", last_name="Nowak", born_on=date(1985, 3, 15)
        )
        assert told == [(user, person)]
        assert "Anna Nowak" in visitor.client.get("/moje/").content.decode()
        assert node.refusals == []

    def test_the_second_time_it_is_the_same_account(self, node, visitor, client):
        visitor.signs_in("anna")
        client.post("/wyloguj/")
        User.objects.update(last_name="Dawna")
        visitor.signs_in("anna")

        [user] = User.objects.all()
        assert user.last_name == "Nowak"
        assert client.session["_auth_user_id"] == str(user.pk)

    def test_somebody_from_abroad(self, node, visitor, told):
        assert visitor.signs_in("sofie").status_code == 302

        [(user, person)] = told
        assert (person.identifier, person.pesel, person.born_on) == ("DK/PL/0b7c9f4e", "", date(1990, 2, 1))
        assert user.get_full_name() == "Sofie Jørgensen"

    def test_a_name_in_two_alphabets_is_taken_in_latin(self, node, visitor):
        greek = (
            '<saml:AttributeValue xmlns:n="http://eidas.europa.eu/attributes/naturalperson" n:LatinScript="false">'
            "Ονασης</saml:AttributeValue></saml:Attribute>"
        )
        bent(node, assertion=lambda xml: xml.replace("</saml:Attribute>", greek, 1))

        assert visitor.signs_in("anna").status_code == 302
        assert User.objects.get().last_name == "Nowak"

    @pytest.mark.parametrize(
        ("back", "there"),
        [
            ("abc", "/moje/"), ("", "/moje/"), ("logout", "/moje/"), ("//zly.test", "/moje/"),
            ("/\\zly.test", "/moje/"), ("https://zly.test/moje/", "/moje/"),
            ("/moje/\r\nX: y", "/moje/%0D%0AX:%20y"), ("/ą\x00", "/%C4%85%00"),
        ],
    )  # fmt: skip
    def test_leads_back_to_a_page_of_ours_whatever_was_asked(self, node, visitor, back, there):
        assert visitor.signs_in("anna", back=back)["Location"] == there

    def test_a_content_key_of_128_bits_is_read(self, node, visitor):
        bent(node, content_key=16)

        assert visitor.signs_in().status_code == 302

    def test_the_browser_may_bring_the_artifact_in_the_address(self, node, visitor, client):
        answer = visitor.proves(visitor.leaves(), "anna")

        arriving = Client().get("/saml/acs", answer.fields)

        assert arriving.status_code == 200
        assert arriving["Cache-Control"] == "no-store"
        assert client.post("/saml/wejscie", answer.fields).status_code == 302

    def test_nothing_of_a_person_is_logged_or_in_an_address(self, node, visitor, caplog):
        answer = visitor.tries(node, "anna")
        bent(node, audience="https://other.test")
        visitor.tries(node, "anna")

        for secret in (ANNA.identifier, ANNA.last_name, visitor.brought["RelayState"]):
            assert secret not in caplog.text + answer["Location"]
        assert "audience" in caplog.text

    def test_only_the_page_that_leads_there_may_send_a_form_away(self, node, client):
        leaving = client.get("/logowanie/node/")["Content-Security-Policy"]
        other = client.get("/logowanie/")["Content-Security-Policy"]

        assert f"form-action 'self' {node.root};" in leaving + ";"
        assert "form-action 'self';" in other + ";"

    def test_the_demo_starts_with_a_node_that_knows_the_office(self, visitor, settings, tmp_path, skala, offered):
        with LoginNode().running() as fresh:
            use(settings, fresh.office_at("http://testserver", tmp_path))

            assert visitor.signs_in("zofia").status_code == 302

    def test_it_is_offered_where_it_is(self, node, client):
        assert "login.gov.pl" in client.get("/logowanie/").content.decode()

    def test_and_nowhere_else(self, client, skala):
        assert "login.gov.pl" not in client.get("/logowanie/").content.decode()
        assert client.get("/logowanie/node/").status_code == 404
        assert client.get("/saml/metadata").status_code == 404
        assert client.post("/saml/acs", {"SAMLart": "x"}).status_code == 404


class TestTheQuestion:
    def test_xmlsec_finds_its_signature_good(self, node, visitor, tmp_path, folder):
        if not (xmlsec := shutil.which("xmlsec1")):
            pytest.skip("xmlsec1 is not on this machine")
        question = tmp_path / "question.xml"
        question.write_bytes(b64decode(visitor.leaves().fields["SAMLRequest"]))

        run = subprocess.run(
            [xmlsec, "--verify", "--pubkey-cert-pem", folder / "sign.crt", "--id-attr:ID", "AuthnRequest", question],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert run.returncode == 0, run.stderr
        assert b"ecdsa-sha256" in question.read_bytes()

    def test_the_node_takes_none_of_another_key_or_provider(self, node, visitor):
        question = visitor.leaves()
        admitted, node.office = node.office, replace(node.office, signing=Key.drawn().certificate)
        assert AT_NODE.post(question.action, data=question.fields).status_code == 400

        node.office = replace(admitted, name="Inny urząd")
        assert AT_NODE.post(question.action, data=question.fields).status_code == 400
        node.office = admitted
        assert node.refusals[1:] == ["ProviderName"]

    def test_old_ones_are_forgotten(self, node, visitor):
        visitor.leaves()
        Question.objects.update(asked_at=Question.objects.get().asked_at - timedelta(minutes=31))
        visitor.leaves()

        assert Question.objects.count() == 1


class TestAnswersThatProveNothing:
    @pytest.mark.parametrize(
        ("reason", "twist"),
        [
            ("issuer", {"issuer": "https://evil.test"}),
            ("audience", {"audience": "https://other.test/saml/metadata"}),
            ("recipient", {"recipient": "https://other.test/saml/acs"}),
            ("destination", {"destination": "https://other.test/saml/acs"}),
            ("request", {"in_response_to": "_0123456789abcdef0123456789abcdef"}),
            ("request", {"resolves": "_0123456789abcdef0123456789abcdef"}),
            ("request", {"confirms": "_0123456789abcdef0123456789abcdef"}),
            ("level", {"level": f"{LOA}low"}),
            ("level", {"level": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"}),
            ("expired", {"shift": timedelta(minutes=-7)}),
            ("expired", {"lasts": timedelta(seconds=-61)}),
            ("early", {"shift": timedelta(minutes=3)}),
            ("status", {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}),
            ("assertions", {"assertions": 0}),
            ("assertions", {"assertions": 2}),
            ("encryption", {"content_key": 24}),
            ("signature", {"method": SignatureMethod.ECDSA_SHA512}),
            ("signature", {"is_inner_signed": False}),
        ],
        ids=lambda value: value if isinstance(value, str) else next(iter(value)),
    )
    def test_each_for_its_reason(self, node, visitor, reason, twist):
        bent(node, **twist)

        refused(visitor.tries(node), reason)

    @pytest.mark.parametrize("twist", [{"shift": timedelta(seconds=55)}, {"lasts": timedelta(seconds=-50)}])
    def test_clocks_may_differ_by_a_minute(self, node, visitor, twist):
        bent(node, **twist)

        assert visitor.tries(node).status_code == 302

    @pytest.mark.parametrize("which", ["outer_key", "inner_key"])
    def test_signed_anew_by_another_key(self, node, visitor, which):
        bent(node, **{which: Key.drawn()})

        refused(visitor.tries(node), "signature")

    def test_a_pinned_certificate_that_is_out_of_time(self, node, visitor, settings, tmp_path):
        old = Key.drawn(until=timedelta(days=-1))
        settings.NODE_CERTIFICATES = tmp_path / "old.pem"
        settings.NODE_CERTIFICATES.write_bytes(old.pem)
        bent(node, outer_key=old, inner_key=old)

        refused(visitor.tries(node), "signature")

    def test_while_the_node_changes_its_key_both_are_good(self, node, visitor, settings, tmp_path):
        fresh = Key.drawn()
        settings.NODE_CERTIFICATES = tmp_path / "both.pem"
        settings.NODE_CERTIFICATES.write_bytes(node.key.pem + fresh.pem)
        bent(node, outer_key=fresh, inner_key=node.key)

        assert visitor.tries(node).status_code == 302

    def test_changed_after_signing(self, node, visitor):
        bent(node, signed=lambda xml: xml.replace(b"status:Success", b"status:Success ", 1))

        refused(visitor.tries(node), "signature")

    def test_a_forged_response_around_the_signed_one(self, node, visitor):
        """Wrapping: the signed response is moved into extensions of another one, which keeps its signature."""

        def wrap(soap: bytes) -> bytes:
            text = soap.decode()
            begin, end = text.index("<samlp:Response"), text.index("</samlp:ArtifactResponse>")
            response = text[begin:end]
            signature = response[response.index("<ds:Signature") : response.index("</ds:Signature>") + 15]
            forged = response.replace(' ID="_', ' ID="_evil', 1).replace(
                signature, f"{signature}<samlp:Extensions>{response.replace(signature, '')}</samlp:Extensions>"
            )
            outer = text[text.index("<samlp:ArtifactResponse") : begin] + forged + "</samlp:ArtifactResponse>"
            unsigned = outer.replace(outer[outer.index("<ds:Signature") : outer.index("</ds:Signature>") + 15], "", 1)
            made = node.sign(unsigned.replace("</saml:Issuer>", f"</saml:Issuer>{PLACEHOLDER}", 1))
            return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{made}</s:Body></s:Envelope>'.encode()

        bent(node, signed=wrap)

        refused(visitor.tries(node), "signature")

    def test_a_forged_envelope_around_the_signed_answer(self, node, visitor):
        def wrap(soap: bytes) -> bytes:
            text = soap.decode()
            begin, end = text.index("<samlp:ArtifactResponse"), text.index("</soap:Body>")
            true = text[begin:end]
            forged = true.replace(' ID="_', ' ID="_evil', 1)
            return (text[:begin] + forged + true + text[end:]).encode()

        bent(node, signed=wrap)

        refused(visitor.tries(node), "unreadable")

    def test_two_elements_of_one_id(self, node, visitor):
        def double(soap: bytes) -> bytes:
            text = soap.decode()
            own = text.split("<samlp:ArtifactResponse")[1].split(' ID="')[1].split('"')[0]
            return text.replace("<soap:Body>", f'<soap:Header ID="{own}"/><soap:Body>').encode()

        bent(node, signed=double)

        refused(visitor.tries(node), "signature")

    def test_an_assertion_that_was_used_before(self, node, visitor, client):
        bent(node, assertion_id="_the-same")
        assert visitor.tries(node, "anna").status_code == 302
        client.post("/wyloguj/")

        answer = visitor.tries(node, "anna")

        assert (answer.status_code, "(repeated)" in answer.content.decode()) == (403, True)
        assert Heard.objects.count() == 1

    def test_an_answer_of_yesterday_to_the_question_of_today(self, node, visitor, client):
        visitor.tries(node, "anna")
        client.post("/wyloguj/")
        bent(node, signed=lambda _soap: node.answers[0])

        answer = visitor.tries(node, "anna")

        assert (answer.status_code, "(request)" in answer.content.decode()) == (403, True)

    def test_one_stands_in_the_log_of_sign_ins_and_one_that_nobody_asked_for_does_not(
        self, node, visitor, anna, client
    ):
        client.force_login(anna)
        visitor.tries(node, "nobody")
        assert client.post("/saml/wejscie", {"RelayState": "x"}).status_code == 403

        [entry] = SignIn.objects.all()
        assert (entry.user, entry.provider, entry.is_successful) == (anna, "node", False)

    def test_cancelled_at_the_node(self, node, visitor):
        answer = visitor.tries(node, "")

        refused(answer, "status")
        assert "Logowanie zostało przerwane" in answer.content.decode()

    @pytest.mark.parametrize(
        ("reason", "old", "new"),
        [
            ("person", "85031512344", "850315123"),
            ("person", "85031512344", "dk/PL/1"),
            ("person", "1985-03-15Z", "1985-02-30Z"),
            ("person", "1985-03-15Z", "15.03.1985"),
            ("person", "Anna", " "),
            ("person", "CurrentGivenName", "CurrentFamilyName"),
            ("recipient", "cm:bearer", "cm:holder-of-key"),
            ("audience", "AudienceRestriction", "OneTimeUse"),
            ("unreadable", "NotOnOrAfter", "NotAfter"),
            ("unreadable", " ID=", " Id="),
            ("encryption", "saml:Assertion", "saml:Advice"),
            ("unreadable", "</saml:Assertion>", ""),
        ],
    )
    def test_an_assertion_with_something_wrong_inside(self, node, visitor, reason, old, new):
        bent(node, assertion=lambda xml: xml.replace(old, new))

        refused(visitor.tries(node), reason)

    def test_moments_at_the_end_of_time_are_no_fault(self, node, visitor):
        far = "9999-12-31T23:59:59Z"
        bent(node, assertion=lambda xml: xml.replace('NotOnOrAfter="2', f'NotOnOrAfter="{far}" was="2'))

        assert visitor.tries(node).status_code == 302

    def test_a_name_cut_by_a_comment_is_read_whole(self, node, visitor):
        bent(node, assertion=lambda xml: xml.replace("Nowak", "Now<!-- -->ak"))

        visitor.tries(node)

        assert User.objects.get().last_name == "Nowak"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("xmlenc11#ECDH-ES", "xmlenc#dh"),
            ("xmlenc11#aes256-gcm", "xmlenc11#aes192-gcm"),
            ("#kw-aes256", "#kw-aes128"),
            ("xmlenc11#ConcatKDF", "xmlenc11#pbkdf2"),
            ("xmlenc#sha256", "xmlenc#sha512"),
            ("urn:oid:1.2.840.10045.3.1.7", "urn:oid:1.3.132.0.34"),
            ("PartyUInfo=", 'was="" PartyUInfo="00" other='),
            ('PartyVInfo="', 'PartyVInfo="xyz'),
            ("<dsig11:PublicKey>B", "<dsig11:PublicKey>C"),
            ("<dsig11:PublicKey>", "<dsig11:PublicKey>ż"),
            ("<xenc:CipherValue>", "<xenc:CipherValue/><xenc:CipherValue>"),
        ],
    )
    def test_an_encryption_that_is_another_or_none(self, node, visitor, old, new):
        bent(node, encrypted=lambda xml: xml.replace(old, new, 1))

        refused(visitor.tries(node), "encryption")

    def test_the_cipher_is_checked(self, node, visitor):
        def spoil(xml: str) -> str:
            place = xml.rindex("</xenc:CipherValue>") - 6
            return xml[:place] + ("A" if xml[place] != "A" else "B") + xml[place + 1 :]

        bent(node, encrypted=spoil)

        refused(visitor.tries(node), "encryption")


PLACEHOLDER = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class TestBrokenTalk:
    @pytest.mark.parametrize(
        "xml",
        [
            b"", b"<", b"\x00", b"<a/>", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            b'<!DOCTYPE soap:Envelope SYSTEM "file:///etc/passwd"><soap:Envelope/>',
            f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(), f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode(),
            b"<a>" * 5000, b"x" * 400_000, '<?xml version="1.0" encoding="x-none"?><a/>'.encode("utf-16"),
        ],
        ids=range(11),
    )  # fmt: skip
    def test_answers_that_are_none(self, node, visitor, xml):
        bent(node, signed=lambda _soap: xml)

        refused(visitor.tries(node), "unreadable")

    def test_entities_inside_a_signed_answer_are_not_opened(self, node, visitor):
        """XXE: a document type before the envelope, a reference where the status stands."""
        dtd = b'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
        bent(node, signed=lambda soap: dtd + soap.replace(b"<soap:Body>", b"<soap:Body>&file;"))

        refused(visitor.tries(node), "unreadable")

    def test_entities_inside_the_assertion_are_not_opened(self, node, visitor):
        dtd = '<!DOCTYPE x [<!ENTITY a "Nowak"><!ENTITY b "&a;&a;">]>'
        bent(node, assertion=lambda xml: dtd + xml.replace("Nowak", "&b;"))

        refused(visitor.tries(node), "unreadable")

    @pytest.mark.parametrize("lie", [Resets(), UNAVAILABLE, Floods(1_000_000)], ids=["resets", "503", "floods"])
    def test_a_back_door_that_is_shut(self, node, visitor, lie):
        node.lie(lie)

        refused(visitor.tries(node), "silent")

    @pytest.mark.parametrize("lie", [EMPTY, GATEWAY_PAGE, Truncates()], ids=["empty", "page", "cut"])
    def test_a_back_door_that_says_something_else(self, node, visitor, lie):
        node.lie(lie)

        refused(visitor.tries(node), "unreadable")

    def test_a_slow_node_holds_nobody(self, node, visitor, monkeypatch):
        monkeypatch.setattr("services.identity.saml.artifact.PATIENCE_S", 0.3)
        node.lie(Drips(0.02))

        refused(visitor.tries(node), "silent")

    def test_no_node_at_all(self, node, visitor, settings):
        settings.NODE_ARTIFACT_URL = "http://127.0.0.1:9/"

        refused(visitor.tries(node), "silent")


class TestWhatTheBrowserBrings:
    def test_the_same_twice(self, node, visitor, client):
        visitor.tries(node, "anna")
        client.post("/wyloguj/")
        Identity.objects.all().delete()
        NodeSession.objects.all().delete()

        refused(client.post("/saml/wejscie", visitor.brought), "unasked")

    def test_an_answer_that_another_browser_asked_for(self, node, visitor):
        """Nobody is signed in to the account of whoever sent them the answer."""
        answer = visitor.proves(visitor.leaves(), "anna")

        refused(Visitor(Client()).returns(answer), "unasked")
        assert visitor.returns(answer).status_code == 302  # its own browser is not harmed

    def test_an_answer_after_half_an_hour(self, node, visitor):
        answer = visitor.proves(visitor.leaves(), "anna")
        Question.objects.update(asked_at=Question.objects.get().asked_at - timedelta(minutes=31))

        refused(visitor.returns(answer), "unasked")

    @pytest.mark.parametrize("artifact", ["", "x", "AAQ=", "ż" * 44, "\x00", "AAEAAA" + "A" * 54, "A" * 100_000])
    def test_no_artifact_asks_nobody(self, node, visitor, artifact):
        relay_state = visitor.leaves().fields["RelayState"]

        answer = visitor.client.post("/saml/wejscie", {"SAMLart": artifact, "RelayState": relay_state})

        refused(answer, "artifact")
        assert node.questions == []

    def test_an_artifact_that_the_node_never_gave(self, node, visitor):
        """Of type 4 to the letter; the node answers that it stands for nothing (saml-core 3.5.3)."""
        artifact = b64encode(b"\x00\x04" + bytes(42)).decode()
        relay_state = visitor.leaves().fields["RelayState"]

        answer = visitor.client.post("/saml/wejscie", {"SAMLart": artifact, "RelayState": relay_state})

        refused(answer, "unreadable")
        assert len(node.answers) == 1

    @pytest.mark.parametrize("relay_state", ["", "\x00", "x" * 5000, "ż"])
    def test_no_question(self, node, client, relay_state):
        refused(client.post("/saml/wejscie", {"SAMLart": "x", "RelayState": relay_state}), "unasked")

    def test_only_five_questions_stay_open(self, node, visitor):
        first, *_others = [visitor.proves(visitor.leaves(), "anna") for _ in range(6)]

        refused(visitor.returns(first), "unasked")


class TestWhoseAccount:
    def test_both_proofs_in_one_session_join(self, node, visitor, anna, client):
        client.force_login(anna)

        answer = visitor.tries(node, "anna")

        assert Identity.objects.get().user == anna
        assert User.objects.count() == 1
        assert client.session[access.LEVEL] == Level.TRUSTED
        assert "Tożsamość potwierdzona" in client.get(answer["Location"]).content.decode()

    def test_whoever_finds_an_open_session_does_not_join_it(self, node, visitor, anna, client):
        """As with every other lasting way in: the person of the account proves to be there first."""
        sign_in(client)
        later(client)
        answer = client.get("/logowanie/node/", {"next": "/moje/"})
        assert (answer.status_code, answer["Location"]) == (
            302, "/konto/potwierdz/?next=%2Flogowanie%2Fnode%2F%3Fnext%3D%252Fmoje%252F"
        )  # fmt: skip
        assert not Question.objects.exists()

        there = client.post(answer["Location"], {"password": PASSWORD})["Location"]
        assert there == "/logowanie/node/?next=%2Fmoje%2F"
        assert visitor.signs_in("anna")["Location"] == "/moje/"
        assert Identity.objects.get().user == anna

    def test_an_identity_of_another_account_leads_there_and_says_so(self, node, visitor, bogdan, client):
        visitor.tries(node, "anna")
        annas = Identity.objects.get().user
        client.post("/wyloguj/")
        client.force_login(bogdan)

        answer = visitor.tries(node, "anna")

        assert client.session["_auth_user_id"] == str(annas.pk)
        assert Identity.objects.get().user == annas
        assert "należy do innego konta" in client.get(answer["Location"]).content.decode()

    def test_an_account_is_one_person(self, node, visitor, anna, client):
        client.force_login(anna)
        visitor.tries(node, "anna")

        visitor.tries(node, "bogdan")

        assert Identity.objects.count() == 2
        assert list(anna.identities.values_list("subject", flat=True)) == [fingerprint(ANNA.identifier)]
        assert client.session["_auth_user_id"] != str(anna.pk)

    def test_who_signed_in_after_the_question_is_not_joined(self, node, visitor, anna, client):
        answer = visitor.proves(visitor.leaves(), "anna")
        client.force_login(anna)
        remember(client, answer.fields["RelayState"])

        visitor.returns(answer)

        assert Identity.objects.get().user != anna

    def test_who_has_nothing_else_to_show_proves_at_the_node_again(self, node, visitor, client):
        visitor.tries(node, "anna")
        later(client)

        there = client.get("/konto/bezpieczenstwo/aplikacja/")["Location"]
        assert there == "/logowanie/node/?next=%2Fkonto%2Fbezpieczenstwo%2Faplikacja%2F"
        answer = visitor.returns(visitor.proves(Form.on(client.get(there).content, id_="dalej"), "anna"))

        assert answer["Location"] == "/konto/bezpieczenstwo/aplikacja/"
        assert client.get(answer["Location"]).status_code == 200

    def test_so_does_staff_that_has_to_set_up_a_second_factor(self, node, visitor, client, skala, settings):
        settings.STAFF_SECOND_FACTOR = True
        visitor.tries(node, "anna")
        StaffRole.objects.create(user=User.objects.get(), municipality=skala, role="clerk", job_title="inspektor")
        later(client)
        answer = visitor.signs_in("anna", back="/konto/bezpieczenstwo/aplikacja/")

        assert answer["Location"] == "/konto/bezpieczenstwo/aplikacja/"
        assert client.get(answer["Location"]).status_code == 200

    def test_whoever_has_no_password_closes_the_account_just_after_proving(self, node, visitor, client):
        visitor.tries(node, "anna")
        assert 'type="password"' not in client.get("/moje/dane/").content.decode()
        later(client)
        answer = client.post("/moje/dane/usun/", {"haslo": ""})
        page = answer.content.decode()
        assert (answer.status_code, "/logowanie/node/?next=/moje/dane/" in page) == (422, True)
        assert User.objects.get().is_active

        visitor.tries(node, "anna")
        assert client.post("/moje/dane/usun/")["Location"] == "/"
        assert not User.objects.get().is_active

    def test_a_closed_account_stays_closed(self, node, visitor, client):
        visitor.tries(node, "anna")
        client.post("/wyloguj/")
        User.objects.update(is_active=False)

        answer = visitor.tries(node, "anna")

        assert (answer.status_code, "(closed)" in answer.content.decode()) == (403, True)
        assert client.get("/moje/").status_code == 302

    def test_whoever_listens_and_fails_leaves_no_account(self, node, visitor):
        def fail(sender, **_):
            raise RuntimeError("parties are down")

        identified.connect(fail)
        try:
            with pytest.raises(RuntimeError):
                visitor.tries(node, "anna")
        finally:
            identified.disconnect(fail)

        assert not User.objects.exists()
        assert not Heard.objects.exists()

    def test_the_session_gets_another_key(self, node, visitor, anna, client):
        client.force_login(anna)
        before = client.session.session_key

        visitor.tries(node, "anna")

        assert client.session.session_key != before


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_make_nobody_two_people(anna, monkeypatch):
    """Two tabs of one signed-in browser; each has seen that the account is free."""
    both, owner_to_be = threading.Barrier(2), joining.owner_to_be

    def together(signed_in):
        found = owner_to_be(signed_in)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)
        return found

    def answered(who: str) -> User:
        persona = PERSONAS[who]
        person = NaturalPerson(identifier=persona.identifier, first_name=who, last_name=who)
        now = timezone.now()
        told = Told(person=person, assertion_id=who, until=now, means="", name_id=who, session_index=who)
        try:
            return joining.account_of(told, signed_in=anna, at=now)
        finally:
            connection.close()

    monkeypatch.setattr(joining, "owner_to_be", together)
    with ThreadPoolExecutor(2) as pool:
        owners = list(pool.map(answered, ("anna", "bogdan")))

    assert owners[0] != owners[1]
    assert Identity.objects.filter(user=anna).count() == 1


class TestTheEnd:
    def test_whoever_leaves_here_leaves_there(self, node, visitor, client):
        visitor.tries(node, "anna")
        [index] = node.sessions.values()

        client.post("/wyloguj/")

        assert node.ended == [index]
        assert not NodeSession.objects.exists()

    def test_a_node_that_does_not_answer_keeps_nobody_in(self, node, visitor, client):
        visitor.tries(node, "anna")
        node.lie(UNAVAILABLE)

        assert client.post("/wyloguj/").status_code == 302
        assert client.get("/moje/").status_code == 302

    def test_whoever_leaves_there_leaves_here(self, node, visitor, client):
        visitor.tries(node, "anna")
        [(name_id, index)] = node.sessions.items()
        asked = node.logout_request(name_id, destination="http://testserver/saml/slo", index=index)

        answer = Client().post("/saml/slo", asked, content_type="text/xml")

        assert (answer.status_code, b"status:Success" in answer.content) == (200, True)
        assert client.get("/moje/").status_code == 302

    @pytest.mark.parametrize("side", ["here", "there"])
    def test_also_after_a_password_was_set(self, node, visitor, client, side):
        """The session has another key then."""
        visitor.tries(node, "anna")
        [(name_id, index)] = node.sessions.items()
        told = {"password1": "nowe-haslo-7", "password2": "nowe-haslo-7"}
        assert client.post("/konto/haslo/ustaw/", told)["Location"] == "/konto/bezpieczenstwo/"
        assert client.get("/moje/").status_code == 200
        if side == "here":
            client.post("/wyloguj/")
            assert node.ended == [index]
        else:
            asked = node.logout_request(name_id, destination="http://testserver/saml/slo", index=index)
            Client().post("/saml/slo", asked, content_type="text/xml")

        assert client.get("/moje/").status_code == 302
        assert not NodeSession.objects.exists()

    @pytest.mark.parametrize(
        ("reason", "told"),
        [
            ("signature", {"key": Key.drawn()}),
            ("destination", {"destination": "https://other.test/saml/slo"}),
            ("expired", {"shift": timedelta(minutes=-10)}),
            ("issuer", {"issuer": "https://evil.test"}),
        ],
    )
    def test_nobody_else_may_end_it(self, node: LoginNode, visitor, client, reason, told):
        visitor.tries(node, "anna")
        [(name_id, _index)] = node.sessions.items()
        node.twist = replace(HONEST, **{key: told[key] for key in ("shift", "issuer") if key in told})
        place = told.get("destination", "http://testserver/saml/slo")

        answer = Client().post(
            "/saml/slo", node.logout_request(name_id, destination=place, key=told.get("key")), content_type="text/xml"
        )

        assert (answer.status_code, answer.content.decode()) == (403, reason)
        assert client.get("/moje/").status_code == 200

    @pytest.mark.parametrize("body", [b"", b"<a/>", b"\xff"])
    def test_no_message_ends_nothing(self, node, client, body):
        assert client.post("/saml/slo", body, content_type="text/xml").status_code == 403
