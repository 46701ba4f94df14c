"""Visits every address that the office answers, in every form that the samples know."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from spatial.ogc.registry import collections
from tests.leaks.canaries import found_in
from tests.leaks.samples import SAMPLES


@dataclass(frozen=True)
class Leak:
    path: str
    canaries: frozenset[str]


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Every pattern of the project, as it is written in the urls.py files joined together."""
    for part in (resolver or get_resolver()).url_patterns:
        written = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            yield from patterns(part, written)
        elif isinstance(part, URLPattern):
            yield written


def unvisited() -> list[str]:
    """Patterns that nobody has said how to visit."""
    return sorted(set(patterns()) - SAMPLES.keys())


def paths(office: Mapping[str, str], client: Client) -> Iterator[str]:
    """Addresses to visit; those about collections once for each of them."""
    for written in patterns():
        for sample in SAMPLES.get(written, ()):
            if "{collection}" not in sample:
                yield sample.format(**office)
                continue
            for collection in collections:
                yield sample.format(**office, collection=collection.id, item=first_item(client, collection.id))


def first_item(client: Client, collection: str) -> str:
    response = client.get(f"/ogc/collections/{collection}/items?limit=1")
    features = response.json()["features"] if response.status_code == 200 else []
    return quote(features[0]["id"], safe="") if features else "none"


def crawl(client: Client, visited: Iterable[str]) -> list[Leak]:
    """What the canaries show up in: bodies, headers and redirects."""
    leaks = []
    for path in visited:
        response = client.get(path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found = found_in(body) | found_in(str(response.headers))
        if found:
            leaks.append(Leak(path, frozenset(found)))
    return leaks
