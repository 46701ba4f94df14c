from django.apps import AppConfig

from services.payments.news import returned, settled


class FeesConfig(AppConfig):
    name = "services.fees"
    label = "fees"
    verbose_name = "Opłaty"

    def ready(self) -> None:
        from services.fees.booking import hear_returned, hear_settled  # noqa: PLC0415 - models are not ready before

        settled.connect(hear_settled, dispatch_uid="fees")
        returned.connect(hear_returned, dispatch_uid="fees")
