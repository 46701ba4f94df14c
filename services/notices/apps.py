from django.apps import AppConfig

from services.cases.news import recorded


class NoticesConfig(AppConfig):
    name = "services.notices"
    label = "notices"
    verbose_name = "Powiadomienia"

    def ready(self) -> None:
        from services.notices.services import tell  # noqa: PLC0415 - models are not ready before

        recorded.connect(tell, dispatch_uid="notices")
