from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "services.identity"
    label = "identity"
    verbose_name = "Konta i role"
