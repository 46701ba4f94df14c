from django.apps import AppConfig


class MvtConfig(AppConfig):
    name = "tiles.mvt"
    label = "mvt"
    verbose_name = "Kafle wektorowe"
