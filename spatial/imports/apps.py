from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "spatial.imports"
    label = "imports"
    verbose_name = "Wczytywanie danych"
