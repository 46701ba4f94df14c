from django.apps import AppConfig


class StylesConfig(AppConfig):
    name = "tiles.styles"
    label = "styles"
    verbose_name = "Style map"

    def ready(self) -> None:
        from spatial.ogc.extensions import extensions  # noqa: PLC0415 - after all apps are ready
        from tiles.styles.ogc import EXTENSION  # noqa: PLC0415

        if EXTENSION not in extensions:
            extensions.append(EXTENSION)
