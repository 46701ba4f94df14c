import logging

from django.apps import AppConfig


class OgcConfig(AppConfig):
    name = "spatial.ogc"
    label = "ogc"
    verbose_name = "OGC API"

    def ready(self) -> None:
        # It warns of every key of a JSON Schema that is no language.
        logging.getLogger("pygeoapi").setLevel(logging.ERROR)
