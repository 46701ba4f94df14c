from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "spatial.network"
    label = "network"
    verbose_name = "Sieć wodociągowa i kanalizacyjna"

    def ready(self) -> None:
        from spatial.network import collections  # noqa: F401, PLC0415 - declares the open collections
