"""The chain of decryption against the standards' own numbers: RFC 7518 appendix C, RFC 3394 section 4."""

from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.saml.checks import day, moment
from services.identity.saml.decryption import derived
from services.identity.saml.errors import NotProved
from services.identity.saml.xml import parsed, unwrapped


def number(text: str) -> int:
    """Of base64url, as JSON Web Keys have it."""
    return int.from_bytes(urlsafe_b64decode(text + "="))


def test_ecdh_es_and_concat_kdf_of_rfc_7518():
    """Appendix C: the shared secret and the key of 128 bits for A128GCM that both sides derive."""
    bob = ec.derive_private_key(number("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"), ec.SECP256R1())
    alice = ec.EllipticCurvePublicNumbers(
        number("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0"),
        number("SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"),
        ec.SECP256R1(),
    ).public_key()
    algorithm, party_u, party_v = (len(one).to_bytes(4) + one for one in (b"A128GCM", b"Alice", b"Bob"))

    shared = bob.exchange(ec.ECDH(), alice)
    key = derived(shared, other_info=algorithm + party_u + party_v + (128).to_bytes(4), length=16)

    assert shared[:4] == bytes([158, 86, 217, 29])
    assert key.hex() == bytes([86, 170, 141, 234, 248, 35, 109, 32, 92, 34, 40, 205, 113, 167, 16, 26]).hex()


@pytest.mark.parametrize(
    ("wrapped", "content_key"),
    [
        # 4.3: 128 bits of key data under a key of 256 bits
        ("64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7", "00112233445566778899AABBCCDDEEFF"),
        # 4.6: 256 bits under 256 bits
        (
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
        ),
    ],
)
def test_key_wrap_of_rfc_3394(wrapped, content_key):
    assert aes_key_unwrap(bytes(range(32)), bytes.fromhex(wrapped)).hex().upper() == content_key


@pytest.mark.parametrize(
    ("text", "iso"),
    [("1987-02-22Z", "1987-02-22"), ("1987-02-22", "1987-02-22"), ("2000-02-29+14:00", "2000-02-29")],
)
def test_a_day_of_xml_schema_has_a_zone(text, iso):
    assert day(text).isoformat() == iso


@pytest.mark.parametrize("text", ["", "1987-2-22", "1987-02-22T00:00:00Z", "19870222", "1987-02-30", "x" * 99])
def test_no_day(text):
    with pytest.raises(NotProved):
        day(text)


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_no_bytes_make_the_reader_stumble(content):
    for read in (parsed, lambda told: unwrapped(told, "samlp:Response"), lambda told: moment(told.decode("latin1"))):
        try:
            read(content)
        except NotProved:
            continue
