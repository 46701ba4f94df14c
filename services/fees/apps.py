from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "services.fees"
    label = "fees"
    verbose_name = "Opłaty"
