"""QGIS, headless, opens what we serve by five ways, filters it and draws it where it lies."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.tiles.test_map_services import BOX, application, land, site  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).parent / "clients/desktop.py"


@pytest.fixture
def desktop(site, land, tmp_path):  # noqa: F811
    try:
        subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("QGIS is not on this machine (python3-qgis)")
    told = {"PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    told |= {name: str(tmp_path) for name in ("HOME", "XDG_RUNTIME_DIR")}
    edges = map(str, BOX)
    done = subprocess.run(
        [PYTHON, SCRIPT, site, *edges, tmp_path], capture_output=True, text=True, timeout=240, env=told, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_qgis_opens_filters_and_draws(desktop):
    for name, told in desktop.items():
        assert told["valid"], name
        # The square of 200 m lies 100 m from the lower left corner of a picture of 400 m.
        spots = told["drawn"]
        inside = [spot for spot in spots if 95 <= spot[0] <= 305 and 95 <= spot[1] <= 305]
        assert len(inside) > 50, name
        assert len(inside) >= 0.95 * len(spots), name
    for name in ("oapif", "wfs"):
        assert desktop[name]["found"] == ["120610_5.0007.123/4"], name
        assert desktop[name]["count"] == 1
    assert desktop["wfs"]["crs"] == "EPSG:2180"
