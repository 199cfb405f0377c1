# Two commands matter: make demo starts the portal with demo content,
# make test runs every test. See README.md.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
LDFLAGS := -s -w -X main.version=$(VERSION)
BINARY  ?= bin/portico

.PHONY: demo build binary web web-deps test test-long check lint bench fuzz mutate clean

demo: build ## build, and start a portal with demo content
	./bin/portico demo

build: web binary ## bin/portico

binary: ## only the program, into BINARY: without C, without the paths of this machine
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o '$(BINARY)' ./cmd/portico

web: web-deps ## front-end assets, embedded by the build
	npm --prefix web run --silent build

web-deps: web/node_modules/.package-lock.json

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund --silent
	@touch $@

test: ## every suite: unit, both databases, samples, SDK, browsers
	./test/suites.sh

test-long: ## the same tests of Go at greater length: more crashes, sessions and sizes; an hour or so
	PORTICO_LONG=1 PORTICO_REQUIRE_POSTGRES=1 $(GO) test -timeout 3h ./...

check: lint ## quick loop: lint and unit tests
	$(GO) test ./cmd/... ./internal/... ./demo/...

lint: web-deps ## gofmt, vet, staticcheck, tsc
	@out="$$(gofmt -l cmd demo internal test web/*.go)"; [ -z "$$out" ] || { echo "gofmt needed: $$out"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	npm --prefix web run --silent typecheck

bench: build ## figures and budgets; CHECK=1 fails on a missed one, SPECS=DIR names large descriptions, BASE=COMMIT compares
	./test/bench/run.sh

mutate: ## changes what decides who may do what and asks the packages' own tests; PKG=access takes one
	$(GO) run ./test/mutate $(PKG)

fuzz: ## every fuzz target, sharing FOR=10m; what one finds is kept as a seed
	FOR=$(or $(FOR),10m) ./test/fuzz.sh

clean:
	rm -rf bin web/dist/assets test-report
