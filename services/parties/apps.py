from django.apps import AppConfig

from services.identity.news import identified


class PartiesConfig(AppConfig):
    name = "services.parties"
    label = "parties"
    verbose_name = "Osoby i firmy"

    def ready(self) -> None:
        from services.parties.people import refresh  # noqa: PLC0415 - models are not ready before

        identified.connect(refresh, dispatch_uid="parties")
