from django.apps import AppConfig


class ExtractsConfig(AppConfig):
    name = "services.extracts"
    label = "extracts"
    verbose_name = "Wniosek o wypis i wyrys"
