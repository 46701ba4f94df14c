from django.apps import AppConfig


class NatureConfig(AppConfig):
    name = "spatial.nature"
    label = "nature"
    verbose_name = "Ochrona przyrody"

    def ready(self) -> None:
        from spatial.nature import collections  # noqa: F401, PLC0415 - declares what is served
