"""Parcels and buildings of a municipality from a WFS of the simple schema, as files for the source "parcels"."""

from pathlib import Path

import shapely

from data.readers.mapping import ParcelMapping
from spatial.municipalities.models import Municipality
from spatial.remote.base import value_of
from spatial.remote.contrib.wfs import Wfs
from spatial.remote.contrib.wfs_download import Download
from spatial.remote.endpoints import Endpoint
from spatial.remote.merging import merge
from spatial.remote.reasons import Reason, ServiceFailed
from spatial.remote.registry import Fetched, Fetcher, register

MAPPING = "simple-wfs"
MARGIN_M = 50.0  #: parcels that reach over the outline we hold


def download(endpoint: Endpoint, municipality: Municipality, folder: Path) -> Fetched:
    """Files with parcels and, where the service has them, buildings. Raises ServiceFailed."""
    wfs = Wfs(endpoint)
    capabilities = value_of(wfs.capabilities())
    mapping = ParcelMapping.preset(MAPPING)
    around = shapely.box(*municipality.boundary.extent).buffer(MARGIN_M).envelope
    files, notes = [], []
    for what, columns in (("parcels", mapping.parcels), ("buildings", mapping.others["building"])):
        type_name = endpoint.types.get(what)
        if type_name is None or type_name not in capabilities.names():
            if what == "parcels":
                raise ServiceFailed(Reason.NO_TYPE, str(type_name))
            notes.append("Usługa nie podaje budynków; pobrano same działki.")
            continue
        pages = Download(wfs, type_name, folder, box=around.bounds, capabilities=capabilities).run()
        merged = merge(
            pages, folder / f"{what}.gml", columns=columns, teryt=municipality.teryt, around=around, axes=endpoint.axes
        )
        if not merged.written and what == "parcels":
            raise ServiceFailed(Reason.NOTHING_HERE, f"{merged.of_others} of others")
        if merged.written:
            files.append(merged.file)
        notes.append(f"{type_name}: {merged.written} obiektów gminy, {merged.of_others} sąsiednich pominięto.")
    return Fetched(files, notes, {"mapping": MAPPING, "axes": endpoint.axes})


register(
    Fetcher(
        code="egib-wfs",
        title="Działki i budynki z usługi WFS powiatu albo kraju",
        kind="egib-wfs",
        source="parcels",
        download=download,
    )
)
