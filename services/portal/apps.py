from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "services.portal"
    label = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """The last app: by now all services have declared themselves."""
        from services.catalogue.process import register_all  # noqa: PLC0415 - needs all apps

        register_all()
