"""Keeping the office's rows of services."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from spatial.remote.endpoints import UnknownService, endpoint, refuse_unknown_options
from spatial.remote.models import RemoteService, ServiceHealth


@transaction.atomic
def change_service(
    code: str,
    *,
    since: date,
    is_enabled: bool | None = None,
    url: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> RemoteService:
    """The service as it is asked from a day on; what is not said stays as it was.

    A service changed by a person is tried at once: it does not rest any longer.
    Raises UnknownService for an unknown code, setting or unusable address, and for a day before the newest row.
    """
    known = endpoint(code, on=since)
    newest = RemoteService.objects.select_for_update().filter(code=code).order_by("-valid_from").first()
    if newest is not None and newest.valid_from > since:
        raise UnknownService(
            f"Usługa {code} ma już ustawienia od {newest.valid_from:%d.%m.%Y}. Podaj późniejszy dzień."
        )
    kept = dict(newest.options) if newest else {}
    chosen = kept | dict(options or {})
    refuse_unknown_options(code, chosen)
    asked = replace(known, url=url or known.url, **chosen)  # refuses what cannot be asked
    is_on = known.is_enabled if is_enabled is None else is_enabled
    RemoteService.objects.filter(code=code, valid_to=None).exclude(valid_from=since).update(valid_to=since)
    row, _ = RemoteService.objects.update_or_create(
        code=code,
        valid_from=since,
        defaults={"url": asked.url, "is_enabled": is_on, "options": chosen, "valid_to": None},
    )
    ServiceHealth.objects.filter(pk=code).update(failures=0, rests_until=None, probed_until=None)
    return row
