"""XML signatures as SAML restricts them (saml-core 5.4): enveloped, exclusive c14n, one reference to the whole element.

What is read afterwards is what the signature covers, never the message around it.
"""

from collections.abc import Sequence

from cryptography import x509
from lxml import etree
from lxml.etree import _Element as Element
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.keys import Pair
from services.identity.saml.profiles import Profile
from services.identity.saml.xml import NAMES, only

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORMS = ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", EXCLUSIVE]


def signed(message: Element, pair: Pair, profile: Profile) -> Element:
    """A copy with the signature at its place."""
    signer = XMLSigner(
        signature_algorithm=profile.method, digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )  # fmt: skip
    return signer.sign(
        message, key=pair.key, cert=[pair.certificate], reference_uri=f"#{message.get('ID')}", id_attribute="ID"
    )


def covered(element: Element, certificates: Sequence[x509.Certificate], profile: Profile) -> Element:
    """What the element's own signature by one of the certificates covers, without that signature. Raises NotProved."""
    refuse_other_shapes(element)
    content = etree.tostring(element, with_tail=False)
    for certificate in certificates:
        found = fitting(content, certificate, profile)
        if found is not None and (found.tag, found.get("ID")) == (element.tag, element.get("ID")):
            return found
    raise NotProved(Reason.SIGNATURE)


def refuse_other_shapes(element: Element) -> None:
    """A signature of a part, of something elsewhere, or with transforms that leave something out is none."""
    reference = only(element, "ds:Signature/ds:SignedInfo/ds:Reference", reason=Reason.SIGNATURE)
    transforms = [one.get("Algorithm") for one in reference.findall("ds:Transforms/ds:Transform", NAMES)]
    own_id = element.get("ID")
    same = [one for one in element.getroottree().iter() if own_id in {one.get(key) for key in ("ID", "Id", "id")}]
    if not own_id or reference.get("URI") != f"#{own_id}" or transforms != TRANSFORMS or same != [element]:
        raise NotProved(Reason.SIGNATURE)


def fitting(content: bytes, certificate: x509.Certificate, profile: Profile) -> Element | None:
    config = SignatureConfiguration(
        location="./", signature_methods=frozenset({profile.method}), ignore_ambiguous_key_info=True,
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )  # fmt: skip
    try:
        result = XMLVerifier().verify(content, x509_cert=certificate, id_attribute="ID", expect_config=config)
    except Exception:  # whatever makes the checker stumble is no signature
        return None
    assert isinstance(result, VerifyResult)
    return result.signed_xml
