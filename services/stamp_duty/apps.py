from django.apps import AppConfig


class StampDutyConfig(AppConfig):
    name = "services.stamp_duty"
    label = "stamp_duty"
    verbose_name = "Opłata skarbowa"

    def ready(self) -> None:
        from services.stamp_duty import eservice  # noqa: F401, PLC0415 - registers the service
