"""Keys of the office, certificates of the node, and the settings that name them."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from services.identity.saml.keys import Keys, pinned
from services.identity.saml.profiles import NODE, PLAIN
from services.portal.settings.environment import Environment, SettingError
from tests.simulators.node import Key

GIVEN = {"DATABASE_URL": "postgresql://a:b@localhost/c", "MIEDZA_SECRET_KEY": "x", "MIEDZA_PERSON_KEY": "x"}
URL = {"MIEDZA_NODE_URL": "https://login.test/sso"}
ENTITY = {"MIEDZA_NODE_ENTITY": "https://login.test"}


class TestKeys:
    @pytest.fixture
    def folder(self, settings, tmp_path):
        settings.NODE_DIR = tmp_path / "keys"
        return settings.NODE_DIR

    def test_are_made_once_and_private(self, folder, capsys):
        call_command("node_keys")
        first = capsys.readouterr().out
        call_command("node_keys")

        assert capsys.readouterr().out == first
        keys = Keys.read(folder, NODE)
        assert keys.signing.fingerprint in first
        assert keys.encryption.fingerprint in first
        assert all((folder / f"{name}.key").stat().st_mode & 0o077 == 0 for name in ("sign", "encryption"))

    def test_of_another_kind_or_of_nobody_are_refused(self, folder, tmp_path):
        with pytest.raises(ImproperlyConfigured, match="node_keys"):
            Keys.read(folder, NODE)
        call_command("node_keys", verbosity=0)
        with pytest.raises(ImproperlyConfigured, match="another kind"):
            Keys.read(folder, PLAIN)
        (folder / "sign.crt").write_bytes((folder / "encryption.crt").read_bytes())
        with pytest.raises(ImproperlyConfigured, match="another key"):
            Keys.read(folder, NODE)

    def test_a_pinned_file_must_hold_certificates_of_the_kind(self, tmp_path):
        path = tmp_path / "node.pem"
        for content in (b"", b"x", Key.drawn().pem):
            path.write_bytes(content)
            with pytest.raises(ImproperlyConfigured):
                pinned(path, PLAIN)
        with pytest.raises(ImproperlyConfigured):
            pinned(tmp_path / "none.pem", NODE)

    def test_nothing_of_them_is_shown(self, folder):
        call_command("node_keys", verbosity=0)

        assert "PrivateKey" not in repr(Keys.read(folder, NODE))


class TestSettings:
    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({"MIEDZA_NODE_PROFILE": "oidc"}, "node or plain"),
            (URL, "MIEDZA_NODE_ENTITY and MIEDZA_NODE_ARTIFACT_URL"),
            (URL | ENTITY, "needs MIEDZA_NODE_ARTIFACT_URL"),
            (URL | {"MIEDZA_NODE_PROFILE": "plain"}, "needs MIEDZA_NODE_ENTITY"),
        ],
    )
    def test_a_node_named_by_half_is_refused(self, said, fault):
        with pytest.raises(SettingError, match=fault):
            Environment.read(GIVEN | said)

    def test_the_plain_profile_needs_no_back_door(self):
        assert Environment.read(GIVEN | URL | ENTITY | {"MIEDZA_NODE_PROFILE": "plain"}).node_profile == "plain"
