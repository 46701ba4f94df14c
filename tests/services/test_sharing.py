"""Short addresses, QR codes and drawings: what is kept, what is refused, who may change it."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sharing import services
from services.sharing.models import Drawing, ShortView
from spatial.errors import Malformed

pytestmark = pytest.mark.django_db

VIEW = "v=1&x=7418209&y=5566697&z=17&dzialka=120610_4.0001.12,120610_4.0001.13&warstwy=parcels,plan-zones~60"
SQUARE = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [[[19.85, 50.22], [19.86, 50.22], [19.86, 50.23], [19.85, 50.22]]]},
    "properties": {"text": "płot", "colour": "#0b5cad", "owner": "Jan"},
}


NAMES = st.sampled_from(["type", "features", "geometry", "coordinates", "properties"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    max_leaves=20,
)


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


class TestShortAddress:
    def test_leads_to_the_view(self, client):
        url = client.post("/mapa/skrot", {"widok": f"?{VIEW}"}).json()["url"]

        assert client.get(url)["Location"] == f"/mapa/?{VIEW}"

    def test_of_one_view_is_one(self, client):
        first, second = (client.post("/mapa/skrot", {"widok": VIEW}).json()["url"] for _ in range(2))

        assert first == second
        assert ShortView.objects.count() == 1

    @pytest.mark.parametrize(
        "view", ["", "https://example.com/", "v=1&next=//example.com", "x=1&y=" + "1" * 2000, "x=%00", "&" * 100]
    )
    def test_of_anything_else_is_refused(self, client, view):
        response = client.post("/mapa/skrot", {"widok": view}, headers={"Accept": "application/json"})

        assert response.status_code == 400
        assert not ShortView.objects.exists()

    def test_of_a_drawing_never_lets_change_it(self, client):
        made = services.save_drawing(collection(SQUARE))

        url = client.post("/mapa/skrot", {"widok": f"v=1&rysunek={made.edit_secret}"}).json()["url"]

        assert client.get(url)["Location"] == f"/mapa/?v=1&rysunek={made.view_secret}"

    @pytest.mark.parametrize("code", ["nic", "%00", "ą", "a" * 500])
    def test_that_is_unknown_says_so(self, client, code):
        assert client.get(f"/m/{code}").status_code == 404

    def test_qr_code_is_a_picture_of_our_address_only(self, client):
        response = client.get("/mapa/qr.svg", {"widok": VIEW})

        assert response["Content-Type"] == "image/svg+xml"
        assert response.content.startswith(b"<?xml")
        assert client.get("/mapa/qr.svg", {"widok": "https://example.com"}).status_code == 400


class TestDrawing:
    def test_is_read_by_one_secret_and_changed_by_the_other(self, client):
        made = client.post("/mapa/rysunki/", collection(SQUARE), content_type="application/geo+json").json()

        seen = client.get(f"/mapa/rysunki/{made['view']}").json()
        assert seen["edit"] is None
        assert seen["content"]["features"][0]["properties"] == {"text": "płot", "colour": "#0b5cad"}
        assert client.get(f"/mapa/rysunki/{made['edit']}").json()["edit"] == made["edit"]

        by_viewer = client.put(f"/mapa/rysunki/{made['view']}", collection(), content_type="application/geo+json")
        assert by_viewer.status_code == 404
        by_owner = client.put(f"/mapa/rysunki/{made['edit']}", collection(), content_type="application/geo+json")
        assert by_owner.status_code == 200
        assert client.get(f"/mapa/rysunki/{made['view']}").json()["content"]["features"] == []

    def test_is_no_page_for_caches(self, client):
        made = services.save_drawing(collection(SQUARE))

        assert "no-store" in client.get(f"/mapa/rysunki/{made.view_secret}")["Cache-Control"]

    def test_that_expired_is_gone(self, client):
        made = services.save_drawing(collection(SQUARE))
        Drawing.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert client.get(f"/mapa/rysunki/{made.view_secret}").status_code == 404
        assert services.forget() == 1

    def test_lives_a_year_from_the_last_change(self):
        made = services.save_drawing(collection(SQUARE))
        Drawing.objects.update(expires_at=timezone.now() + timedelta(days=1))

        changed = services.save_drawing(collection(), edit_secret=made.edit_secret)

        assert changed.expires_at - timezone.now() > timedelta(days=364)

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"[]", b"null", b"{", b'{"features": 1}', b'{"features": [1]}', b'{"features": [{"geometry": null}]}',
            b"[" * 100_000, b'{"features": [{"geometry": {"type": "Point", "coordinates": [NaN, 1]}}]}',
            b'{"features": [{"geometry": {"type": "Point", "coordinates": [1e400, 1]}}]}',
            b'{"features": [{"geometry": {"type": "Point", "coordinates": [181, 1]}}]}',
            b'{"features": [{"geometry": {"type": "Point", "coordinates": [true, 1]}}]}',
            b'{"features": [{"geometry": {"type": "Polygon", "coordinates": [1, 2]}}]}',
            b'{"features": [{"geometry": {"type": "GeometryCollection", "geometries": []}}]}',
            b'{"features": [], "x": "' + b"x" * 1_000_001 + b'"}', b"\xff\xfe",
        ],
    )  # fmt: skip
    def test_of_nonsense_is_refused_and_nothing_kept(self, client, content):
        response = client.post(
            "/mapa/rysunki/", content, content_type="application/geo+json", headers={"Accept": "application/json"}
        )

        assert response.status_code == 400
        assert not Drawing.objects.exists()

    @given(ANY_JSON)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_of_any_json_is_read_or_refused(self, said):
        with suppress(Malformed):
            read = services.features_of(json.dumps(said).encode())
            assert read["type"] == "FeatureCollection"
