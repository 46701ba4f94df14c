from django.apps import AppConfig


class AddressesConfig(AppConfig):
    """No tables of its own: addresses stand beside the parcels; this app brings them in from PRG and TERYT."""

    name = "spatial.addresses"
    label = "addresses"
    verbose_name = "Adresy i TERYT"
