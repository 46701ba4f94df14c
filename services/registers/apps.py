from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "services.registers"
    label = "registers"
    verbose_name = "Dane i rejestry"
