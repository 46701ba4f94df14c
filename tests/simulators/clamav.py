"""A scanner that speaks as ``clamd`` does (INSTREAM, clamd(8)) and knows one virus: EICAR."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: the harmless file that every scanner finds (eicar.org), in two parts so that none finds this one
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

#: says something to the connection instead of the honest answer
type Lie = Callable[[socket.socket, bytes], None]


@dataclass
class ClamAv:
    """``lie``: gets the connection and the honest answer once the whole file has come."""

    largest: int = 25 * 1024**2  #: StreamMaxLength
    lie: Lie | None = None
    lengths: list[int] = field(default_factory=list)  #: of the pieces that came
    scanned: list[bytes] = field(default_factory=list)  #: whole files
    stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self, path: Path | None = None) -> Iterator[str]:
        """Its address, as MIEDZA_CLAMAV; at the path, or at a port."""
        handler = type("BoundHandler", (Handler,), {"scanner": self})
        server: socketserver.BaseServer = (
            UnixServer(str(path), handler) if path else socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        )
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield str(path) if path else f"127.0.0.1:{server.server_address[1]}"
        finally:
            self.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)

    def verdict(self, content: bytes) -> bytes:
        return b"stream: Win.Test.EICAR_HDB-1 FOUND\x00" if EICAR in content else b"stream: OK\x00"


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    pass


class Handler(socketserver.StreamRequestHandler):
    scanner: ClamAv

    def handle(self) -> None:
        command = self.rfile.read(len(b"zINSTREAM\x00"))
        if command != b"zINSTREAM\x00":
            self.wfile.write(b"UNKNOWN COMMAND\x00")
            return
        content = b""
        while length := int.from_bytes(self.rfile.read(4)):
            if len(content) + length > self.scanner.largest:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\x00")
                return
            self.scanner.lengths.append(length)
            content += self.rfile.read(length)
        self.scanner.scanned.append(content)
        honest = self.scanner.verdict(content)
        if self.scanner.lie:
            self.scanner.lie(self.connection, honest)
        else:
            self.wfile.write(honest)
