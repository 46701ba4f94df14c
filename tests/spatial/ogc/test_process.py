import pytest

URL = "/ogc/processes/plan-extract-preview/execution"


@pytest.fixture
def execute(client, db):
    def post(body):
        return client.post(URL, body, content_type="application/json")

    return post


def test_report_of_a_parcel_under_a_plan(land, execute):
    response = execute({"inputs": {"parcels": [land.identifier], "as_of": "2026-11-23"}})

    document = response.json()
    [report] = document["parcels"]
    [plan] = report["planning"]["plans"]
    assert response.status_code == 200
    assert document["as_of"] == "2026-11-23"
    assert report["id"] == "120610_5.0007.123/4"
    assert report["planning"]["state"] == "covered"
    assert {zone["symbol"]: zone["area_m2"] for zone in plan["zones"]}["1MN"] == 3600


def test_as_a_document_the_output_is_named(land, execute):
    response = execute({"inputs": {"parcels": [land.identifier]}, "response": "document"})

    assert set(response.json()) == {"preview"}


@pytest.mark.parametrize(
    ("inputs", "status", "word"),
    [
        ({"parcels": ["120610_5.0007.999"]}, 404, "120610_5.0007.999"),
        ({"parcels": ["bzdura"]}, 400, ""),
        ({"parcels": []}, 400, "najmniej 1"),
        ({"parcels": ["1"] * 21}, 400, "20"),
        ({"parcels": "120610_5.0007.123/4"}, 400, "array"),
        ({"parcels": [1]}, 400, "string"),
        ({}, 400, "parcels"),
        ({"parcels": ["120610_5.0007.123/4"], "as_of": "jutro"}, 400, "RRRR"),
        ({"parcels": ["120610_5.0007.123/4"], "owner": "x"}, 400, "owner"),
        ({"parcels": ["\ud800"]}, 400, ""),
        ({"parcels": ["a\0b"]}, 400, ""),
    ],
)
def test_what_cannot_be_done_is_said(land, execute, inputs, status, word):
    response = execute({"inputs": inputs})

    assert response.status_code == status
    assert word in response.json()["description"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"inputs": []}', b"\xff", b"[" * 5000])
def test_a_body_that_is_no_request(execute, body):
    assert execute(body).status_code == 400


def test_no_address_of_a_client_is_called(land, execute):
    response = execute({"inputs": {"parcels": [land.identifier]}, "subscriber": {"successUri": "http://127.0.0.1:1/x"}})

    assert response.status_code == 400
    assert "subscriber" in response.json()["description"]


def test_a_body_too_large_is_413(execute, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert execute({"inputs": {"parcels": ["x" * 200]}}).status_code == 413


def test_description_names_inputs_in_both_languages(client, db):
    polish = client.get("/ogc/processes/plan-extract-preview").json()
    english = client.get("/ogc/processes/plan-extract-preview?lang=en").json()

    assert polish["inputs"]["parcels"]["title"] == "Identyfikatory działek"
    assert english["inputs"]["parcels"]["title"] == "Parcel identifiers"
    assert polish["inputs"]["parcels"]["schema"]["maxItems"] == 20
    assert polish["jobControlOptions"] == ["sync-execute", "async-execute"]
