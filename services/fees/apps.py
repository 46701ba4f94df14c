from django.apps import AppConfig

from services.payments.news import redated, returned, settled


class FeesConfig(AppConfig):
    name = "services.fees"
    label = "fees"
    verbose_name = "Opłaty"

    def ready(self) -> None:
        from services.fees.booking import (  # noqa: PLC0415 - models are not ready before
            hear_redated,
            hear_returned,
            hear_settled,
        )

        settled.connect(hear_settled, dispatch_uid="fees")
        returned.connect(hear_returned, dispatch_uid="fees")
        redated.connect(hear_redated, dispatch_uid="fees")
