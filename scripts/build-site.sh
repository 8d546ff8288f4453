#!/usr/bin/env bash
# Builds the site when its sources changed since the last build.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=apps/site/.next/BUILD_ID
if [ -f "$stamp" ] && [ -z "$(find apps packages package-lock.json -newer "$stamp" -type f \
  -not -path '*/node_modules/*' -not -path '*/.next/*' -not -name 'next-env.d.ts' -not -name '*.tsbuildinfo' -print -quit)" ]; then
  exit 0
fi
npm run build
