#!/usr/bin/env bash
# Real OpenID clients of other people against a platform of its own: make oidc-matrix. Names of clients as arguments run only those.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install.sh matrix
target=${CARGO_TARGET_DIR:-target}
version=1.9.10
venv=${XDG_CACHE_HOME:+$XDG_CACHE_HOME/svetu/venv-matrix}
venv=${venv:-.cache/venv-matrix}
if [ "$(cat "$venv/.authlib" 2>/dev/null)" != "$version" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "authlib==$version" "requests==2.32.5"
  echo "$version" >"$venv/.authlib"
fi
export SVETU_MATRIX_PYTHON=$PWD/$venv/bin/python SVETU_MATRIX_RUST=$(realpath "$target/debug/examples/openidconnect")
case $venv in /*) SVETU_MATRIX_PYTHON=$venv/bin/python ;; esac
exec scripts/test-e2e.sh matrix "$@"
