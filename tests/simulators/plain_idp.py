"""Another maker's provider of identity: the server of pysaml2 behind HTTP, RSA and POST, signatures by xmlsec1."""

import shutil
from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from saml2 import BINDING_HTTP_POST
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_UNSPECIFIED, NameID
from saml2.server import Server

from tests.simulators.base import Question, Reply, Simulator
from tests.simulators.node import ASKED, ATTRIBUTE, LOA, PERSONAS, page

URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
XMLSEC = shutil.which("xmlsec1")


@dataclass(kw_only=True)
class PlainProvider(Simulator):
    """Says that Anna is there to whoever asks rightly; ``told`` bends the arguments of pysaml2's answer."""

    folder: Path  #: with its key; the metadata of the office goes there
    told: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def entity(self) -> str:
        return f"{self.root}/metadata"

    def know(self, metadata: bytes) -> None:
        """The office is admitted by its metadata."""
        (self.folder / "office.xml").write_bytes(metadata)
        (self.folder / "names").mkdir()
        names = {name: ATTRIBUTE + name for name in ASKED}
        known = {"identifier": URI, "to": names, "fro": {full: name for name, full in names.items()}}
        (self.folder / "names" / "eidas.py").write_text(f"MAP = {known!r}")
        self.server = Server(config=IdPConfig().load(self.config()))

    def config(self) -> dict[str, object]:
        sso = (f"{self.root}/sso", BINDING_HTTP_POST)
        return {
            "entityid": self.entity,
            "xmlsec_binary": XMLSEC,
            "attribute_map_dir": str(self.folder / "names"),  # its own gives the birthday by an OID
            "key_file": str(self.folder / "idp.key"),
            "cert_file": str(self.folder / "idp.crt"),
            "metadata": {"local": [str(self.folder / "office.xml")]},
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [sso]},
                    "want_authn_requests_signed": True,
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                }
            },
        }

    def respond(self, question: Question) -> Reply:
        form = {name: values[0] for name, values in parse_qs(question.body.decode()).items()}
        try:
            asked = self.server.parse_authn_request(form["SAMLRequest"], BINDING_HTTP_POST)
            answer = self.answer_to(self.server.response_args(asked.message, [BINDING_HTTP_POST]))
        except Exception as fault:
            self.faults.append(repr(fault))
            return page("<h1>refused</h1>", status=400)
        return page(
            f'<form method="post" action="{escape(answer[0])}"><input type="hidden" name="RelayState" '
            f'value="{escape(form["RelayState"])}"><input type="hidden" name="SAMLResponse" value="{answer[1]}">'
            "<button>Dalej</button></form>"
        )

    def answer_to(self, args: dict[str, object]) -> tuple[str, str]:
        """Address, and the response in base64."""
        anna = PERSONAS["anna"]
        wanted = {
            "identity": {
                "CurrentFamilyName": anna.last_name, "CurrentGivenName": anna.first_name,
                "DateOfBirth": "1985-03-15", "PersonIdentifier": anna.identifier,
            },
            "userid": "anna",
            "name_id": NameID(format=NAMEID_FORMAT_UNSPECIFIED, text="login-anna"),
            "authn": {"class_ref": f"{LOA}substantial", "authn_auth": "plain.test"},
            "sign_assertion": True,
            "sign_response": False,
            "sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digest_alg": "http://www.w3.org/2001/04/xmlenc#sha256",
        }  # fmt: skip
        made = self.server.create_authn_response(**(args | wanted | self.told))
        return str(args["destination"]), b64encode(str(made).encode()).decode()
