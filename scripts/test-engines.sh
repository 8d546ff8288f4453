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
step "engines: install and start" "$target/debug/xtask" engines up --state "$state" kafka opensearch redis minio jaeger postgres replica pgbouncer
"$target/debug/xtask" engines down --state "$state"
step "clippy of the clients" cargo clippy --workspace --lib --bins --test real --features "$features,svetu-bench/engines" --locked --quiet -- -D warnings
# The folder and the program of each suite of a kind (`real`, `it`), as cargo built them.
suites() {
  cargo test --locked --workspace --test "$1" --features "$features" --no-run --quiet --message-format=json | python3 -c '
import json, os, sys
for line in sys.stdin:
    made = json.loads(line)
    if made.get("executable") and made["target"]["src_path"].endswith("/tests/" + sys.argv[1] + "/main.rs"):
        print(os.path.dirname(made["manifest_path"]), made["executable"])' "$1"
}
# Filters, the crate's folder and the program; what it says is shown whole, also when another runs beside it.
suite() {
  local folder=${*: -2:1} program=${*: -1} said code=0
  said=$(mktemp "$state/said-XXXXXX")
  (cd "$folder" && CARGO_MANIFEST_DIR=$folder "$program" "${@:1:$#-2}") >"$said" 2>&1 || code=$?
  { printf '\n%s\n' "${folder#"$PWD"/}"; cat "$said"; } | tee -a "$log"
  return $code
}
export -f suite
export state log
step "build" cargo test --locked --workspace --test real --test it --features "$features" --no-run --quiet
suites real >"$state/real"
suites it | grep -E '/crates/(db|adapters/embedded|marketplace/listings) ' >"$state/it"
printf '\n── suites on the real engines, two at a time: they wait more than they work\n'
xargs -a "$state/real" -P 2 -L 1 bash -c 'suite "$@"' suite "$@"
printf '\n── suites of the database, the bus and a service through pgbouncer\n'
urls=$("$target/debug/xtask" engines up --state "$state" postgres pgbouncer)
SVETU_TEST_POSTGRES=$(sed -n 's/^SVETU__POSTGRES__DIRECT_URL=//p' <<<"$urls")
SVETU_TEST_POOLER=$(sed -n 's/^SVETU__POSTGRES__URL=//p' <<<"$urls" | tail -n 1)
export SVETU_TEST_POSTGRES SVETU_TEST_POOLER
xargs -a "$state/it" -L 1 bash -c 'suite "$@"' suite "$@"
passed=$(grep -cE '^test result: ok\. [1-9]' "$log" || true)
if [ $# = 0 ] && [ "$passed" != 9 ]; then
  echo "make test-engines: expected the suites of 5 adapters, one of the platform and 3 through pgbouncer, and $passed ran any test" >&2
  exit 1
fi
