"""Reads an encrypted assertion (xmlenc-core1): ECDH-ES, ConcatKDF, AES key wrap, AES-GCM, as the node does it.

The node has named aes256-gcm and wrapped a key of 128 bits: the size of the key is that of the key.
"""

from base64 import b64decode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from lxml.etree import _Element as Element

from services.identity.saml.errors import NotProved, Reason
from services.identity.saml.keys import PrivateKey
from services.identity.saml.xml import NAMES, only, parsed, tag, text_at

XENC, XENC11 = NAMES["xenc"], NAMES["xenc11"]
CONTENT = {f"{XENC11}aes128-gcm", f"{XENC11}aes256-gcm"}
P_256 = "urn:oid:1.2.840.10045.3.1.7"
NONCE = 12  #: bytes before the cipher text


def decrypted(encrypted: Element, key: PrivateKey) -> Element:
    """The saml:Assertion inside a saml:EncryptedAssertion. Raises NotProved."""
    data = only(encrypted, "xenc:EncryptedData", reason=Reason.ENCRYPTION)
    try:
        assertion = parsed(content_of(data, key))
    except (ValueError, InvalidTag, InvalidUnwrap):
        raise NotProved(Reason.ENCRYPTION) from None
    if assertion.tag != tag("saml:Assertion"):
        raise NotProved(Reason.ENCRYPTION)
    return assertion


def content_of(data: Element, key: PrivateKey) -> bytes:
    """Raises NotProved for other ways of encrypting; ValueError, InvalidTag, InvalidUnwrap for what does not fit."""
    wrapped = only(data, "ds:KeyInfo/xenc:EncryptedKey", reason=Reason.ENCRYPTION)
    refuse_other_methods(data, wrapped)
    content_key = aes_key_unwrap(agreed_key(wrapped, key), cipher_of(wrapped))
    if len(content_key) not in {16, 32}:
        raise ValueError("neither 128 nor 256 bits")
    cipher = cipher_of(data)
    return AESGCM(content_key).decrypt(cipher[:NONCE], cipher[NONCE:], None)


def refuse_other_methods(data: Element, wrapped: Element) -> None:
    """Raises NotProved."""
    agreement = "ds:KeyInfo/xenc:AgreementMethod"
    derivation = f"{agreement}/xenc11:KeyDerivationMethod"
    wanted = [
        (wrapped, "xenc:EncryptionMethod", f"{XENC}kw-aes256"),
        (wrapped, agreement, f"{XENC11}ECDH-ES"),
        (wrapped, derivation, f"{XENC11}ConcatKDF"),
        (wrapped, f"{derivation}/xenc11:ConcatKDFParams/ds:DigestMethod", f"{XENC}sha256"),
    ]
    if method(data, "xenc:EncryptionMethod") not in CONTENT or any(
        method(parent, path) != name for parent, path, name in wanted
    ):
        raise NotProved(Reason.ENCRYPTION)


def method(parent: Element, path: str) -> str:
    return only(parent, path, reason=Reason.ENCRYPTION).get("Algorithm", "")


def agreed_key(wrapped: Element, key: PrivateKey) -> bytes:
    """Of the ephemeral key that came with the message and ours."""
    agreement = only(wrapped, "ds:KeyInfo/xenc:AgreementMethod", reason=Reason.ENCRYPTION)
    params = only(agreement, "xenc11:KeyDerivationMethod/xenc11:ConcatKDFParams", reason=Reason.ENCRYPTION)
    other_info = b"".join(bytes.fromhex(params.get(name, "")) for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo"))
    originator = only(agreement, "xenc:OriginatorKeyInfo/ds:KeyValue/dsig11:ECKeyValue", reason=Reason.ENCRYPTION)
    if only(originator, "dsig11:NamedCurve", reason=Reason.ENCRYPTION).get("URI") != P_256:
        raise NotProved(Reason.ENCRYPTION)
    point = b64decode(text_at(originator, "dsig11:PublicKey", reason=Reason.ENCRYPTION))
    ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return derived(key.exchange(ec.ECDH(), ephemeral), other_info=other_info, length=32)


def derived(shared: bytes, *, other_info: bytes, length: int) -> bytes:
    """ConcatKDF of NIST SP 800-56A with SHA-256; ``other_info`` goes in as the message has it."""
    return ConcatKDFHash(SHA256(), length, otherinfo=other_info).derive(shared)


def cipher_of(parent: Element) -> bytes:
    return b64decode(text_at(parent, "xenc:CipherData/xenc:CipherValue", reason=Reason.ENCRYPTION))
