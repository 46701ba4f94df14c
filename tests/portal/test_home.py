"""The first page and the way in."""

import pytest

from services.portal.health import Unbuilt, frontend


def test_home_names_the_municipalities_with_their_plans(client, local_plan, suloszowa):
    page = client.get("/").content.decode()

    assert ">Skała</a>" in page
    assert "obowiązujące plany miejscowe: 1" in page
    assert "obowiązujące plany miejscowe: 0" in page


def test_accounts_are_shown_in_the_demo_only(client, db):
    from services.portal import views

    shown = views.login.view_initkwargs["extra_context"]["accounts"]
    page = client.get("/logowanie/").content.decode()

    assert ("danuta" in page) is bool(shown)


def test_health_tells_pages_without_their_scripts(settings, tmp_path):
    settings.DJANGO_VITE = {"default": {"manifest_path": tmp_path / "manifest.json"}}
    with pytest.raises(Unbuilt, match="not built"):
        frontend()

    (tmp_path / "manifest.json").write_text('{"src/map.ts": {"file": "assets/map.js"}}')
    with pytest.raises(Unbuilt, match="1 files missing"):
        frontend()
