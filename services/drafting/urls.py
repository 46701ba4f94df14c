from django.urls import path

from services.drafting import parts, views

app_name = "drafting"

urlpatterns = [
    path("urzad/plany/", views.index, name="index"),
    path("urzad/plany/<int:teryt>/nowy/", views.new, name="new"),
    path("urzad/plany/zapis/<int:plan>/zmien/", views.begin, name="begin"),
    path("urzad/plany/szkic/<int:pk>/", views.draft, name="draft"),
    path("urzad/plany/szkic/<int:pk>/opublikuj/", views.publish, name="publish"),
    path("urzad/plany/szkic/<int:pk>/porzuc/", views.discard, name="discard"),
    path("urzad/plany/szkic/<int:pk>/dane/", views.data, name="data"),
    path("urzad/plany/szkic/<int:pk>/dokumenty/", views.acts, name="acts"),
    path("urzad/plany/szkic/<int:pk>/zwiazki/", views.relations, name="relations"),
    path("urzad/plany/szkic/<int:pk>/tereny/", parts.zones, name="zones"),
    path("urzad/plany/szkic/<int:pk>/wczytaj/<slug:what>/", parts.bring_shapes, name="bring-shapes"),
    path("urzad/plany/szkic/<int:pk>/mapa/", parts.map_page, name="map"),
    path("urzad/plany/szkic/<int:pk>/ksztalty.json", parts.shapes, name="shapes"),
    path("urzad/plany/szkic/<int:pk>/tekst/", parts.text, name="text"),
    path("urzad/plany/szkic/<int:pk>/tekst/wczytaj/", parts.bring_text, name="bring-text"),
    path("urzad/plany/szkic/<int:pk>/tekst/propozycja/", parts.proposal, name="proposal"),
    path("urzad/plany/szkic/<int:pk>/tekst/dodaj/", parts.add_unit, name="add-unit"),
    path("urzad/plany/szkic/<int:pk>/tekst/jednostka/<str:key>/", parts.unit, name="unit"),
    path("urzad/plany/szkic/<int:pk>/tekst/jednostka/<str:key>/ruch/", parts.move_unit, name="move-unit"),
    path("urzad/plany/szkic/<int:pk>/arkusze/", parts.sheets, name="sheets"),
    path("urzad/plany/szkic/<int:pk>/arkusze/<str:number>/usun/", parts.remove_sheet, name="remove-sheet"),
]
