"""Where tiles are kept: files on disk, or an S3-compatible store that several servers share. The same keys in both:
``<layer>-tiles/<matrix set>/<zoom>/<column>/<row>.png``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from django.core.exceptions import ImproperlyConfigured

from tiles.freshness import Change, Tiles
from tiles.matrix import GRIDS

#: keys of one zoom that are removed by name; where there would be more, the store is asked which are there
NAMED = 2_000
AT_ONCE = 1_000  #: keys in one request, the most that S3 takes


@dataclass(frozen=True, slots=True)
class Bucket:
    """``s3://bucket/folder?endpoint=https://...&region=...``; keys come from AWS_ACCESS_KEY_ID and its secret."""

    name: str
    folder: str
    endpoint: str | None
    region: str | None

    @classmethod
    def of(cls, address: str) -> "Bucket | None":
        """None for "". Raises ImproperlyConfigured for what is no such address."""
        if not address:
            return None
        parts = urlsplit(address)
        told = parse_qs(parts.query)
        if parts.scheme != "s3" or not parts.netloc or set(told) - {"endpoint", "region"}:
            raise ImproperlyConfigured(
                f"No S3 address: {address!r}. Expected s3://bucket/folder?endpoint=...&region=..."
            )
        endpoint, region = (told.get(name, [None])[0] for name in ("endpoint", "region"))
        return cls(parts.netloc, parts.path.strip("/"), endpoint, region)

    def client(self) -> Any:
        return boto3.session.Session().client("s3", endpoint_url=self.endpoint, region_name=self.region)

    def key(self, *parts: object) -> str:
        return "/".join(str(part) for part in (self.folder, *parts) if part != "")


def cache_conf(name: str, bucket: Bucket | None) -> dict[str, Any]:
    """MapProxy's configuration of the cache of a layer or group."""
    if bucket is None:
        return {"type": "file", "directory_layout": "tms", "use_grid_names": True}
    return {
        "type": "s3", "bucket_name": bucket.name, "directory": bucket.key(f"{name}-tiles"), "directory_layout": "tms",
        "include_grid_name": True,
        **({"endpoint_url": bucket.endpoint} if bucket.endpoint else {}),
        **({"region_name": bucket.region} if bucket.region else {}),
    }  # fmt: skip


def kept_tiles(folder: Path, bucket: Bucket | None) -> Tiles:
    """What freshness takes changed tiles out of; the last moment known is a file below ``folder`` in any case."""
    return Tiles(folder) if bucket is None else StoredTiles(folder, bucket)


class StoredTiles(Tiles):
    """Tiles in a bucket."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        super().__init__(folder)
        self.bucket = bucket
        self._client = bucket.client()

    def remove(self, change: Change) -> int:
        """Number of keys that were asked to go; the store does not say which were there."""
        return self._delete(key for name, grid, box in self.places(change) for key in self._keys(name, grid, box))

    def _keys(self, name: str, grid: str, box: tuple[float, float, float, float]) -> Iterator[str]:
        home = self.bucket.key(f"{name}-tiles", grid)
        for zoom in range(GRIDS[grid].picture_zooms):
            columns, rows = self.touched(grid, box, zoom)
            if len(columns) * len(rows) <= NAMED:
                yield from (f"{home}/{zoom}/{column}/{row}.png" for column in columns for row in rows)
                continue
            for key in self._listed(f"{home}/{zoom}/"):
                column, _, row = key.removeprefix(f"{home}/{zoom}/").removesuffix(".png").partition("/")
                if column.isdecimal() and row.isdecimal() and int(column) in columns and int(row) in rows:
                    yield key

    def remove_all(self) -> None:
        folder = self.bucket.key("")
        keys = (key for key in self._listed(f"{folder}/" if folder else "") if "-tiles/" in key)
        self._delete(list(keys))

    def _listed(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket.name, Prefix=prefix)
        for page in pages:
            yield from (one["Key"] for one in page.get("Contents", ()))

    def _delete(self, keys: Iterable[str]) -> int:
        removed = 0
        for part in batched(keys, AT_ONCE, strict=False):
            told = {"Objects": [{"Key": key} for key in part], "Quiet": True}
            self._client.delete_objects(Bucket=self.bucket.name, Delete=told)
            removed += len(part)
        return removed
