"""Odd requests by the hundred thousand against a running office: ``python -m tests.fuzz SITE NUMBER [SEED]``.

Half of each request is well formed, half is not: a wrong value next to right ones reaches further than noise. Prints
the answers by status; exit 1 and the addresses where one was 500 or above.
"""

import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

import httpx
from rich.console import Console

console = Console(highlight=False)
THREADS = 4
COLLECTIONS = ["parcels", "plans", "plan-zones", "addresses", "places", "trails", "water-mains", "catalogue", "nic"]
CRS = [
    "http://www.opengis.net/def/crs/EPSG/0/2180",
    "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    "EPSG:2180",
    "EPSG:4326",
    "CRS:84",
    "EPSG:0",
    "urn:ogc:def:crs:EPSG::2178",
    "x",
]
BOXES = [
    "19.8,50.2,19.9,50.3",
    "50.2,19.8,50.3,19.9",
    "263000,560000,264000,561000",
    "0,0,0,0",
    "1e308,1e308,-1e308,1",
    "nan,nan,nan,nan",
    "inf,-inf,1,2",
    "19.8,50.2,0,19.9,50.3,0",
    "a,b",
    "-180,-90,180,90",
    "179,50,-179,51",
    "",
]
ODD = [
    "",
    "0",
    "-1",
    "9" * 25,
    "1e5",
    "1.5",
    "NaN",
    "\0",
    "\ud7ff",
    "ą ę",
    "'",
    '"',
    "' OR 1=1 --",
    "%",
    "%s",
    "${7*7}",
    "{{7*7}}",
    "../../etc/passwd",
    "<script>",
    "]]>",
    "\r\nX: y",
    "null",
    "[]",
    "{}",
    "http://127.0.0.1:1/",
    "a" * 3000,
    "\u202e",
    "💧",
    "2026-11-28",
    "2026-13-45",
    "../..",
    "2020-01-01/2010-01-01",
    "TRUE",
    "*",
    ",",
    ";",
    "1,2,3",
    "current",
]
FILTERS = [
    "number = '1'",
    "number = 1",
    "((",
    "S_INTERSECTS(geometry, POINT(19.8 50.2))",
    "S_INTERSECTS(geometry, POINT(1))",
    "registered_area_m2 > 1e400",
    "number LIKE '%'",
    "NOT NOT NOT number IS NULL",
    "a" * 2000,
    "(" * 500 + ")" * 500,
    "valid_from < DATE('2020-01-01')",
    "CASEI(number) IN ('A','B')",
    "T_AFTER(valid_from, DATE('x'))",
]
NUMBERS = ["0", "1", "10", "256", "4096", "100000", "-5", "9" * 20, "x", ""]


def one(chance: random.Random) -> str:
    """Path and query."""
    return chance.choice((items, item, wms, wms, wmts, wfs, vector, ogc_tile, ogc_map, records, small))(chance)


def mixed(chance: random.Random, usual: dict[str, list[str]]) -> str:
    told = {}
    for name, values in usual.items():
        roll = chance.random()
        if roll < 0.04:
            continue
        told[name] = chance.choice(ODD) if roll < 0.13 else chance.choice(values)
    if chance.random() < 0.05:
        told[chance.choice(["owner", "sld", "map", "x", "f", "lang", "callback"])] = chance.choice(ODD)
    return urlencode(told, quote_via=quote, errors="surrogatepass")


def items(chance: random.Random) -> str:
    usual = {
        "bbox": BOXES,
        "limit": NUMBERS,
        "offset": NUMBERS,
        "crs": CRS,
        "bbox-crs": CRS,
        "filter": FILTERS,
        "datetime": ["2020-01-01", "2010-01-01/..", "../..", "x"],
        "sortby": ["number", "-number", "x"],
        "f": ["json", "html", "csv", "gpkg", "gml", "jsonfg", "fgb"],
        "properties": ["number", "id", "x"],
        "skipGeometry": ["true", "false"],
        "resulttype": ["hits", "results"],
        "filter-lang": ["cql2-text", "cql2-json"],
        "after": ["1", "1.1", "x"],
        "number": ["1", "1/2"],
    }
    some = dict(chance.sample(list(usual.items()), chance.randint(1, 4)))
    some.setdefault("limit", ["1", "10"])
    return f"/ogc/collections/{chance.choice(COLLECTIONS)}/items?{mixed(chance, some)}"


def item(chance: random.Random) -> str:
    name = quote(chance.choice([*ODD, "120610_4.0001.1", "120610-zamek-w-ojcowie", "wms"]), errors="surrogatepass")
    query = mixed(chance, {"crs": CRS, "f": ["json", "html", "dcat"]})
    return f"/ogc/collections/{chance.choice(COLLECTIONS)}/items/{name}?{query}"


def wms(chance: random.Random) -> str:
    usual = {
        "SERVICE": ["WMS"],
        "VERSION": ["1.3.0", "1.1.1"],
        "LAYERS": ["parcels", "plans,parcels", "all", "planning", "nic"],
        "REQUEST": ["GetMap", "GetMap", "GetFeatureInfo", "GetCapabilities", "GetLegendGraphic"],
        "STYLES": ["", "default"],
        "CRS": CRS,
        "SRS": CRS,
        "BBOX": BOXES,
        "WIDTH": ["64", "1", *NUMBERS],
        "HEIGHT": ["64", "1", *NUMBERS],
        "FORMAT": ["image/png", "image/jpeg", "image/webp", "text/xml"],
        "TRANSPARENT": ["TRUE", "FALSE"],
        "TIME": ["2016-01-01", "current"],
        "QUERY_LAYERS": ["parcels", "nic"],
        "INFO_FORMAT": ["text/plain", "application/json"],
        "I": NUMBERS,
        "J": NUMBERS,
        "LAYER": ["parcels", "nic"],
        "BGCOLOR": ["0xFFFFFF", "x"],
        "EXCEPTIONS": ["XML", "INIMAGE"],
    }
    return f"/wms?{mixed(chance, usual)}"


def wmts(chance: random.Random) -> str:
    z, x, y = (chance.choice([*NUMBERS, "12", "2273", "1386"]) for _ in range(3))
    if chance.random() < 0.5:
        layer, grid = (
            chance.choice(["parcels", "planning", "nic"]),
            chance.choice(["WebMercatorQuad", "PL1992Quad", "x"]),
        )
        return f"/wmts/{layer}/{grid}/{z or '_'}/{x or '_'}/{y or '_'}.{chance.choice(['png', 'jpg', 'x'])}"
    usual = {
        "SERVICE": ["WMTS"],
        "REQUEST": ["GetTile", "GetCapabilities", "GetFeatureInfo"],
        "VERSION": ["1.0.0"],
        "LAYER": ["parcels", "nic"],
        "STYLE": ["default", ""],
        "TILEMATRIXSET": ["WebMercatorQuad", "x"],
        "TILEMATRIX": [z],
        "TILEROW": [y],
        "TILECOL": [x],
        "FORMAT": ["image/png"],
        "I": NUMBERS,
        "J": NUMBERS,
        "INFOFORMAT": ["text/plain"],
    }
    return f"/wmts?{mixed(chance, usual)}"


def wfs(chance: random.Random) -> str:
    usual = {
        "SERVICE": ["WFS"],
        "VERSION": ["2.0.0"],
        "REQUEST": [
            "GetFeature",
            "GetFeature",
            "DescribeFeatureType",
            "GetPropertyValue",
            "GetCapabilities",
            "ListStoredQueries",
            "DescribeStoredQueries",
        ],
        "TYPENAMES": ["parcels", "open:places", "nic"],
        "COUNT": ["1", *NUMBERS[:3]],
        "STARTINDEX": NUMBERS,
        "BBOX": BOXES,
        "SRSNAME": CRS,
        "RESULTTYPE": ["hits", "results"],
        "OUTPUTFORMAT": ["geojson", "csv"],
        "SORTBY": ["number", "x"],
        "PROPERTYNAME": ["number"],
        "RESOURCEID": ["parcels.1"],
        "FILTER": ["<Filter/>", "<", "<Filter><Not/></Filter>"],
        "VALUEREFERENCE": ["number", "//x"],
    }
    some = dict(chance.sample(list(usual.items())[3:], chance.randint(1, 4)))
    base = {name: usual[name] for name in ("SERVICE", "VERSION", "REQUEST")}
    return f"/wfs?{mixed(chance, base | {'COUNT': ['1', '2']} | some)}"


def vector(chance: random.Random) -> str:
    z, x, y = (chance.choice([*NUMBERS, "14", "9095", "5540"]) for _ in range(3))
    return f"/tiles/{chance.choice(COLLECTIONS)}/{z or '_'}/{x or '_'}/{y or '_'}.mvt"


def ogc_tile(chance: random.Random) -> str:
    z, x, y = (
        quote(chance.choice([*NUMBERS, *ODD[:12], "12", "1386", "2273"]), safe="", errors="surrogatepass")
        for _ in range(3)
    )
    home = chance.choice(["/ogc/tiles", f"/ogc/collections/{chance.choice(COLLECTIONS)}/tiles"])
    return f"{home}/{chance.choice(['WebMercatorQuad', 'PL1992Quad', 'x'])}/{z or '_'}/{y or '_'}/{x or '_'}"


def ogc_map(chance: random.Random) -> str:
    usual = {
        "bbox": BOXES,
        "bbox-crs": CRS,
        "crs": CRS,
        "width": ["64", *NUMBERS[:3]],
        "height": ["64", *NUMBERS[:3]],
        "bgcolor": ["0xFF0000", "red"],
        "transparent": ["true", "false"],
        "f": ["png", "jpg", "webp"],
        "datetime": ["2016-01-01"],
    }
    home = chance.choice(["/ogc/map", f"/ogc/collections/{chance.choice(COLLECTIONS)}/map"])
    some = dict(chance.sample(list(usual.items()), chance.randint(1, 5))) | {"width": ["32", "64"]}
    return f"{home}?{mixed(chance, some)}"


def records(chance: random.Random) -> str:
    usual = {
        "q": ["MPZP", "x"],
        "bbox": BOXES,
        "limit": NUMBERS,
        "offset": NUMBERS,
        "type": ["dataset"],
        "ids": ["wms"],
        "f": ["json", "html", "dcat"],
        "datetime": ["2020-01-01", "x"],
    }
    return f"/ogc/collections/catalogue/items?{mixed(chance, usual)}"


def small(chance: random.Random) -> str:
    name = quote(chance.choice([*ODD, "parcels", "echo", "all"]), safe="", errors="surrogatepass")
    return chance.choice(
        [
            f"/ogc/styles/{name}",
            f"/ogc/collections/{name}",
            f"/ogc/processes/{name}",
            f"/ogc/jobs/{name}",
            f"/ogc/tileMatrixSets/{name}",
            f"/glyphs/DejaVu%20Sans%20Book/{name}-255.pbf",
            f"/tms/1.0.0/{name}/WebMercatorQuad/1/1/1.png",
            f"/ogc/{name}",
            f"/ogc/collections/{name}/queryables",
            f"/ogc/collections/{name}/schema",
            f"/tiles/{name}.json",
            f"/pobierz/{name}.gpkg",
        ]
    )


def main(site: str, number: int, seed: int) -> int:
    chance = random.Random(seed)
    addresses = [one(chance) for _ in range(number)]
    told: Counter[str] = Counter()
    failed: list[str] = []

    def work(part: list[str]) -> None:
        with httpx.Client(base_url=site, timeout=60) as client:
            for address in part:
                try:
                    status = client.get(address).status_code
                except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                    told[type(error).__name__] += 1
                    if not isinstance(error, httpx.InvalidURL | UnicodeError):
                        failed.append(f"{type(error).__name__} {address}")
                    continue
                told[str(status)] += 1
                if status >= 500:
                    failed.append(f"{status} {address}")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, [addresses[start::THREADS] for start in range(THREADS)]))
    console.print(f"seed {seed}, {number} requests: {dict(told)}")
    for address in failed[:50]:
        console.print(f"[red]{address[:400]}[/]", markup=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)))
