from django.apps import AppConfig


class TourismConfig(AppConfig):
    name = "services.tourism"
    label = "tourism"
    verbose_name = "e-Jurajska Kraina"

    def ready(self) -> None:
        from services.tourism import collections  # noqa: F401, PLC0415 - declares what is served
