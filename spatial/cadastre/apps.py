from django.apps import AppConfig


class CadastreConfig(AppConfig):
    name = "spatial.cadastre"
    label = "cadastre"
    verbose_name = "Ewidencja gruntów i budynków"
