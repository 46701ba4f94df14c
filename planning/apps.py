from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    label = "planning"
    verbose_name = "Planowanie przestrzenne"

    def ready(self) -> None:
        from planning import collections  # noqa: F401, PLC0415 - declares what is served
