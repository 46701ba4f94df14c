from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "services.personal"
    label = "personal"
    verbose_name = "Moje dane"
