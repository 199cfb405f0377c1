#!/usr/bin/env bash
# Measures Portico against its budgets and, side by side in the same run, against
# nginx and a hand-written page. Writes bench.json. CHECK=1 fails on a missed budget.
# ONLY=name,name measures some; SPECS=DIR takes github.json and stripe.json from there.
set -euo pipefail
cd "$(dirname "$0")/../.."
test/install/install.sh bench chromium
[ -d test/browser/node_modules ] || npm --prefix test/browser ci --no-audit --no-fund --silent
exec go run ./test/bench -out bench.json ${CHECK:+-check} ${ONLY:+-only "$ONLY"} ${SPECS:+-specs "$SPECS"}
