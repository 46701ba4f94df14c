from django.apps import AppConfig


class MappingConfig(AppConfig):
    name = "services.mapping"
    label = "mapping"
    verbose_name = "Mapa"
