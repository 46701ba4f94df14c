"""The services put together: MapProxy's protocols, with a GetMap of ours that draws all layers at once."""

import logging
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from mapproxy.config import local_base_config
from mapproxy.config.configuration.proxy import ProxyConfiguration
from mapproxy.config.configuration.service import ServiceConfiguration
from mapproxy.exception import RequestError
from mapproxy.layer import Dimension
from mapproxy.request import Request
from mapproxy.response import Response
from mapproxy.service.wms import WMSServer
from mapproxy.srs import SRS
from PIL import ImageColor

from spatial.ogc.open_data import Ask
from spatial.ogc.registry import Collection, collections
from tiles.mapproxy import sources, wmts
from tiles.mapproxy.configuration import DAYS, INFO_FORMATS, LARGEST, SYSTEMS, configuration
from tiles.pictures.renderer import FORMATS, Picture, PictureFailed, Renderer
from tiles.storage import Bucket

log = logging.getLogger(__name__)

#: parameters that other servers let draw, read or include what a client names (engineering notes: lessons of others)
REFUSED = frozenset({"sld", "sld_body", "map", "styles_body", "remote_ows_type", "remote_ows_url", "gmlfilter"})
LONGEST_QUERY = 4_000
LAYERS_AT_ONCE = 20


class PictureServer(WMSServer):  # type: ignore[misc] # MapProxy carries no types
    """MapProxy draws each layer by itself and lays the pictures over each other; Mapnik draws them in one go."""

    def __init__(self, *args: Any, renderer: Renderer, **more: Any) -> None:
        super().__init__(*args, **more)
        self.renderer = renderer

    def map(self, map_request: Any) -> Response:
        """Raises RequestError and PictureFailed."""
        self.check_map_request(map_request)
        params = map_request.params
        width, height = params.size
        west, south, east, north = params.bbox
        if not all(isfinite(edge) for edge in params.bbox) or west >= east or south >= north:
            raise RequestError("BBOX takes finite numbers, the lower ones first", request=map_request)
        if not 1 <= min(width, height) <= max(width, height) <= LARGEST:
            raise RequestError(f"WIDTH and HEIGHT are 1 to {LARGEST}", request=map_request)
        if len(params.layers) > LAYERS_AT_ONCE:
            raise RequestError(f"at most {LAYERS_AT_ONCE} layers at once", request=map_request)
        media_type = media_type_of(params.format_mime_type)
        background = None if params.transparent and media_type != "image/jpeg" else ImageColor.getrgb(params.bgcolor)
        picture = Picture(
            collections=tuple(self.drawn(params.layers)), srid=sources.srid_of(SRS(params.srs)),
            box=tuple(params.bbox), width=width, height=height, media_type=media_type,
            background=background and "#{:02x}{:02x}{:02x}".format(*background), day=day_of(map_request),
        )  # fmt: skip
        return Response(self.renderer.draw(picture), content_type=media_type)

    def capabilities(self, map_request: Any) -> Response:
        """With LANGUAGE, as clients of INSPIRE ask, the view service's metadata are linked. Others get the plain
        document: validators without a network have no schema of INSPIRE.
        """
        told = self
        if "language" in map_request.params:
            told = copy(self)
            site = map_request.http.script_url.rstrip("/")
            told.inspire_md = {
                "type": "linked", "languages": {"default": "pol"},
                "metadata_url": {
                    "media_type": "application/vnd.iso.19139+xml",
                    "url": f"{site}/ogc/collections/catalogue/items/wms?f=iso19139",
                },
            }  # fmt: skip
        answered: Response = super(PictureServer, told).capabilities(map_request)
        return answered

    def featureinfo(self, info_request: Any) -> Response:
        """Raises RequestError with the codes of OGC 06-042, table E.1, which MapProxy leaves out."""
        params = info_request.params
        for name in params.query_layers:
            if name not in self.layers:
                raise RequestError(f"unknown layer: {name}", code="LayerNotDefined", request=info_request)
        if params.get("info_format", "text/plain") not in INFO_FORMATS.values():
            raise RequestError("unsupported INFO_FORMAT", code="InvalidFormat", request=info_request)
        if not all(0 <= place < side for place, side in zip(params.pos, params.size, strict=True)):
            raise RequestError("the point lies outside the map", code="InvalidPoint", request=info_request)
        answered: Response = super().featureinfo(info_request)
        return answered

    def drawn(self, names: Iterable[str]) -> Iterable[Collection]:
        """Collections of the layers and groups asked for, each once, in their order."""
        found: dict[str, Collection] = {}
        for name in names:
            leaves = getattr(self.layers[name], "layers", None)
            found |= {one: collections[one] for one in self.leaves(name, leaves)}
        return found.values()

    def leaves(self, name: str, children: Any) -> Iterable[str]:
        if name in collections:
            return [name]
        held: Iterable[Any] = children.values() if isinstance(children, Mapping) else children or ()
        return [leaf for child in held for leaf in self.leaves(child.name, getattr(child, "layers", None))]


def day_of(map_request: Any) -> date | None:
    """TIME of a GetMap: a day or a moment, whose day it is. Raises RequestError for intervals and lists."""
    text = map_request.params.get("time", "")
    if text in ("", "current"):
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise RequestError(
            "TIME takes one day, YYYY-MM-DD", code="InvalidDimensionValue", request=map_request
        ) from None
    return day


def media_type_of(asked: str) -> str:
    """``image/png;mode=8bit`` and the like as FORMATS spells them."""
    plain = asked.replace(" ", "").lower()
    return next((name for name in FORMATS if name.replace(" ", "") == plain), "image/png")


class Services(ServiceConfiguration):  # type: ignore[misc]
    def wms_service(self, conf: dict[str, Any]) -> PictureServer:
        made: Any = super().wms_service(conf)
        renderer = next(iter(self.context.sources.values())).conf["renderer"]
        made.__class__ = PictureServer
        made.renderer = renderer
        for name, layer in made.layers.items():
            # not in the configuration, where it would be a dimension of the tiles too
            if name in collections and collections[name].time:
                layer.dimensions = {"time": Dimension("time", DAYS, default="current")}
        server: PictureServer = made
        return server


class Configuration(ProxyConfiguration):  # type: ignore[misc]
    def load_services(self) -> None:
        self.services = Services(self.configuration["services"], context=self)


class MapServices:
    """WSGI application for ``/wms``, ``/wmts`` and ``/tms``; everything else goes to ``behind``."""

    def __init__(
        self, behind: WSGIApplication, renderer: Renderer, ask: Ask, folder: Path, bucket: Bucket | None = None
    ) -> None:
        self.behind = behind
        made = Configuration(configuration(renderer, ask, folder, bucket), conf_base_dir=str(folder))
        self.base_config = made.base_config
        self.services = {name: service for service in made.configured_services() for name in service.names}
        layers = self.services["service"].services["wmts"].layers
        self.tile_layers = {name: bool(layer.queryable) for name, layer in layers.items()}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"].rstrip("/")
        name = path.split("/")[1] if path.count("/") else ""
        if name not in ("wms", "wmts", "tms") or (name == "wms" and path != "/wms"):
            return self.behind(environ, start_response)
        response = self.answer("service" if path in ("/wms", "/wmts") else name, environ)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["X-Content-Type-Options"] = "nosniff"
        answered: Iterable[bytes] = response(environ, start_response)
        return answered

    def answer(self, name: str, environ: WSGIEnvironment) -> Response:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return refused("Dozwolone / allowed: GET, HEAD.", "405 Method Not Allowed")
        query = environ.get("QUERY_STRING", "")
        if len(query) > LONGEST_QUERY:
            return refused("Zapytanie jest zbyt długie / request too long.", "414 URI Too Long")
        asked = {key.lower(): value for key, value in parse_qsl(query, keep_blank_values=True)}
        if stray := set(asked) & REFUSED:
            return refused(f"Parametru {stray.pop().upper()} nie obsługujemy / parameter not supported.")
        for name_of_system, code in (("crs", "InvalidCRS"), ("srs", "InvalidSRS")):
            if (asked.get(name_of_system) or SYSTEMS[0]).upper() not in SYSTEMS:  # MapProxy would look for its axes
                return refused(f"{name_of_system.upper()}: {', '.join(SYSTEMS)}", code=code)
        path = environ["PATH_INFO"].rstrip("/")
        if path == "/wmts":
            return self.answer_wmts(name, environ, asked)
        if path == "/wms":
            environ = environ | {"QUERY_STRING": completed(query, asked)}
        return self.handled(name, environ)

    def answer_wmts(self, name: str, environ: WSGIEnvironment, asked: Mapping[str, str]) -> Response:
        try:
            wmts.check(asked, self.tile_layers)
        except wmts.Fault as fault:
            return Response(fault.document(), status="400 Bad Request", mimetype="text/xml")
        response = self.handled(name, environ)
        if wmts.sections_of(asked) and response.status.startswith("200") and asked["request"] == "GetCapabilities":
            return Response(wmts.cut(response.data, asked).decode(), mimetype="application/xml")
        return response

    def handled(self, name: str, environ: WSGIEnvironment) -> Response:
        with local_base_config(self.base_config):
            try:
                response = self.services[name].handle(Request(environ))
                if response.status.startswith("500"):  # what MapProxy says of requests that it does not accept
                    response.status = "400 Bad Request"
                return response
            except RequestError as error:
                return error.render()
            except (PictureFailed, psycopg.Error, OSError, ClientError, BotoCoreError):
                log.exception("A map could not be made.")
                return refused("Mapy nie da się teraz narysować / cannot be drawn now.", "503 Service Unavailable")
            except (
                ValueError,
                TypeError,
                KeyError,
                ArithmeticError,
                IndexError,
                AttributeError,
                RuntimeError,
            ) as error:
                # MapProxy reads some parameters without doubting them.
                log.warning(
                    "Refused a map request (%s): %s", type(error).__name__, environ.get("QUERY_STRING", "")[:300]
                )
                return refused("Nie umiemy odczytać zapytania / the request cannot be read.")


def completed(query: str, asked: Mapping[str, str]) -> str:
    """SERVICE is not asked for in GetMap and GetFeatureInfo; without VERSION the newest answers (OGC 06-042, 6.2.4)."""
    told = {"service": "WMS", "version": "1.1.1" if "srs" in asked else "1.3.0"}
    missing = [f"{name}={value}" for name, value in told.items() if name not in asked]
    parts = [query, *missing] if query else missing
    if "exceptions" in asked and not all(is_size(asked.get(name, "")) for name in ("width", "height")):
        # MapProxy would draw its refusal in the size that it refuses.
        pairs = parse_qsl(query, keep_blank_values=True)
        parts = [urlencode([(name, value) for name, value in pairs if name.lower() != "exceptions"]), *missing]
    return "&".join(parts)


def is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= LARGEST


def refused(text: str, status: str = "400 Bad Request", *, code: str = "") -> Response:
    told = f' code="{code}"' if code else ""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><ServiceExceptionReport version="1.3.0" '
        f'xmlns="http://www.opengis.net/ogc"><ServiceException{told}>{text}</ServiceException></ServiceExceptionReport>'
    )
    return Response(body, status=status, mimetype="text/xml")
