from django.urls import path

from services.payments.statements import views

app_name = "statements"

urlpatterns = [
    path("urzad/wyciagi/", views.index, name="index"),
    path("urzad/wyciagi/do-wyjasnienia/", views.waiting, name="waiting"),
    path("urzad/wyciagi/<int:pk>/", views.statement, name="statement"),
    path("urzad/wyciagi/pozycje/<int:pk>/", views.line, name="line"),
]
