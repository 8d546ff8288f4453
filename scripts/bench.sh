#!/usr/bin/env bash
# Measures the platform against its rivals and writes docs/benchmarks.md. Options go on: scripts/bench.sh --listings 1000000 --only search
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
target=${CARGO_TARGET_DIR:-target}
[ -d web/node_modules/sharp ] || npm --prefix web ci --no-audit --no-fund
cargo build --locked --release --package svetu --package svetu-bench
# scripts/bench.sh oidc measures the OpenID Provider: the server has core 0, the load core 1.
if [ "${1:-}" = oidc ]; then
  shift
  [ -d bench/oidc/node_modules ] || npm --prefix bench/oidc ci --no-audit --no-fund
  exec taskset -c 1 "$target/release/svetu-bench" oidc --svetu "$target/release/svetu" "$@"
fi
exec "$target/release/svetu-bench" run --svetu "$target/release/svetu" "$@"
