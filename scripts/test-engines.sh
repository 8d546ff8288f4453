#!/usr/bin/env bash
# The adapters of engines beyond one machine, each on its real engine: the port's contract and hard tests of its own, and the platform on
# OpenSearch. Each test starts an engine of its own through `cargo xtask engines` and ends it. Words after the name filter tests.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
target=${CARGO_TARGET_DIR:-target}
features=svetu-kafka/engine,svetu-opensearch/engine,svetu/opensearch,svetu-redis/engine,svetu-s3/engine
step() { printf '\n── %s\n' "$1"; shift; local start=$SECONDS; "$@"; printf '   %s s\n' $((SECONDS - start)); }
state=$(mktemp -d "${TMPDIR:-/tmp}/svetu-engines-XXXXXX")
log=$state/tests.log
finish() {
  code=$?
  "$target/debug/xtask" engines down --kill --state "$state" >/dev/null 2>&1 || true
  rm -rf "$state"
  exit $code
}
trap finish EXIT
cargo build --locked --quiet --package xtask
# What is missing is installed here once, and not by several tests at a time.
step "engines: install and start" "$target/debug/xtask" engines up --state "$state" kafka opensearch redis minio
"$target/debug/xtask" engines down --state "$state"
step "clippy of the clients" cargo clippy --workspace --lib --test real --features "$features" --locked --quiet -- -D warnings
printf '\n── suites on the real engines\n'
cargo test --locked --workspace --test real --features "$features" -- "$@" 2>&1 | tee "$log"
suites=$(grep -cE '^test result: ok\. [1-9]' "$log" || true)
if [ $# = 0 ] && [ "$suites" != 5 ]; then
  echo "make test-engines: expected the suites of 4 adapters and one of the platform, and $suites ran any test" >&2
  exit 1
fi
