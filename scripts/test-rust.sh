#!/usr/bin/env bash
# Rust tests on a real PostgreSQL that the test kit starts. `scripts/test-rust.sh torture` runs the kill -9 suite alone.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
if [ "${1:-}" = torture ]; then
  exec cargo test --locked --package svetu --test torture -- --nocapture
fi
exec cargo test --locked --workspace
