"""The office over HTTP as ``make up`` serves it: granian, two processes with two threads each."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path


@contextmanager
def server(environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """On a port of its own; ``environment`` comes over that of this process."""
    port = free_port()
    command = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--port", str(port), "--workers", "2"]
    options = ["--blocking-threads", "2", "--no-ws", "--log-level", "warning", "services.portal.wsgi:application"]
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | dict(environment or {}),
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                fetch(port, "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, address: str) -> bytes:
    client = HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", address)
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    client.close()
    return body
