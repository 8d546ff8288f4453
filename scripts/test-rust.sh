#!/usr/bin/env bash
# Rust tests on a real PostgreSQL that the test kit starts. `scripts/test-rust.sh torture` runs the kill -9 suites alone.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
if [ "${1:-}" = torture ]; then
  exec cargo test --locked --package svetu --test torture --test torture_identity -- --nocapture
fi
exec cargo test --locked --workspace
