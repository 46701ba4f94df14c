from django.apps import AppConfig


class OgcConfig(AppConfig):
    name = "spatial.ogc"
    label = "ogc"
    verbose_name = "OGC API"
