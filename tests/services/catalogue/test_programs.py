"""Programs beside people: an application checked as an OGC process, filed as JSON, read as XML."""

import json

import jsonschema
import pytest
from django.utils import timezone
from lxml import etree

from services.cases.models import Case
from services.catalogue.declaration import eservices
from services.catalogue.models import Draft, Filing
from services.catalogue.xml import SCHEMA, as_xml
from tests import office

pytestmark = pytest.mark.django_db

LETTER = {"office": "120610", "kind": "question", "subject": "Lampa", "text": "Kiedy?\nDziękuję & <pozdrawiam>."}
JSON = "application/json"


def asked(client, code, **inputs):
    body = json.dumps({"inputs": inputs, "response": "document"})
    return client.post(f"/ogc/processes/{code}/execution", body, content_type=JSON)


class TestProcess:
    def test_every_service_is_one(self, client, skala):
        listed = client.get("/ogc/processes?f=json&limit=1000").json()["processes"]

        assert {service.code for service in eservices} <= {one["id"] for one in listed}
        told = client.get("/ogc/processes/pismo-ogolne?f=json").json()
        assert told["jobControlOptions"] == ["sync-execute"]
        assert told["inputs"]["their_number"]["minOccurs"] == 0  # only an answer needs it

    def test_says_what_is_missing_and_keeps_nothing(self, client, skala, filing):
        found = asked(client, "pismo-ogolne", **LETTER | {"kind": "answer"}).json()["assessment"]

        assert found["is_ready"] is False
        assert found["faults"] == {"their_number": "Odpowiedz na to pytanie."}
        assert not Case.objects.exists()
        assert not Draft.objects.exists()

    def test_says_that_it_is_ready_and_until_when(self, client, skala, filing):
        found = asked(client, "pismo-ogolne", **LETTER).json()["assessment"]

        assert (found["is_ready"], found["municipality"]) == (True, "120610")
        assert found["due_on"] > timezone.localdate().isoformat()

    def test_parcels_that_are_not_known_are_told(self, client, skala, filing):
        inputs = {"parcels": ["120610_5.0007.999"], "scope": "both", "as_of": "2026-01-02"}
        found = asked(client, "wypis-i-wyrys", **inputs).json()["assessment"]

        assert "Nie znaleźliśmy działki 120610_5.0007.999" in found["faults"]["parcels"]

    @pytest.mark.parametrize(
        "inputs", [{}, {"office": "120610'--"}, LETTER | {"kind": "bomba"}, LETTER | {"more": 1}, LETTER | {"text": []}]
    )
    def test_what_breaks_the_schema_is_400(self, client, skala, filing, inputs):
        assert asked(client, "pismo-ogolne", **inputs).status_code == 400

    def test_no_job_keeps_what_was_asked(self, client, skala, filing):
        body = json.dumps({"inputs": LETTER, "response": "document"})
        answer = client.post(
            "/ogc/processes/pismo-ogolne/execution", body, content_type=JSON, headers={"Prefer": "respond-async"}
        )

        assert answer.status_code == 200
        assert client.get("/ogc/jobs?f=json").json()["jobs"] == []


class TestJson:
    def test_files_what_the_schema_describes(self, client, anna, filing):
        client.force_login(anna)
        others = [{"name": "Jan Nowak", "address": "Rynek 5"}]

        answer = client.post(
            "/uslugi/pismo-ogolne/zloz", json.dumps({"answers": LETTER | {"others": others}}), content_type=JSON
        )

        assert answer.status_code == 201
        made = Filing.objects.get()
        assert answer.json()["number"] == made.case.number
        assert made.answers == LETTER | {"others": others}
        jsonschema.validate(made.answers, client.get("/uslugi/pismo-ogolne/schemat.json").json())

    def test_wrong_answers_are_named_and_leave_nothing(self, client, anna, filing):
        client.force_login(anna)

        answer = client.post(
            "/uslugi/pismo-ogolne/zloz", json.dumps({"answers": LETTER | {"subject": ""}}), content_type=JSON
        )

        assert answer.status_code == 422
        assert answer.json()["faults"] == {"subject": "Odpowiedz na to pytanie."}
        assert not Draft.objects.exists()

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{}", b'{"answers": []}', b"\xff", b'{"answers": {"text": "\\u0000"}}', b"[" * 100_000]
    )
    def test_what_is_no_such_json_is_400(self, client, anna, filing, body):
        client.force_login(anna)

        assert client.post("/uslugi/pismo-ogolne/zloz", body, content_type=JSON).status_code == 400

    @pytest.mark.parametrize("value", [None, 1, True, [], {}, [[1]], {"x": {}}, "x" * 20_000, 1e308, -1])
    def test_values_of_any_kind_are_read_as_answers(self, client, anna, filing, value):
        client.force_login(anna)
        for name in ("office", "kind", "subject", "text", "others"):
            body = json.dumps({"answers": LETTER | {name: value}})
            assert client.post("/uslugi/pismo-ogolne/zloz", body, content_type=JSON).status_code in {201, 400, 422}


class TestXml:
    def test_fits_its_schema_and_says_what_was_filed(self, client, anna, filing):
        case = office.filed("pismo-ogolne", anna, **LETTER)
        client.force_login(anna)

        answer = client.get(f"/moje/sprawy/{case.pk}/wniosek.xml")

        root = etree.fromstring(answer.content)
        etree.XMLSchema(etree.parse(SCHEMA)).assertValid(root)
        answers = {one.get("pytanie"): one.text for one in root.iter("{*}Odpowiedz")}
        assert answers["Treść"] == LETTER["text"]
        assert root.findtext(".//{*}ZnakSprawy") == case.number
        assert root.findtext(".//{*}SHA-256") == case.filing.sha256

    def test_the_same_filing_gives_the_same_bytes(self, anna, filing):
        made = office.filed("pismo-ogolne", anna, **LETTER).filing

        assert as_xml(made) == as_xml(Filing.objects.get())

    def test_of_others_is_not_there(self, client, anna, celina, filing):
        case = office.filed("pismo-ogolne", anna, **LETTER)
        client.force_login(celina)

        assert client.get(f"/moje/sprawy/{case.pk}/wniosek.xml").status_code == 404
        assert client.get(f"/urzad/sprawy/{case.pk}/wniosek.xml").status_code == 403
