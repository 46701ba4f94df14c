from django.apps import AppConfig


class MunicipalitiesConfig(AppConfig):
    name = "spatial.municipalities"
    label = "municipalities"
    verbose_name = "Gminy"
