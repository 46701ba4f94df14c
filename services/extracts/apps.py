from django.apps import AppConfig


class ExtractsConfig(AppConfig):
    name = "services.extracts"
    label = "extracts"
    verbose_name = "Wniosek o wypis i wyrys"

    def ready(self) -> None:
        from services.extracts import eservice  # noqa: F401, PLC0415 - registers the service
