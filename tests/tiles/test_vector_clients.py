"""MapLibre and OpenLayers draw our styles in Chromium: every part of a style is there and means what it says."""

import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pyproj import Transformer

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = Path(__file__).parent / "clients"
ROOT = Path(__file__).parents[2]
MAP = ROOT / "services/portal/map"
PACKAGES = MAP / "node_modules"
BUILD = """export default { logLevel: "error", build: { outDir: "out", minify: false, lib: {
  entry: "openlayers.js", formats: ["iife"], name: "client", fileName: () => "client.js" } } };"""


class Served(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages with the libraries beside them, as a web site of its own: another origin than the office."""
    folder = tmp_path_factory.mktemp("clients")
    for page in PAGES.iterdir():
        shutil.copy(page, folder)
    (folder / "node_modules").symlink_to(PACKAGES)
    (folder / "vite.config.mjs").write_text(BUILD)
    vite = [PACKAGES / ".bin/vite", "build"]
    path = {"PATH": f"{ROOT / '.venv/bin'}:/usr/bin:/bin"}
    subprocess.run(vite, cwd=folder, env=path, check=True, capture_output=True, timeout=120)
    shutil.copy(folder / "out/client.js", folder)
    for name in ("maplibre-gl", "ol"):
        (folder / name).symlink_to(PACKAGES / name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def draw(browser, pages, live_server):
    """Opens the page with the style over the middle of the test's land; the page."""
    contexts = []

    def open_page(client: str, style: str):
        x, y = Transformer.from_crs(2178, 4326, always_xy=True).transform(factories.EAST + 50, factories.NORTH + 50)
        context = browser.new_context(viewport={"width": 640, "height": 540})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{pages}/{client}.html#{live_server.url}/ogc/styles/{style}|{x}|{y}|16")
        page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
        assert page.evaluate("window.faults") == []
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def land(make_parcel, make_zone):
    make_parcel(number="123/4", side=100)
    make_zone("1U", east=-100, north=-100, width=300, height=300, class_2021="U")


def colours(page) -> set[tuple[int, ...]]:
    image = Image.open(BytesIO(page.locator("#map").screenshot())).convert("RGB")
    return {colour for count, colour in image.getcolors(600 * 500) if count > 50}


@pytest.mark.parametrize("client", ["maplibre", "openlayers"])
def test_the_whole_map(draw, land, client):
    page = draw(client, "all")

    seen = " ".join(page.evaluate("window.seen"))
    assert "parcels" in seen
    assert "plan-zones" in seen
    if client == "maplibre":
        assert {"parcels-label-0", "plan-zones-label-0"} <= set(page.evaluate("window.seen"))


@pytest.mark.parametrize("client", ["maplibre", "openlayers"])
def test_hatches_come_from_the_sprite(draw, land, client):
    """Services are pale red with darker strokes across: more than one shade of it on the picture."""
    shades = [one for one in colours(draw(client, "plan-zones")) if one[0] > one[2] + 40]

    assert len(shades) >= 2


@pytest.mark.parametrize("client", ["maplibre", "openlayers"])
def test_a_style_of_one_collection_draws_no_other(draw, land, client):
    seen = " ".join(draw(client, "parcels").evaluate("window.seen"))

    assert "parcels" in seen
    assert "plan-zones" not in seen
