#!/usr/bin/env bash
# Starts the whole platform in a folder of its own with a small demo world and walks it: the API by schemathesis, the site by Chromium.
# Words: `all` (the default) · `api` · `web` · `journeys` (the site without every page in every language) · `api+journeys` · `matrix` (clients of
# OpenID) · `chaos` (of a cluster) · `screens` takes screenshots · `lighthouse` measures three pages.
# `cluster` before any of them: against a cluster on real engines, each service its own process (a binary with the feature `engines`).
set -euo pipefail
cd "$(dirname "$0")/.."
start=(up)
if [ "${1:-}" = cluster ]; then
  start=(cluster up --file deploy/local/cluster.toml)
  shift
fi
what=${1:-all}
xtask=${CARGO_TARGET_DIR:-target}/debug/xtask
svetu=${CARGO_TARGET_DIR:-target}/debug/svetu
state=$(mktemp -d "${TMPDIR:-/tmp}/svetu-e2e-XXXXXX")
finish() {
  code=$?
  "$svetu" --state "$state" stop >/dev/null 2>&1 || true
  [ "${start[0]}" = up ] || "$xtask" engines down --kill --erase --state "$state/engines" >/dev/null 2>&1 || true
  if [ $code != 0 ] && [ -f "$state/svetu.log" ]; then
    mkdir -p .cache && cat "$state/svetu.log" "$state"/logs/*.log >.cache/e2e.log 2>/dev/null || true
    echo "the platform's log is .cache/e2e.log; its last warnings:" >&2
    grep -hE 'WARN|ERROR' .cache/e2e.log | tail -n 20 >&2 || true
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
chmod 755 "$state"
if [ "${start[0]}" != up ]; then
  "$xtask" engines up --state "$state/engines" kafka opensearch redis minio >"$state/engines.env"
  while IFS= read -r line; do export "${line?}"; done <"$state/engines.env"
fi
"$svetu" --state "$state" "${start[@]}" --demo "${SVETU_E2E_LISTINGS:-600}" --detach
SVETU_URL=$(sed -n 's/^ *"url": *"\([^"]*\)".*/\1/p' "$state/running.json")
export SVETU_URL SVETU_STATE=$state SVETU_BIN=$(realpath "$svetu")
# What people do, without the walk over every page in every language.
journeys() { (cd web && node --test --test-concurrency=2 --test-timeout=600000 $(ls e2e/*.test.mjs | grep -v e2e/pages-)); }
case $what in
  all)
    scripts/test-api.sh
    # The clients that npm has; `make oidc-matrix` runs the others too.
    npm --prefix web run matrix -- openid-client oauth4webapi passport
    npm --prefix web run e2e
    ;;
  api) scripts/test-api.sh ;;
  web) npm --prefix web run e2e ;;
  journeys) journeys ;;
  # What programs and people do, on one start.
  api+journeys)
    scripts/test-api.sh
    journeys
    ;;
  # SVETU_CHAOS_S seconds, in the order of SVETU_CHAOS_SEED.
  chaos) SVETU_ENGINES_STATE=$state/engines SVETU_XTASK=$(realpath "$xtask") node web/e2e/chaos.mjs ;;
  matrix) npm --prefix web run matrix -- "${@:2}" ;;
  screens) npm --prefix web run screens ;;
  lighthouse) npm --prefix web run lighthouse -- "${@:2}" ;;
  *) echo "scripts/test-e2e.sh: expected all, api, web, journeys, api+journeys, chaos, matrix, screens or lighthouse, not '$what'" >&2; exit 2 ;;
esac
