from django.urls import path

from services.audit import views

app_name = "audit"

urlpatterns = [path("moje/wglady/", views.mine, name="mine")]
