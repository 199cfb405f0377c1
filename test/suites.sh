#!/usr/bin/env bash
# Runs every test suite. Each suite's tools are found or, as root on Debian,
# installed; where that is impossible the suite is left out, said so, and with
# CI=true that is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=() left=()

# with SUITE COMMAND...: the suite's tools, then the command.
suite() {
	local name=$1; shift
	printf '\n=== %s\n' "$name"
	if [ -x test/install/install.sh ] && ! test/install/install.sh "$name"; then
		left+=("$name")
		return
	fi
	local start=$SECONDS
	if "$@"; then printf '=== %s: ok, %d s\n' "$name" $((SECONDS - start)); else failed+=("$name"); printf '=== %s: FAILED\n' "$name"; fi
}

go_tests() { # go_tests FLAGS...
	go test -json -timeout 20m "$@" | go run ./test/report
}

unit()    { PORTICO_REQUIRE_POSTGRES=1 go_tests ./...; }
islands() { npm --prefix web test --silent; }
samples() { go_tests -tags samples ./internal/console/...; }
browser() { npm --prefix test/browser test --silent; }
clients() { npm --prefix test/npm ci --no-audit --no-fund --silent && npm --prefix test/npm test --silent; }

npm --prefix test/browser ci --no-audit --no-fund --silent || failed+=(npm)
make --no-print-directory build || { echo "build failed"; exit 1; }
suite postgres unit
suite islands islands
suite samples samples
suite clients clients
export BROWSERS
BROWSERS=chromium suite chromium browser
BROWSERS=firefox suite firefox browser
BROWSERS=webkit suite webkit browser

printf '\n'
[ ${#left[@]} -eq 0 ] || echo "left out, tools missing: ${left[*]}"
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
if [ ${#left[@]} -ne 0 ] && [ "${CI:-}" = true ]; then exit 1; fi
echo "all suites that ran passed"
