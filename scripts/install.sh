#!/usr/bin/env bash
# Installs what the platform needs beyond Rust, Node and npm: PostgreSQL 15+ with PostGIS, and for tests Chromium, for the matrix Apache with mod_auth_openidc.
# Usage: scripts/install.sh [run|test|matrix]. Does nothing where all is there.
set -euo pipefail
what=${1:-run}
packages=()
have_postgres() {
  for bin in /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)"; do [ -x "$bin" ] && return 0; done
  return 1
}
have_postgis() { compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || { command -v pg_config >/dev/null && [ -e "$(pg_config --sharedir)/extension/postgis.control" ]; }; }
have_postgres && have_postgis || packages+=(postgresql-15 postgresql-15-postgis-3)
command -v cc >/dev/null || packages+=(build-essential)
command -v cmake >/dev/null || packages+=(cmake)
if [ "$what" = test ]; then
  command -v chromium >/dev/null || packages+=(chromium)
  command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
fi
if [ "$what" = matrix ]; then
  [ -x /usr/sbin/apache2 ] || packages+=(apache2-bin)
  [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || packages+=(libapache2-mod-auth-openidc)
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
fi
missing_tools=()
command -v cargo >/dev/null || missing_tools+=("Rust (rustup)")
command -v node >/dev/null || missing_tools+=("Node 20.9 or later")
command -v npm >/dev/null || missing_tools+=("npm")
if [ ${#missing_tools[@]} -gt 0 ]; then
  printf 'svetu needs %s on the PATH; install it and run this again.\n' "${missing_tools[@]}" >&2
  exit 2
fi
[ ${#packages[@]} -eq 0 ] && exit 0
sudo=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "svetu needs: apt-get install ${packages[*]} (as root), then run this again." >&2; exit 2; }
  sudo=sudo
fi
command -v apt-get >/dev/null || { echo "svetu needs PostgreSQL 15+ with PostGIS${packages[*]:+ (Debian: ${packages[*]})}; install them and run this again." >&2; exit 2; }
echo "Installing ${packages[*]} …"
# A fresh Debian would start a cluster of its own; the platform starts a private one.
$sudo mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "${packages[@]}" >/dev/null
