from django.apps import AppConfig


class PicturesConfig(AppConfig):
    name = "tiles.pictures"
    label = "pictures"
    verbose_name = "Mapy rastrowe"

    def ready(self) -> None:
        from spatial.ogc.extensions import extensions  # noqa: PLC0415 - after all apps are ready
        from tiles.pictures.ogc import EXTENSION  # noqa: PLC0415

        if EXTENSION not in extensions:
            extensions.append(EXTENSION)
