"""What other apps add to the OGC API: conformance classes, links and paths of theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spatial.ogc.registry import Collection

type Links = list[dict[str, str]]


def nothing(_base_url: str, *_: Any) -> Links:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """``base_url`` is the API's address without a final slash."""

    conformance: tuple[str, ...] = ()
    landing_links: Callable[[str], Links] = nothing
    collection_links: Callable[[str, Collection], Links] = nothing
    paths: Callable[[], dict[str, Any]] = dict  #: of the OpenAPI document


extensions: list[Extension] = []
