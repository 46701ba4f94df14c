from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "services.delivery"
    label = "delivery"
    verbose_name = "Doręczenia"
