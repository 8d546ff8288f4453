#!/usr/bin/env bash
# The adapters of engines beyond one machine, each on its real engine: the port's contract and hard tests of its own; the platform on
# OpenSearch; PostgreSQL with a replica and behind a pooler. Each test starts an engine of its own through `cargo xtask engines` and
# ends it. Words after the name filter tests.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
target=${CARGO_TARGET_DIR:-target}
# As test-cluster has them: nothing is compiled twice.
features=svetu/engines,svetu-postgres/engine
step() { printf '\n── %s\n' "$1"; shift; local start=$SECONDS; "$@"; printf '   %s s\n' $((SECONDS - start)); }
state=$(mktemp -d "${TMPDIR:-/tmp}/svetu-engines-XXXXXX")
# As root PostgreSQL runs as another user, who must be able to enter.
chmod 711 "$state"
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
step "engines: install and start" "$target/debug/xtask" engines up --state "$state" kafka opensearch redis minio postgres replica pgbouncer
"$target/debug/xtask" engines down --state "$state"
step "clippy of the clients" cargo clippy --workspace --lib --test real --features "$features" --locked --quiet -- -D warnings
printf '\n── suites on the real engines\n'
cargo test --locked --workspace --test real --features "$features" -- "$@" 2>&1 | tee "$log"
suites=$(grep -cE '^test result: ok\. [1-9]' "$log" || true)
if [ $# = 0 ] && [ "$suites" != 6 ]; then
  echo "make test-engines: expected the suites of 5 adapters and one of the platform, and $suites ran any test" >&2
  exit 1
fi
printf '\n── suites of the database, the bus and a service through pgbouncer\n'
urls=$("$target/debug/xtask" engines up --state "$state" postgres pgbouncer)
SVETU_TEST_POSTGRES=$(sed -n 's/^SVETU__POSTGRES__DIRECT_URL=//p' <<<"$urls")
SVETU_TEST_POOLER=$(sed -n 's/^SVETU__POSTGRES__URL=//p' <<<"$urls" | tail -n 1)
export SVETU_TEST_POSTGRES SVETU_TEST_POOLER
cargo test --locked --workspace --test it --features "$features" --no-run --message-format=json 2>/dev/null >"$state/built.json"
for package in db adapters/embedded marketplace/listings; do
  binary=$(python3 -c 'import json, sys
for line in open(sys.argv[1]):
    made = json.loads(line)
    if made.get("executable") and made["target"]["src_path"].endswith("crates/" + sys.argv[2] + "/tests/it/main.rs"):
        print(made["executable"])' "$state/built.json" "$package")
  (cd "crates/$package" && "$binary" "$@")
done
