"""What all simulators share: a server in a thread, a log of questions, lies."""

import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from trustme import LeafCert


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the wire."""

    body: bytes
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    declared_length: int | None = None  #: another length than that of the body


class Lie:
    """One way to fail; ``tell`` gets the honest reply and writes to the connection what it likes."""

    def tell(self, handler: "Handler", honest: Reply) -> None:
        handler.send(self.instead(honest))

    def instead(self, honest: Reply) -> Reply:
        return honest


@dataclass(frozen=True)
class Says(Lie):
    """Another body, status or type."""

    body: bytes | None = None
    status: int = 200
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def instead(self, honest: Reply) -> Reply:
        return Reply(
            honest.body if self.body is None else self.body,
            self.status,
            self.content_type or honest.content_type,
            self.headers,
        )


class Resets(Lie):
    """The connection is reset before a word is said."""

    def tell(self, handler, honest):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()


@dataclass(frozen=True)
class Waits(Lie):
    """An honest answer, late."""

    seconds: float

    def tell(self, handler, honest):
        handler.simulator.stopping.wait(self.seconds)
        handler.send(honest)


@dataclass(frozen=True)
class Drips(Lie):
    """A byte at a time, each within every patience; ``in_head`` already the headers drip."""

    pause_s: float = 0.1
    in_head: bool = False

    def tell(self, handler, honest):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {honest.content_type}\r\nContent-Length: {len(honest.body)}\r\n\r\n"
        text = head.encode() + honest.body
        at_once = 0 if self.in_head else len(head)
        handler.wfile.write(text[:at_once])
        for byte in text[at_once:]:
            if handler.simulator.stopping.wait(self.pause_s):
                return
            handler.wfile.write(bytes([byte]))


class CutsOff(Lie):
    """Half of the body, with its full length declared."""

    def tell(self, handler, honest):
        handler.send(Reply(honest.body[: len(honest.body) // 2], declared_length=len(honest.body)))


class Truncates(Lie):
    """Half of the body as if it were all."""

    def instead(self, honest):
        return Reply(honest.body[: len(honest.body) // 2], content_type=honest.content_type)


@dataclass(frozen=True)
class Floods(Lie):
    """As many bytes as one likes, without saying how many."""

    size: int

    def tell(self, handler, honest):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
        for _ in range(self.size // 4096):
            handler.wfile.write(b"x" * 4096)


EMPTY = Says(b"")
GATEWAY_PAGE = Says(b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html")
UNAVAILABLE = Says(b"", 503)
EXCEPTION = Says(
    b'<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0">'
    b'<ows:Exception exceptionCode="NoApplicableCode"><ows:ExceptionText>msPostGISLayerWhichShapes(): Query error'
    b"</ows:ExceptionText></ows:Exception></ows:ExceptionReport>",
    content_type="text/xml",
)
REDIRECT = Says(b"", 302, headers=(("Location", "http://169.254.169.254/latest/meta-data/"),))


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it came; names of headers are small letters."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Simulator:
    """Subclasses say ``answer``, or ``respond`` where the method, path, headers or body count."""

    lies: deque[Lie] = field(default_factory=deque)
    always: Lie | None = None
    questions: list[dict[str, str]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def answer(self, params: dict[str, str]) -> Reply:
        """The honest answer. params: names as they were sent."""
        raise NotImplementedError

    def respond(self, question: Question) -> Reply:
        """The honest answer to the whole request."""
        return self.answer(question.params)

    def lie(self, *lies: Lie) -> None:
        """The next answers, one after the other."""
        self.lies.extend(lies)

    @contextmanager
    def running(self, certificate: LeafCert | None = None, *, port: int = 0) -> Iterator[Self]:
        """With a certificate by HTTPS; ``port`` 0 takes a free one. ``root`` is its address without a path."""
        server = ThreadingHTTPServer(("127.0.0.1", port), type("BoundHandler", (Handler,), {"simulator": self}))
        server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.root = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        self.url = f"{self.root}/usluga"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)


class Handler(BaseHTTPRequestHandler):
    simulator: Simulator
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        self.simulator.questions.append(params)
        honest = self.simulator.respond(Question(self.command, unquote(parts.path), params, headers, body))
        lie = self.simulator.lies.popleft() if self.simulator.lies else self.simulator.always
        self.close_connection = True
        try:
            if lie is None:
                self.send(honest)
            else:
                lie.tell(self, honest)
        except OSError:
            time.sleep(0)  # the other side has gone, as it should

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - names of the standard library

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        length = len(reply.body) if reply.declared_length is None else reply.declared_length
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
