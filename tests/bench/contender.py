"""Miedza as a contender of a side-by-side rig: the ordinary schema over the rig's rows, served by the ordinary server.

``python -m tests.bench.contender load|serve|paths`` with DATABASE_URL naming the rig's database (schema ``bench`` with
``parcels`` and ``plan_zones``). ``load`` migrates and fills the registers, ``serve`` runs two workers on port 8110,
``paths`` prints the entry for the rig's list of contenders.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

PORT = 8110
PATHS = {
    "base": f"http://127.0.0.1:{PORT}",
    "items": "/ogc/collections/parcels/items?bbox={b4326}&limit={limit}",
    "cql": "/ogc/collections/parcels/items?bbox={b4326}&limit={limit}&filter-lang=cql2-text"
    "&filter=register_group%3D%27R%27%20AND%20registered_area_m2%3E1000",
    "item": "/ogc/collections/parcels/items/120610_5.0001.{id}",
    "mvt": "/tiles/parcels/{z}/{tx}/{ty}.mvt",
    "wms": "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=plan-zones,parcels&STYLES=,"
    "&SRS=EPSG:{srs}&BBOX={box}&WIDTH={w}&HEIGHT={h}&FORMAT={fmt}",
    "gfi": "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetFeatureInfo&LAYERS=parcels&QUERY_LAYERS=parcels&STYLES="
    "&SRS=EPSG:{srs}&BBOX={box}&WIDTH={w}&HEIGHT={h}&X={gi}&Y={gj}&INFO_FORMAT=application/json&FEATURE_COUNT=5"
    "&FORMAT=image/png",
    "tile": "/wmts/cadastre/WebMercatorQuad/{z}/{tx}/{ty}.png",
}

LOAD = """
TRUNCATE municipalities_municipality CASCADE;
INSERT INTO municipalities_municipality ({municipality_columns}) SELECT {municipality_values} FROM bench.parcels;
INSERT INTO imports_snapshot ({snapshot_columns}) VALUES ({snapshot_values});
INSERT INTO cadastre_cadastralunit (identifier, name, municipality_id) VALUES ('120610_5', 'Skała', '120610');
INSERT INTO cadastre_cadastraldistrict (identifier, name, unit_id, municipality_id)
VALUES ('120610_5.0001', 'Obręb 0001', '120610_5', '120610');
INSERT INTO cadastre_parcel (municipality_id, snapshot_id, identifier, valid_from, recorded_at, fingerprint,
    district_id, number, sheet, sort_key, registered_area_m2, register_group, land_uses, predecessors, successors, geom)
SELECT '120610', s.id, '120610_5.0001.' || p.id, '2020-01-01', now(), '',
    '120610_5.0001', split_part(parcel_id, '.', 3), '',
    lpad(p.id::text, 10, '0'), area_m2::bigint, land_use, '[]', '{{}}', '{{}}', ST_Transform(geom, 2178)
FROM bench.parcels AS p, imports_snapshot AS s ORDER BY p.id;
INSERT INTO planning_localplan ({plan_columns}) SELECT {plan_values} FROM imports_snapshot AS s;
INSERT INTO planning_planzone (plan_id, symbol_raw, name, class_2021, geom{zone_columns})
SELECT l.id, symbol, symbol, '', ST_Transform(z.geom, 2178){zone_values}
FROM bench.plan_zones AS z, planning_localplan AS l;
VACUUM ANALYZE;
"""


def load(url: str) -> None:
    """Fill an empty registers' schema from the rig's tables, by plain SQL: the triggers do the rest."""
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in filled_in(connection).split(";\n"):
            if statement.strip():
                connection.execute(statement)  # type: ignore[arg-type]


def filled_in(connection: psycopg.Connection) -> str:
    """LOAD with the columns that must not be null but tell nothing here."""
    snapshot = required(connection, "imports_snapshot", {"municipality_id": "'120610'", "source": "'egib'"})
    boundary = "(SELECT boundary FROM municipalities_municipality)"
    plan = required(connection, "planning_localplan", {
        "municipality_id": "'120610'", "snapshot_id": "s.id", "code": "'BENCH'", "kind": "'local-plan'",
        "title": "'MPZP'", "in_force_from": "'2015-01-01'", "boundary": boundary,
    })  # fmt: skip
    named = {"plan_id", "symbol_raw", "name", "class_2021", "geom"}
    zone = {name: value for name, value in required(connection, "planning_planzone", {}).items() if name not in named}
    office = required(connection, "municipalities_municipality", {
        "teryt": "'120610'", "name": "'Skała'",
        "boundary": "ST_Multi(ST_Transform(ST_SetSRID(ST_Extent(geom)::geometry, 2180), 2178))",
    })  # fmt: skip
    return LOAD.format(
        municipality_columns=", ".join(office), municipality_values=", ".join(office.values()),
        snapshot_columns=", ".join(snapshot), snapshot_values=", ".join(snapshot.values()),
        plan_columns=", ".join(plan), plan_values=", ".join(plan.values()),
        zone_columns="".join(f", {name}" for name in zone), zone_values="".join(f", {one}" for one in zone.values()),
    )  # fmt: skip


def required(connection: psycopg.Connection, table: str, told: dict[str, str]) -> dict[str, str]:
    """SQL values of all columns that have none of their own."""
    rows = connection.execute(
        "SELECT column_name, udt_name FROM information_schema.columns "
        "WHERE table_name = %s AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'",
        [table],
    )
    blank = {"bool": "false", "date": "'2020-01-01'", "timestamptz": "now()", "jsonb": "'{}'"}
    numbers = {"int2", "int4", "int8", "float8", "numeric"}
    found = {
        name: blank.get(kind) or ("0" if kind in numbers else "'{}'" if kind.startswith("_") else "''")
        for name, kind in rows
    }
    return found | told


def serve() -> None:
    """In place of this process: what ``make up`` serves, with two workers."""
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(PORT), "--workers", "2",
        "--blocking-threads", "2", "--no-ws", "services.portal.wsgi:application",
    ]  # fmt: skip
    os.execv(command[0], command)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load"]:
            load(os.environ["DATABASE_URL"])
        case ["serve"]:
            serve()
        case ["paths"]:
            print(json.dumps({"ours": PATHS}, indent=1))
        case _:
            sys.exit(__doc__)
