"""How providers of identity speak SAML 2.0. Both must say the eIDAS level of assurance and the eIDAS attributes."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from signxml.algorithms import SignatureMethod

from services.identity.saml.xml import ARTIFACT, POST


@dataclass(frozen=True, slots=True)
class Profile:
    """What is agreed with the provider and never negotiated."""

    code: str
    binding: str  #: of its answer
    method: SignatureMethod  #: of every signature, ours too

    @property
    def is_elliptic(self) -> bool:
        return self.method is SignatureMethod.ECDSA_SHA256

    def suits(self, certificate: x509.Certificate) -> bool:
        """Whether the key is of the agreed kind: NIST P-256, or RSA of 2048 bits at least."""
        key = certificate.public_key()
        if self.is_elliptic:
            return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
        return isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048


#: login.gov.pl: the browser brings an artifact, the answer itself comes by SOAP, signed twice and encrypted
NODE = Profile("node", ARTIFACT, SignatureMethod.ECDSA_SHA256)
#: other providers: the browser brings the answer, its assertion is signed
PLAIN = Profile("plain", POST, SignatureMethod.RSA_SHA256)
PROFILES = {profile.code: profile for profile in (NODE, PLAIN)}
