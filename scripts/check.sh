#!/usr/bin/env bash
# All checks but the tests of what people and programs do: the site's unit tests are here, since they check generated files, too.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n── %s\n' "$1"; shift; local start=$SECONDS; "$@" || { echo "make check: «$*» failed" >&2; exit 1; }; printf '   %s s\n' $((SECONDS - start)); }
export SQLX_OFFLINE=true
step "format" cargo fmt --all --check
step "layers" cargo xtask check layers
step "licences" cargo xtask check licences
step "unused dependencies" cargo xtask check unused
step "migrations" cargo xtask check migrations
step "clippy" cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "sql offline data" cargo xtask sqlx --check
step "site: types, lint, format, generated client, unused dependencies" npm --prefix web run check
