from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "services.disclosure"
    label = "disclosure"
    verbose_name = "Udostępnianie danych właścicieli"
