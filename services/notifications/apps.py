from anymail.signals import tracking  # type: ignore[import-untyped]
from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "services.notifications"
    label = "notifications"
    verbose_name = "Powiadomienia"

    def ready(self) -> None:
        from services.notifications.bounces import heard  # noqa: PLC0415 - models are not ready before

        tracking.connect(heard, dispatch_uid="notifications")
