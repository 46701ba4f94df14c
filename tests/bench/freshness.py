"""How long until every client sees a change: ``python -m tests.bench.freshness SITE [CHANGES]`` with DATABASE_URL.

Moves a parcel by plain SQL and asks for the feature, the vector tile, the picture and the kept tile until each shows
it, while other clients load the server. Puts the parcel back.
"""

import os
import random
import sys
import threading
import time
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import psycopg

DOORS = ("feature", "vector tile", "picture", "kept tile")
ZOOM = 17
LOADING = 4
MOVE = "UPDATE cadastre_parcel SET geom = ST_Translate(geom, %s, 0) WHERE identifier = %s AND valid_to IS NULL"


class Client:
    def __init__(self, site: str) -> None:
        self.connection = HTTPConnection(urlsplit(site).netloc, timeout=30)

    def get(self, address: str) -> bytes:
        self.connection.request("GET", address)
        return self.connection.getresponse().read()


def addresses(connection: psycopg.Connection, parcel: str) -> dict[str, str]:
    row = connection.execute(
        "SELECT ST_X(ST_Centroid(_mercator)), ST_Y(ST_Centroid(_mercator)) FROM open.parcels WHERE identifier = %s",
        [parcel],
    ).fetchone()
    assert row is not None
    x, y = row
    side = 40_075_016.68557849 / 2**ZOOM
    column, line = int((x + 20_037_508.342789244) // side), int((20_037_508.342789244 - y) // side)
    box = f"{x - 100},{y - 100},{x + 100},{y + 100}"
    return {
        "feature": f"/ogc/collections/parcels/items/{quote(parcel, safe='')}",
        "vector tile": f"/tiles/parcels/{ZOOM}/{column}/{line}.mvt",
        "picture": "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=parcels&STYLES=&SRS=EPSG:3857"
        f"&BBOX={box}&WIDTH=256&HEIGHT=256&FORMAT=image/png",
        "kept tile": f"/wmts/cadastre/WebMercatorQuad/{ZOOM}/{column}/{line}.png",
    }


def load(site: str, around: dict[str, str], stop: threading.Event) -> None:
    client, chance = Client(site), random.Random(threading.get_ident())
    _, _, name = around["vector tile"].partition("/tiles/")
    _, zoom, column, line = name.removesuffix(".mvt").split("/")
    while not stop.is_set():
        x, y = int(column) + chance.randint(-6, 6), int(line) + chance.randint(-6, 6)
        client.get(chance.choice([
            f"/tiles/parcels/{zoom}/{x}/{y}.mvt", f"/wmts/cadastre/WebMercatorQuad/{zoom}/{x}/{y}.png",
            "/ogc/collections/parcels/items?bbox=19.84,50.22,19.86,50.24",
        ]))  # fmt: skip


def waited(client: Client, address: str, before: bytes, since: float) -> float:
    while client.get(address) == before:
        if time.perf_counter() - since > 30:
            return 30.0
        time.sleep(0.01)
    return time.perf_counter() - since


def main(site: str, changes: int) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        row = connection.execute("SELECT identifier FROM open.parcels ORDER BY _key LIMIT 1 OFFSET 500").fetchone()
        assert row is not None
        [parcel] = row
        doors, client, stop = addresses(connection, parcel), Client(site), threading.Event()
        others = [threading.Thread(target=load, args=(site, doors, stop), daemon=True) for _ in range(LOADING)]
        for one in others:
            one.start()
        took: dict[str, list[float]] = {door: [] for door in DOORS}
        for number in range(changes):
            before = {door: client.get(doors[door]) for door in DOORS}
            step = 4 if number % 2 == 0 else -4
            connection.execute(MOVE, [step, parcel])
            since = time.perf_counter()
            for door in DOORS:
                took[door].append(waited(client, doors[door], before[door], since))
        stop.set()
        if changes % 2:
            connection.execute(MOVE, [-4, parcel])
    print(f"| seen in | median | p99 of {changes} changes |\n|---|---|---|")
    for door, seconds in took.items():
        ordered = sorted(seconds)
        print(f"| {door} | {ordered[len(ordered) // 2]:.2f} s | {ordered[int(len(ordered) * 0.99)]:.2f} s |")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100)
