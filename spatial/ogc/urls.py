"""Addresses of the OGC API, with and without a final slash."""

from django.urls import re_path

from spatial.ogc import views

COLLECTION = r"^ogc/collections/(?P<name>[^/]+)"

urlpatterns = [
    re_path(r"^ogc/?$", views.landing, name="ogc-landing"),
    re_path(r"^ogc/conformance/?$", views.conformance, name="ogc-conformance"),
    re_path(r"^ogc/(?:openapi|api)/?$", views.openapi, name="ogc-openapi"),
    re_path(r"^ogc/collections/?$", views.collection_list, name="ogc-collections"),
    re_path(rf"{COLLECTION}/?$", views.collection, name="ogc-collection"),
    re_path(rf"{COLLECTION}/queryables/?$", views.queryables, name="ogc-queryables"),
    re_path(rf"{COLLECTION}/schema/?$", views.schema, name="ogc-schema"),
    re_path(rf"{COLLECTION}/items/?$", views.items, name="ogc-items"),
    re_path(rf"{COLLECTION}/items/(?P<identifier>.+)$", views.single_item, name="ogc-item"),
    re_path(r"^ogc/processes/?$", views.process_list, name="ogc-processes"),
    re_path(r"^ogc/processes/(?P<name>[^/]+)/?$", views.process, name="ogc-process"),
    re_path(r"^ogc/processes/(?P<name>[^/]+)/execution/?$", views.execution, name="ogc-execution"),
    re_path(r"^ogc/jobs(?:/.*)?$", views.jobs),
    re_path(r"^ogc/.*$", views.nothing),
]
