from django.apps import AppConfig


class PublicInformationConfig(AppConfig):
    name = "services.public_information"
    label = "public_information"
    verbose_name = "Informacja publiczna"

    def ready(self) -> None:
        from services.public_information import eservice  # noqa: F401, PLC0415 - registers the service
