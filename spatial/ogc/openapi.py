"""OpenAPI 3.0 of the door, complete in itself: no ``$ref`` leaves the document, so it reads without a network."""

from typing import Any

from spatial.ogc.extensions import extensions
from spatial.ogc.formats import FORMATS
from spatial.ogc.models import Job
from spatial.ogc.questions import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET
from spatial.ogc.records.catalogue import ID as CATALOGUE
from spatial.ogc.reference_systems import SYSTEMS
from spatial.ogc.registry import Collection, collections, processes

OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"


def openapi_document(base_url: str) -> dict[str, Any]:
    """The whole document; ``base_url`` without a final slash."""
    paths: dict[str, Any] = {
        "/": reading("Strona główna API", "getLandingPage"),
        "/conformance": reading("Deklaracja zgodności", "getConformance"),
        "/collections": reading("Lista kolekcji", "getCollections"),
    }
    for collection in collections:
        paths |= collection_paths(collection)
    paths |= process_paths() | record_paths()
    for extension in extensions:
        paths |= extension.paths()
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Miedza OGC API",
            "version": "1.0.0",
            "description": "OGC API Features (części 1-3, CQL2), Tiles i Processes.",
            "license": {"name": "CC0 1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": one.id, "description": one.description.pl} for one in collections],
        "paths": paths,
        "components": {
            "parameters": PARAMETERS | {"processID": process_parameter()},
            "schemas": SCHEMAS,
            "responses": RESPONSES,
            "securitySchemes": {
                "programKey": {"type": "http", "scheme": "bearer"},
                "loginAndProgramKey": {"type": "http", "scheme": "basic"},
            },
        },
    }


def reading(summary: str, operation: str, *, tag: str = "", parameters: list[Any] | None = None) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "operationId": operation,
            **({"tags": [tag]} if tag else {}),
            "parameters": [*(parameters or []), use("f"), use("lang")],
            "responses": {"200": named("Document"), "400": named("Malformed"), "404": named("NotFound")},
        }
    }


def collection_paths(collection: Collection) -> dict[str, Any]:
    name = collection.id.title().replace("-", "")
    home = f"/collections/{collection.id}"
    many = [
        use("bbox"), use("bbox-crs"), use("crs"), use("datetime"), use("limit"), use("offset"), use("after"),
        use("skipGeometry"), use("resulttype"), use("filter"), use("filter-lang"), use("filter-crs"),
        listing("properties", sorted(collection.fields)),
        listing("sortby", [sign + field for field in sorted(collection.fields) for sign in ("", "-")]),
        *(query(field, spec.schema()) for field, spec in collection.fields.items()),
    ]  # fmt: skip
    items = reading(collection.title.pl, f"get{name}Items", tag=collection.id, parameters=many)
    items["get"]["parameters"] = [use("format") if one == use("f") else one for one in items["get"]["parameters"]]
    one = reading(
        f"{collection.title.pl}: obiekt", f"get{name}Item", tag=collection.id, parameters=[use("featureId"), use("crs")]
    )
    items["get"]["responses"]["200"] = named("Features")
    one["get"]["responses"]["200"] = named("Feature")
    if collection.editing:
        items |= editing_of(collection, f"create{name}", "201")
        one |= editing_of(collection, f"replace{name}", "204") | editing_of(collection, f"update{name}", "204")
        one |= editing_of(collection, f"delete{name}", "204")
    return {
        home: reading(collection.title.pl, f"get{name}", tag=collection.id),
        f"{home}/queryables": reading("Właściwości do filtrowania", f"get{name}Queryables", tag=collection.id),
        f"{home}/schema": reading("Schemat", f"get{name}Schema", tag=collection.id),
        f"{home}/items": items,
        f"{home}/items/{{featureId}}": one,
    }


METHODS = {"create": "post", "replace": "put", "update": "patch", "delete": "delete"}


def editing_of(collection: Collection, operation: str, success: str) -> dict[str, Any]:
    """One operation of part 4, for accounts of the staff."""
    verb = next(one for one in METHODS if operation.startswith(one))
    media_type = "application/merge-patch+json" if verb == "update" else "application/geo+json"
    body = {"required": True, "content": {media_type: {"schema": {"$ref": "#/components/schemas/feature"}}}}
    parameters = [use("Content-Crs")] if verb == "create" else [use("featureId"), use("If-Match"), use("Content-Crs")]
    refusals = {name: named("Malformed") for name in ("400", "401", "403", "404", "409", "412", "415", "428")}
    return {
        METHODS[verb]: {
            "summary": f"{collection.title.pl}: {verb}",
            "operationId": operation,
            "tags": [collection.id],
            "security": [{"programKey": []}, {"loginAndProgramKey": []}],
            "parameters": parameters,
            **({} if verb == "delete" else {"requestBody": body}),
            "responses": {success: {"description": "Zapisano"}, **refusals},
        }
    }


def process_paths() -> dict[str, Any]:
    """Operations are called as in the document of OGC 18-062r2, by which clients find them."""
    process, job = [use("processID")], [use("jobId")]
    execution = {
        "summary": "Wykonanie procesu",
        "operationId": "execute",
        "parameters": [*process, use("Prefer")],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/execute"}}},
        },
        "responses": {
            "200": named("Document"), "201": named("Status"), "400": named("Malformed"), "404": named("NotFound"),
            "503": named("Malformed"),
        },
    }  # fmt: skip
    jobs = reading("Zadania", "getJobs", parameters=[use("limit"), use("jobProcess"), use("jobStatus")])
    status = reading("Stan zadania", "getStatus", parameters=job)
    status["get"]["responses"]["200"] = named("Status")
    return {
        "/processes": reading("Lista procesów", "getProcesses", parameters=[use("limit")]),
        "/processes/{processID}": reading("Opis procesu", "getProcessDescription", parameters=process),
        "/processes/{processID}/execution": {"post": execution},
        "/jobs": jobs,
        "/jobs/{jobId}": status,
        "/jobs/{jobId}/results": reading("Wynik zadania", "getResult", parameters=job),
    }


def process_parameter() -> dict[str, Any]:
    schema = {"type": "string", "enum": [one.id for one in processes]}
    return {"name": "processID", "in": "path", "required": True, "schema": schema}


def record_paths() -> dict[str, Any]:
    """The catalogue."""
    home, forms = f"/collections/{CATALOGUE}", ["json", "html", "dcat"]
    told = [
        use("bbox"), use("datetime"), use("limit"), use("offset"), query("q", {"type": "string"}, "Słowa."),
        listing("type", ["dataset", "service"]), query("ids", {"type": "string"}, "Identyfikatory po przecinku."),
    ]  # fmt: skip
    items = reading("Rekordy", "getRecords", tag=CATALOGUE, parameters=told)
    one = reading("Rekord", "getRecord", tag=CATALOGUE, parameters=[use("recordId")])
    for path, names in ((items, forms), (one, [*forms, "iso19139"])):
        chosen = query("f", {"type": "string", "enum": names}, "Format odpowiedzi.")
        path["get"]["parameters"] = [chosen if part == use("f") else part for part in path["get"]["parameters"]]
    return {
        home: reading("Katalog", "getCatalogue", tag=CATALOGUE),
        f"{home}/items": items,
        f"{home}/items/{{recordId}}": one,
    }


def use(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{name}"}


def query(name: str, schema: dict[str, Any], description: str = "", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "style": "form",
        "explode": False,
        **({"description": description} if description else {}),
        **more,
    }


def listing(name: str, options: list[str]) -> dict[str, Any]:
    return query(name, {"type": "array", "items": {"type": "string", "enum": options}})


def answer(description: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": description}


SYSTEM_SCHEMA = {"type": "string", "format": "uri", "enum": list(SYSTEMS)}

PARAMETERS: dict[str, Any] = {
    "f": query("f", {"type": "string", "enum": ["json", "html"]}, "Format odpowiedzi."),
    "format": query("f", {"type": "string", "enum": ["json", "html", *FORMATS]}, "Format odpowiedzi albo plik."),
    "lang": query("lang", {"type": "string", "enum": ["pl", "en"]}, "Język."),
    "bbox": query(
        "bbox",
        {
            "type": "array",
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "items": {"type": "number"},
        },
        "Obiekty, które mają wspólny punkt z prostokątem.",
    ),
    "bbox-crs": query("bbox-crs", SYSTEM_SCHEMA, "Układ parametru bbox; domyślnie CRS84."),
    "crs": query("crs", SYSTEM_SCHEMA, "Układ odpowiedzi; domyślnie CRS84."),
    "limit": query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "Najwyżej tyle obiektów na stronie.",
    ),
    "offset": query("offset", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}, "Od którego."),
    "after": query("after", {"type": "string"}, "Znak ostatniego obiektu strony, z odnośnika next."),
    "datetime": query("datetime", {"type": "string"}, "Dzień albo przedział początek/koniec (RFC 3339, '..')."),
    "skipGeometry": query("skipGeometry", {"type": "boolean", "default": False}, "Bez geometrii."),
    "resulttype": query("resulttype", {"type": "string", "enum": ["results", "hits"]}, "hits: tylko liczba."),
    "filter": query("filter", {"type": "string"}, "Warunek CQL2."),
    "filter-lang": query("filter-lang", {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}),
    "filter-crs": query("filter-crs", SYSTEM_SCHEMA, "Układ geometrii w warunku; domyślnie CRS84."),
    "featureId": {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}},
    "jobId": {"name": "jobId", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
    "jobProcess": query("processID", {"type": "string"}, "Tylko zadania tego procesu."),
    "jobStatus": query("status", {"type": "string", "enum": Job.Status.values}, "Tylko zadania w tym stanie."),
    "recordId": {"name": "recordId", "in": "path", "required": True, "schema": {"type": "string"}},
    "If-Match": header("If-Match", "ETag wersji, którą się zmienia."),
    "Content-Crs": header("Content-Crs", "Układ geometrii w treści, <uri>; domyślnie CRS84."),
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "respond-async: jako zadanie, którego stan i wynik ma własny adres.",
    },
}

SCHEMAS: dict[str, Any] = {
    "exception": {
        "type": "object",
        "required": ["code", "type"],
        "properties": {
            **{name: {"type": "string"} for name in ("code", "description", "type", "title", "detail")},
            "status": {"type": "integer"},
        },
    },
    "execute": {
        "type": "object",
        "properties": {
            "inputs": {"type": "object"},
            "outputs": {"type": "object"},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
        "required": ["inputs"],
    },
    "statusInfo": {
        "type": "object",
        "required": ["jobID", "type", "status"],
        "properties": {
            "jobID": {"type": "string", "format": "uuid"},
            "processID": {"type": "string"},
            "type": {"type": "string", "enum": ["process"]},
            "status": {"type": "string", "enum": Job.Status.values},
            "message": {"type": "string"},
            "progress": {"type": "integer", "minimum": 0, "maximum": 100},
            **{
                name: {"type": "string", "format": "date-time"}
                for name in ("created", "started", "finished", "updated")
            },
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "link": {
        "type": "object",
        "required": ["href"],
        "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title", "hreflang")},
    },
    "feature": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "featureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
}

RESPONSES: dict[str, Any] = {
    "Status": answer("Stan zadania", "application/json", {"$ref": "#/components/schemas/statusInfo"}),
    "Document": answer("Dokument", "application/json", {"type": "object"}),
    "Features": {
        "description": "Obiekty",
        "content": {
            "application/geo+json": {"schema": {"$ref": "#/components/schemas/featureCollection"}},
            **{one.media_type: {"schema": {"type": "string", "format": "binary"}} for one in FORMATS.values()},
        },
    },
    "Feature": answer("Obiekt", "application/geo+json", {"$ref": "#/components/schemas/feature"}),
    "Malformed": answer("Niepoprawne zapytanie", "application/json", {"$ref": "#/components/schemas/exception"}),
    "NotFound": answer("Nie ma takiego zasobu", "application/json", {"$ref": "#/components/schemas/exception"}),
}
