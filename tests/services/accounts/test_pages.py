"""Every page of accounts answers, whoever asks and however oddly."""

import json

import pytest

from tests.leaks.samples import SAMPLES
from tests.services.accounts.conftest import set_up_application, sign_in

pytestmark = pytest.mark.django_db

PAGES = [path for written, paths in SAMPLES.items() if "konto/" in written for path in paths]


@pytest.mark.parametrize("who", ["nobody", "anna"])
def test_none_is_a_fault(client, anna, who):
    assert len(PAGES) > 24
    if who == "anna":
        sign_in(client)
        set_up_application(client)
    for path in PAGES:
        assert client.get(path, headers={"accept": "text/html"}).status_code < 500, path
    for path in PAGES if who == "anna" else PAGES[:1]:
        assert client.post(path, {"credential": "{}", "code": "\x00", "email": "\x00"}).status_code < 500, path


ID = "AAAA"
ANSWER = {"clientDataJSON": ID, "authenticatorData": ID, "signature": ID, "userHandle": ID, "attestationObject": ID}


@pytest.mark.parametrize(
    "credential",
    [
        "", "x", "[]", "7", "null", "{}", '{"id": 7}', '{"rawId": null, "response": []}',
        json.dumps({"id": ID, "rawId": ID, "type": "public-key", "response": ANSWER}),
        json.dumps({"id": ID, "rawId": ID, "type": "public-key", "response": ANSWER | {"userHandle": "!"}}),
        json.dumps({"id": ID, "rawId": "é", "type": "x", "response": {}}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", ["/konto/klucz/", "/konto/bezpieczenstwo/klucze/dodaj/", "/konto/potwierdz/klucz/"])
def test_odd_keys_open_nothing(client, anna, address, credential):
    if address != "/konto/klucz/":
        sign_in(client)
    client.get(address, headers={"accept": "application/json"})

    assert client.post(address, {"credential": credential}).status_code < 500
    assert client.get("/moje/").status_code == (302 if address == "/konto/klucz/" else 200)
