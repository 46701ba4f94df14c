"""What we ask the node: who is there (AuthnRequest), what an artifact stands for, and that a session is over."""

from datetime import datetime

from lxml.etree import _Element as Element

from services.identity.saml.configuration import Node, Office
from services.identity.saml.signing import signed
from services.identity.saml.xml import UNSPECIFIED, add, message

SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"  #: what the trusted profile gives; the least we take
LEVELS = ["http://eidas.europa.eu/LoA/low", SUBSTANTIAL, "http://eidas.europa.eu/LoA/high"]  #: weakest first
PERSON = "http://eidas.europa.eu/attributes/naturalperson/"
#: friendly name and name of all that the node tells of a person
ATTRIBUTES = {
    "FamilyName": f"{PERSON}CurrentFamilyName",
    "FirstName": f"{PERSON}CurrentGivenName",
    "DateOfBirth": f"{PERSON}DateOfBirth",
    "PersonIdentifier": f"{PERSON}PersonIdentifier",
}
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


def who_is_there(node: Node, office: Office, *, at: datetime) -> Element:
    """A signed samlp:AuthnRequest; the person proves anew each time (ForceAuthn)."""
    asked = message(
        "samlp:AuthnRequest", issuer=office.entity, destination=node.sign_in_url, at=at, ForceAuthn="true",
        ProtocolBinding=node.profile.binding, AssertionConsumerServiceURL=office.acs_url,
        **({"ProviderName": office.name} if office.name else {}),
    )  # fmt: skip
    extensions = add(asked, "samlp:Extensions")
    add(extensions, "eidas:SPType", "public")
    attributes = add(extensions, "eidas:RequestedAttributes")
    for friendly, name in ATTRIBUTES.items():
        told = {"FriendlyName": friendly, "Name": name, "NameFormat": URI, "isRequired": "true"}
        add(attributes, "eidas:RequestedAttribute", **told)
    add(asked, "samlp:NameIDPolicy", Format=UNSPECIFIED, AllowCreate="true")
    context = add(asked, "samlp:RequestedAuthnContext", Comparison="minimum")
    add(context, "saml:AuthnContextClassRef", SUBSTANTIAL)
    return signed(asked, office.keys.signing, node.profile)


def what_it_stands_for(artifact: str, node: Node, office: Office, *, at: datetime) -> Element:
    """A signed samlp:ArtifactResolve."""
    asked = message("samlp:ArtifactResolve", issuer=office.entity, destination=node.artifact_url, at=at)
    add(asked, "samlp:Artifact", artifact)
    return signed(asked, office.keys.signing, node.profile)


def that_it_is_over(name_id: str, session_index: str, node: Node, office: Office, *, at: datetime) -> Element:
    """A signed samlp:LogoutRequest."""
    asked = message("samlp:LogoutRequest", issuer=office.entity, destination=node.logout_url, at=at)
    add(asked, "saml:NameID", name_id, Format=UNSPECIFIED)
    add(asked, "samlp:SessionIndex", session_index)
    return signed(asked, office.keys.signing, node.profile)
