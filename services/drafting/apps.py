from django.apps import AppConfig


class DraftingConfig(AppConfig):
    name = "services.drafting"
    label = "drafting"
    verbose_name = "Edycja planów"
