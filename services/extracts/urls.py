from django.urls import path

from services.extracts import views

app_name = "extracts"

urlpatterns = [
    path("uslugi/wypis-i-wyrys/", views.apply, name="apply"),
    path("moje/", views.home, name="home"),
    path("moje/sprawy/<int:pk>/", views.case, name="case"),
    path("urzad/", views.desk, name="desk"),
    path("urzad/sprawy/<int:pk>/", views.review, name="review"),
    path("urzad/sprawy/<int:pk>/podglad/<int:index>.pdf", views.preview, name="preview"),
    path("urzad/sprawy/<int:pk>/fragmenty/", views.slivers, name="slivers"),
    path("urzad/sprawy/<int:pk>/popraw/", views.correct, name="correct"),
    path("urzad/sprawy/<int:pk>/wydaj/", views.issue, name="issue"),
    path("urzad/sprawy/<int:pk>/odmow/", views.refuse, name="refuse"),
]
