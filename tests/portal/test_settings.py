"""The environment is read once, strictly, and every variable is in the docs."""

import re
from dataclasses import fields
from pathlib import Path
from runpy import run_path

import pytest
from django.test import Client
from lxml import html

from services.portal.settings.environment import FOR_SCRIPTS, ROOT, Environment, SettingError, database

GOOD = {"DATABASE_URL": "postgresql://a:b@localhost:5432/c", "MIEDZA_SECRET_KEY": "x"}


class TestEnvironment:
    def test_an_unknown_variable_is_a_typing_error(self):
        with pytest.raises(SettingError, match=r"MIEDZA_HOST\..*MIEDZA_HOSTS"):
            Environment.read(GOOD | {"MIEDZA_HOST": "gmina.pl"})

    @pytest.mark.parametrize("value", ["yes", "true", "", "2"])
    def test_a_flag_is_0_or_1(self, value):
        with pytest.raises(SettingError, match="MIEDZA_DEMO takes 0 or 1"):
            Environment.read(GOOD | {"MIEDZA_DEMO": value})

    def test_without_a_database_the_remedy_is_named(self, tmp_path: Path):
        with pytest.raises(SettingError, match="make up"):
            Environment.read({"MIEDZA_STATE": str(tmp_path), "MIEDZA_SECRET_KEY": "x"})

    def test_the_secret_is_made_once_and_is_private(self, tmp_path: Path):
        variables = {"MIEDZA_STATE": str(tmp_path), "DATABASE_URL": GOOD["DATABASE_URL"]}

        first, second = Environment.read(variables), Environment.read(variables)

        assert first.secret_key == second.secret_key
        assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("address", ["mysql://a@b/c", "postgresql://a@b", "http://x", "nonsense"])
def test_a_database_address_must_be_postgresql(address):
    with pytest.raises(SettingError, match="postgresql://user:password@host:port/name"):
        database(address)


def test_every_variable_is_in_the_docs_and_no_other():
    documented = set(re.findall(r"^\| `(MIEDZA_\w+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    read = {f"MIEDZA_{field.name.upper()}" for field in fields(Environment)} - {"MIEDZA_DATABASE_URL"}

    assert documented == read | FOR_SCRIPTS


class TestBehindTls:
    """MIEDZA_HTTPS: a proxy ends TLS and tells so by X-Forwarded-Proto, as deploy/nginx.conf does."""

    @pytest.fixture
    def visitor(self, tmp_path: Path, settings, monkeypatch) -> Client:
        for name, value in (GOOD | {"MIEDZA_STATE": str(tmp_path), "MIEDZA_HTTPS": "1"}).items():
            monkeypatch.setenv(name, value)
        for name, value in run_path(str(ROOT / "services/portal/settings/__init__.py")).items():
            if name.startswith(("SECURE_", "SESSION_COOKIE_", "CSRF_")):
                setattr(settings, name, value)
        return Client(enforce_csrf_checks=True, headers={"Host": "testserver", "X-Forwarded-Proto": "https"})

    def test_a_form_is_taken(self, visitor, db):
        token = html.document_fromstring(visitor.get("/logowanie/").content).xpath(
            "//input[@name='csrfmiddlewaretoken']"
        )
        form = {"language": "en", "next": "/logowanie/", "csrfmiddlewaretoken": token[0].value}

        ours = visitor.post("/i18n/setlang/", form, headers={"Origin": "https://testserver"})
        theirs = visitor.post("/i18n/setlang/", form, headers={"Origin": "https://gdzie-indziej.test"})

        assert (ours.status_code, theirs.status_code) == (302, 403)

    def test_the_browser_comes_by_tls_only_and_cookies_go_by_it_alone(self, visitor, db):
        page = visitor.get("/logowanie/")
        assert page["Strict-Transport-Security"] == "max-age=31536000"
        assert page.cookies["csrftoken"]["secure"]


class TestOpenData:
    """The open views have a reader of their own where there is one."""

    def test_of_the_private_cluster_it_is_found_beside_the_password(self, tmp_path: Path):
        home = tmp_path / "postgres"
        home.mkdir()
        for name, text in {"password": "p", "open-password": "o", "port": "5"}.items():
            (home / name).write_text(f"{text}\n")

        found = Environment.read({"MIEDZA_STATE": str(tmp_path), "MIEDZA_SECRET_KEY": "x"})

        assert found.database_url == "postgresql://miedza:p@127.0.0.1:5/miedza"
        assert found.open_database_url == "postgresql://miedza_open:o@127.0.0.1:5/miedza"

    def test_an_outside_database_names_it_or_has_none(self):
        address = "postgresql://miedza_open:o@localhost/c"

        assert Environment.read(GOOD).open_database_url == ""
        assert Environment.read(GOOD | {"MIEDZA_OPEN_DATABASE_URL": address}).open_database_url == address
