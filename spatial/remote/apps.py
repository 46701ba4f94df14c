from django.apps import AppConfig


class RemoteConfig(AppConfig):
    name = "spatial.remote"
    label = "remote"
    verbose_name = "Usługi zewnętrzne"
