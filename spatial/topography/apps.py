from django.apps import AppConfig


class TopographyConfig(AppConfig):
    name = "spatial.topography"
    label = "topography"
    verbose_name = "Obiekty topograficzne"
