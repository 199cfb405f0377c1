#!/usr/bin/env bash
# Runs every test suite. Each suite's tools are found or, as root on Debian,
# installed; where that is impossible the suite is left out, said so, and with
# CI=true that is a failure. At the end it prints the minutes of each suite.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=() left=() took=()

# with SUITE COMMAND...: the suite's tools, then the command.
suite() {
	local name=$1; shift
	printf '\n=== %s\n' "$name"
	if [ -x test/install/install.sh ] && ! test/install/install.sh "$name"; then
		left+=("$name")
		return
	fi
	timed "$name" "$@"
}

# timed NAME COMMAND...: the command, with its outcome and minutes.
timed() {
	local name=$1 start=$SECONDS outcome=ok; shift
	"$@" || { outcome=FAILED; failed+=("$name"); }
	printf '=== %s: %s, %d s\n' "$name" "$outcome" $((SECONDS - start))
	took+=("$name $((SECONDS - start))")
}

go_tests() { # go_tests FLAGS...
	go test -json -timeout 20m "$@" | go run ./test/report
}

unit()    { PORTICO_REQUIRE_POSTGRES=1 go_tests $(go list ./... | grep -v /test/cost$); }
cost()    { go_tests ./test/cost; } # alone: it measures processor time
islands() { npm --prefix web test --silent; }
samples() { go_tests -tags samples ./internal/console/...; }
browser() { npm --prefix test/browser test --silent; }
clients() { npm --prefix test/npm ci --no-audit --no-fund --silent && npm --prefix test/npm test --silent; }

build() { npm --prefix test/browser ci --no-audit --no-fund --silent && make --no-print-directory build; }

[ "${LINT:-}" != yes ] || timed lint make --no-print-directory lint
timed build build
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
suite postgres unit
timed cost cost
suite islands islands
suite samples samples
suite clients clients
export BROWSERS
BROWSERS=chromium suite chromium browser
BROWSERS=firefox suite firefox browser
BROWSERS=webkit suite webkit browser

printf '\n'
printf '%s\n' "${took[@]}" | awk '{ printf "%-10s %5.1f min\n", $1, $2 / 60; all += $2 } END { printf "%-10s %5.1f min\n", "all", all / 60 }'
[ ${#left[@]} -eq 0 ] || echo "left out, tools missing: ${left[*]}"
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
if [ ${#left[@]} -ne 0 ] && [ "${CI:-}" = true ]; then exit 1; fi
echo "all suites that ran passed"
