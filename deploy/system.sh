#!/usr/bin/env bash
# Installs the Debian/Ubuntu packages that are missing. Does nothing, in milliseconds, when all are there.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
make_state

browser=chromium
[ -r /etc/os-release ] && . /etc/os-release
if [ "${ID:-}" = ubuntu ]; then browser=chromium-browser; fi

# program or file that proves the package | package
wanted=(
  "pg:postgresql"
  "postgis:postgis-scripts"
  "gdal:libgdal"
  "ogrinfo:gdal-bin"
  "pdftotext:poppler-utils"
  "/usr/share/fonts/truetype/lato/Lato-Regular.ttf:fonts-lato"
  "python3:python3"
  "venv:python3-venv"
  "curl:curl"
  "git:git"
)
[ "${1:-}" = --with-browser ] && wanted+=("browser:$browser" "xmlsec1:xmlsec1")

present() {
  case $1 in
    pg) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    postgis) compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null ;;
    gdal) ldconfig -p 2>/dev/null | grep -q 'libgdal\.so' || /sbin/ldconfig -p | grep -q 'libgdal\.so' ;;
    venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    browser) command -v chromium >/dev/null || command -v chromium-browser >/dev/null ;;
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# A desktop GIS that the tests open our maps with; without it those tests are skipped.
desktop() {
  [ "${1:-}" = --with-browser ] || return 0
  /usr/bin/python3 -c 'import qgis.core' 2>/dev/null && return 0
  command -v apt-get >/dev/null || return 0
  say "QGIS, for tests with a desktop client (python3-qgis)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-qgis >"$STATE/log/qgis.log" 2>&1 \
    || say "QGIS could not be installed; its tests are skipped (see $STATE/log/qgis.log)"
}

missing=()
for row in "${wanted[@]}"; do
  present "${row%%:*}" || missing+=("${row##*:}")
done
if [ ${#missing[@]} = 0 ]; then desktop "$@"; exit 0; fi

command -v apt-get >/dev/null || fail "missing: ${missing[*]}, and this system has no apt-get" \
  "install PostgreSQL 15+ with PostGIS 3.3+, GDAL 3.6+, poppler, the Lato fonts (and Chromium for tests) by your package manager"

say "System packages needed: ${missing[*]}"
as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq \
  || fail "apt-get update failed" "check the network and /etc/apt/sources.list, then run the command again"

# Names that carry a version: take what this release offers.
packages=()
for name in "${missing[@]}"; do
  case $name in
    libgdal) packages+=("$(apt-cache search --names-only '^libgdal[0-9]+(t64)?$' | cut -d' ' -f1 | sort -V | tail -n1)") ;;
    postgresql) packages+=(postgresql postgresql-contrib) ;;
    postgis-scripts) packages+=("$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -V | tail -n1)") ;;
    *) packages+=("$name") ;;
  esac
done
# The distribution's own cluster is not wanted: ours lives in the state folder.
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  as_root mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  -o Dpkg::Options::=--force-confold "${packages[@]}" >"$STATE/log/apt.log" 2>&1 \
  || fail "apt-get could not install: ${packages[*]} ($(tail -n 2 "$STATE/log/apt.log" | tr '\n' ' '))" "see $STATE/log/apt.log; enable the main and universe components and try again"
desktop "$@"
