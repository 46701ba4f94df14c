"""A login node as login.gov.pl is: a page of personas instead of its ways of proving, everything else to the letter.

It checks what it gets against the schemas of OASIS (those that pysaml2 brings) and by its own rules; what it says can
be bent by a ``Twist``. Its keys are drawn anew for each one.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha1
from html import escape
from pathlib import Path
from secrets import token_bytes, token_hex
from urllib.parse import parse_qs

import saml2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import SignatureConfiguration, XMLSigner, XMLVerifier
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from services.identity.saml.keys import ENCRYPTION, SIGNING, Pair
from services.identity.saml.profiles import NODE
from tests.simulators.base import Question, Reply, Simulator

SSO, RESOLUTION, LOGOUT = (
    "/login/SingleSignOnService", "/login-services/idpArtifactResolutionService",
    "/login-services/singleLogoutService",
)  # fmt: skip
CHOICE = "/login/wybor"
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "eidas": "http://eidas.europa.eu/saml-extensions",
}
XMLNS = " ".join(f'xmlns:{prefix}="{NS[prefix]}"' for prefix in ("saml", "samlp"))
SIGNATURE = f'<ds:Signature xmlns:ds="{NS["ds"]}" Id="placeholder"/>'
ASKED = {"CurrentFamilyName", "CurrentGivenName", "DateOfBirth", "PersonIdentifier"}
ATTRIBUTE = "http://eidas.europa.eu/attributes/naturalperson/"
LOA = "http://eidas.europa.eu/LoA/"
URN = "urn:oasis:names:tc:SAML:2.0:"


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody invented who can prove who they are."""

    first_name: str
    last_name: str
    identifier: str
    born: str  #: xs:date; the node writes a zone
    means: str = "pz.gov.pl"


#: by the login under which the demo knows them; invented numbers with right check digits
PERSONAS = {
    "anna": Persona("Anna", "Nowak", "85031512344", "1985-03-15Z"),
    "bogdan": Persona("Bogdan", "Kowalski", "79110823456", "1979-11-08Z"),
    "celina": Persona("Celina", "Wiśniewska", "02270803624", "2002-07-08Z", "mojeid.pl"),
    "zofia": Persona("Zofia", "Łęcka-Żółkiewska", "44051401458", "1944-05-14Z", "edowod"),
    "sofie": Persona("Sofie", "Jørgensen", "DK/PL/0b7c9f4e", "1990-02-01+01:00", "eidas"),
}


@dataclass(frozen=True, slots=True)
class Registered:
    """What the node was told of a service provider when it was admitted."""

    entity: str
    acs: str
    name: str
    signing: x509.Certificate
    encryption: x509.Certificate

    @classmethod
    def described(cls, metadata: bytes, *, name: str) -> "Registered":
        """By its metadata, whose signature is that of its signing key."""
        root = etree.fromstring(metadata)
        schema("saml-schema-metadata-2.0.xsd").assertValid(root)

        def certificate(use: str) -> x509.Certificate:
            [text] = root.xpath(f"//md:KeyDescriptor[@use='{use}']//ds:X509Certificate/text()", namespaces=NS)
            return x509.load_der_x509_certificate(b64decode(text))

        verify(root, certificate("signing"))
        [acs] = root.findall(".//md:AssertionConsumerService", NS)
        assert acs.get("Binding") == f"{URN}bindings:HTTP-Artifact"
        return cls(root.get("entityID"), acs.get("Location"), name, certificate("signing"), certificate("encryption"))


@dataclass(frozen=True, slots=True)
class Key:
    """NIST P-256, certified by itself."""

    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def drawn(cls, name: str = "login.node.test", *, until: timedelta = timedelta(days=30)) -> "Key":
        private, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=60)).not_valid_after(now + until)
        return cls(private, builder.sign(private, hashes.SHA256()))

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Twist:
    """What is bent in an answer; the default bends nothing. Each field is told instead of the true one."""

    issuer: str | None = None
    audience: str | None = None
    recipient: str | None = None
    destination: str | None = None
    in_response_to: str | None = None
    resolves: str | None = None  #: another question than the ArtifactResolve
    confirms: str | None = None  #: another question in the assertion only
    level: str = f"{LOA}substantial"
    status: str = f"{URN}status:Success"
    shift: timedelta = timedelta(0)  #: of the node's clock
    lasts: timedelta = timedelta(minutes=5)
    assertions: int = 1
    assertion_id: str | None = None
    content_key: int = 32  #: bytes; the name of the algorithm stays aes256-gcm, as production did
    outer_key: Key | None = None
    inner_key: Key | None = None
    method: SignatureMethod = SignatureMethod.ECDSA_SHA256
    is_inner_signed: bool = True
    assertion: Callable[[str], str] = lambda xml: xml  #: bends the text before it is encrypted
    encrypted: Callable[[str], str] = lambda xml: xml  #: bends it afterwards, before the signatures
    signed: Callable[[bytes], bytes] = lambda xml: xml  #: bends the whole SOAP answer, after the signatures


HONEST = Twist()


class Refusal(Exception):
    """The node will not have that; the text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was accepted."""

    request_id: str
    relay_state: str


@dataclass
class LoginNode(Simulator):
    """Register the office, then run it; ``answers`` are those it has given to artifacts, for whoever replays them."""

    entity: str = "https://login.node.test"
    key: Key = field(default_factory=Key.drawn)
    office: Registered | None = None
    twist: Twist = HONEST
    asked: dict[str, Asked] = field(default_factory=dict)  #: open choices on its page
    artifacts: dict[str, tuple[Asked, Persona]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)  #: IDs of messages; none comes twice
    sessions: dict[str, str] = field(default_factory=dict)  #: SessionIndex of each NameID
    ended: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    def settings(self, folder: Path) -> dict[str, str]:
        """With what an office must run to use this node; the node's certificate is written to the folder.

        The office's own keys are made there by ``manage.py node_keys``, then its ``/saml/metadata`` is given to
        ``admit``.
        """
        folder.mkdir(parents=True, exist_ok=True)
        certificates = folder / "node.pem"
        certificates.write_bytes(self.key.pem)
        return {
            "MIEDZA_NODE_URL": self.root + SSO,
            "MIEDZA_NODE_ARTIFACT_URL": self.root + RESOLUTION,
            "MIEDZA_NODE_LOGOUT_URL": self.root + LOGOUT,
            "MIEDZA_NODE_ENTITY": self.entity,
            "MIEDZA_NODE_CERTIFICATES": str(certificates),
            "MIEDZA_NODE_DIR": str(folder),
            "MIEDZA_NODE_OUR_NAME": "Urząd testowy",
        }

    def office_at(self, site: str, folder: Path) -> dict[str, str]:
        """The same for an office that need not run yet: its keys are made in the folder, and it is admitted."""
        told = self.settings(folder) | {"MIEDZA_SITE": site}
        now, name = datetime.now(UTC), told["MIEDZA_NODE_OUR_NAME"]
        for use in (SIGNING, ENCRYPTION):
            if not (folder / f"{use}.key").exists():
                Pair.made(NODE, name=f"{name} {use}", at=now).write(folder, use)
        signing, encryption = (Pair.read(folder, use).certificate for use in (SIGNING, ENCRYPTION))
        self.office = Registered(f"{site}/saml/metadata", f"{site}/saml/acs", name, signing, encryption)
        return told

    def admit(self, metadata: bytes, *, name: str = "Urząd testowy") -> None:
        self.office = Registered.described(metadata, name=name)

    def forget(self) -> None:
        """Honest, and as if just begun; the office stays admitted."""
        self.twist = HONEST
        for kept in (self.asked, self.artifacts, self.seen, self.sessions, self.ended, self.refusals, self.answers):
            kept.clear()
        self.questions.clear()
        self.lies.clear()

    def respond(self, question: Question) -> Reply:
        serve = {SSO: self.greet, CHOICE: self.choose, RESOLUTION: self.resolve, LOGOUT: self.end}.get(question.path)
        if serve is None or question.method != "POST":
            return Reply(b"not found", 404)
        try:
            return serve(question)
        except (Refusal, etree.LxmlError, ValueError, KeyError) as fault:
            self.refusals.append(str(fault))
            return page(f"<h1>Node refuses</h1><p>{escape(str(fault))}</p>", status=400)

    # the browser

    def greet(self, question: Question) -> Reply:
        """SingleSignOnService: who are you?"""
        form = {name: values[0] for name, values in parse_qs(question.body.decode()).items()}
        asked = Asked(self.checked_question(b64decode(form["SAMLRequest"])), form["RelayState"])
        key = token_hex(16)
        self.asked[key] = asked
        buttons = "".join(
            f'<p><button name="who" value="{name}">{escape(one.first_name)} {escape(one.last_name)}</button></p>'
            for name, one in PERSONAS.items()
        )
        cancel = '<p><button name="who" value="">Anuluj</button></p>'
        return page(
            f'<h1>Węzeł przykładowy</h1><p>Osoby są zmyślone.</p><form method="post" action="{CHOICE}">'
            f'<input type="hidden" name="key" value="{key}">{buttons}{cancel}</form>'
        )

    def checked_question(self, content: bytes) -> str:
        """ID of an AuthnRequest that is all that it must be. Raises Refusal."""
        root = etree.fromstring(content)
        office = self.admitted()
        self.check_message(root, "samlp:AuthnRequest", destination=self.root + SSO)
        expect(root.get("ForceAuthn") == "true", "ForceAuthn")
        expect(root.get("ProtocolBinding") == f"{URN}bindings:HTTP-Artifact", "ProtocolBinding")
        expect(root.get("AssertionConsumerServiceURL") == office.acs, "AssertionConsumerServiceURL")
        expect(root.get("ProviderName") == office.name, "ProviderName")
        expect(root.findtext("samlp:Extensions/eidas:SPType", "", NS) == "public", "SPType")
        wanted = root.findall("samlp:Extensions/eidas:RequestedAttributes/eidas:RequestedAttribute", NS)
        expect({one.get("Name") for one in wanted} == {ATTRIBUTE + name for name in ASKED}, "RequestedAttributes")
        expect(all(one.get("isRequired") == "true" for one in wanted), "isRequired")
        expect(all(one.get("NameFormat", "").endswith("attrname-format:uri") for one in wanted), "NameFormat")
        [policy] = root.findall("samlp:NameIDPolicy", NS)
        expect(policy.get("AllowCreate") == "true", "AllowCreate")
        expect(policy.get("Format", "").endswith("nameid-format:unspecified"), "NameIDPolicy")
        [context] = root.findall("samlp:RequestedAuthnContext", NS)
        expect(context.get("Comparison") == "minimum", "Comparison")
        expect(context.findtext("saml:AuthnContextClassRef", "", NS) == f"{LOA}substantial", "level")
        return root.get("ID")

    def choose(self, question: Question) -> Reply:
        """The persona is chosen: an artifact goes back by the browser."""
        form = {name: values[0] for name, values in parse_qs(question.body.decode()).items()}
        asked = self.asked.pop(form["key"])
        artifact = self.artifact_for(asked, PERSONAS[form["who"]] if form.get("who") else None)
        return page(
            f'<h1>Wracasz do urzędu</h1><form method="post" action="{escape(self.admitted().acs)}">'
            f'<input type="hidden" name="SAMLart" value="{artifact}">'
            f'<input type="hidden" name="RelayState" value="{escape(asked.relay_state)}">'
            "<button>Dalej</button></form><script>document.forms[0].submit()</script>"
        )

    def artifact_for(self, asked: Asked, persona: Persona | None) -> str:
        """Type 4 (saml-bindings 3.6.4)."""
        artifact = b64encode(b"\x00\x04\x00\x00" + sha1(self.entity.encode()).digest() + token_bytes(20)).decode()
        self.artifacts[artifact] = (asked, persona)
        return artifact

    # the back door

    def resolve(self, question: Question) -> Reply:
        """ArtifactResolutionService: an artifact is good for one answer."""
        root = self.soap_message(question, "samlp:ArtifactResolve", self.root + RESOLUTION)
        asked, persona = self.artifacts.pop(root.findtext("samlp:Artifact", "", NS), (None, None))
        body = self.resolved(asked, persona, in_response_to=root.get("ID")) if asked else self.empty(root.get("ID"))
        self.answers.append(body)
        return Reply(body, content_type="text/xml; charset=utf-8")

    def end(self, question: Question) -> Reply:
        """SingleLogoutService."""
        root = self.soap_message(question, "samlp:LogoutRequest", self.root + LOGOUT)
        name_id, index = root.findtext("saml:NameID", "", NS), root.findtext("samlp:SessionIndex", "", NS)
        expect(self.sessions.pop(name_id, None) == index, "no such session")
        self.ended.append(index)
        body = f"{self.status()}"
        return Reply(in_soap(self.sign(self.message("LogoutResponse", body, f'InResponseTo="{root.get("ID")}"'))))

    def soap_message(self, question: Question, name: str, destination: str) -> etree._Element:
        expect(question.headers.get("content-type", "").startswith("text/xml"), "Content-Type")
        expect("soapaction" in question.headers, "SOAPAction")
        envelope = etree.fromstring(question.body)
        [root] = envelope.find("soap:Body", NS)
        root = etree.fromstring(etree.tostring(root))
        self.check_message(root, name, destination=destination)
        return root

    def check_message(self, root: etree._Element, name: str, *, destination: str) -> None:
        """Shape, signature, who, where, when, and that it is the first of its ID."""
        prefix, _, local = name.partition(":")
        expect(root.tag == f"{{{NS[prefix]}}}{local}", f"not a {local}")
        schema("saml-schema-protocol-2.0.xsd").assertValid(root)
        verify(root, self.admitted().signing)
        expect(root.findtext("saml:Issuer", "", NS) == self.admitted().entity, "Issuer")
        expect(root.get("Destination") == destination, "Destination")
        age = datetime.now(UTC) - datetime.fromisoformat(root.get("IssueInstant"))
        expect(abs(age) < timedelta(minutes=1), "IssueInstant")
        expect(root.get("ID") not in self.seen, "ID was used")
        self.seen.add(root.get("ID"))

    def admitted(self) -> Registered:
        if self.office is None:
            raise Refusal("nobody is admitted")
        return self.office

    # what it says

    def resolved(self, asked: Asked, persona: Persona | None, *, in_response_to: str) -> bytes:
        """SOAP with an ArtifactResponse, twisted as told."""
        twist = self.twist
        about = twist.in_response_to or asked.request_id
        told = [self.encrypted_assertion(asked, persona) for _ in range(twist.assertions)] if persona else []
        status = self.status(twist.status) if persona else self.status(f"{URN}status:Responder")
        destination = escape(twist.destination or self.admitted().acs)
        response = self.message(
            "Response", status + "".join(told), f'InResponseTo="{about}" Destination="{destination}"', twist=twist
        )
        inner = self.sign(response, twist.inner_key) if twist.is_inner_signed else response.replace(SIGNATURE, "")
        outer = self.message(
            "ArtifactResponse", self.status() + inner, f'InResponseTo="{twist.resolves or in_response_to}"', twist=twist
        )
        return twist.signed(in_soap(self.sign(outer, twist.outer_key)))

    def empty(self, in_response_to: str | None) -> bytes:
        """An artifact that nobody was given: success, and nothing (saml-core 3.5.3)."""
        return in_soap(self.sign(self.message("ArtifactResponse", self.status(), f'InResponseTo="{in_response_to}"')))

    def message(self, name: str, body: str, attributes: str, *, twist: Twist = HONEST) -> str:
        now = moment(datetime.now(UTC) + twist.shift)
        return (
            f'<samlp:{name} {XMLNS} ID="_{token_hex(16)}" Version="2.0" IssueInstant="{now}" {attributes}>'
            f"<saml:Issuer>{escape(twist.issuer or self.entity)}</saml:Issuer>{SIGNATURE}{body}</samlp:{name}>"
        )

    def status(self, code: str = f"{URN}status:Success") -> str:
        return f'<samlp:Status><samlp:StatusCode Value="{code}"/></samlp:Status>'

    def sign(self, xml: str, key: Key | None = None) -> str:
        """ECDSA-SHA256, exclusive c14n; a signature inside stays as it is."""
        used, root = key or self.key, etree.fromstring(xml)
        signer = XMLSigner(
            signature_algorithm=self.twist.method, digest_algorithm="sha256",
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )  # fmt: skip
        made = signer.sign(
            root, key=used.private, cert=[used.certificate], reference_uri=f"#{root.get('ID')}", id_attribute="ID"
        )
        return etree.tostring(made).decode()

    def encrypted_assertion(self, asked: Asked, persona: Persona) -> str:
        xml = self.twist.assertion(self.assertion(asked, persona))
        return self.twist.encrypted(encrypted(xml.encode(), self.admitted(), content_key=self.twist.content_key))

    def assertion(self, asked: Asked, persona: Persona) -> str:
        """As in the sample of the public simulator; it has no signature of its own."""
        twist, office = self.twist, self.admitted()
        now = datetime.now(UTC) + twist.shift
        begin, until = moment(now), moment(now + twist.lasts)
        name_id, session_index = f"login-{token_hex(8)}", f"_{token_hex(16)}"
        self.sessions[name_id] = session_index
        about = twist.confirms or twist.in_response_to or asked.request_id
        attributes = {
            "CurrentFamilyName": persona.last_name, "CurrentGivenName": persona.first_name,
            "DateOfBirth": persona.born, "PersonIdentifier": persona.identifier,
        }  # fmt: skip
        told = "".join(
            f'<saml:Attribute Name="{ATTRIBUTE}{name}" NameFormat="{URN}attrname-format:uri">'
            f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue></saml:Attribute>"
            for name, value in attributes.items()
        )
        return (
            f'<saml:Assertion xmlns:saml="{NS["saml"]}" ID="{twist.assertion_id or "_" + token_hex(16)}" Version="2.0" '
            f'IssueInstant="{begin}"><saml:Issuer>{escape(twist.issuer or self.entity)}</saml:Issuer>'
            f'<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">{name_id}'
            f'</saml:NameID><saml:SubjectConfirmation Method="{URN}cm:bearer"><saml:SubjectConfirmationData '
            f'InResponseTo="{about}" Recipient="{escape(twist.recipient or office.acs)}" NotOnOrAfter="{until}"/>'
            f'</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{begin}" NotOnOrAfter="{until}">'
            f"<saml:AudienceRestriction><saml:Audience>{escape(twist.audience or office.entity)}</saml:Audience>"
            f'</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{begin}" '
            f'SessionIndex="{session_index}"><saml:AuthnContext><saml:AuthnContextClassRef>{twist.level}'
            f"</saml:AuthnContextClassRef><saml:AuthenticatingAuthority>{persona.means}</saml:AuthenticatingAuthority>"
            f"</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{told}</saml:AttributeStatement>"
            "</saml:Assertion>"
        )

    def logout_request(self, name_id: str, *, destination: str, key: Key | None = None, index: str = "") -> bytes:
        """What the node sends when somebody has left elsewhere."""
        body = f"<saml:NameID>{name_id}</saml:NameID>"
        body += f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else ""
        made = self.message("LogoutRequest", body, f'Destination="{escape(destination)}"', twist=self.twist)
        return in_soap(self.sign(made, key))


def encrypted(assertion: bytes, office: Registered, *, content_key: int = 32) -> str:
    """ECDH-ES with a key of one use, ConcatKDF(SHA-256), AES-256 key wrap, AES-GCM."""
    public = office.encryption.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    parts = [b"http://www.w3.org/2001/04/xmlenc#kw-aes256", b"login.node.test", office.entity.encode()]
    infos = [len(part).to_bytes(4) + part for part in parts]
    wrapping = ConcatKDFHash(hashes.SHA256(), 32, b"".join(infos)).derive(ephemeral.exchange(ec.ECDH(), public))
    secret, nonce = token_bytes(content_key), token_bytes(12)
    algorithm_id, party_u, party_v = (info.hex().upper() for info in infos)
    point = b64(ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return f"""<saml:EncryptedAssertion xmlns:saml="{NS["saml"]}">
<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"
 xmlns:ds="{NS["ds"]}" xmlns:dsig11="http://www.w3.org/2009/xmldsig11#" Id="_{token_hex(16)}"
 Type="http://www.w3.org/2001/04/xmlenc#Element">
<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>
<ds:KeyInfo><xenc:EncryptedKey Id="_{token_hex(16)}">
<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#kw-aes256"/>
<ds:KeyInfo><xenc:AgreementMethod Algorithm="http://www.w3.org/2009/xmlenc11#ECDH-ES">
<xenc11:KeyDerivationMethod Algorithm="http://www.w3.org/2009/xmlenc11#ConcatKDF">
<xenc11:ConcatKDFParams AlgorithmID="{algorithm_id}" PartyUInfo="{party_u}" PartyVInfo="{party_v}">
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/></xenc11:ConcatKDFParams>
</xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo><ds:KeyValue><dsig11:ECKeyValue>
<dsig11:NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"/><dsig11:PublicKey>{point}</dsig11:PublicKey>
</dsig11:ECKeyValue></ds:KeyValue></xenc:OriginatorKeyInfo></xenc:AgreementMethod></ds:KeyInfo>
<xenc:CipherData><xenc:CipherValue>{b64(aes_key_wrap(wrapping, secret))}</xenc:CipherValue></xenc:CipherData>
</xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData>
<xenc:CipherValue>{b64(nonce + AESGCM(secret).encrypt(nonce, assertion, None))}</xenc:CipherValue></xenc:CipherData>
</xenc:EncryptedData></saml:EncryptedAssertion>"""


def b64(content: bytes) -> str:
    return b64encode(content).decode()


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def in_soap(message: str) -> bytes:
    return f'<soap:Envelope xmlns:soap="{NS["soap"]}"><soap:Body>{message}</soap:Body></soap:Envelope>'.encode()


def page(body: str, *, status: int = 200) -> Reply:
    head = '<!doctype html><html lang="pl"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return Reply(f"{head}<title>Węzeł przykładowy</title>{body}".encode(), status, "text/html; charset=utf-8")


def expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise Refusal(what)


def verify(root: etree._Element, certificate: x509.Certificate) -> None:
    """The whole element, by that key, ECDSA-SHA256, the signature right after the issuer. Raises Refusal."""
    config = SignatureConfiguration(location="./", signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}))
    try:
        covered = XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID", expect_config=config).signed_xml
    except Exception as fault:
        raise Refusal(f"signature: {fault}") from fault
    expect(covered.tag == root.tag and covered.get("ID") == root.get("ID"), "signature of a part")


@lru_cache
def schema(name: str) -> etree.XMLSchema:
    """Of OASIS, as pysaml2 brings it; schemas that it imports from the network are taken from beside it."""
    folder = Path(saml2.__file__).parent / "data" / "schemas"

    class Beside(etree.Resolver):
        def resolve(self, url, _public_id, context):
            return self.resolve_filename(str(folder / re.sub(r".*/", "", url)), context)

    parser = etree.XMLParser()
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(str(folder / name), parser))


def bent(node: LoginNode, **told: object) -> None:
    """The next answers of the node are bent so."""
    node.twist = replace(HONEST, **told)
