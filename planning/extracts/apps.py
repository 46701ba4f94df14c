from django.apps import AppConfig


class PlanExtractsConfig(AppConfig):
    name = "planning.extracts"
    label = "plan_extracts"
    verbose_name = "Wypis i wyrys"
