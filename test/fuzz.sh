#!/usr/bin/env bash
# Runs every fuzz target for a while: FOR=10m is shared among them. What one
# finds is kept as a seed in testdata/fuzz of its package, where every later
# run of its tests tries it again; commit it with the repair.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds() { # seconds 10m, 90s, 2h, 600
	case $1 in
	*h) echo $((${1%h} * 3600)) ;;
	*m) echo $((${1%m} * 60)) ;;
	*) echo "${1%s}" ;;
	esac
}

targets=()
for package in $(grep -rl --include='*_test.go' '^func Fuzz' internal cmd test | xargs -n1 dirname | sort -u); do
	for target in $(go test -list '^Fuzz' "./$package" | grep '^Fuzz'); do
		targets+=("$package $target")
	done
done
each=$(($(seconds "${FOR:-10m}") / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
echo "${#targets[@]} targets, $each s each"

failed=()
for one in "${targets[@]}"; do
	read -r package target <<<"$one"
	printf '\n=== %s %s\n' "$package" "$target"
	go test "./$package" -run '^$' -fuzz "^$target\$" -fuzztime "${each}s" || failed+=("$one")
done
[ ${#failed[@]} -eq 0 ] || { printf '\nfailed: %s\n' "${failed[@]}"; exit 1; }
printf '\nno target found anything\n'
