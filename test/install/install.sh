#!/usr/bin/env bash
# Finds the tools that test suites need and, as root on Debian, installs missing
# ones. Quiet when everything is there.
#
#   install.sh SUITE...     postgres, islands, clients, chromium, firefox, webkit, samples, bench
#
# Exit codes: 0 all there; 2 usage; 3 a suite's tools are missing, and why was printed.
set -uo pipefail

# needs SUITE: the commands of a suite, each with the Debian package that has it.
needs() {
	case $1 in
	postgres) echo "postgres:postgresql sqlite3:sqlite3" ;;
	islands | clients) echo "node:nodejs npm:npm" ;;
	chromium) echo "node:nodejs npm:npm chromium:chromium" ;;
	firefox) echo "node:nodejs npm:npm firefox:firefox-esr" ;;
	webkit) echo "node:nodejs npm:npm WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb" ;;
	samples) echo "bash:bash curl:curl base64:coreutils python3:python3 node:nodejs php:php-cli ruby:ruby javac:default-jdk-headless" ;;
	bench) echo "node:nodejs npm:npm chromium:chromium nginx:nginx wrk:wrk" ;;
	*) return 1 ;;
	esac
}

# have COMMAND: it is here, under one of the names and places Debian gives it.
have() {
	case $1 in
	postgres) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null ;;
	chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null ;;
	firefox) command -v firefox-esr >/dev/null || command -v firefox >/dev/null ;;
	nginx) PATH=$PATH:/usr/sbin command -v nginx >/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# missing SUITE: the packages whose commands are not here.
missing() {
	local pair
	for pair in $(needs "$1"); do
		have "${pair%%:*}" || echo "${pair#*:}"
	done
}

# install PACKAGE...: from Debian, without starting the services among them.
install() {
	local log
	log=$(mktemp)
	echo "installing $*"
	if ! { [ -n "${updated:-}" ] || apt-get -q update; } >"$log" 2>&1; then
		echo "apt-get update failed:"
		tail -n 5 "$log"
	fi
	updated=yes
	if ! RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=300 install "$@" >>"$log" 2>&1; then
		echo "apt-get install failed:"
		tail -n 15 "$log"
	fi
	rm -f "$log"
}

if [ $# -eq 0 ]; then
	echo "usage: install.sh SUITE... (postgres, islands, clients, chromium, firefox, webkit, samples, bench)" >&2
	exit 2
fi
code=0
for suite in "$@"; do
	if ! needs "$suite" >/dev/null; then
		echo "install.sh knows no suite $suite" >&2
		exit 2
	fi
	packages=$(missing "$suite")
	[ -n "$packages" ] || continue
	why=
	if ! command -v apt-get >/dev/null; then
		why="this is not Debian"
	elif [ "$(id -u)" != 0 ]; then
		why="only root can install them"
	else
		# shellcheck disable=SC2086 # one word a package
		install $packages
		packages=$(missing "$suite")
		why="their installation failed"
	fi
	if [ -n "$packages" ]; then
		echo "The suite $suite is left out: it needs the Debian packages" $packages "and $why."
		code=3
	fi
done
exit $code
