#!/usr/bin/env bash
# Rust tests on a real PostgreSQL that the test kit starts. `scripts/test-rust.sh build` only compiles them, and the binary with them;
# `scripts/test-rust.sh torture` runs the kill -9 suites alone.
# SVETU_FEATURES: of the binary that is tested. CI names the engines', so that nothing is compiled twice; the suites `real`, which
# want the engines themselves, are for `make test-engines`.
set -euo pipefail
cd "$(dirname "$0")/.."
export SQLX_OFFLINE=true
what=${1:-run}
case $what in
  torture) exec cargo test --locked --package svetu --test torture --test torture_identity -- --nocapture ;;
  build) only=(--no-run --quiet) ;;
  run) only=() ;;
  *) echo "scripts/test-rust.sh: expected nothing, build or torture, not '$what'" >&2; exit 2 ;;
esac
if [ -z "${SVETU_FEATURES:-}" ]; then
  exec cargo test --locked --workspace "${only[@]}"
fi
mapfile -t suites < <(cargo metadata --locked --no-deps --format-version 1 | python3 -c '
import json, sys
targets = [target for package in json.load(sys.stdin)["packages"] for target in package["targets"]]
for name in sorted({target["name"] for target in targets if target["kind"] == ["test"]} - {"real"}):
    print("--test", name, sep="\n")')
features=(--features "$SVETU_FEATURES")
cargo test --locked --workspace "${features[@]}" --lib --bins --examples "${suites[@]}" "${only[@]}"
[ "$what" = build ] || cargo test --locked --workspace "${features[@]}" --doc
