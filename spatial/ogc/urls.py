"""Addresses of the OGC API, with and without a final slash."""

from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from spatial.ogc import process_views, views
from spatial.ogc.records import views as records
from spatial.ogc.wfs import wfs

COLLECTION = r"^ogc/collections/(?P<name>[^/]+)"

urlpatterns = [
    re_path(r"^wfs/?$", csrf_exempt(wfs), name="wfs"),
    re_path(r"^ogc/?$", views.landing, name="ogc-landing"),
    re_path(r"^ogc/conformance/?$", views.conformance, name="ogc-conformance"),
    re_path(r"^ogc/(?:openapi|api)/?$", views.openapi, name="ogc-openapi"),
    re_path(r"^ogc/collections/?$", views.collection_list, name="ogc-collections"),
    re_path(rf"{COLLECTION}/?$", views.collection, name="ogc-collection"),
    re_path(r"^ogc/collections/catalogue/items/?$", records.items, name="ogc-records"),
    re_path(r"^ogc/collections/catalogue/items/(?P<identifier>[^/]+)/?$", records.item, name="ogc-record"),
    re_path(rf"{COLLECTION}/queryables/?$", views.queryables, name="ogc-queryables"),
    re_path(rf"{COLLECTION}/schema/?$", views.schema, name="ogc-schema"),
    re_path(rf"{COLLECTION}/items/?$", views.items, name="ogc-items"),
    re_path(rf"{COLLECTION}/items/(?P<identifier>.+)$", views.single_item, name="ogc-item"),
    re_path(r"^ogc/processes/?$", process_views.process_list, name="ogc-processes"),
    re_path(r"^ogc/processes/(?P<name>[^/]+)/?$", process_views.process, name="ogc-process"),
    re_path(r"^ogc/processes/(?P<name>[^/]+)/execution/?$", process_views.execution, name="ogc-execution"),
    re_path(r"^ogc/jobs/?$", process_views.job_list, name="ogc-jobs"),
    re_path(r"^ogc/jobs/(?P<identifier>[^/]+)/?$", process_views.job_status, name="ogc-job"),
    re_path(r"^ogc/jobs/(?P<identifier>[^/]+)/results/?$", process_views.job_results, name="ogc-job-results"),
    re_path(r"^ogc/.*$", views.nothing),
]
