#!/usr/bin/env bash
# The private PostgreSQL cluster: postgres.sh start|stop|status|destroy|url
# Own folder, port, socket and password; the system's clusters are never touched.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state

# PostgreSQL refuses to run as root, and its user must be able to reach the folder.
PGHOME=$STATE/postgres
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  as_owner() { runuser -u postgres -- env -C / "$@"; }
  if ! runuser -u postgres -- test -x "$STATE"; then
    PGHOME=/var/lib/miedza-$(printf %s "$STATE" | sha256sum | cut -c1-10)
  fi
fi
BIN=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n1)" 2>/dev/null) || true
# The newest server that has PostGIS.
for control in $(compgen -G '/usr/share/postgresql/*/extension/postgis.control' | sort -V); do
  version=$(basename "$(dirname "$(dirname "$control")")")
  [ -x "/usr/lib/postgresql/$version/bin/initdb" ] && BIN=/usr/lib/postgresql/$version/bin
done
CLUSTER=$PGHOME/data LOG=$PGHOME/postgres.log
SOCKETS=$PGHOME/socket
[ ${#SOCKETS} -gt 80 ] && SOCKETS=/tmp/miedza-$(printf %s "$PGHOME" | sha256sum | cut -c1-10)

running() { as_owner "$BIN/pg_ctl" -D "$CLUSTER" status >/dev/null 2>&1; }
port() { cat "$PGHOME/port"; }
url() { printf 'postgresql://miedza:%s@127.0.0.1:%s/miedza\n' "$(cat "$PGHOME/password")" "$(port)"; }
superuser() { as_owner env PGOPTIONS='-c client_min_messages=warning' "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKETS" -p "$(port)" -U postgres "$@"; }

free_port() {
  local candidate
  for candidate in $(seq 54321 54420); do
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null || { echo "$candidate"; return; }
  done
  fail "no free port between 54321 and 54420" "stop a database you do not need, or set DATABASE_URL"
}

create() {
  say "Creating the private database cluster in $PGHOME"
  [ -x "$BIN/initdb" ] || fail "PostgreSQL with PostGIS is not installed" "make up installs it; or apt-get install postgresql postgresql-15-postgis-3"
  mkdir -p "$PGHOME" "$SOCKETS"
  rm -rf "$CLUSTER" # what an interrupted attempt left
  [ "$(id -u)" = 0 ] && chown postgres: "$PGHOME" "$SOCKETS"
  secret "$PGHOME/password"
  free_port >"$PGHOME/port"
  as_owner "$BIN/initdb" -D "$CLUSTER" -U postgres -E UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 \
    >"$STATE/log/initdb.log" 2>&1 || fail "initdb failed: $(tail -n 1 "$STATE/log/initdb.log")" "see $STATE/log/initdb.log, then make reset"
  as_owner tee -a "$CLUSTER/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $(port)
unix_socket_directories = '$SOCKETS'
unix_socket_permissions = 0700
shared_buffers = 384MB
work_mem = 32MB
maintenance_work_mem = 256MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
max_connections = 120
max_wal_size = 2GB
timezone = 'Europe/Warsaw'
CONF
  touch "$PGHOME/created"
}

# A password of our own making, readable by its owner only, in the file named.
secret() { [ -s "$1" ] || (umask 077; head -c 24 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' >"$1"); }

prepare() {
  secret "$PGHOME/open-password"
  # The application's role is no superuser: extensions come from template1, also for test databases.
  superuser -d template1 -c 'CREATE EXTENSION IF NOT EXISTS postgis; CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent; CREATE EXTENSION IF NOT EXISTS btree_gist'
  # Statements hold their values: an error about a private row must not be quoted in the server's log.
  # miedza_open reads the open views and nothing else (docs/privacy.md); the tests try its rights by SET ROLE.
  superuser -d postgres -v password="$(cat "$PGHOME/password")" -v open="$(cat "$PGHOME/open-password")" <<'SQL'
SELECT 'CREATE ROLE miedza LOGIN CREATEDB' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'miedza') \gexec
ALTER ROLE miedza PASSWORD :'password';
ALTER ROLE miedza SET log_min_error_statement = panic;
ALTER ROLE miedza SET log_error_verbosity = terse;
SELECT 'CREATE ROLE miedza_open LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'miedza_open') \gexec
ALTER ROLE miedza_open PASSWORD :'open';
ALTER ROLE miedza_open SET default_transaction_read_only = on;
ALTER ROLE miedza_open SET statement_timeout = '10s';
GRANT miedza_open TO miedza;
SELECT 'CREATE DATABASE miedza OWNER miedza' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'miedza') \gexec
SQL
}

start() {
  if running; then finish; return; fi
  [ -e "$PGHOME/created" ] || create
  mkdir -p "$SOCKETS"; [ "$(id -u)" = 0 ] && chown postgres: "$SOCKETS"
  say "Starting the private database (port $(port))"
  # -l and the redirect: a server that inherits a pipe would hold it open for ever
  as_owner "$BIN/pg_ctl" -D "$CLUSTER" -l "$LOG" -w -t 60 start >/dev/null 2>&1 </dev/null \
    || fail "the database did not start: $(as_owner tail -n 2 "$LOG" 2>/dev/null | tr '\n' ' ')" "see $LOG; if the port is taken, free it or remove $PGHOME/port and edit postgresql.conf; make reset starts anew"
  finish
}

# Role, database and extensions, also when an earlier start was cut off between the server and them.
# The number grows with what prepare does, so that clusters of before get it too.
finish() { [ -e "$PGHOME/prepared-3" ] || { prepare; touch "$PGHOME/prepared-3"; }; }

case ${1:-} in
  start) start ;;
  stop) if [ -s "$CLUSTER/PG_VERSION" ] && running; then say "Stopping the private database"; as_owner "$BIN/pg_ctl" -D "$CLUSTER" -m fast -w stop >/dev/null 2>&1 </dev/null; fi ;;
  status) [ -s "$CLUSTER/PG_VERSION" ] && running ;;
  url) url ;;
  destroy) "$0" stop; rm -rf "$PGHOME" "$SOCKETS" ;;
  *) fail "usage: postgres.sh start|stop|status|url|destroy" ;;
esac
