from django.apps import AppConfig


class GeneralConfig(AppConfig):
    name = "services.general"
    label = "general"
    verbose_name = "Pismo ogólne"

    def ready(self) -> None:
        from services.general import eservice  # noqa: F401, PLC0415 - registers the service
