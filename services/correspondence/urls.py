from django.urls import path

from services.correspondence import views

app_name = "correspondence"

urlpatterns = [
    path("moje/korespondencja/", views.mine, name="mine"),
    path("urzad/korespondencja/", views.register, name="register"),
    path("urzad/korespondencja/<int:teryt>/dziennik.csv", views.export, name="export"),
    path("urzad/korespondencja/<int:teryt>/nowe/", views.enter_letter, name="enter"),
    path("urzad/korespondencja/pismo/<int:pk>/doreczenie/", views.delivery, name="delivery"),
]
