from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "services.certificates"
    label = "certificates"
    verbose_name = "Zaświadczenia"

    def ready(self) -> None:
        from services.certificates import eservice  # noqa: F401, PLC0415 - registers the service
