from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "services.parties"
    label = "parties"
    verbose_name = "Osoby i firmy"
