#!/usr/bin/env bash
# Measures Portico against its budgets and, side by side in the same run, against
# nginx and a hand-written page. Writes bench.json. CHECK=1 fails on a missed budget.
# ONLY=name,name measures some; SPECS=DIR takes github.json and stripe.json from there.
# BASE=COMMIT builds that commit, too, and compares: gateway, pages, put.
set -euo pipefail
cd "$(dirname "$0")/../.."
test/install/install.sh bench chromium
[ -d test/browser/node_modules ] || npm --prefix test/browser ci --no-audit --no-fund --silent
if [ -n "${BASE:-}" ]; then
	base=$(mktemp -d)
	trap 'git worktree remove --force "$base"; rm -rf "$base"' EXIT
	git worktree add --quiet --detach "$base" "$BASE"
	make --no-print-directory -C "$base" build
fi
go run ./test/bench -out bench.json ${CHECK:+-check} ${ONLY:+-only "$ONLY"} ${SPECS:+-specs "$SPECS"} ${base:+-base "$base/bin/portico"}
