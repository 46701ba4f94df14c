"""What the node has to know of us (saml-metadata-2.0-os), signed."""

from base64 import b64encode

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from lxml.etree import _Element as Element

from services.identity.saml.configuration import Office
from services.identity.saml.keys import Pair
from services.identity.saml.profiles import NODE, Profile
from services.identity.saml.signing import signed
from services.identity.saml.xml import NAMES, SOAP, UNSPECIFIED, add, element, new_id


def described(office: Office, profile: Profile) -> bytes:
    """A signed md:EntityDescriptor."""
    root = element("md:EntityDescriptor", entityID=office.entity, ID=new_id())
    add(root, "ds:Signature", Id="placeholder")
    told = add(
        root, "md:SPSSODescriptor", protocolSupportEnumeration=NAMES["samlp"], AuthnRequestsSigned="true",
        WantAssertionsSigned="false" if profile is NODE else "true",
    )  # fmt: skip
    for use, pair in (("signing", office.keys.signing), ("encryption", office.keys.encryption)):
        add_key(told, use, pair)
    add(told, "md:SingleLogoutService", Binding=SOAP, Location=office.logout_url)
    add(told, "md:NameIDFormat", UNSPECIFIED)
    consumer = {"Binding": profile.binding, "Location": office.acs_url, "index": "0", "isDefault": "true"}
    add(told, "md:AssertionConsumerService", **consumer)
    made = signed(root, office.keys.signing, profile)
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def add_key(parent: Element, use: str, pair: Pair) -> None:
    info = add(add(parent, "md:KeyDescriptor", use=use), "ds:KeyInfo")
    content = b64encode(pair.certificate.public_bytes(Encoding.DER)).decode()
    add(add(info, "ds:X509Data"), "ds:X509Certificate", content)
