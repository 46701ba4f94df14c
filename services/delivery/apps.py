from django.apps import AppConfig

from services.parties.news import ended


class DeliveryConfig(AppConfig):
    name = "services.delivery"
    label = "delivery"
    verbose_name = "Doręczenia"

    def ready(self) -> None:
        from services.delivery import channels, rerouting  # noqa: PLC0415 - models are not ready before

        channels.register_all()
        ended.connect(rerouting.hear_ended, dispatch_uid="delivery")
