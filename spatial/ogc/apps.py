import logging
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate, pre_migrate


class OgcConfig(AppConfig):
    name = "spatial.ogc"
    label = "ogc"
    verbose_name = "OGC API"

    def ready(self) -> None:
        from spatial.ogc.registry import Process, processes  # noqa: PLC0415 - its fields need settings

        if "echo" not in processes:
            processes.register(Process(id="echo", processor="spatial.ogc.echo.Echo"))
        # It warns of every key of a JSON Schema that is no language.
        logging.getLogger("pygeoapi").setLevel(logging.ERROR)
        # Both are sent once for each app; the views are of all apps together.
        pre_migrate.connect(drop_open_views, sender=self, dispatch_uid="ogc.drop-open-views")
        post_migrate.connect(make_open_views, sender=self, dispatch_uid="ogc.make-open-views")


def drop_open_views(*, using: str, plan: list[Any], **_: Any) -> None:
    """Tables under a view cannot change; a run without migrations leaves the views alone."""
    from spatial.ogc import open_views  # noqa: PLC0415 - after all apps are ready

    if using == DEFAULT_DB_ALIAS and plan:
        open_views.drop()


def make_open_views(*, using: str, **_: Any) -> None:
    """After the last migration of all; a run that stops before it leaves nothing to serve."""
    from spatial.ogc import open_tables, open_views  # noqa: PLC0415 - after all apps are ready

    if using == DEFAULT_DB_ALIAS and open_views.has_tables():
        open_tables.refresh()
