"""From a service into the registers: all pages first, then the ordinary import with its report.

A page that fails fails the whole, and nothing is published. The pages are deleted in any case; the registers keep the
hash of what they were made from, and the merged files may be kept by asking.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.conf import settings

from data.records import Problem
from spatial.errors import NotFound
from spatial.imports.registry import Terms, WrongUse
from spatial.imports.report import Report
from spatial.imports.services import run_import
from spatial.municipalities.models import Municipality
from spatial.remote import endpoints
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import ServiceFailed
from spatial.remote.registry import Fetched, Fetcher, fetchers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the import said, with notes about the download."""

    report: Report
    service: str
    notes: Sequence[str] = ()


def fetch(*, what: str, terms: Terms, today: date, service: str | None = None, keep: Path | None = None) -> Outcome:
    """Download and import. terms: as for an import; the municipality is needed and the state is that of today.

    keep: a folder to copy the imported files to.
    Raises WrongUse, UnknownService, NotFound; a service that fails is a report with the outcome "unreadable".
    """
    fetcher = _fetcher(what)
    municipality = _municipality(terms)
    endpoint = _endpoint(fetcher, municipality, service, today)
    with _folder() as folder:
        try:
            fetched = fetcher.download(endpoint, municipality, folder)
        except ServiceFailed as fault:
            return Outcome(_failed(fetcher, endpoint, municipality, fault), endpoint.code)
        if keep is not None:
            for file in fetched.files:
                shutil.copy(file, keep / f"{municipality.teryt}-{file.name}")
        report = run_import(
            source=fetcher.source, paths=fetched.files, terms=_terms(fetcher, fetched, terms, today), today=today
        )
    return Outcome(report, endpoint.code, fetched.notes)


def _terms(fetcher: Fetcher, fetched: Fetched, terms: Terms, today: date) -> Terms:
    state_on = terms.state_on or (today if fetcher.has_state_day else None)
    return replace(terms, state_on=state_on, options=fetched.options)


def _fetcher(what: str) -> Fetcher:
    known = fetchers()
    if what not in known:
        raise WrongUse(f"Nie umiemy pobrać „{what}”. Podaj jedno z: {', '.join(known)}.")
    return known[what]


def _municipality(terms: Terms) -> Municipality:
    found = Municipality.objects.filter(pk=terms.municipality).first()
    if found is None:
        raise NotFound(f"Nie znamy gminy {terms.municipality}. Wczytaj najpierw jej dane albo granicę z pliku.")
    return found


def _endpoint(fetcher: Fetcher, municipality: Municipality, service: str | None, today: date) -> Endpoint:
    """The named service, or the one that is on and covers the municipality."""
    code = service or fetcher.service
    if code is None:
        found = endpoints.enabled(fetcher.kind, on=today, area=municipality.teryt)
    else:
        found = endpoints.endpoint(code, on=today)
        if found.kind != fetcher.kind:
            raise WrongUse(f"Usługa {code} nie podaje tego, czego wymaga „{fetcher.code}”.")
    if found is None or not found.is_enabled:
        raise WrongUse(
            f"Usługa {code or fetcher.kind} jest wyłączona. Włącz ją: manage.py remote_service KOD --enable "
            "(docs/outside-services.md)."
        )
    return found


def _failed(fetcher: Fetcher, endpoint: Endpoint, municipality: Municipality, fault: ServiceFailed) -> Report:
    message = f"{endpoint.title}: {fault.message} Niczego nie wczytano; spróbuj później albo poproś o plik."
    finding = Problem(fault.reason.value, "error", "", message)
    return Report(fetcher.source, endpoint.code, "", "unreadable", findings=(finding,), municipality=municipality.teryt)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of our own in the state folder, gone afterwards whatever happens."""
    home = Path(settings.MEDIA_ROOT) / "fetched"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="pages-") as folder:
        yield Path(folder)
