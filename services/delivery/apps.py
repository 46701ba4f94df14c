from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "services.delivery"
    label = "delivery"
    verbose_name = "Doręczenia"

    def ready(self) -> None:
        from services.delivery import channels  # noqa: PLC0415 - models are not ready before

        channels.register_all()
