from django.apps import AppConfig


class CadastreConfig(AppConfig):
    name = "spatial.cadastre"
    label = "cadastre"
    verbose_name = "Ewidencja gruntów i budynków"

    def ready(self) -> None:
        from spatial.cadastre import collections, importers  # noqa: F401, PLC0415 - declare what is served and read
