from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "spatial.territory"
    label = "territory"
    verbose_name = "Podział terytorialny"
