from django.apps import AppConfig


class OwnersConfig(AppConfig):
    name = "spatial.owners"
    label = "owners"
    verbose_name = "Właściciele i księgi wieczyste"
