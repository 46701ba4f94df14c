"""A WMTS and WMS of a national service, and the row that sends the system to it."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from spatial.remote.models import RemoteService
from tests.factories import TODAY
from tests.simulators.base import Reply, Simulator

QUICK = {"private_network": True, "timeout_s": 5.0, "attempts": 1}
#: for a whole server, ours, that starts at its first question on a busy machine
PATIENT = QUICK | {"timeout_s": 60.0}
CAPABILITIES = (
    b'<?xml version="1.0"?><WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"><Service><Name>WMS</Name><Title>Powiat</Title></Service>'
    b"<Capability><Request/><Exception/><Layer><Title>R</Title><Layer><Name>dzialki</Name>"
    b"<Title>Dzialki</Title></Layer></Layer></Capability></WMS_Capabilities>"
)


def with_times(times: str) -> bytes:
    dimension = f"<Dimension name='time' units='ISO8601'>{times}</Dimension>"
    return CAPABILITIES.replace(b"<Name>dzialki</Name>", f"<Name>Raster</Name>{dimension}".encode())


def picture(colour: str = "#5d7048", kind: str = "JPEG", side: int = 256) -> bytes:
    made = BytesIO()
    Image.new("RGB", (side, side), colour).save(made, kind)
    return made.getvalue()


@dataclass
class MapSimulator(Simulator):
    """A WMTS and WMS that answers every tile with one picture."""

    content: bytes = b""
    times: str = ""  #: what its dimension of time says

    def answer(self, params):
        request = params.get("REQUEST")
        if request == "GetCapabilities":
            return Reply(CAPABILITIES if not self.times else with_times(self.times), content_type="text/xml")
        if request in ("GetTile", "GetMap"):
            return Reply(self.content, content_type="image/jpeg")
        return Reply(b"<ServiceExceptionReport/>", content_type="text/xml")


def switch_on(code: str, simulator: Simulator, **options) -> None:
    RemoteService.objects.update_or_create(
        code=code, valid_from=TODAY, defaults={"url": simulator.url, "is_enabled": True, "options": QUICK | options}
    )
