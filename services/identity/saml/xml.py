"""Names of SAML 2.0 (OASIS saml-core-2.0-os) and of what it stands on; elements are read strictly and made shortly."""

from datetime import UTC, datetime
from secrets import token_hex

from lxml import etree
from lxml.etree import _Element as Element

from services.identity.saml.errors import NotProved, Reason

NAMES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "dsig11": "http://www.w3.org/2009/xmldsig11#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "xenc11": "http://www.w3.org/2009/xmlenc11#",
    "eidas": "http://eidas.europa.eu/saml-extensions",
}
ARTIFACT, POST, SOAP = (
    f"urn:oasis:names:tc:SAML:2.0:bindings:{name}" for name in ("HTTP-Artifact", "HTTP-POST", "SOAP")
)
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
MOST_BYTES = 500_000  #: an honest answer has some 15 kB


def tag(name: str) -> str:
    """ "saml:Issuer" as lxml writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def element(name: str, **attributes: str) -> Element:
    prefix = name.partition(":")[0]
    return etree.Element(tag(name), attributes, nsmap={prefix: NAMES[prefix]})


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    prefix = name.partition(":")[0]
    made = etree.SubElement(parent, tag(name), attributes, nsmap={prefix: NAMES[prefix]})
    made.text = text
    return made


def message(name: str, *, issuer: str, destination: str, at: datetime, **attributes: str) -> Element:
    """One of ours with an unguessable ID; the signature will stand after the issuer, as the schema wants it."""
    made = element(name, ID=new_id(), Version="2.0", IssueInstant=instant(at), Destination=destination, **attributes)
    add(made, "saml:Issuer", issuer)
    add(made, "ds:Signature", Id="placeholder")
    return made


def new_id() -> str:
    """An xs:ID of 128 random bits."""
    return f"_{token_hex(16)}"


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(content: bytes) -> Element:
    """Without entities, document types, network and comments. Raises NotProved."""
    if len(content) > MOST_BYTES:
        raise NotProved(Reason.UNREADABLE)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotProved(Reason.UNREADABLE) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotProved(Reason.UNREADABLE)
    return root


def only(parent: Element, path: str, *, reason: Reason = Reason.UNREADABLE) -> Element:
    """The one element at the path. Raises NotProved where there is none, or a second one."""
    found = parent.findall(path, NAMES)
    if len(found) != 1:
        raise NotProved(reason)
    return found[0]


def text_at(parent: Element, path: str, *, reason: Reason = Reason.UNREADABLE) -> str:
    """Raises NotProved."""
    return (only(parent, path, reason=reason).text or "").strip()


def enveloped(body: Element) -> bytes:
    """In a SOAP 1.1 envelope."""
    envelope = element("soap:Envelope")
    add(envelope, "soap:Body").append(body)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def unwrapped(content: bytes, name: str) -> Element:
    """The one element in the body of a SOAP envelope. Raises NotProved, also where it is another."""
    root = parsed(content)
    if root.tag != tag("soap:Envelope"):
        raise NotProved(Reason.UNREADABLE)
    [*inside] = only(root, "soap:Body")
    if [one.tag for one in inside] != [tag(name)]:
        raise NotProved(Reason.UNREADABLE)
    return inside[0]
