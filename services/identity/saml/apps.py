from django.apps import AppConfig


class SamlConfig(AppConfig):
    name = "services.identity.saml"
    label = "saml"
    verbose_name = "Logowanie przez Węzeł Krajowy"

    def ready(self) -> None:
        from services.identity.base import PROVIDERS  # noqa: PLC0415 - models are not ready before
        from services.identity.saml import logout  # noqa: F401, PLC0415 - listens
        from services.identity.saml.configuration import is_configured  # noqa: PLC0415
        from services.identity.saml.provider import NodeProvider  # noqa: PLC0415

        if is_configured():
            PROVIDERS.append(NodeProvider())
