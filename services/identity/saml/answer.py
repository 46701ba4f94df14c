"""From what the browser brought to what the node says: the only way by which an assertion comes to be read."""

import binascii
from base64 import b64decode
from collections.abc import Mapping

from lxml.etree import _Element as Element

from services.identity.saml.artifact import answer_to, refuse_no_artifact
from services.identity.saml.checks import (
    Expected,
    Told,
    refuse_misled,
    refuse_no_success,
    refuse_other_issuer,
    refuse_response,
    told_by,
)
from services.identity.saml.configuration import Node, Office
from services.identity.saml.decryption import decrypted
from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.profiles import NODE
from services.identity.saml.request import what_it_stands_for
from services.identity.saml.signing import covered
from services.identity.saml.xml import NAMES, only, parsed, tag


def heard(brought: Mapping[str, str], node: Node, office: Office, expected: Expected) -> Told:
    """brought: fields of the form that came with the browser. Raises NotProved."""
    if node.profile is NODE:
        return told_by(by_artifact(brought.get("SAMLart", ""), node, office, expected), expected)
    return told_by(by_post(brought.get("SAMLResponse", ""), node, expected), expected)


def by_artifact(artifact: str, node: Node, office: Office, expected: Expected) -> Element:
    """The decrypted assertion; both signatures around it are checked before it is opened. Raises NotProved."""
    refuse_no_artifact(artifact)
    asked = what_it_stands_for(artifact, node, office, at=expected.at)
    arrived = answer_to(asked, url=node.artifact_url, expected="samlp:ArtifactResponse")
    outer = covered(arrived, node.certificates, node.profile)
    refuse_other_issuer(outer, node.entity)
    refuse_misled(outer, destination=expected.recipient, in_response_to=asked.get("ID", ""))
    refuse_no_success(outer)
    inner = only(outer, "samlp:Response")
    response = covered(inner, node.certificates, node.profile)
    refuse_response(response, expected)
    return decrypted(the_assertion(response, "saml:EncryptedAssertion"), office.keys.encryption.key)


def by_post(text: str, node: Node, expected: Expected) -> Element:
    """The signed assertion. Raises NotProved."""
    try:
        response = parsed(b64decode("".join(text.split()), validate=True))  # some break its lines
    except (binascii.Error, ValueError):
        raise NotProved(Reason.UNREADABLE) from None
    if response.tag != tag("samlp:Response"):
        raise NotProved(Reason.UNREADABLE)
    refuse_response(response, expected)
    return covered(the_assertion(response, "saml:Assertion"), node.certificates, node.profile)


def the_assertion(response: Element, name: str) -> Element:
    """The only one of either kind. Raises NotProved."""
    kinds = ("saml:Assertion", "saml:EncryptedAssertion")
    if sum(len(response.findall(kind, NAMES)) for kind in kinds) != 1:
        raise NotProved(Reason.ASSERTIONS)
    return only(response, name, reason=Reason.ASSERTIONS)
