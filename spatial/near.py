"""What a process remembers for itself; the cache by default is in the database, where all of them see it."""

from typing import cast

from django.core.cache import BaseCache, caches
from django.utils.connection import ConnectionProxy

cache = cast(BaseCache, ConnectionProxy(caches, "near"))
