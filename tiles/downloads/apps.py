from django.apps import AppConfig


class DownloadsConfig(AppConfig):
    name = "tiles.downloads"
    label = "downloads"
    verbose_name = "Pliki do pobrania"

    def ready(self) -> None:
        from spatial.ogc.records.catalogue import WAYS  # noqa: PLC0415 - after all apps are ready
        from tiles.downloads.files import ways  # noqa: PLC0415

        if ways not in WAYS:
            WAYS.append(ways)
