"""All addresses of the office; the fixed ones stand in docs/public-interface.md."""

from django.urls import URLPattern, URLResolver, include, path

from services.portal import views
from services.portal.patterns import patterns

portal = [
    path("", views.home, name="home"),
    path("mapa/", views.map_portal, name="map"),
    path("mapa/dzialka", views.parcel_at, name="parcel-at"),
    path("mapa/otoczenie", views.parcel_surroundings, name="surroundings"),
    path("mapa/zmiany", views.parcel_changes, name="changes"),
    path("dzialki/<path:identifier>/", views.parcel, name="parcel"),
    path("plany/<str:public_id>/", views.plan, name="plan"),
    path("szukaj", views.search, name="search"),
    path("urzad/wzornik/", patterns, name="patterns"),
    path("healthz", views.healthz, name="healthz"),
    path("logowanie/", views.login, name="login"),
    path("logowanie/<slug:provider>/", views.sign_in, name="sign-in"),
    path("wyloguj/", views.logout, name="logout"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((portal, "portal"))),
    path("logowanie/", views.login, name="account_login"),  # django-allauth finds them by these names
    path("wyloguj/", views.logout, name="account_logout"),
    path("", include("services.identity.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("tiles.mvt.urls")),
    path("", include("tiles.styles.urls")),
    path("", include("tiles.pictures.urls")),
    path("", include("tiles.downloads.urls")),
    path("", include("spatial.ogc.urls")),
    path("", include("services.catalogue.urls")),
    path("", include("services.audit.urls")),
    path("", include("services.identity.saml.urls")),
    path("", include("services.personal.urls")),
    path("", include("services.correspondence.urls")),
    path("", include("services.setup.urls")),
    path("", include("services.payments.statements.urls")),
    path("", include("services.payments.urls")),
    path("", include("services.delivery.urls")),
    path("", include("services.notifications.urls")),
    path("", include("services.documents.urls")),
    path("", include("services.drafting.urls")),
    path("", include("services.registers.urls")),
    path("", include("services.disclosure.urls")),
    path("", include("services.sharing.urls")),
    path("", include("services.mapping.urls")),
]

handler404 = views.page_not_found
