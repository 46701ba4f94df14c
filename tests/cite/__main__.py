"""Runs real OGC suites (Java) against a running office: ``python -m tests.cite SITE FOLDER [ets-...-aio.jar ...]``.

The one that Maven Central carries (ets-wfs20) is fetched; others are taken as files. Prints passed, failed and skipped
with the names of what failed; exit 1 where a suite could not run.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import rmtree, which
from xml.sax.saxutils import quoteattr

import httpx
from lxml import etree
from pyproj import Transformer
from rich.console import Console

from tiles.matrix import WEB_MERCATOR_QUAD

CENTRAL = "https://repo1.maven.org/maven2"
WFS = "org/opengis/cite/ets-wfs20/1.25/ets-wfs20-1.25-aio.jar"
#: parts of Java 8 that suites of its time take for granted
HELPERS = [
    "javax/xml/bind/jaxb-api/2.3.1/jaxb-api-2.3.1.jar",
    "com/sun/xml/bind/jaxb-impl/2.3.1/jaxb-impl-2.3.1.jar",
    "com/sun/xml/bind/jaxb-core/2.3.0.1/jaxb-core-2.3.0.1.jar",
    "com/sun/activation/javax.activation/1.2.0/javax.activation-1.2.0.jar",
    "org/ow2/asm/asm/9.7/asm-9.7.jar",
]
OPENED = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("util", "lang", "net", "io", "text")]
CONTROLLERS = {
    "ets-ogcapi-features10": "org.opengis.cite.ogcapifeatures10.TestNGController",
    "ets-ogcapi-tiles10": "org.opengis.cite.ogcapitiles10.TestNGController",
    "ets-ogcapi-processes10": "org.opengis.cite.ogcapiprocesses10.TestNGController",
    "ets-wms13": "org.opengis.cite.wms13.CtlController",
    "ets-wmts10": "org.opengis.cite.wmts10.CtlController",
    "ets-wfs20": "org.opengis.cite.iso19142.TestNGController",
}
#: results of a CTL test, of TEAM Engine's Test.java
CTL_RESULTS = {
    "1": "passed",
    "0": "passed",
    "4": "passed",
    "2": "skipped",
    "3": "skipped",
    "5": "failed",
    "6": "failed",
}
LONGEST = 900
SHOWN = 40

console = Console(highlight=False)


def main(site: str, folder: Path, jars: list[Path]) -> int:
    if not which("java"):
        console.print("[yellow]No Java, so the suites are not run:[/] apt-get install openjdk-17-jdk-headless")
        return 0
    helpers = [fetched(path, folder) for path in HELPERS]
    wfs = fetched(WFS, folder)
    opened = open_registry(folder, helpers)
    outcomes = [run(jar, site, folder, opened, helpers) for jar in [*([wfs] if wfs else []), *jars]]
    return 0 if all(outcomes) else 1


def fetched(path: str, folder: Path) -> Path | None:
    """The file of Maven Central, kept; None where it cannot be had."""
    file = folder / path.rpartition("/")[2]
    if file.exists():
        return file
    console.print(f"Fetching {file.name}")
    try:
        answer = httpx.get(f"{CENTRAL}/{path}", timeout=120).raise_for_status()
    except httpx.HTTPError as error:
        console.print(f"[yellow]{file.name} cannot be fetched ({type(error).__name__}).[/]")
        return None
    file.write_bytes(answer.content)
    return file


def open_registry(folder: Path, helpers: list[Path | None]) -> list[str]:
    """Options of Java under which suites of 2017 find their own classes."""
    asm, patch = helpers[-1], folder / "patch"
    if asm is None:
        return []
    source = Path(__file__).with_name("OpenRegistry.java")
    subprocess.run(["java", "-cp", str(asm), str(source), str(patch)], check=True)
    return [f"--patch-module=java.desktop={patch}"]


def run(jar: Path, site: str, folder: Path, opened: list[str], helpers: list[Path | None]) -> bool:
    match = re.match(r"ets-[a-z]+(?:-[a-z]+)?\d+", jar.name)
    name = match[0] if match else jar.name
    if name not in CONTROLLERS:
        console.print(f"[red]{jar.name}: no suite that is known here[/] ({', '.join(CONTROLLERS)})")
        return False
    place = folder / name
    rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    properties = place / "run.xml"
    properties.write_text(written(arguments(name, site)), encoding="utf-8")
    classes = ":".join(str(one) for one in [jar, *helpers] if one)
    console.print(f"[bold]{name}[/] ({jar.name})")
    with (place / "run.log").open("w") as log:
        subprocess.run(
            ["java", *opened, *OPENED, "-cp", classes, CONTROLLERS[name], "-o", str(place), str(properties)],
            stdout=log, stderr=subprocess.STDOUT, timeout=LONGEST, check=False,
        )  # fmt: skip
    counted = testng(place) or ctl(place)
    if not counted:
        console.print(f"  [red]it did not run, see {place / 'run.log'}[/]")
        return False
    totals = Counter(outcome for outcome, _ in counted)
    console.print(f"  {totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    failed = Counter(test for outcome, test in counted if outcome == "failed")
    for test, times in failed.most_common(SHOWN):
        console.print(f"  [red]{test}[/] × {times}")
    return True


def arguments(name: str, site: str) -> dict[str, str]:
    ogc = f"{site}/ogc"
    match name:
        case "ets-ogcapi-features10":
            return {"iut": ogc, "noofcollections": "-1"}
        case "ets-ogcapi-processes10":
            return {"iut": ogc, "echoprocessid": "echo", "processtestlimit": "2", "testallprocesses": "true"}
        case "ets-ogcapi-tiles10":
            return tile_arguments(ogc)
        case "ets-wfs20":
            return {"wfs": f"{site}/wfs?SERVICE=WFS&REQUEST=GetCapabilities"}
        case "ets-wms13":
            chosen = {name: name for name in ("basic", "queryable", "time", "recommended")}
            return chosen | {"capabilities-url": f"{site}/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0"}
        case _:
            return {"capabilities-url": f"{site}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0"}


def tile_arguments(ogc: str) -> dict[str, str]:
    """A tile in the middle of the data."""
    zoom = 12
    west, south, east, north = httpx.get(f"{ogc}/collections/parcels").json()["extent"]["spatial"]["bbox"][0]
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform((west + east) / 2, (south + north) / 2)
    columns, rows = WEB_MERCATOR_QUAD.tiles((x, y, x, y), zoom, margin=0)
    limits = {"row": rows[0], "col": columns[0]}
    return {
        "iut": ogc,
        "noofcollections": "-1",
        "tilematrixsetdefinitionuri": WEB_MERCATOR_QUAD.uri,
        "urltemplatefortiles": f"{ogc}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
        "tilematrix": str(zoom),
        **{f"{end}tile{axis}": str(place) for axis, place in limits.items() for end in ("min", "max")},
    }


def written(properties: dict[str, str]) -> str:
    entries = "".join(f"<entry key={quoteattr(key)}>{escaped(value)}</entry>" for key, value in properties.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><properties version="1.0">{entries}</properties>'


def escaped(text: str) -> str:
    return quoteattr(text)[1:-1]


def testng(place: Path) -> list[tuple[str, str]]:
    outcomes = {"PASS": "passed", "FAIL": "failed", "SKIP": "skipped"}
    return [
        (
            outcomes[one.get("status", "FAIL")],
            f"{(one.getparent().get('name') or '').rpartition('.')[2]}.{one.get('name')}",
        )
        for file in place.rglob("testng-results.xml")
        for one in etree.parse(file).iter("test-method")
        if one.get("is-config") != "true"
    ]


def ctl(place: Path) -> list[tuple[str, str]]:
    """Logs of a CTL suite: one for each test."""
    found = []
    for file in place.rglob("log.xml"):
        root = etree.parse(file, etree.XMLParser(recover=True)).getroot()
        for end in root.iter("endtest"):
            start = root.find("starttest")
            name = start.get("local-name", file.parent.name) if start is not None else file.parent.name
            found.append((CTL_RESULTS.get(end.get("result", ""), "failed"), name))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), [Path(one) for one in sys.argv[3:]]))
