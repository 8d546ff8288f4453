#!/usr/bin/env bash
# Measures the platform against its rivals and writes docs/benchmarks.md. Options go on: scripts/bench.sh --listings 1000000 --only search
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
target=${CARGO_TARGET_DIR:-target}
# scripts/bench.sh engines measures each port on its embedded and on its real engine (wants Java, Maven and Go), and writes that table.
if [ "${1:-}" = engines ]; then
  shift
  cargo build --locked --package xtask
  cargo build --locked --release --package svetu-bench --features engines
  exec "$target/release/svetu-bench" engines --xtask "$target/debug/xtask" "$@"
fi
# scripts/bench.sh opensearch measures search against its rivals, OpenSearch among them (wants Java and Maven).
if [ "${1:-}" = opensearch ]; then
  shift
  cargo build --locked --package xtask
  cargo build --locked --release --package svetu --package svetu-bench --features svetu-bench/engines
  exec "$target/release/svetu-bench" run --svetu "$target/release/svetu" --xtask "$target/debug/xtask" --only search "$@"
fi
[ -d web/node_modules/sharp ] || npm --prefix web ci --no-audit --no-fund
cargo build --locked --release --package svetu --package svetu-bench
# scripts/bench.sh oidc measures the OpenID Provider: the server has core 0, the load core 1.
if [ "${1:-}" = oidc ]; then
  shift
  [ -d bench/oidc/node_modules ] || npm --prefix bench/oidc ci --no-audit --no-fund
  exec taskset -c 1 "$target/release/svetu-bench" oidc --svetu "$target/release/svetu" "$@"
fi
exec "$target/release/svetu-bench" run --svetu "$target/release/svetu" "$@"
