#!/usr/bin/env bash
# The binary of a release on the schema of this checkout: it serves, posts and indexes there, and this checkout's binary goes on.
# A cluster is rolled from it to this checkout's binary, back and forward again, while people read and write.
# Usage: scripts/test-old-binary.sh [cluster] BINARY | COMMIT (which is then built in a folder of its own, some ten minutes).
# `cluster`: the rolling alone, on Kafka, OpenSearch, Redis and MinIO (both binaries with the feature `engines`).
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
tests=rolled features=${SVETU_FEATURES:-}
if [ "${1:-}" = cluster ]; then
  shift
  tests=versions_are_rolled features=svetu/engines,svetu-postgres/engine
fi
old=${1:?a released binary, or the commit of a release}
if [ ! -x "$old" ]; then
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/svetu/released/$(git rev-parse --short "$old^{commit}")
  [ -d "$folder" ] || git worktree add --detach "$folder" "$old"
  (cd "$folder" && CARGO_TARGET_DIR="$folder/target" cargo build --locked --package svetu ${features:+--features svetu/engines})
  old=$folder/target/debug/svetu
fi
SVETU_OLD_BINARY=$(realpath "$old")
export SVETU_OLD_BINARY
if [ $tests != rolled ]; then
  cargo build --locked --quiet --package xtask
  xtask=${CARGO_TARGET_DIR:-target}/debug/xtask
  state=$(mktemp -d "${TMPDIR:-/tmp}/svetu-rolled-XXXXXX")
  trap '"$xtask" engines down --kill --erase --state "$state" >/dev/null 2>&1 || true; rm -rf "$state"' EXIT
  chmod 711 "$state"
  # SVETU__BUS__URL=kafka://… as the file of a configuration says it: bus.url = "kafka://…"
  "$xtask" engines up --state "$state" kafka opensearch redis minio |
    sed -nE 's/^SVETU__([A-Z_]+)__([A-Z_]+)=(.*)$/\L\1.\2\E = "\3"/p' >"$state/engines.toml"
  export SVETU_ENGINES_TOML=$state/engines.toml
fi
cargo test --locked --workspace ${features:+--features "$features"} --test it -- --ignored "$tests"
