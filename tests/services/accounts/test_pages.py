"""Every page of accounts answers, whoever asks and however oddly."""

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
