from django.apps import AppConfig


class MvtConfig(AppConfig):
    name = "tiles.mvt"
    label = "mvt"
    verbose_name = "Kafle wektorowe"

    def ready(self) -> None:
        from spatial.ogc.extensions import extensions  # noqa: PLC0415 - after all apps are ready
        from tiles.mvt.ogc import EXTENSION  # noqa: PLC0415

        if EXTENSION not in extensions:
            extensions.append(EXTENSION)
