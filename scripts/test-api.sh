#!/usr/bin/env bash
# schemathesis over the whole API of the platform at $SVETU_URL: no 5xx, and every answer is one that the document tells of.
# The platform must be a throw-away one with a demo world and its mail in the local outbox: `scripts/test-e2e.sh api` starts it.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${SVETU_URL:?where the platform runs, such as http://localhost:8080}"
version=4.32.5
venv=${XDG_CACHE_HOME:+$XDG_CACHE_HOME/svetu/venv}
venv=${venv:-.cache/venv}
if [ "$(cat "$venv/.schemathesis" 2>/dev/null)" != "$version" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
  echo "$version" >"$venv/.schemathesis"
fi
exec "$venv/bin/python" scripts/test_api.py "$venv/bin/schemathesis"
