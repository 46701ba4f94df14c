"""A service of timestamps (RFC 3161); pyHanko's own maker of them behind HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

from asn1crypto import tsp
from pyhanko.keys.pemder import load_certs_from_pemder_data
from pyhanko.sign.general import load_private_key_from_pemder_data
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from services.documents.trial_keys import Holder
from tests.signing import pem_of_key


@contextmanager
def timestamps(holder: Holder, *, at: datetime, lie: bytes | None = None) -> Iterator[str]:
    """Address of a service that says it is the moment, or answers with a lie."""
    [certificate] = load_certs_from_pemder_data(holder.pem)
    key = load_private_key_from_pemder_data(pem_of_key(holder), passphrase=None)
    stamper = DummyTimeStamper(certificate, key, fixed_dt=at)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = stamper.request_tsa_response(asked).dump() if lie is None else lie
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
