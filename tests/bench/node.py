"""``python -m tests.bench.node``: what a sign-in by the login node costs us, in a database that goes afterwards.

Three requests of ours (the question, the return, the answer with its SOAP call) through all of Django; what the
simulated node itself takes is measured inside of it and left out.
"""

import os
import statistics
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time

ROUNDS, WARM = 200, 10


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "services.portal.settings.test"
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        with TemporaryDirectory() as folder:
            tell(rounds(Path(folder)))
    finally:
        connections.close_all()
        teardown_databases(made, verbosity=0)


def rounds(folder: Path) -> list[tuple[float, float]]:
    """Seconds of ours in each round after the warm ones, and those of our processor alone."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from services.identity import base
    from services.identity.saml.provider import NodeProvider
    from tests.services.saml.conftest import use
    from tests.simulators.node import LoginNode

    base.PROVIDERS.append(NodeProvider())
    with LoginNode().running() as node:
        use(settings, node.settings(folder))
        call_command("node_keys", stdout=StringIO())
        node.admit(Client().get("/saml/metadata").content)
        taken = timed(node)
        return [one_round(taken) for _ in range(WARM + ROUNDS)][WARM:]


def timed(node) -> list[float]:
    """Seconds that the node takes for each of its answers, from now on."""
    taken: list[float] = []
    honest = node.respond

    def respond(question):
        began = perf_counter()
        try:
            return honest(question)
        finally:
            taken.append(perf_counter() - began)

    node.respond = respond
    return taken


def one_round(taken: list[float]) -> tuple[float, float]:
    """From the question to the session; between them the person at the node, who is not counted."""
    from django.test import Client

    from tests.services.saml.conftest import Visitor

    visitor = Visitor(Client())
    began, at_work = perf_counter(), thread_time()
    question = visitor.leaves()
    passed, worked = perf_counter() - began, thread_time() - at_work
    answer = visitor.proves(question, "anna")
    taken.clear()
    began, at_work = perf_counter(), thread_time()
    done = visitor.returns(answer)
    passed, worked = passed + perf_counter() - began, worked + thread_time() - at_work
    assert done.status_code == 302
    return passed - sum(taken), worked


def tell(measured: list[tuple[float, float]]) -> None:
    for name, seconds in zip(("sign-in, ours", "of it our processor"), zip(*measured, strict=True), strict=True):
        p95 = sorted(seconds)[int(0.95 * len(seconds))]
        print(f"{name}: median {1000 * statistics.median(seconds):.0f} ms, p95 {1000 * p95:.0f} ms")


if __name__ == "__main__":
    main()
