#!/usr/bin/env bash
# Starts the whole platform in a folder of its own with a small demo world and walks it: the API by schemathesis, the site by Chromium.
# `scripts/test-e2e.sh screens` takes screenshots instead, `lighthouse` measures three pages; `web|api` does one of the two.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
svetu=${CARGO_TARGET_DIR:-target}/debug/svetu
state=$(mktemp -d "${TMPDIR:-/tmp}/svetu-e2e-XXXXXX")
finish() {
  code=$?
  "$svetu" --state "$state" stop >/dev/null 2>&1 || true
  if [ $code != 0 ] && [ -f "$state/svetu.log" ]; then
    mkdir -p .cache && cp "$state/svetu.log" .cache/e2e.log
    echo "the platform's log is .cache/e2e.log; its last warnings:" >&2
    grep -E 'WARN|ERROR' "$state/svetu.log" | tail -n 20 >&2 || true
  fi
  # The private PostgreSQL may live elsewhere when its user cannot enter this folder.
  data=$(readlink "$state/postgres" || true)
  rm -rf "$state" ${data:+"$data"}
  exit $code
}
trap finish EXIT
# Limits of a busy evening would count the walker's own steps.
export SVETU__LIMITS__ADDRESS_PER_MINUTE=100000 SVETU__LIMITS__ACCOUNT_PER_MINUTE=100000
export SVETU__SMS__PER_HOUR_MAX=100000 SVETU__SMS__NETWORK_PER_HOUR_MAX=100000
"$svetu" --state "$state" up --demo "${SVETU_E2E_LISTINGS:-600}" --detach
SVETU_URL=$(sed -n 's/^ *"url": *"\([^"]*\)".*/\1/p' "$state/running.json")
export SVETU_URL SVETU_STATE=$state SVETU_BIN=$(realpath "$svetu")
case $what in
  all)
    scripts/test-api.sh
    # The clients that npm has; `make oidc-matrix` runs the others too.
    npm --prefix web run matrix -- openid-client oauth4webapi passport
    npm --prefix web run e2e
    ;;
  api) scripts/test-api.sh ;;
  web) npm --prefix web run e2e ;;
  matrix) npm --prefix web run matrix -- "${@:2}" ;;
  screens) npm --prefix web run screens ;;
  lighthouse) npm --prefix web run lighthouse -- "${@:2}" ;;
  *) echo "scripts/test-e2e.sh: expected all, api, web, matrix, screens or lighthouse, not '$what'" >&2; exit 2 ;;
esac
