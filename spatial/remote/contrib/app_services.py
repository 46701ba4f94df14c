"""Planning acts of a municipality from the WFS of the Rejestr Urbanistyczny, as files for the source "app".

The service gives 10 objects unless asked for more, so count and startIndex are always sent. It holds no zones of local
plans, and that an act is missing from it says nothing about the law.
"""

from pathlib import Path
from xml.sax.saxutils import escape

from spatial.municipalities.models import Municipality
from spatial.remote.base import value_of
from spatial.remote.contrib.wfs import Wfs
from spatial.remote.contrib.wfs_download import Download
from spatial.remote.endpoints import Endpoint
from spatial.remote.reasons import Reason, ServiceFailed
from spatial.remote.registry import Fetched, Fetcher, register

ACTS = "acts"


def download(endpoint: Endpoint, municipality: Municipality, folder: Path) -> Fetched:
    """All pages of every type that the service has; the act must be there. Raises ServiceFailed."""
    wfs = Wfs(endpoint)
    capabilities = value_of(wfs.capabilities())
    files: list[Path] = []
    notes: list[str] = []
    for what, type_name in endpoint.types.items():
        if type_name not in capabilities.names():
            if what == ACTS:
                raise ServiceFailed(Reason.NO_TYPE, type_name)
            notes.append(f"Usługa nie ma klasy {type_name}.")
            continue
        run = Download(wfs, type_name, folder, filter_xml=of_municipality(type_name, municipality.teryt))
        found = run.run()
        if what == ACTS and not found:
            raise ServiceFailed(Reason.NOTHING_HERE, type_name)
        notes.append(f"{type_name}: {sum(page.returned for page in run.pages)} obiektów.")
        files.extend(found)
    return Fetched(files, notes)


def of_municipality(type_name: str, teryt: str) -> str:
    """FES filter: objects whose namespace names the municipality, as every data set of an act does."""
    prefix = type_name.partition(":")[0]
    path = f"{prefix}:idIIP/{prefix}:Identyfikator/{prefix}:przestrzenNazw"
    return (
        '<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0">'
        '<fes:PropertyIsLike wildCard="%" singleChar="_" escapeChar="\\">'
        f"<fes:ValueReference>{escape(path)}</fes:ValueReference><fes:Literal>%{escape(teryt)}%</fes:Literal>"
        "</fes:PropertyIsLike></fes:Filter>"
    )


for _code, _title in (
    ("app-pog", "Plan ogólny z Rejestru Urbanistycznego"),
    ("app-mpzp", "Plany miejscowe z Rejestru Urbanistycznego"),
):
    register(
        Fetcher(
            code=_code,
            title=_title,
            kind="app-wfs",
            source="app",
            download=download,
            service=_code,
            has_state_day=False,
        )
    )
