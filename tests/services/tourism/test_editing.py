"""OGC API Features part 4 on places: by staff, on the version they saw, with history; nothing half-written."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from services.identity import programs
from services.identity.factors import give_demo_factor
from services.identity.models import StaffRole, User
from services.tourism.models import Place
from spatial.imports.models import Snapshot

pytestmark = pytest.mark.django_db

HOME = "/ogc/collections/places/items"
CASTLE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [19.83, 50.2119]},
    "properties": {"name": "Zamek w Ojcowie", "kind": "castle", "description": "Ruiny"},
}


@pytest.fixture(autouse=True)
def duty(settings):
    """As in an office: staff owes the second factor."""
    settings.STAFF_SECOND_FACTOR = True


def keeper(name: str, municipality) -> tuple[User, str]:
    """Who keeps the registers, and the key of their program."""
    person = User.objects.create_user(name, password="tajne")
    StaffRole.objects.create(
        user=person, municipality=municipality, role=StaffRole.Role.REGISTER_KEEPER, job_title="inspektor"
    )
    give_demo_factor(person)
    _, key = programs.make(user=person, municipality=municipality.pk, name="QGIS", days=90, at=timezone.now())
    return person, key


@pytest.fixture
def feliks_and_key(skala):
    return keeper("feliks-test", skala)


@pytest.fixture
def feliks(feliks_and_key):
    return feliks_and_key[0]


@pytest.fixture
def key(feliks_and_key):
    return feliks_and_key[1]


def signed(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def send(client, key):
    def send(method: str, address: str = HOME, body=None, *, media_type="application/geo+json", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        basic = signed("feliks-test", key)
        return getattr(client, method)(address, text, content_type=media_type, headers=basic | named)

    return send


@pytest.fixture
def castle(send):
    """Address of a created place."""
    response = send("post", body=CASTLE)
    assert response.status_code == 201, response.content
    return response["Location"].removeprefix("http://testserver")


def test_a_created_place_is_in_every_answer_at_once_with_its_author(client, castle, feliks):
    feature = client.get(castle).json()

    assert castle == f"{HOME}/120610-zamek-w-ojcowie"
    assert feature["properties"]["name"] == "Zamek w Ojcowie"
    assert feature["geometry"]["coordinates"] == pytest.approx([19.83, 50.2119], abs=1e-6)
    assert client.get(f"{HOME}?kind=castle").json()["numberMatched"] == 1
    assert Snapshot.objects.get().published_by == feliks


def test_replaced_on_the_version_that_was_seen(client, send, castle):
    seen = client.get(castle)
    changed = CASTLE | {"properties": {"name": "Zamek Kazimierzowski", "kind": "castle"}}
    response = send("put", castle, changed, If_Match=seen["ETag"])
    now = client.get(castle)

    assert response.status_code == 204
    assert response["ETag"] == now["ETag"] != seen["ETag"]
    assert now.json()["properties"]["name"] == "Zamek Kazimierzowski"
    assert now.json()["properties"]["description"] == ""  # replaced means replaced


def test_a_change_keeps_the_rest_also_what_nobody_sees(client, send, castle):
    Place.objects.update(osm_id="node/1", verified_by="Jan Kowalski")
    response = send("patch", castle, {"properties": {"phone": "12 389 10 98"}}, If_Match=client.get(castle)["ETag"],
                    media_type="application/merge-patch+json")  # fmt: skip
    place = Place.objects.current().get()

    assert response.status_code == 204
    assert (place.phone, place.name, place.description) == ("12 389 10 98", "Zamek w Ojcowie", "Ruiny")
    assert (place.osm_id, place.verified_by) == ("node/1", "Jan Kowalski")


def test_moved_in_another_system(client, send, castle):
    body = {"geometry": {"type": "Point", "coordinates": [263000, 560000]}}
    response = send(
        "patch", castle, body, media_type="application/merge-patch+json", If_Match=client.get(castle)["ETag"],
        Content_Crs="<http://www.opengis.net/def/crs/EPSG/0/2180>",
    )  # fmt: skip
    moved = client.get(f"{castle}?crs=http://www.opengis.net/def/crs/EPSG/0/2180").json()

    assert response.status_code == 204
    assert moved["geometry"]["coordinates"] == pytest.approx([263000, 560000], abs=0.02)


def test_deleted_and_nothing_else(client, send, castle):
    send("post", body=CASTLE | {"properties": {"name": "Młyn", "kind": "museum"}})
    Place.objects.update(valid_from=timezone.localdate() - timedelta(days=30))
    response = send("delete", castle, "", If_Match=client.get(castle)["ETag"])

    assert response.status_code == 204
    assert client.get(castle).status_code == 404
    assert [one.name for one in Place.objects.current()] == ["Młyn"]
    yesterday = timezone.localdate() - timedelta(days=1)
    assert client.get(f"{HOME}?datetime={yesterday}").json()["numberMatched"] == 2  # history stays


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_without_the_version_or_with_another_nothing_changes(send, castle, method):
    media_type = "application/merge-patch+json" if method == "patch" else "application/geo+json"
    body = "" if method == "delete" else CASTLE | {"properties": {"name": "Inny", "kind": "castle"}}

    assert send(method, castle, body, media_type=media_type).status_code == 428
    assert send(method, castle, body, media_type=media_type, If_Match='"stary"').status_code == 412
    assert [one.name for one in Place.objects.all()] == ["Zamek w Ojcowie"]


def test_of_two_who_saw_the_same_the_second_is_told(client, send, castle):
    seen = client.get(castle)["ETag"]
    first = send("put", castle, CASTLE | {"properties": {"name": "A", "kind": "castle"}}, If_Match=seen)
    second = send("put", castle, CASTLE | {"properties": {"name": "B", "kind": "castle"}}, If_Match=seen)

    assert (first.status_code, second.status_code) == (204, 412)
    assert client.get(castle).json()["properties"]["name"] == "A"


class TestWhoMay:
    def post(self, client, headers: dict[str, str]):
        return client.post(HOME, CASTLE, content_type="application/geo+json", headers=headers)

    def test_a_key_alone_or_with_the_login(self, client, key):
        bearer = self.post(client, {"Authorization": f"Bearer {key}"})
        with_login = self.post(client, signed("Feliks-Test", key))

        assert (bearer.status_code, with_login.status_code) == (201, 409)  # the second finds it made by the first

    def test_nobody_without_a_key(self, client, feliks, key):
        for headers in (
            {}, signed("feliks-test", "tajne"), signed("feliks-test", ""), signed("", ""), signed("inny", key),
            signed("feliks-test", key[:-1]), signed("x\0", key), signed("x", "miedza_\0"),
            {"Authorization": "Basic !"}, {"Authorization": "Basic"}, {"Authorization": "Basic /w=="},
            {"Authorization": "Bearer"}, {"Authorization": "Bearer miedza_"}, {"Authorization": f"Token {key}"},
            {"Authorization": "Bearer " + "x" * 5000}, {"Authorization": "Bearer miedza_\u00ff"},
        ):  # fmt: skip
            response = self.post(client, headers)
            assert response.status_code in {401, 429}, headers
            if response.status_code == 401:
                assert response["WWW-Authenticate"].startswith("Basic"), headers
                assert "Klucze programów" in response.json()["description"], headers
        assert not Place.objects.exists()

    def test_a_guesser_is_shut_out_and_a_key_that_works_is_not(self, client, key):
        guesses = [self.post(client, signed("feliks-test", "miedza_zgaduje")).status_code for _ in range(6)]

        assert guesses == [401] * 5 + [429]
        assert self.post(client, signed("feliks-test", key)).status_code == 201

    def test_a_session_is_no_key(self, client, feliks, settings):
        settings.STAFF_SECOND_FACTOR = False
        client.force_login(feliks)

        assert self.post(client, {}).status_code == 401
        assert self.post(client, signed("feliks-test", "tajne")).status_code == 401  # nor is a password

    def test_not_another_municipality(self, client, send, castle, suloszowa):
        _, other = keeper("grazyna-test", suloszowa)
        theirs = signed("grazyna-test", other) | {"If-Match": client.get(castle)["ETag"]}
        elsewhere = CASTLE | {"properties": {"name": "X", "kind": "castle", "municipality": "120613"}}

        assert client.delete(castle, headers=theirs).status_code == 403
        assert send("post", body=elsewhere).status_code == 403
        assert Place.objects.current().count() == 1

    def test_of_two_municipalities_the_one_of_the_key(self, client, feliks, key, suloszowa):
        StaffRole.objects.create(
            user=feliks, municipality=suloszowa, role=StaffRole.Role.REGISTER_KEEPER, job_title="inspektor"
        )
        elsewhere = CASTLE | {"properties": {"name": "X", "kind": "castle", "municipality": "120613"}}
        told = {"data": elsewhere, "content_type": "application/geo+json", "headers": signed("feliks-test", key)}

        assert client.post(HOME, **told).status_code == 403
        assert self.post(client, signed("feliks-test", key))["Location"].endswith("/120610-zamek-w-ojcowie")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 415), ("{", 400), ("[]", 400), ("null", 400), ("{}", 400), (b"\xff", 400), ("[" * 5000, 400),
        (CASTLE | {"geometry": None}, 400),
        (CASTLE | {"geometry": {"type": "Point", "coordinates": []}}, 400),
        (CASTLE | {"geometry": {"type": "Point", "coordinates": [1, 2, 3]}}, 400),
        (CASTLE | {"geometry": {"type": "Point", "coordinates": [-100, 0]}}, 400),
        (CASTLE | {"geometry": {"type": "LineString", "coordinates": [[19.8, 50.2], [19.9, 50.2]]}}, 400),
        (CASTLE | {"geometry": {"type": "Point", "coordinates": ["a", "b"]}}, 400),
        (CASTLE | {"geometry": "POINT(1 2)"}, 400),
        (CASTLE | {"properties": {"kind": "castle"}}, 400),
        (CASTLE | {"properties": {"name": "X", "kind": "smok"}}, 400),
        (CASTLE | {"properties": {"name": "X", "kind": "castle", "verified_by": "ktoś"}}, 400),
        (CASTLE | {"properties": {"name": "X", "kind": "castle", "id": "1"}}, 400),
        (CASTLE | {"properties": {"name": ["X"], "kind": "castle"}}, 400),
        (CASTLE | {"properties": {"name": "X\0", "kind": "castle"}}, 400),
        (CASTLE | {"properties": "X"}, 400),
        (CASTLE | {"properties": {"name": "X" * 30_000, "kind": "castle"}}, 400),
    ],
)  # fmt: skip
def test_bodies_that_are_no_place(send, body, status):
    assert send("post", body=body).status_code == status
    assert not Place.objects.exists()
    assert not Snapshot.objects.exists()


def test_a_name_that_is_taken(send, castle):
    assert send("post", body=CASTLE).status_code == 409
    assert Place.objects.count() == 1


def test_other_refusals(client, send, castle):
    tag = client.get(castle)["ETag"]

    assert send("post", body=CASTLE, media_type="text/plain").status_code == 415
    assert send("post", body=CASTLE, Content_Crs="<EPSG:1>").status_code == 400
    assert send("put", f"{HOME}/120610-nie-ma", CASTLE, If_Match=tag).status_code == 404
    assert send("post", "/ogc/collections/parcels/items", CASTLE).status_code == 405
    assert send("delete", "/ogc/collections/parcels/items/120610_5.0007.1", "", If_Match=tag).status_code == 405
    assert send("put", castle, CASTLE | {"properties": {"name": "X", "kind": "castle", "slug": "inny"}},
                If_Match=tag).status_code == 400  # fmt: skip


def test_the_document_says_who_may_what(client, db):
    paths = client.get("/ogc/openapi").json()["paths"]

    assert {"get", "post"} == set(paths["/collections/places/items"])
    assert {"get", "put", "patch", "delete"} == set(paths["/collections/places/items/{featureId}"])
    assert "post" not in paths["/collections/parcels/items"]
    assert any("features-4" in one for one in client.get("/ogc/conformance").json()["conformsTo"])
