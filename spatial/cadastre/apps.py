from django.apps import AppConfig


class CadastreConfig(AppConfig):
    name = "spatial.cadastre"
    label = "cadastre"
    verbose_name = "Ewidencja gruntów i budynków"

    def ready(self) -> None:
        from spatial.cadastre import collections  # noqa: F401, PLC0415 - declares what is served
