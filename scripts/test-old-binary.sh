#!/usr/bin/env bash
# The binary of a release on the schema of this checkout: it serves, posts and indexes there, and this checkout's binary goes on.
# A cluster is rolled from it to this checkout's binary, back and forward again, while people read and write.
# Usage: scripts/test-old-binary.sh BINARY | COMMIT (which is then built in a folder of its own, some ten minutes).
set -euo pipefail
cd "$(dirname "$0")/.."
old=${1:?a released binary, or the commit of a release}
if [ ! -x "$old" ]; then
  folder=${XDG_CACHE_HOME:-$HOME/.cache}/svetu/released/$(git rev-parse --short "$old^{commit}")
  [ -d "$folder" ] || git worktree add --detach "$folder" "$old"
  (cd "$folder" && SQLX_OFFLINE=true CARGO_TARGET_DIR="$folder/target" cargo build --locked --package svetu)
  old=$folder/target/debug/svetu
fi
SVETU_OLD_BINARY=$(realpath "$old") SQLX_OFFLINE=true cargo test --locked --workspace --test it -- --ignored rolled
