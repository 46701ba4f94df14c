from django.urls import path

from services.extracts import views

app_name = "extracts"

urlpatterns = [
    path("uslugi/wypis-i-wyrys/", views.apply, name="apply"),
    path("urzad/sprawy/<int:pk>/podglad/<int:index>.pdf", views.preview, name="preview"),
    path("urzad/sprawy/<int:pk>/fragmenty/", views.slivers, name="slivers"),
    path("urzad/sprawy/<int:pk>/popraw/", views.correct, name="correct"),
    path("urzad/sprawy/<int:pk>/wydaj/", views.issue, name="issue"),
    path("urzad/sprawy/<int:pk>/odmow/", views.refuse, name="refuse"),
]
