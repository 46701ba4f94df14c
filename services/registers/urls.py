from django.urls import path

from services.registers import views

app_name = "registers"

urlpatterns = [
    path("urzad/dane/", views.index, name="index"),
    path("urzad/dane/<int:teryt>/historia/", views.history, name="history"),
    path("urzad/dane/<int:teryt>/<slug:source>/", views.bring, name="bring"),
    path("urzad/dane/<int:teryt>/<slug:source>/zrodlo/", views.keeper, name="keeper"),
    path("urzad/dane/dostawa/<int:pk>/", views.upload, name="upload"),
    path("urzad/dane/dostawa/<int:pk>/stan/", views.state, name="state"),
    path("urzad/dane/dostawa/<int:pk>/decyzja/", views.decide, name="decide"),
    path("urzad/dane/dostawa/<int:pk>/ustalenia/", views.upload_findings, name="upload-findings"),
    path("urzad/dane/dostawa/<int:pk>/ustalenia.<str:form>", views.upload_report, name="upload-report"),
    path("urzad/dane/dostawa/<int:pk>/zmiany/", views.changes, name="changes"),
    path("urzad/dane/dostawa/<int:pk>/mapa.json", views.map_data, name="map-data"),
    path("urzad/dane/historia/<int:pk>/", views.delivery, name="delivery"),
    path("urzad/dane/historia/<int:pk>/ustalenia/", views.delivery_findings, name="delivery-findings"),
    path("urzad/dane/historia/<int:pk>/ustalenia.<str:form>", views.delivery_report, name="delivery-report"),
    path("urzad/dane/historia/<int:pk>/cofnij/", views.take_back, name="take-back"),
]
