"""The plain profile against another maker's provider of identity: pysaml2, which signs by xmlsec1."""

from base64 import b64decode, b64encode, encodebytes
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from lxml import etree

from services.identity.models import Identity, User
from services.identity.saml.keys import Pair
from services.identity.saml.models import Question
from services.identity.saml.profiles import PLAIN
from tests.services.saml.conftest import AT_NODE, Form, use
from tests.simulators.node import LOA
from tests.simulators.plain_idp import XMLSEC, PlainProvider

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not XMLSEC, reason="xmlsec1 is not on this machine")]

NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "ds": "http://www.w3.org/2000/09/xmldsig#"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("idp")
    Pair.made(PLAIN, name="plain.test", at=datetime.now(UTC)).write(folder, "idp")
    with PlainProvider(folder=folder).running() as running:
        yield running


@pytest.fixture
def provider(plain, settings, client, skala, offered) -> PlainProvider:
    use(settings, {
        "MIEDZA_NODE_PROFILE": "plain", "MIEDZA_NODE_URL": f"{plain.root}/sso", "MIEDZA_NODE_ENTITY": plain.entity,
        "MIEDZA_NODE_CERTIFICATES": str(plain.folder / "idp.crt"), "MIEDZA_NODE_DIR": str(plain.folder / "office"),
    })  # fmt: skip
    call_command("node_keys", stdout=StringIO())
    if not (plain.folder / "office.xml").exists():
        plain.know(client.get("/saml/metadata").content)
    plain.told = {}
    return plain


def brought(client) -> dict[str, str]:
    leaving = Form.on(client.get("/logowanie/node/").content, id_="dalej")
    answer = AT_NODE.post(leaving.action, data=leaving.fields)
    assert answer.status_code == 200
    return Form.on(answer.content).fields


def test_it_signs_in(provider, client):
    form = brought(client)
    lines = encodebytes(b64decode(form["SAMLResponse"])).decode()  # of 76 signs, as MIME has them
    answer = client.post("/saml/wejscie", form | {"SAMLResponse": lines})

    assert (answer.status_code, answer.get("Location")) == (302, "/moje/"), answer.content.decode()
    [identity] = Identity.objects.select_related("user")
    assert (identity.user.get_full_name(), identity.means) == ("Anna Nowak", "plain.test")
    assert provider.faults == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("level", {"authn": {"class_ref": f"{LOA}low", "authn_auth": "plain.test"}}),
        ("signature", {"sign_assertion": False}),
        ("signature", {"sign_alg": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"}),
        ("request", {"in_response_to": "_0123456789abcdef"}),
    ],
)
def test_an_answer_that_does_not_fit(provider, client, reason, told):
    provider.told = told

    answer = client.post("/saml/wejscie", brought(client))

    assert (answer.status_code, f"({reason})" in answer.content.decode()) == (403, True), answer.content.decode()
    assert not User.objects.exists()


def beside(root, true, forged) -> None:
    true.addprevious(forged)


def inside(root, true, forged) -> None:
    forged.set("ID", "_evil")
    root.replace(true, forged)
    etree.SubElement(forged.find("ds:Signature", NS), f"{{{NS['ds']}}}Object").append(true)


def around(root, true, forged) -> None:
    forged.set("ID", "_evil")
    forged.remove(forged.find("ds:Signature", NS))
    etree.SubElement(forged, f"{{{NS['saml']}}}Advice").append(true)
    root.append(forged)


def test_a_forged_assertion_with_the_signed_one_somewhere(provider, client):
    """Wrapping (XSW): somebody else's assertion stands where ours is read, the signed one elsewhere."""
    form = brought(client)
    for wrap in (beside, inside, around):
        root = etree.fromstring(b64decode(form["SAMLResponse"]))
        true = root.find("saml:Assertion", NS)
        wrap(root, true, etree.fromstring(etree.tostring(true).replace(b"85031512344", b"79110823456")))
        wrapped = form | {"SAMLResponse": b64encode(etree.tostring(root)).decode()}

        assert client.post("/saml/wejscie", wrapped).status_code == 403, wrap
        assert not User.objects.exists()
        Question.objects.update(answered_at=None)

    assert client.post("/saml/wejscie", form).status_code == 302


@pytest.mark.parametrize("text", ["", "x", "ż", "PGEvPg==", "A" * 700_000])
def test_no_answer(provider, client, text):
    relay_state = Form.on(client.get("/logowanie/node/").content, id_="dalej").fields["RelayState"]

    answer = client.post("/saml/wejscie", {"SAMLResponse": text, "RelayState": relay_state})

    assert (answer.status_code, "(unreadable)" in answer.content.decode()) == (403, True)
