#!/usr/bin/env bash
# Measures the platform against its rivals and writes docs/benchmarks.md. Options go on: scripts/bench.sh --listings 1000000 --only search
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
target=${CARGO_TARGET_DIR:-target}
[ -d web/node_modules/sharp ] || npm --prefix web ci --no-audit --no-fund
cargo build --locked --release --package svetu --package svetu-bench
exec "$target/release/svetu-bench" run --svetu "$target/release/svetu" "$@"
