from django.apps import AppConfig

from services.parties.news import ended


class CasesConfig(AppConfig):
    name = "services.cases"
    label = "cases"
    verbose_name = "Sprawy"

    def ready(self) -> None:
        from services.cases.services import note_ended  # noqa: PLC0415 - models are not ready before

        ended.connect(note_ended, dispatch_uid="cases")
