from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "services.identity"
    label = "identity"
    verbose_name = "Konta i role"

    def ready(self) -> None:
        from services.identity import devices, factors, programs  # noqa: F401, PLC0415 - what they listen to
